"""Groups on a platform that are linked to a partnership, each with its one notice."""

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.messages import Spot, app_of
from storage.store import Unit
from storage.tables import PlaceRow


def link_place(unit: Unit, partnership_id: int, spot: Spot) -> int:
    """Link a group to a partnership; a link to another one is replaced."""
    row = unit.exec(
        select(PlaceRow).where(
            PlaceRow.installation == spot.installation,
            PlaceRow.chat == spot.chat,
            PlaceRow.thread == spot.thread,
        )
    ).first()
    if row is None:
        row = PlaceRow(
            partnership_id=partnership_id,
            installation=spot.installation,
            chat=spot.chat,
            thread=spot.thread,
        )
    row.partnership_id, row.gone = partnership_id, False
    unit.add(row)
    unit.flush()
    assert row.id is not None
    return row.id


def move_place(unit: Unit, spot: Spot, chat: str) -> None:
    """A group goes on in another chat, its notice with it; nothing where it is known there."""
    if place_of(unit, Spot(spot.installation, chat, spot.thread)) is None:
        unit.connection().execute(_here(spot).values(chat=chat, notice=None))


def place_of(unit: Unit, spot: Spot) -> int | None:
    """The partnership a group is linked to; one that workspaces share is linked by one of them."""
    here = PlaceRow.chat == spot.chat, PlaceRow.thread == spot.thread
    query = select(PlaceRow.partnership_id).where(PlaceRow.installation == spot.installation, *here)
    found = unit.exec(query).first()
    return found if found is not None else linked_beside(unit, spot)


def linked_beside(unit: Unit, spot: Spot) -> int | None:
    """The partnership to which another workspace's installation has linked the same channel."""
    if ":" not in spot.installation:
        return None
    query = select(PlaceRow.partnership_id).where(
        PlaceRow.chat == spot.chat,
        PlaceRow.thread == spot.thread,
        PlaceRow.installation != spot.installation,
        col(PlaceRow.installation).startswith(f"{app_of(spot.installation)}:"),
        col(PlaceRow.gone).is_(False),
    )
    return unit.exec(query).first()


def close_places(unit: Unit, spot: Spot) -> None:
    """Nothing can be said in a group any more, in none of its topics. Its link is kept."""
    unit.connection().execute(_here(spot).values(gone=True))
    unit.expire_all()


def reopen_places(unit: Unit, spot: Spot) -> list[tuple[int, Spot]]:
    """Titian is back in a group: the partnerships it is linked to, and in which topic."""
    unit.connection().execute(_here(spot).values(gone=False, notice=None))
    unit.expire_all()
    here = PlaceRow.installation == spot.installation, PlaceRow.chat == spot.chat
    rows = unit.exec(select(PlaceRow).where(*here).order_by(col(PlaceRow.id))).all()
    return [(row.partnership_id, Spot(row.installation, row.chat, row.thread)) for row in rows]


def _here(spot: Spot) -> sa.Update:
    return sa.update(PlaceRow).where(
        col(PlaceRow.installation) == spot.installation, col(PlaceRow.chat) == spot.chat
    )


def places(unit: Unit, partnership_id: int) -> list[tuple[int, Spot, str | None]]:
    """A partnership's linked groups that can be written to, each with the id of its notice."""
    here = PlaceRow.partnership_id == partnership_id, col(PlaceRow.gone).is_(False)
    rows = unit.exec(select(PlaceRow).where(*here)).all()
    return [(row.id or 0, Spot(row.installation, row.chat, row.thread), row.notice) for row in rows]


def set_notice(unit: Unit, place: int, message: str) -> None:
    """Remember which message in a group is the notice that is edited in place."""
    change = sa.update(PlaceRow).where(col(PlaceRow.id) == place)
    unit.connection().execute(change.values(notice=message))

"""What a round leaves behind: its Result, its receipts; and the open messages it ends."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage.inserting import insert_into
from storage.store import Unit
from storage.tables import (
    OpenMessageRow,
    ReceiptRow,
    ResultRow,
)


def save_result(
    unit: Unit,
    round_id: int,
    body: dict[str, Any],
    comments: bytes | None,
    until: date | None,
    receipts: Iterable[str],
) -> None:
    """Keep what may be shown, once: a second save is an error. Receipts go in by the alphabet."""
    unit.add(ResultRow(round_id=round_id, body=body, comments=comments, comments_until=until))
    unit.flush()
    rows = [{"round_id": round_id, "words": words} for words in sorted(receipts)]
    if rows:
        unit.connection().execute(sa.insert(ReceiptRow), rows)


def result(unit: Unit, round_id: int) -> tuple[dict[str, Any], bytes | None] | None:
    """A closed round's Result and its sealed comments."""
    row = unit.get(ResultRow, round_id)
    return (row.body, row.comments) if row else None


def had_comments(unit: Unit, round_id: int) -> bool:
    """Whether a closed round had comments to show, ended or not."""
    row = unit.get(ResultRow, round_id)
    return row is not None and row.comments_until is not None


def outlived(unit: Unit, today: date) -> list[int]:
    """Rounds whose comments were to be kept until a day before *today*, and still are."""
    query = select(ResultRow.round_id).where(
        col(ResultRow.comments).is_not(None), col(ResultRow.comments_until) < today
    )
    return sorted(unit.exec(query).all())


def end_comments(unit: Unit, round_id: int) -> None:
    """Delete a round's sealed comments, whose key is gone."""
    change = sa.update(ResultRow).where(col(ResultRow.round_id) == round_id)
    unit.connection().execute(change.values(comments=None))
    unit.expire_all()


def receipts(unit: Unit, round_id: int) -> list[str]:
    """A closed round's receipts, sorted."""
    query = select(ReceiptRow.words).where(ReceiptRow.round_id == round_id)
    return sorted(unit.exec(query).all())


def keep_message(
    unit: Unit, round_id: int, member: int, installation: str, chat: str, message: str
) -> None:
    """Remember a person's message for a round, so that it can be edited in place."""
    row = insert_into(OpenMessageRow, unit.dialect).values(
        round_id=round_id, member_id=member, installation=installation, chat=chat, message=message
    )
    unit.connection().execute(
        row.on_conflict_do_update(
            index_elements=["round_id", "member_id", "installation"],
            set_={"chat": chat, "message": message},
        )
    )


def open_message(unit: Unit, round_id: int, member: int, installation: str) -> str | None:
    """The id of a person's message for a round."""
    row = unit.get(OpenMessageRow, (round_id, member, installation))
    return row.message if row else None


def open_messages(unit: Unit, round_id: int) -> list[tuple[int, str, str, str]]:
    """Every open message of a round: member, installation, chat, message."""
    query = (
        select(OpenMessageRow)
        .where(OpenMessageRow.round_id == round_id)
        .order_by(col(OpenMessageRow.member_id))
    )
    return [(r.member_id, r.installation, r.chat, r.message) for r in unit.exec(query).all()]


def forget_messages(unit: Unit, round_id: int) -> None:
    """Forget a round's open messages, once they show their closed text."""
    unit.connection().execute(
        sa.delete(OpenMessageRow).where(col(OpenMessageRow.round_id) == round_id)
    )

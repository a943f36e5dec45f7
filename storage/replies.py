"""Brokers' replies to their groups, and the actions promised in them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.reply import Action, Became, Owner, Reply
from storage.store import Unit
from storage.tables import ActionRow, ReplyRow, ReviewRow


def give(
    unit: Unit, review: int, member: int, heard: str, talk_on: date | None, now: datetime
) -> None:
    """A broker's reply; there is one a review."""
    row = ReplyRow(review_id=review, member_id=member, heard=heard, talk_on=talk_on, given_at=now)
    unit.add(row)
    unit.flush()


def replies(unit: Unit, review: int) -> list[Reply]:
    """The replies after a review: one, or one of each of several brokers."""
    query = select(ReplyRow).where(ReplyRow.review_id == review).order_by(col(ReplyRow.id))
    return [
        Reply(row.review_id, row.member_id, row.heard, row.talk_on, row.given_at)
        for row in unit.exec(query).all()
    ]


def promise(
    unit: Unit, review: int, member: int, text: str, owner: Owner, until: date | None
) -> None:
    """One more action after a review about *member*."""
    unit.add(
        ActionRow(review_id=review, member_id=member, text=text, owner=owner.value, until=until)
    )
    unit.flush()


def actions(unit: Unit, review: int) -> list[Action]:
    """What was promised after a review, as it was said."""
    query = select(ActionRow).where(ActionRow.review_id == review).order_by(col(ActionRow.id))
    return [_action(row) for row in unit.exec(query).all()]


def action(unit: Unit, number: int) -> Action | None:
    """One action."""
    row = unit.get(ActionRow, number)
    return _action(row) if row is not None else None


def _action(row: ActionRow) -> Action:
    assert row.id is not None
    return Action(
        row.id,
        row.review_id,
        row.member_id,
        row.text,
        Owner(row.owner),
        row.until,
        Became(row.became),
    )


def settle(unit: Unit, number: int, became: Became) -> None:
    """What became of an action."""
    _set(unit, number, became=became.value)


def change(unit: Unit, number: int, text: str, until: date | None) -> None:
    """An action in other words, or until another day."""
    _set(unit, number, text=text, until=until, became=Became.CHANGED.value)


def _set(unit: Unit, number: int, **values: object) -> None:
    change = sa.update(ActionRow).where(col(ActionRow.id) == number)
    unit.connection().execute(change.values(**values))
    unit.expire_all()


def promised_before(unit: Unit, review: int) -> list[Action]:
    """What was promised last after an earlier review of the same service as broker.

    Without what an invitation between the two has said to be done.
    """
    elsewhere = select(ActionRow.id).where(
        ActionRow.became == Became.DONE.value, ActionRow.told_in != review
    )
    rest = set(unit.exec(elsewhere.where(ActionRow.review_id == _last(unit, review))).all())
    return [action for action in actions(unit, _last(unit, review)) if action.id not in rest]


def tell_done(unit: Unit, review: int) -> None:
    """What is done by now is said when *review* opens, and rests then."""
    done = [a.id for a in promised_before(unit, review) if a.became is Became.DONE]
    told = sa.update(ActionRow).where(col(ActionRow.id).in_(done))
    unit.connection().execute(told.values(told_in=review))
    unit.expire_all()


def _last(unit: Unit, review: int) -> int:
    """The review after which something was promised last; 0 where nothing was."""
    this = unit.get(ReviewRow, review)
    if this is None or this.assignment_id is None:
        return 0
    last = (
        select(sa.func.max(ActionRow.review_id))
        .join(ReviewRow, col(ReviewRow.id) == col(ActionRow.review_id))
        .where(ReviewRow.assignment_id == this.assignment_id, col(ReviewRow.id) < review)
    )
    return unit.exec(last).one() or 0


def forget(unit: Unit, review: int) -> None:
    """What was replied and promised after a review about somebody who asked to be forgotten."""
    for table in (ReplyRow, ActionRow):
        unit.connection().execute(sa.delete(table).where(sa.column("review_id") == review))
    unit.expire_all()


def forget_member(unit: Unit, member: int) -> None:
    """The same for all reviews that somebody was asked about, alone or among several brokers."""
    for table in (ReplyRow, ActionRow):
        unit.connection().execute(sa.delete(table).where(sa.column("member_id") == member))
    unit.expire_all()

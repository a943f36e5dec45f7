"""What is to be said later: the outbox, claimed by one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from dialogues.messages import Message
from dialogues.wire import from_json, to_json
from storage.inserting import insert_into
from storage.lanes import Lanes, within
from storage.store import Unit
from storage.tables import OutboxRow, TimerRow

LEASE = timedelta(minutes=5)
NEVER_TWICE = frozenset({"checkin/reminder"})
"""Messages that are rather lost than said twice."""

# What each line needs is put together once.
THAT = (
    col(OutboxRow.id) == sa.bindparam("number"),
    col(OutboxRow.key) == sa.bindparam("called"),
)
LEAVES = (
    sa.update(OutboxRow)
    .where(*THAT, col(OutboxRow.holder) == sa.bindparam("mine"))
    .where(col(OutboxRow.state).in_(["claimed", "sending"]))  # said again, it changes nothing
    .values(state="sending", lease=sa.bindparam("until"))
)
ENDS = (
    sa.update(OutboxRow)
    .where(*THAT)
    .values(state=sa.bindparam("how"), holder=None, lease=None, body={})
)


@dataclass(frozen=True, slots=True)
class Post:
    """A claimed line of the outbox."""

    id: int
    key: str
    lane: str
    person_id: int | None
    place_id: int | None
    round_id: int | None
    message: Message
    attempts: int


def put(
    unit: Unit,
    key: str,
    message: Message,
    not_before: datetime,
    *,
    person: int | None = None,
    place: int | None = None,
    round_id: int | None = None,
    priority: int = 5,
) -> None:
    """Tell *person* or *place* something, once a *key*: a second put changes nothing."""
    row = line(
        key,
        message,
        not_before,
        person=person,
        place=place,
        round_id=round_id,
        priority=priority,
    )
    insert_once(unit, OutboxRow, row)


def put_all(unit: Unit, lines: Sequence[dict[str, Any]]) -> None:
    """The same for many at once, each made by `line`."""
    if lines:
        insert = insert_into(OutboxRow, unit.dialect)
        unit.connection().execute(insert.on_conflict_do_nothing(), lines)


def line(
    key: str,
    message: Message,
    not_before: datetime,
    *,
    person: int | None = None,
    place: int | None = None,
    round_id: int | None = None,
    priority: int = 5,
) -> dict[str, Any]:
    """A line that waits, to be put."""
    return {
        "key": key,
        "lane": f"person:{person}" if person is not None else f"place:{place}",
        "priority": priority,
        "not_before": not_before,
        "person_id": person,
        "place_id": place,
        "round_id": round_id,
        "body": to_json(message),
        "state": "pending",
        "attempts": 0,
    }


def was_put(unit: Unit, key: str) -> bool:
    """Whether something was ever to be said under *key*, sent by now or not."""
    return unit.exec(select(OutboxRow.id).where(OutboxRow.key == key)).first() is not None


def still_waits(unit: Unit, key: str) -> bool:
    """Whether a line has not gone out yet."""
    query = select(OutboxRow.id).where(OutboxRow.key == key, OutboxRow.state == "pending")
    return unit.exec(query).first() is not None


def insert_once(unit: Unit, table: type[Any], row: dict[str, Any]) -> None:
    """Write *row* unless one of its key stands there."""
    unit.connection().execute(insert_into(table, unit.dialect).values(row).on_conflict_do_nothing())


def claim(
    unit: Unit, now: datetime, holder: str, limit: int = 50, lanes: Lanes | None = None
) -> list[Post]:
    """Take what is due for *holder*. The choice is a CTE: never more than *limit*.

    Taken is not sent: `sending` marks the moment after which a crash leaves it unknown.

    Args:
        lanes: Where several processes send, only what goes out through these.
    """
    ours = sa.true() if lanes is None else within(lanes)
    due = (
        select(OutboxRow.id)
        .where(OutboxRow.state == "pending", OutboxRow.not_before <= now, ours)
        .order_by(col(OutboxRow.priority), col(OutboxRow.not_before), col(OutboxRow.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = (
        sa.update(OutboxRow)
        .where(col(OutboxRow.id).in_(sa.select(due.c.id)))
        .values(
            state="claimed",
            holder=holder,
            lease=now + LEASE,
            attempts=col(OutboxRow.attempts) + 1,
        )
        .returning(
            col(OutboxRow.id),
            col(OutboxRow.key),
            col(OutboxRow.lane),
            col(OutboxRow.person_id),
            col(OutboxRow.place_id),
            col(OutboxRow.round_id),
            col(OutboxRow.body),
            col(OutboxRow.attempts),
            col(OutboxRow.priority),
            col(OutboxRow.not_before),
        )
    )
    rows = sorted(unit.connection().execute(taken).all(), key=lambda r: (r[8], r[9], r[0]))
    posts = [(row, _post(row)) for row in rows]
    unreadable = [row[0] for row, post in posts if post is None]
    if unreadable:  # one damaged line holds nobody else up
        damaged = sa.update(OutboxRow).where(col(OutboxRow.id).in_(unreadable))
        unit.connection().execute(damaged.values(state="failed", holder=None, lease=None))
    return [post for _, post in posts if post is not None]


def _post(row: Sequence[Any]) -> Post | None:
    try:
        message = from_json(row[6])
    except (AssertionError, KeyError, TypeError, ValueError):
        return None
    if not isinstance(message, Message):
        return None
    return Post(row[0], row[1], row[2], row[3], row[4], row[5], message, row[7])


def is_line(post: Post) -> sa.ColumnElement[bool]:
    """The row of a line: a number alone may have been given to another one since."""
    return sa.and_(col(OutboxRow.id) == post.id, col(OutboxRow.key) == post.key)


def sending(unit: Unit, post: Post, now: datetime, holder: str) -> bool:
    """Note that a line goes out now; False where somebody else than *holder* has it meanwhile."""
    values = {"number": post.id, "called": post.key, "mine": holder, "until": now + LEASE}
    return int(unit.link.execute(LEAVES, values).rowcount) == 1


def is_there(unit: Unit, post: Post) -> bool:
    """Whether a claimed line still stands; its number may have been given to another one."""
    return unit.exec(select(OutboxRow.key).where(OutboxRow.id == post.id)).first() == post.key


def finish(unit: Unit, post: Post, state: str) -> bool:
    """End a line as sent or failed: what it said goes. False where it is not there any more."""
    values = {"number": post.id, "called": post.key, "how": state}
    return int(unit.link.execute(ENDS, values).rowcount) == 1


def again(unit: Unit, post: Post, at: datetime) -> None:
    """Try again at *at*."""
    later = sa.update(OutboxRow).where(is_line(post))
    unit.connection().execute(later.values(state="pending", holder=None, not_before=at, lease=None))


def put_off(unit: Unit, key: str, at: datetime) -> None:
    """Let a line that still waits go out at another time."""
    waits = col(OutboxRow.key) == key, col(OutboxRow.state) == "pending"
    unit.connection().execute(sa.update(OutboxRow).where(*waits).values(not_before=at))


def give_up(unit: Unit, now: datetime) -> int:
    """End whatever was due by *now* and has not ended, unsent; how many lines that were."""
    waits = col(OutboxRow.state).in_(["pending", "claimed", "sending"])
    end = sa.update(OutboxRow).where(waits, col(OutboxRow.not_before) <= now)
    ended = end.values(state="failed", holder=None, lease=None, body={})
    return int(unit.connection().execute(ended).rowcount)


def next_due(unit: Unit, after: datetime) -> datetime | None:
    """When something is next due: what the playground's clock jumps to."""
    timers = select(TimerRow.at).where(TimerRow.at > after)
    timer = unit.exec(timers.order_by(col(TimerRow.at)).limit(1)).first()
    waiting = select(OutboxRow.not_before).where(
        OutboxRow.state == "pending", OutboxRow.not_before > after
    )
    post = unit.exec(waiting.order_by(col(OutboxRow.not_before)).limit(1)).first()
    return min((at for at in (timer, post) if at is not None), default=None)


def forget_round(unit: Unit, round_id: int) -> None:
    """Delete every timer and outbox line of a round (DESIGN 4, close)."""
    for table in (TimerRow, OutboxRow):
        unit.connection().execute(sa.delete(table).where(sa.column("round_id") == round_id))

"""What is to be said and done later: outbox and timers, claimed by one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from dialogues.messages import Message
from dialogues.wire import from_json, to_json
from storage.store import Unit
from storage.tables import OutboxRow, TimerRow

LEASE = timedelta(minutes=5)
NEVER_TWICE = frozenset({"checkin/reminder"})
"""Messages that are rather lost than said twice."""


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


@dataclass(frozen=True, slots=True)
class Timer:
    """Something due."""

    id: int
    key: str
    kind: str
    at: datetime
    review_id: int | None
    round_id: int | None
    member_id: int | None


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
    lane = f"person:{person}" if person is not None else f"place:{place}"
    row = {
        "key": key,
        "lane": lane,
        "priority": priority,
        "not_before": not_before,
        "person_id": person,
        "place_id": place,
        "round_id": round_id,
        "body": to_json(message),
        "state": "pending",
        "attempts": 0,
    }
    _insert_once(unit, OutboxRow, row)


def was_put(unit: Unit, key: str) -> bool:
    """Whether something was ever to be said under *key*, sent by now or not."""
    return unit.exec(select(OutboxRow.id).where(OutboxRow.key == key)).first() is not None


def put_timer(
    unit: Unit,
    key: str,
    kind: str,
    at: datetime,
    *,
    review: int | None = None,
    round_id: int | None = None,
    member: int | None = None,
) -> None:
    """Ring at *at*, once a *key*."""
    row = {
        "key": key,
        "kind": kind,
        "at": at,
        "review_id": review,
        "round_id": round_id,
        "member_id": member,
    }
    _insert_once(unit, TimerRow, row)


def _insert_once(unit: Unit, table: type[Any], row: dict[str, Any]) -> None:
    insert = sqlite.insert if unit.sqlite else postgresql.insert
    unit.connection().execute(insert(table).values(row).on_conflict_do_nothing())


def claim(unit: Unit, now: datetime, holder: str, limit: int = 50) -> list[Post]:
    """Take what is due for *holder*. The choice is a CTE: never more than *limit*.

    Taken is not sent: `sending` marks the moment after which a crash leaves it unknown.
    """
    due = (
        select(OutboxRow.id)
        .where(OutboxRow.state == "pending", OutboxRow.not_before <= now)
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
    return [_post(row) for row in rows]


def _post(row: Sequence[Any]) -> Post:
    message = from_json(row[6])
    assert isinstance(message, Message)
    return Post(row[0], row[1], row[2], row[3], row[4], row[5], message, row[7])


def waits(unit: Unit, now: datetime) -> tuple[bool, bool]:
    """Whether a line is due, and whether a lease has run out."""
    due = select(OutboxRow.id).where(OutboxRow.state == "pending", OutboxRow.not_before <= now)
    lost = select(OutboxRow.id).where(
        col(OutboxRow.state).in_(["claimed", "sending"]), col(OutboxRow.lease) < now
    )
    return unit.exec(due).first() is not None, unit.exec(lost).first() is not None


def _is(post: Post) -> sa.ColumnElement[bool]:
    """The row of a line: a number alone may have been given to another one since."""
    return sa.and_(col(OutboxRow.id) == post.id, col(OutboxRow.key) == post.key)


def sending(unit: Unit, post: Post, now: datetime) -> bool:
    """Note that a claimed line goes out now; False where somebody else has it meanwhile."""
    mine = sa.update(OutboxRow).where(_is(post), col(OutboxRow.state) == "claimed")
    done = unit.connection().execute(mine.values(state="sending", lease=now + LEASE))
    return done.rowcount == 1


def recover(unit: Unit, now: datetime, holder: str | None = None, but: str | None = None) -> None:
    """Take back what whoever held it did not end: leases that ran out, or all of *holder*.

    What *but* holds is left: a process knows itself what it is still sending.

    What was not sent yet waits again. What was on its way may have arrived: a reminder is
    not repeated, anything else once (DESIGN 8).
    """
    lost = col(OutboxRow.lease) < now if holder is None else col(OutboxRow.holder) == holder
    if but is not None:
        lost = sa.and_(lost, col(OutboxRow.holder) != but)
    run = unit.connection().execute
    table = sa.update(OutboxRow)
    run(table.where(col(OutboxRow.state) == "claimed", lost).values(state="pending", lease=None))
    on_its_way = select(OutboxRow).where(OutboxRow.state == "sending", lost)
    for row in unit.exec(on_its_way).all():
        _unknown(row, now)
        unit.add(row)
    unit.flush()


def holders(unit: Unit) -> list[str]:
    """Who holds lines now."""
    held = select(OutboxRow.holder).where(col(OutboxRow.state).in_(["claimed", "sending"]))
    return sorted({name for name in unit.exec(held).all() if name})


def unknown(unit: Unit, post: Post, now: datetime) -> None:
    """A line left and nobody knows whether it arrived: see `recover`."""
    row = unit.exec(select(OutboxRow).where(_is(post))).first()
    if row is not None:
        _unknown(row, now)
        unit.add(row)
        unit.flush()


def _unknown(row: OutboxRow, now: datetime) -> None:
    message = from_json(row.body)
    once = isinstance(message, Message) and message.say.key in NEVER_TWICE
    if once or row.repeated:
        row.state, row.body = "unknown", {}
    else:
        row.state, row.repeated, row.not_before = "pending", True, now
    row.lease = None


def is_there(unit: Unit, post: Post) -> bool:
    """Whether a claimed line still stands; its number may have been given to another one."""
    return unit.exec(select(OutboxRow.key).where(OutboxRow.id == post.id)).first() == post.key


def finish(unit: Unit, post: Post, state: str) -> bool:
    """End a line as sent or failed: what it said goes. False where it is not there any more."""
    end = sa.update(OutboxRow).where(_is(post))
    done = unit.connection().execute(end.values(state=state, holder=None, lease=None, body={}))
    return done.rowcount == 1


def again(unit: Unit, post: Post, at: datetime) -> None:
    """Try again at *at*."""
    later = sa.update(OutboxRow).where(_is(post))
    unit.connection().execute(later.values(state="pending", holder=None, not_before=at, lease=None))


def put_off(unit: Unit, key: str, at: datetime) -> None:
    """Let a line that still waits go out at another time."""
    waits = col(OutboxRow.key) == key, col(OutboxRow.state) == "pending"
    unit.connection().execute(sa.update(OutboxRow).where(*waits).values(not_before=at))


def due_timers(unit: Unit, now: datetime, limit: int = 100) -> list[Timer]:
    """What is due at *now*, oldest first. A timer stays until `drop_timer`: crash-safe."""
    query = (
        select(TimerRow)
        .where(TimerRow.at <= now)
        .order_by(col(TimerRow.at), col(TimerRow.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_timer(row) for row in unit.exec(query).all()]


def next_timer(unit: Unit, now: datetime) -> bool:
    """Whether a timer is due."""
    return unit.exec(select(TimerRow.id).where(TimerRow.at <= now)).first() is not None


def _timer(row: TimerRow) -> Timer:
    assert row.id is not None
    return Timer(row.id, row.key, row.kind, row.at, row.review_id, row.round_id, row.member_id)


def drop_timer(unit: Unit, timer: int) -> None:
    """Done: a timer leaves no trace."""
    unit.connection().execute(sa.delete(TimerRow).where(col(TimerRow.id) == timer))


def move_timer(unit: Unit, key: str, at: datetime) -> None:
    """Let a timer ring at another time."""
    change = sa.update(TimerRow).where(col(TimerRow.key) == key)
    unit.connection().execute(change.values(at=at))


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


def forget_review(unit: Unit, review_id: int) -> None:
    """Delete every timer of a review."""
    unit.connection().execute(sa.delete(TimerRow).where(col(TimerRow.review_id) == review_id))

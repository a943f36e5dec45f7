"""Ballots, and everything that waits: outbox, timers, commands under way.

Nothing here joins an answer to a person: `ballot` has no person, no time, no state and
no foreign key (DESIGN 4, C01).
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.database import Utc
from storage.tables.columns import Json, json, key, moment, needed_moment


class BallotRow(SQLModel, table=True):
    """A sealed slot: a row for everybody on the roster from the opening on."""

    __tablename__ = "ballot"
    __table_args__ = {"sqlite_with_rowid": False}
    slot: bytes = Field(primary_key=True)
    round_id: int = Field(index=True)
    key_number: int
    sealed: bytes


class InboxRow(SQLModel, table=True):
    """Events already seen: a keyed hash, no time. Round-bound ones go at its close."""

    __tablename__ = "inbox"
    __table_args__ = {"sqlite_with_rowid": False}
    seen: bytes = Field(primary_key=True)
    round_id: int | None = Field(default=None, index=True)
    day: date | None = None


class OutboxRow(SQLModel, table=True):
    """Who is to be told what, not before when. Worded at delivery."""

    __tablename__ = "outbox"
    __table_args__ = (sa.Index("ix_outbox_due_order", "state", "not_before", "priority"),)
    id: int | None = key()
    key: str = Field(unique=True)
    lane: str
    priority: int = 5
    not_before: datetime = needed_moment()
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    place_id: int | None = Field(default=None, foreign_key="place.id")
    round_id: int | None = Field(default=None, index=True)
    body: Json = json()
    state: str = "pending"
    attempts: int = 0
    holder: str | None = None
    lease: datetime | None = moment()
    message: str | None = None
    repeated: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class NudgeRow(SQLModel, table=True):
    """A day on which reminders for somebody fell, needed or not, and the line that was first."""

    __tablename__ = "nudge"
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    day: date = Field(primary_key=True)
    key: str


class TimerRow(SQLModel, table=True):
    """What is due when. Gone once done."""

    __tablename__ = "timer"
    id: int | None = key()
    key: str = Field(unique=True)
    at: datetime = Field(sa_type=Utc, nullable=False, index=True)
    kind: str
    review_id: int | None = Field(default=None, index=True)
    round_id: int | None = Field(default=None, index=True)
    member_id: int | None = None
    schedule_id: int | None = None
    holder: str | None = None
    lease: datetime | None = moment()


class ReflectionRow(SQLModel, table=True):
    """A broker's reflections, sealed under a key of their own. No time, no number of them."""

    __tablename__ = "reflection"
    member_id: int = Field(foreign_key="member.id", primary_key=True)
    sealed: bytes


class DialogueRow(SQLModel, table=True):
    """A command's form under way. Never a check-in: those are in the ballot."""

    __tablename__ = "dialogue"
    id: int | None = key()
    person_id: int = Field(foreign_key="person.id", unique=True)
    partnership_id: int | None = Field(default=None, foreign_key="partnership.id")
    command: str
    body: Json = json()
    waiting: bool = True
    updated_at: datetime = needed_moment()

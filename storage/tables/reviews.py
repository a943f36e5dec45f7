"""Reviews, rounds, rosters and results."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.tables.columns import Json, json, key, moment, needed_moment


class ReviewRow(SQLModel, table=True):
    """What a coordinator triggered."""

    __tablename__ = "review"
    id: int | None = key()
    partnership_id: int = Field(foreign_key="partnership.id", index=True)
    assignment_id: int | None = Field(default=None, foreign_key="assignment.id")
    started_by: int = Field(foreign_key="member.id")
    checkin_id: str
    purpose: str = "learn"
    state: str = "planned"
    opens_at: datetime = needed_moment()
    closes_at: datetime = needed_moment()
    share_at: datetime | None = moment()
    extended: bool = False
    left_out: str = ""
    unasked: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_at: datetime = needed_moment()


class ScheduleRow(SQLModel, table=True):
    """Reviews that come again: which, about whom, by which rule. Ended ones keep their number."""

    __tablename__ = "schedule"
    id: int | None = key()
    partnership_id: int = Field(foreign_key="partnership.id", index=True)
    assignment_id: int | None = Field(default=None, foreign_key="assignment.id")
    made_by: int = Field(foreign_key="member.id")
    checkin_id: str
    purpose: str = "learn"
    rule: str
    first: date
    wall: time
    zone: str
    until: date | None = None
    due_at: datetime = needed_moment()
    ended_at: datetime | None = moment()
    created_at: datetime = needed_moment()


class OfferRow(SQLModel, table=True):
    """A check-in that coordinators were offered. Names nobody who read or tapped it."""

    __tablename__ = "offer"
    __table_args__ = (sa.UniqueConstraint("partnership_id", "key"),)
    id: int | None = key()
    partnership_id: int = Field(foreign_key="partnership.id", index=True)
    assignment_id: int | None = Field(default=None, foreign_key="assignment.id")
    key: str
    checkin_id: str
    state: str = "open"
    offered_on: date
    again_on: date | None = None


class RoundRow(SQLModel, table=True):
    """One run of one check-in: its own copy of the check-in, facts and settings."""

    __tablename__ = "round"
    __table_args__ = (sa.Index("ix_round_state", "state", "destroyed_at"),)
    id: int | None = key()
    review_id: int = Field(foreign_key="review.id", index=True)
    partnership_id: int = Field(foreign_key="partnership.id", index=True)
    checkin: Json = json()
    audience: str
    confidence: str
    state: str = "open"
    facts: str = ""
    protect: str
    minimum: int
    live: bool = False
    size: int
    key_number: int = 1
    opens_at: datetime = needed_moment()
    closes_at: datetime = needed_moment()
    closed_at: datetime | None = moment()
    destroyed_at: datetime | None = moment()


class RosterRow(SQLModel, table=True):
    """Who is asked in a round, frozen at its start."""

    __tablename__ = "roster"
    round_id: int = Field(foreign_key="round.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")


class OpenMessageRow(SQLModel, table=True):
    """The one message a person has for a round on an account; edited, closed, then forgotten."""

    __tablename__ = "open_message"
    round_id: int = Field(foreign_key="round.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True)
    installation: str = Field(primary_key=True)
    chat: str
    message: str


class ResultRow(SQLModel, table=True):
    """What may be shown of a closed round: computed once, frozen. Comments are sealed."""

    __tablename__ = "result"
    round_id: int = Field(foreign_key="round.id", primary_key=True)
    body: Json = json()
    comments: bytes | None = None
    comments_until: date | None = None


class ReceiptRow(SQLModel, table=True):
    """A receipt of a closed round, without an owner; the key is the words, so sorted."""

    __tablename__ = "receipt"
    __table_args__ = {"sqlite_with_rowid": False}
    round_id: int = Field(primary_key=True)
    words: str = Field(primary_key=True)


class FormalRow(SQLModel, table=True):
    """What was settled for a formal review: before it who reads what, after it what was agreed."""

    __tablename__ = "formal"
    review_id: int = Field(foreign_key="review.id", primary_key=True)
    setup: Json = json()
    talk_on: date | None = None
    agreed: Json = json()
    concluded_at: datetime | None = moment()
    follow_up_on: date | None = None


class PartRow(SQLModel, table=True):
    """A review that belongs to a formal one."""

    __tablename__ = "part"
    review_id: int = Field(foreign_key="review.id", primary_key=True)
    lead_id: int = Field(foreign_key="review.id", index=True)

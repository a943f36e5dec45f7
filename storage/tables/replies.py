"""What brokers reply to their groups, and what was promised."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.tables.columns import key, needed_moment


class ReplyRow(SQLModel, table=True):
    """A broker's one reply after a review."""

    __tablename__ = "reply"
    __table_args__ = (sa.UniqueConstraint("review_id", "member_id"),)
    id: int | None = key()
    review_id: int = Field(foreign_key="review.id", index=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    heard: str
    talk_on: date | None = None
    given_at: datetime = needed_moment()


class ActionRow(SQLModel, table=True):
    """One thing promised in a reply or at the end of a formal review. Names nobody who settled it.

    `member_id` is the broker whom the review was about, whoever is to do it.
    """

    __tablename__ = "action"
    id: int | None = key()
    review_id: int = Field(foreign_key="review.id", index=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    text: str
    owner: str
    until: date | None = None
    became: str = "open"
    told_in: int | None = None
    """The review whose invitation said that it is done; later ones do not say it again."""

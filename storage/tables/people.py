"""People, partnerships and what belongs to them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.tables.columns import Json, json, key, moment, needed_moment


class PersonRow(SQLModel, table=True):
    """A human, on however many accounts."""

    __tablename__ = "person"
    id: int | None = key()
    name: str
    language: str | None = None
    zone: str | None = None
    quiet_from: int = 18 * 60
    quiet_until: int = 8 * 60
    away_until: date | None = None
    stopped: bool = False
    consent_version: str | None = None
    consent_at: datetime | None = moment()


class AccountRow(SQLModel, table=True):
    """Where a person is met."""

    __tablename__ = "account"
    __table_args__ = (sa.UniqueConstraint("installation", "workspace", "user"),)
    id: int | None = key()
    person_id: int = Field(foreign_key="person.id", index=True)
    installation: str
    workspace: str = ""
    user: str
    chat: str
    unreachable: bool = False
    seen_at: datetime = needed_moment()


class PartnershipRow(SQLModel, table=True):
    """The group served, with its settings."""

    __tablename__ = "partnership"
    id: int | None = key()
    name: str
    language: str
    zone: str
    country: str = "ID"
    kind: str = ""
    phase: str = "managing"
    purpose: str = ""
    term_en: str = "partnership broker"
    term_id: str = "broker kemitraan"
    protect: str = "organisation"
    minimum: int = 5
    window_days: int = 7
    paused: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    reminders: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    crisis: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    listener: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_at: datetime = needed_moment()


class PlaceRow(SQLModel, table=True):
    """A group chat or channel linked to one partnership, and its one notice."""

    __tablename__ = "place"
    __table_args__ = (sa.UniqueConstraint("installation", "chat", "thread"),)
    id: int | None = key()
    partnership_id: int = Field(foreign_key="partnership.id", index=True)
    installation: str
    chat: str
    thread: str = ""
    notice: str | None = None
    gone: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class OrganisationRow(SQLModel, table=True):
    """A partner organisation. Removed ones keep their row: history needs the name."""

    __tablename__ = "organisation"
    id: int | None = key()
    partnership_id: int = Field(foreign_key="partnership.id", index=True)
    name: str
    sector: str | None = None
    standing: str = "partner"
    removed_at: datetime | None = moment()


class MemberRow(SQLModel, table=True):
    """A person in one partnership."""

    __tablename__ = "member"
    __table_args__ = (sa.UniqueConstraint("partnership_id", "person_id"),)
    id: int | None = key()
    partnership_id: int = Field(foreign_key="partnership.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    joined_at: datetime = needed_moment()
    left_at: datetime | None = moment()


class RoleRow(SQLModel, table=True):
    """One role of one member."""

    __tablename__ = "role"
    member_id: int = Field(foreign_key="member.id", primary_key=True)
    role: str = Field(primary_key=True)


class AssignmentRow(SQLModel, table=True):
    """A member's service as broker."""

    __tablename__ = "assignment"
    id: int | None = key()
    partnership_id: int = Field(foreign_key="partnership.id", index=True)
    member_id: int = Field(foreign_key="member.id")
    kind: str
    home_id: int | None = Field(default=None, foreign_key="organisation.id")
    contractor: str | None = None
    contracting_id: int | None = Field(default=None, foreign_key="organisation.id")
    engagement: str | None = None
    tasks: str = ""
    aims: str = ""
    share: str = ""
    starts: date
    ends: date | None = None
    consent: str = "asked"
    consent_at: datetime | None = moment()


class CodeRow(SQLModel, table=True):
    """A join link: of one organisation for several people, or single-use for a role.

    `partnership_id` is None for a founding code. `assignment` holds what the broker's
    link appoints to.
    """

    __tablename__ = "code"
    code: str = Field(primary_key=True)
    partnership_id: int | None = Field(default=None, foreign_key="partnership.id", index=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    role: str = "partner"
    assignment: Json = json()
    name: str = ""
    made_by: str = ""
    uses_left: int = 10
    expires_at: datetime = needed_moment()


class LinkRow(SQLModel, table=True):
    """A code with which somebody on one app shows that they are somebody on another."""

    __tablename__ = "link"
    code: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    expires_at: datetime = needed_moment()


class SettingRow(SQLModel, table=True):
    """The log of settings that every member can read (DESIGN 5)."""

    __tablename__ = "setting"
    id: int | None = key()
    partnership_id: int = Field(foreign_key="partnership.id", index=True)
    at: datetime = needed_moment()
    by: str
    name: str
    before: str
    after: str

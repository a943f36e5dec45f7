"""What lets Titian into workspaces that installed it by themselves."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.tables.columns import needed_moment


class InstallationRow(SQLModel, table=True):
    """One workspace's tokens, sealed under the master key. No person."""

    __tablename__ = "installation"
    name: str = Field(primary_key=True)
    sealed: bytes


class TicketRow(SQLModel, table=True):
    """Something handed out to be brought back once, as its hash."""

    __tablename__ = "ticket"
    digest: str = Field(primary_key=True)
    expires_at: datetime = needed_moment()

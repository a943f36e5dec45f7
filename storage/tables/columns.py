"""Columns that several tables share."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.database import Utc

Json = dict[str, Any]


def key() -> Any:
    """A serial key."""
    return Field(default=None, primary_key=True)


def json() -> Any:
    """Plain JSON, an empty object at first."""
    return Field(default_factory=dict, sa_type=sa.JSON)


def moment(*, index: bool = False) -> Any:
    """An aware time, or none yet."""
    return Field(default=None, sa_type=Utc, nullable=True, index=index)


def needed_moment() -> Any:
    """An aware time that is always there."""
    return Field(sa_type=Utc, nullable=False)

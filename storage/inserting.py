"""INSERT that says what to do about a row that is there: each database has its own."""

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert_into(table: Any, dialect: str) -> "sqlite.Insert | postgresql.Insert":
    """The insert of a dialect. PostgreSQL's is not loaded where nobody needs it: starts differ."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)

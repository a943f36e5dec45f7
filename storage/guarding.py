"""Codes that people type, looked up so that how long it takes tells nothing of the right one."""

import hmac
from typing import TypeVar

from sqlmodel import SQLModel, col, select

from storage.store import Unit

T = TypeVar("T", bound=SQLModel)
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8
SHELF = 2
"""By so many letters the database looks codes up; the others (30 bits) are compared here."""


def find_row(unit: Unit, table: type[T], text: str) -> T | None:
    """The row of *table* whose `code` was typed: case, spaces and dashes do not matter."""
    plain = "".join(c for c in text.upper() if c.isalnum())
    if len(plain) != LENGTH:
        return None
    code, shelf = col(table.code), plain[:SHELF]  # type: ignore[attr-defined]
    query = select(table).where(code.between(shelf, shelf + ALPHABET[-1] * (LENGTH - SHELF)))
    found = None
    for row in unit.exec(query).all():
        if hmac.compare_digest(row.code.encode(), plain.encode()):  # type: ignore[attr-defined]
            found = row
    return found

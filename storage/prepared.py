"""Statements that every tap needs, put together once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from storage.database import is_refused, keep_first

PORTION = 200


class Prepared:
    """A statement that is put together once and handed to the driver as it is.

    For the few that every tap needs. Values go to the driver and come from it unconverted.
    """

    def __init__(self, statement: Callable[[sa.Dialect], sa.Executable]) -> None:
        """*statement* makes it for a dialect."""
        self._statement = statement
        self._ready: dict[str, tuple[str, list[str] | None]] = {}

    def first(self, link: sa.Connection, **values: object) -> tuple[Any, ...] | None:
        """The first row with *values* for its parameters."""
        found = self._run(link, values).fetchone()
        return tuple(found) if found is not None else None

    def each(self, link: sa.Connection, **values: object) -> Iterator[tuple[Any, ...]]:
        """Every row with *values* for its parameters, some at a time."""
        found = self._run(link, values)
        while rows := found.fetchmany(PORTION):
            yield from map(tuple, rows)

    def run(self, link: sa.Connection, **values: object) -> int:
        """Run it with *values* for its parameters; how many rows it touched."""
        return int(self._run(link, values).rowcount)

    def run_all(self, link: sa.Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Run it once for each of *rows*, in their order."""
        sql, order = self._ready.get(link.dialect.name) or self._compile(link.dialect)
        if order is None:
            link.exec_driver_sql(sql, [dict(row) for row in rows])
        else:
            link.exec_driver_sql(sql, [tuple(row[name] for name in order) for row in rows])

    def _run(self, link: sa.Connection, values: Mapping[str, object]) -> Any:
        sql, order = self._ready.get(link.dialect.name) or self._compile(link.dialect)
        given = dict(values) if order is None else tuple(values[name] for name in order)
        if link.dispatch.before_cursor_execute:  # whoever listens to statements hears these too
            return link.exec_driver_sql(sql, given)
        raw = link.connection
        try:
            return raw.cursor().execute(sql, given)
        except link.dialect.loaded_dbapi.Error as error:
            raise _usual(link, raw, sql, error) from None

    def _compile(self, dialect: sa.Dialect) -> tuple[str, list[str] | None]:
        compiled = self._statement(dialect).compile(dialect=dialect)  # type: ignore[attr-defined]
        order = list(compiled.positiontup) if compiled.positional else None
        self._ready[dialect.name] = str(compiled), order
        return self._ready[dialect.name]


def _usual(link: sa.Connection, raw: Any, sql: str, error: Any) -> BaseException:
    """What SQLAlchemy makes of an error of the driver, and does about a lost connection."""
    lost = link.dialect.is_disconnect(error, raw, None)
    if lost:
        link.invalidate(error)
    keep_first(error, is_refused(error))
    found: BaseException = sa.exc.DBAPIError.instance(
        sql, None, error, link.dialect.loaded_dbapi.Error, True, lost, link.dialect
    )
    return found

"""An older version goes on serving while the tables of a newer one are made."""

import ast
from datetime import UTC, date, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

import storage.tables  # noqa: F401  (the tables register themselves)
from dialogues.errors import CannotStart
from storage.database import upgrade
from tests.conftest import fresh_database

FOLDER = Path(__file__).parents[2] / "storage" / "migrations" / "versions"
REVISIONS = sorted(path.name[:4] for path in FOLDER.glob("0*.py"))
HARMLESS = {"create_table", "create_index", "add_column", "batch_alter_table", "f"}
REASON = "Not additive: "


def harmful(source: str) -> list[str]:
    """What an upgrade does that an older version may stumble over, unless it says why not."""
    module = ast.parse(source)
    if REASON in (ast.get_docstring(module) or ""):
        return []
    (body,) = [n for n in module.body if isinstance(n, ast.FunctionDef) and n.name == "upgrade"]
    found = []
    for node in ast.walk(body):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id.endswith("op")):
            continue
        if node.func.attr not in HARMLESS or _is_demanding(node):
            found.append(node.func.attr)
    return found


def _is_demanding(call: ast.Call) -> bool:
    """Whether a new column must be given a value by whoever does not know it, or an index bites."""
    named = {k.arg: ast.unparse(k.value) for k in call.keywords}
    if isinstance(call.func, ast.Attribute) and call.func.attr == "create_index":
        return named.get("unique") == "True"
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "add_column"):
        return False
    column = call.args[-1]
    assert isinstance(column, ast.Call)
    of = {k.arg: ast.unparse(k.value) for k in column.keywords}
    return of.get("nullable") == "False" and "server_default" not in of


@pytest.mark.parametrize("path", sorted(FOLDER.glob("0*.py")), ids=lambda path: path.name[:4])
def test_each_migration_only_adds_or_says_why_not(path: Path) -> None:
    assert harmful(path.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        'op.drop_table("link")',
        'batch_op.drop_column("paused")',
        'batch_op.alter_column("name", nullable=False)',
        'op.execute("DELETE FROM person")',
        'op.create_index("ix", "person", ["name"], unique=True)',
        'batch_op.add_column(sa.Column("x", sa.Integer(), nullable=False))',
    ],
)
def test_what_takes_something_away_is_noticed(line: str) -> None:
    source = f"def upgrade() -> None:\n    {line}\n"
    assert harmful(source)
    assert harmful(f'"""{REASON}nobody reads it."""\n{source}') == []


def test_the_statements_of_the_version_before_still_work(postgres: str) -> None:
    for before, after in pairwise(REVISIONS):
        with fresh_database(postgres) as url:
            upgrade(url, before)
            engine = sa.create_engine(url)
            old = sa.MetaData()
            old.reflect(engine)
            upgrade(url, after)
            with engine.connect() as link:
                for table in old.sorted_tables:
                    if table.name != "alembic_version":
                        link.execute(sa.insert(table).values(row(table)))
                        link.execute(sa.select(table)).one()
                        link.execute(sa.update(table).values(row(table)))
                for table in reversed(old.sorted_tables):
                    link.execute(sa.delete(table))
                link.rollback()
            engine.dispose()


def test_a_database_of_the_first_version_keeps_what_it_holds(database_url: str) -> None:
    """From the first schema to this one in one go, with a row in every table."""
    upgrade(database_url, REVISIONS[0])
    engine = sa.create_engine(database_url)
    first = sa.MetaData()
    first.reflect(engine)
    tables = [table for table in first.sorted_tables if table.name != "alembic_version"]
    with engine.begin() as link:
        for table in tables:
            link.execute(sa.insert(table).values(row(table)))
        before = {table: link.execute(sa.select(table)).one() for table in tables}
    upgrade(database_url)
    with engine.connect() as link:
        assert {table: link.execute(sa.select(table)).one() for table in tables} == before
        for table in SQLModel.metadata.sorted_tables:  # and this version can read it
            assert len(link.execute(sa.select(table)).all()) == (table.name in first.tables)
    engine.dispose()


def test_a_damaged_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'titian.db'}"
    upgrade(url, REVISIONS[0])
    engine = sa.create_engine(url)
    first = sa.MetaData()
    first.reflect(engine)
    with engine.begin() as link:
        link.execute(sa.insert(first.tables["account"]).values(row(first.tables["account"])))
    with pytest.raises(CannotStart, match="rows refer to others that are not there"):
        upgrade(url)
    after = sa.MetaData()
    after.reflect(engine)
    assert set(after.tables) == set(first.tables)
    with engine.connect() as link:
        assert link.scalar(sa.text("SELECT version_num FROM alembic_version")) == REVISIONS[0]
    engine.dispose()


def row(table: sa.Table) -> dict[str, Any]:
    """A value for every column that this version knows."""
    noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    made: dict[type, Any] = {int: 1, str: "x", bytes: b"x", bool: True}
    made |= {datetime: noon, date: noon.date(), time: noon.time()}
    return {
        column.name: {} if isinstance(column.type, sa.JSON) else made[column.type.python_type]
        for column in table.columns
    }

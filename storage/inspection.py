"""What can be seen of databases and keyrings without changing them: for `titian doctor`."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import sqlalchemy as sa

from dialogues.errors import KeyLost
from dialogues.model import RoundState
from storage import installations
from storage.database import database_file, open_engine
from storage.keyring import seal_key, slot_key
from storage.keyrings import KEYS
from storage.store import Unit
from storage.tables import RoundRow

SETTINGS = (
    "archive_mode",
    "wal_level",
    "log_statement",
    "log_duration",
    "log_min_duration_statement",
    "log_min_duration_sample",
    "log_transaction_sample_rate",
    "log_parameter_max_length",
    "log_parameter_max_length_on_error",
    "shared_preload_libraries",
    "track_commit_timestamp",
)
UNSEEN = (sa.exc.SQLAlchemyError, OSError)


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server: settings as SHOW gives them, and what copies it as it writes."""

    settings: Mapping[str, str]
    copies: int = 0


def server(url: str) -> Server | None:
    """What a PostgreSQL server is set to; None where it cannot be reached."""
    engine = open_engine(url)
    try:
        with engine.connect() as link:
            known = "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(:names)"
            found = link.execute(sa.text(known), {"names": list(SETTINGS)}).all()
            slots = link.execute(sa.text("SELECT count(*) FROM pg_replication_slots")).scalar_one()
            senders = link.execute(sa.text("SELECT count(*) FROM pg_stat_replication")).scalar_one()
            return Server({name: str(value) for name, value in found}, max(slots, senders))
    except UNSEEN:
        return None
    finally:
        engine.dispose()


def tokens(url: str, master: bytes) -> dict[str, str] | None:
    """What lets Titian into each workspace; None where *master* does not open it.

    Of a database whose schema is current.
    """
    engine = open_engine(url, "BEGIN")
    try:
        with Unit(engine) as unit:
            names = installations.open_all(unit, master)
            found = {name: installations.find(unit, master, name) for name in names}
            return {name: kept for name, kept in found.items() if kept is not None}
    except KeyLost:
        return None
    finally:
        engine.dispose()


def schema(url: str) -> str:
    """How a database stands to this code: current, older, newer, missing or unreachable."""
    # Here, since a start needs this file and no Alembic where there is nothing to upgrade.
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    path = database_file(url)
    if path is not None and not path.exists():
        return "missing"
    with as_file(files("storage") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        scripts = ScriptDirectory.from_config(config)
        known, newest = {s.revision for s in scripts.walk_revisions()}, scripts.get_current_head()
    engine = open_engine(url, "BEGIN")
    try:
        with engine.connect() as link:
            current = MigrationContext.configure(link).get_current_revision()
    except UNSEEN:
        return "unreachable"
    finally:
        engine.dispose()
    if current is None:
        return "missing"
    return "current" if current == newest else "older" if current in known else "newer"


def keyless(url: str, names: frozenset[str]) -> int:
    """How many open rounds have no key among *names*; 0 where that cannot be seen."""
    engine = open_engine(url, "BEGIN")
    open_ones = sa.select(RoundRow.__table__.c.id, RoundRow.__table__.c.key_number).where(  # type: ignore[attr-defined]
        RoundRow.__table__.c.state == RoundState.OPEN.value  # type: ignore[attr-defined]
    )
    try:
        with engine.connect() as link:
            found = link.execute(open_ones).all()
    except UNSEEN:
        return 0
    finally:
        engine.dispose()
    return sum(not {slot_key(r), seal_key(r, number)} <= names for r, number in found)


def key_names(where: str) -> frozenset[str] | None:
    """The names of all keys in a keyring; None where it keeps none that can be seen."""
    if where.startswith("file:"):
        folder = Path(where.removeprefix("file:"))
        return frozenset(path.stem for path in folder.glob("*.key"))
    if not where.startswith("postgresql"):
        return None
    engine = open_engine(where)
    try:
        with engine.connect() as link:
            return frozenset(link.execute(sa.select(KEYS.c.name)).scalars())
    except UNSEEN:
        return None
    finally:
        engine.dispose()

"""`titian doctor`: what on this server weakens the promise, found from a plain snapshot.

Each finding is one sentence: what, why it matters, how to mend it. `bot/examining.py`
takes the snapshot.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

FILE, MEMORY, DATABASE = "file", "memory", "database"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server as it is set; `copies` are replicas and replication slots."""

    what: str
    settings: Mapping[str, str]
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the findings are made of. The defaults are those of a server in order."""

    live: bool = True
    keyring: str = FILE
    same_folder: bool = False
    same_disk: bool = False
    same_server: bool = False
    readable_keys: bool = False
    master_set: bool = True
    master_beside: bool = False
    keyless: int = 0
    swaps: tuple[str, ...] = ()
    core_dumps: bool = False
    clock_synchronised: bool | None = True
    public_url: str = ""
    schema: str = "current"
    servers: tuple[Postgres, ...] = ()
    unreachable: tuple[str, ...] = ()
    platforms: tuple[str, ...] = field(default_factory=tuple)
    """What adapters find about their platform's side (scopes, webhooks): sentences of theirs."""


def findings(seen: Snapshot) -> tuple[str, ...]:
    """All that is to be mended, the gravest first."""
    return (
        *_keyring(seen),
        *_server(seen),
        *_databases(seen),
        *_schema(seen),
        *seen.platforms,
    )


def _keyring(seen: Snapshot) -> Iterator[str]:
    if seen.keyless:
        yield (
            f"{seen.keyless} open check-in(s) have no key in the keyring, so nobody can answer "
            "them and they will end without a result: look whether TITIAN_KEYRING names the "
            "right place and is mounted, before they close."
        )
    if seen.live and seen.keyring == FILE and seen.same_folder:
        yield (
            "The keyring lies in the folder of the database, so one backup holds the answers "
            "and what opens them: let TITIAN_KEYRING name a folder on another disk that no "
            "backup takes along, or a second database."
        )
    elif seen.live and seen.keyring == FILE and seen.same_disk:
        yield (
            "The keyring lies on the same file system as the database, so one snapshot of it "
            "holds the answers and what opens them: let TITIAN_KEYRING name a folder on another "
            "disk that no backup takes along, or a second database."
        )
    if seen.same_server:
        yield (
            "The keys are on the same PostgreSQL server as the answers, so a base backup or an "
            "archive holds both: put the database of TITIAN_KEYRING on a server that nobody "
            "backs up."
        )
    if seen.readable_keys:
        yield (
            "Other users of this machine can read the keyring, so they could open answers while "
            "a check-in is open: run chmod -R go= on the folder of TITIAN_KEYRING."
        )
    if seen.live and seen.master_beside:
        yield (
            "The master key lies beside the keys that it wraps, so it protects nothing in a "
            "copy: move it out of the folder into TITIAN_MASTER_KEY, from a secret store."
        )
    if not seen.master_set and not seen.master_beside:
        yield (
            "There is no master key, so the keys cannot be wrapped: set TITIAN_MASTER_KEY to 64 "
            "hexadecimal digits, for example from openssl rand -hex 32."
        )


def _server(seen: Snapshot) -> Iterator[str]:
    if seen.swaps:
        yield (
            f"Memory is swapped out to {', '.join(seen.swaps)} without encryption that I can "
            "see, so keys and answers may stay on that disk: run swapoff -a, or encrypt the "
            "swap with dm-crypt."
        )
    if seen.core_dumps:
        yield (
            "Core dumps cannot be forbidden here, so a crash may write keys and answers into a "
            "file: set the limit core to 0 for Titian (LimitCORE=0 in its systemd unit)."
        )
    if seen.clock_synchronised is False:
        yield (
            "The clock of this machine is not synchronised, so check-ins may close at another "
            "time than people were told: switch on systemd-timesyncd or chrony."
        )
    if seen.public_url.startswith("http://"):
        yield (
            "TITIAN_PUBLIC_URL is not https, so what people tap travels readable through the "
            "net: put a proxy with a certificate in front and write its https address there."
        )


def _databases(seen: Snapshot) -> Iterator[str]:
    for what in seen.unreachable:
        yield (
            f"The {what} cannot be reached, so nothing works and I cannot look at it: check its "
            "address, that it runs, and its password."
        )
    for server in seen.servers:
        yield from _postgres(server)


def _postgres(server: Postgres) -> Iterator[str]:
    what, known = server.what, server.settings

    def is_on(name: str, off: tuple[str, ...] = ("off", "")) -> bool:
        return known.get(name, off[0]) not in off

    if is_on("archive_mode"):
        yield (
            f"PostgreSQL archives every change of the {what} (archive_mode), so who wrote when "
            "can be read there and what was deleted stays: set archive_mode to off, and back up "
            "with titian backup."
        )
    if server.copies:
        yield (
            f"{server.copies} replica(s) or replication slot(s) copy the {what} as it is "
            "written, so what is destroyed here lives on there: remove them, or give Titian a "
            "server without."
        )
    if known.get("wal_level") == "logical":
        yield (
            f"PostgreSQL keeps changes of the {what} row by row (wal_level is logical), so "
            "answers of one person can be followed in time: set wal_level to replica."
        )
    if is_on("log_statement", ("none", "ddl")) or _logs_by_duration(known):
        values = "" if known.get("log_parameter_max_length") == "0" else " with their values"
        yield (
            f"PostgreSQL logs the statements of the {what}{values} (log_statement or a "
            "log_min_duration setting), so the log shows when somebody answered: set "
            "log_statement to none and log_min_duration_statement to -1."
        )
    if is_on("log_parameter_max_length_on_error", ("0",)):
        yield (
            f"PostgreSQL logs the values of failed statements of the {what} "
            "(log_parameter_max_length_on_error), among them sealed answers and names: set it "
            "to 0."
        )
    loaded = [
        n for n in ("auto_explain", "pgaudit") if n in known.get("shared_preload_libraries", "")
    ]
    if loaded:
        yield (
            f"PostgreSQL has {' and '.join(loaded)} loaded for the {what}, which log statements "
            "with their values: take them out of shared_preload_libraries."
        )
    if is_on("track_commit_timestamp"):
        yield (
            f"PostgreSQL keeps the time of each change of the {what} (track_commit_timestamp), "
            "so rows show when somebody answered: set it to off."
        )


def _logs_by_duration(known: Mapping[str, str]) -> bool:
    by_time = ("log_min_duration_statement", "log_min_duration_sample")
    return (
        any(known.get(name, "-1") != "-1" for name in by_time)
        or known.get("log_duration", "off") != "off"
        or float(known.get("log_transaction_sample_rate", "0")) > 0
    )


def _schema(seen: Snapshot) -> Iterator[str]:
    match seen.schema:
        case "newer":
            yield (
                "The database is newer than this version of Titian, which will not start on it: "
                "install the newer version, or restore a backup made with this one."
            )
        case "older":
            yield (
                "The database has the tables of an older version, which a start changes at "
                "once: make a backup, then run titian migrate."
            )
        case "missing" if seen.live:
            yield (
                "The database has no tables yet, so nothing is kept there: look whether "
                "TITIAN_DATABASE_URL is the right one, then run titian migrate."
            )

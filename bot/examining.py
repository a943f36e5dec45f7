"""Looks at this server for `titian doctor`, and changes nothing on it."""

import asyncio
import ctypes
from collections.abc import Mapping
from pathlib import Path

from bot import dumps
from bot.clock import SystemClock
from bot.disks import same_disk, same_folder
from bot.doctor import DATABASE, FILE, MEMORY, Postgres, Snapshot
from bot.settings import Settings
from dialogues.errors import CannotStart
from storage import inspection
from storage.database import database_file, same_server
from storage.keyrings import MASTER, master_key

SWAPS = Path("/proc/swaps")
BLOCKS = Path("/sys/class/block")
UNSYNCHRONISED = 5
"""What adjtimex answers where nobody keeps the clock (TIME_ERROR)."""


def examine(settings: Settings) -> Snapshot:
    """The snapshot of the server on which Titian would run with *settings*."""
    where, database = settings.keyring, settings.database_url
    kind = MEMORY if where == "memory:" else FILE if where.startswith("file:") else DATABASE
    folder = Path(where.removeprefix("file:")) if kind == FILE else None
    named = [("database", database)] if database.startswith("postgresql") else []
    named += [("database of keys", where)] if kind == DATABASE else []
    seen = [(what, inspection.server(url)) for what, url in named]
    schema = inspection.schema(database)
    away = [what for what, server in seen if server is None]
    if schema == "unreachable" and "database" not in away:
        away.insert(0, "database")
    beside = folder is not None and (folder / MASTER).exists() and settings.master_key is None
    return Snapshot(
        live=settings.live,
        keyring=kind,
        same_folder=same_folder(folder, database_file(database)),
        same_disk=same_disk(folder, database_file(database)),
        same_server=kind == DATABASE and same_server(where, database),
        readable_keys=folder is not None and readable_by_others(folder),
        master_set=settings.master_key is not None
        or kind == MEMORY
        or not (folder and folder.exists()),
        master_beside=beside,
        keyless=_keyless(settings) if schema == "current" else 0,
        swaps=open_swaps(_text(SWAPS), BLOCKS),
        core_dumps=not dumps.keep_out(),
        clock_synchronised=synchronised(),
        public_url=settings.public_url,
        schema=schema,
        servers=tuple(Postgres(w, s.settings, s.copies) for w, s in seen if s is not None),
        unreachable=tuple(away),
        platforms=asyncio.run(_platforms(settings)),
    )


async def _platforms(settings: Settings) -> tuple[str, ...]:
    """What each configured platform's own side lacks."""
    found: list[str] = []
    if settings.telegram_token is not None:
        from adapters.telegram import examining as telegram
        from adapters.telegram.webhook import PATH

        by_webhook = settings.telegram_mode == "webhook"
        webhook = settings.public_url.rstrip("/") + PATH if by_webhook else ""
        token = settings.telegram_token.get_secret_value()
        found += await telegram.lacking(token, settings.telegram_api_url, webhook)
    if settings.slack_bot_token is not None:
        from adapters.slack import examining as slack

        bot, app = settings.slack_bot_token, settings.slack_app_token
        tokens = bot.get_secret_value(), app.get_secret_value() if app else ""
        found += await slack.lacking(*tokens, settings.slack_api_url, SystemClock())
    elif settings.slack_client_id and settings.slack_client_secret is not None:
        from adapters.slack import examining as slack

        secret = settings.slack_client_secret.get_secret_value()
        kept = _tokens(settings)
        if kept is None:
            found.append(
                "The tokens of Slack's workspaces cannot be opened, so Titian will not start: set "
                "TITIAN_MASTER_KEY to the key under which they were sealed."
            )
        found += await slack.lacking_of_many(
            settings.slack_client_id, secret, settings.slack_api_url, kept or {}, SystemClock()
        )
    return tuple(found)


def _tokens(settings: Settings) -> Mapping[str, str] | None:
    """What lets Titian into workspaces; None where the master key is not the right one."""
    if inspection.schema(settings.database_url) != "current":
        return {}
    given = settings.master_key.get_secret_value() if settings.master_key else None
    try:
        return inspection.tokens(settings.database_url, master_key(settings.keyring, given))
    except CannotStart:
        return None


def readable_by_others(folder: Path) -> bool:
    """Whether somebody but the owner can read a keyring or a file in it."""
    if not folder.exists():
        return False
    return any(path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir()))


def open_swaps(listed: str, blocks: Path) -> tuple[str, ...]:
    """The swaps in the text of /proc/swaps that lie on a disk and are not encrypted."""
    names = [line.split()[0] for line in listed.splitlines()[1:] if line.strip()]
    return tuple(name for name in names if not _is_shut(name, blocks))


def _is_shut(name: str, blocks: Path) -> bool:
    device = Path(name).resolve().name
    made = _text(blocks / device / "dm" / "uuid")
    return device.startswith("zram") or made.startswith("CRYPT-")


def synchronised() -> bool | None:
    """Whether somebody keeps this machine's clock right; None where that cannot be seen."""
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != UNSYNCHRONISED


def _keyless(settings: Settings) -> int:
    names = inspection.key_names(settings.keyring)
    return 0 if names is None else inspection.keyless(settings.database_url, names)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""

"""What the Slack double knows: people, channels, and what it noticed."""

import asyncio
import itertools
import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.doubles.slack_elements import Json
from tests.doubles.slack_people import Channel, Fault, User
from tests.doubles.slack_spec import SPEC_PATH, WebApiSpec


class ApiError(Exception):
    """A call answered with ok=false; a `quiet` one is no fault of the app."""

    def __init__(
        self,
        error: str,
        messages: Sequence[str] = (),
        quiet: bool = False,
        status: int = 200,
        retry_after: int | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(error)
        self.error, self.quiet, self.status, self.retry_after = error, quiet, status, retry_after
        notes = {"response_metadata": {"messages": list(messages)}} if messages else {}
        self.extra: Json = extra | notes


@dataclass
class Delivery:
    """One attempt to hand the app something; seconds is the time until its ack."""

    kind: str
    what: str
    attempt: int
    acked: bool = False
    seconds: float | None = None
    status: int | str | None = None
    body: Any = None


class State:
    """What all the parts of the double build on."""

    def __init__(
        self,
        mode: str = "socket",
        request_url: str | None = None,
        bot_token: str = "xoxb-double",  # noqa: S107
        app_token: str = "xapp-double",  # noqa: S107
        signing_secret: str = "double-secret",  # noqa: S107
        spec: Path = SPEC_PATH,
        clock: Callable[[], float] = time.monotonic,
        limits: bool = True,
        ack_seconds: float = 3.0,
        trigger_seconds: float = 3.0,
        retry_delays: Sequence[float] = (0.0, 0.3, 0.6),
        page: int = 200,
        port: int = 0,
        escape: bool = True,
        scopes: Collection[str] | None = None,
        messages_tab_read_only: bool = True,
        team: str = "T0DOUBLE",
        team_name: str = "Double",
        bot_id: str = "U0BOT",
    ) -> None:
        """`mode` is "socket", or "http" with the app's `request_url`; port 0 takes a free one.

        `limits` counts calls, by `clock`; `page` is the longest page of a list. `escape`: typed
        words reach the app as Slack escapes them. `scopes` are those of the bot token (None:
        all). With `messages_tab_read_only` nobody can write in the app's direct message. `team`
        is the workspace, `granted` more tokens of it (see slack_workspaces.py).
        """
        self.escape, self.messages_tab_read_only = escape, messages_tab_read_only
        self.scopes = None if scopes is None else frozenset(scopes)
        self.revoked = ""
        self.mode, self.request_url, self.port = mode, request_url, port
        self.bot_token, self.app_token, self.secret = bot_token, app_token, signing_secret
        self.spec, self.clock, self.limits = WebApiSpec(spec), clock, limits
        self.ack_seconds, self.trigger_seconds = ack_seconds, trigger_seconds
        self.retry_delays, self.page = retry_delays, page
        self.team, self.team_name, self.bot_id = team, team_name, bot_id
        self.app_id = "A0DOUBLE"
        self.granted: set[str] = set()
        self.origin = ""
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.scheduled: dict[str, tuple[int, Channel, Json]] = {}
        self.files: dict[str, Json] = {}
        self.calls: list[Json] = []
        self.violations: list[str] = []
        self.warnings: list[str] = []
        self.faults: list[Fault] = []
        self.deliveries: list[Delivery] = []
        self.doubled, self.new_ids, self.hold = 0, False, 0
        self.doubled_interactive, self.doubled_commands, self.late = 0, 0, False
        self.owed: list[tuple[str, Json]] = []
        self.held: list[Json] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.triggers: dict[str, Json] = {}
        self.urls: dict[str, Json] = {}
        self.acks: dict[str, asyncio.Future[Any]] = {}
        self.tickets: set[str] = set()
        self.sockets: list[web.WebSocketResponse] = []
        self.sent: defaultdict[Any, deque[float]] = defaultdict(deque)
        self.limited_until: dict[Any, tuple[float, float]] = {}
        self._ts = itertools.count(1)

    def ts(self) -> str:
        """The next time stamp; no two are the same."""
        return f"{int(time.time())}.{next(self._ts):06}"

    def complain(self, what: str) -> None:
        """Note that a rule was broken."""
        self.violations.append(what)

    def fail(self, method: str, kind: str, **how: Any) -> None:
        """Make calls go wrong; see Fault."""
        self.faults.append(Fault(method, kind, **how))

    def duplicate(self, count: int, new_ids: bool = False) -> None:
        """Deliver each of the next events twice, as Slack does when an ack gets lost.

        With `new_ids` the second time under another event_id.
        """
        self.doubled, self.new_ids = count, new_ids

    def duplicate_interactive(self, count: int, late: bool = False) -> None:
        """Deliver each of the next presses and submissions twice, the same payload.

        With `late` the second time only after what people do next.
        """
        self.doubled_interactive, self.late = count, late

    def duplicate_commands(self, count: int, late: bool = False) -> None:
        """The same for slash commands."""
        self.doubled_commands, self.late = count, late

    def reorder(self, count: int) -> None:
        """Hold the next events and deliver them last first."""
        self.hold = count

    def revoke(self, error: str = "token_revoked") -> None:
        """Every call fails from now on; "account_inactive" if the app was removed."""
        self.revoked = error


def paged(items: list[Json], a: Json, most: int) -> tuple[list[Json], Json]:
    """One page of a list and the cursor of the next."""
    start = int(a.get("cursor") or 0)
    end = start + min(int(a.get("limit") or most), most)
    return items[start:end], {"next_cursor": str(end) if end < len(items) else ""}

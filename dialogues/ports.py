"""All that the outside must provide."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dialogues.messages import Ability, Incoming, Outgoing, Spot


class Handler(Protocol):
    """What an adapter hands its events to."""

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        """Decide, commit, and return the reply; nothing is acknowledged before it returns."""
        ...

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        """Note under which id a reply was sent, so that it can be edited later."""
        ...


class Intake(StrEnum):
    """How a platform's events arrive."""

    POLL = "poll"
    SOCKET = "socket"
    WEB = "web"
    PAGE = "page"
    """Like WEB, but its chats are in the memory of one process."""


Turn = Callable[[], Awaitable[None]]
"""Returns once this process may take a platform's events; elsewhere never."""


async def at_once() -> None:
    """A Turn: where there is one process."""


class Adapter(Protocol):
    """One platform. `run` ends only by cancellation; a failure in it is raised, not hidden."""

    @property
    def installation(self) -> str:
        """The bot or workspace token behind it, by name: "playground"."""
        ...

    @property
    def ability(self) -> Ability:
        """What the platform can show."""
        ...

    def join_link(self, code: str) -> str:
        """What somebody opens to join with *code*, or "" where the platform has no links.

        Without a code: what opens the private chat.
        """
        ...

    def group_link(self) -> str:
        """What somebody opens or types to add Titian to a group, or ""."""
        ...

    @property
    def intake(self) -> Intake:
        """How its events arrive: which type of process takes them."""
        ...

    async def run(self, handler: Handler, up: Callable[[], None], turn: Turn = at_once) -> None:
        """Take events until cancelled; call *up* once they can arrive.

        No event is taken before *turn* returns. Whatever `send` and the links need is ready
        by the time it is called.
        """
        ...

    async def pace(self, to: Spot) -> None:
        """Wait until something nobody asked for may leave for *to*; `send` then does at once.

        Raises RetryLater where that takes long.
        """
        ...

    async def send(self, outgoing: Outgoing) -> str:
        """Send or edit one message and return its id.

        Raises:
            RetryLater, Unreachable, MessageGone, UnknownOutcome.
        """
        ...

    async def close(self) -> None:
        """Let go of the platform: `run` has ended, and nothing is sent any more."""
        ...


class Vault(Protocol):
    """Where an adapter keeps what lets it into workspaces, sealed, for all processes."""

    async def keep(self, installation: str, tokens: str, again: bool = False) -> None:
        """Keep the tokens of an installation, in place of older ones.

        Args:
            again: They are renewed: nothing is kept where Titian was taken out meanwhile.
        """
        ...

    async def find(self, installation: str) -> str | None:
        """The tokens of an installation; None where Titian is not installed any more."""
        ...

    def alone(self, installation: str) -> AbstractAsyncContextManager[None]:
        """While it is held nobody else holds it, in no process: tokens are renewed in turn."""
        ...

    async def issue(self, seconds: float) -> str:
        """A ticket that is good once, for so long."""
        ...

    async def consume(self, ticket: str) -> bool:
        """Whether a ticket is good: then it was good for the last time."""
        ...


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present, aware, UTC."""
        ...

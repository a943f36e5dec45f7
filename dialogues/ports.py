"""All that the outside must provide."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from dialogues.messages import Ability, Incoming, Outgoing


class Handler(Protocol):
    """What an adapter hands its events to."""

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        """Decide, commit, and return the reply; nothing is acknowledged before it returns."""
        ...

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        """Note under which id a reply was sent, so that it can be edited later."""
        ...


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

    async def run(self, handler: Handler, up: Callable[[], None]) -> None:
        """Take events until cancelled; call *up* once they can arrive."""
        ...

    async def send(self, outgoing: Outgoing) -> str:
        """Send or edit one message and return its id.

        Raises:
            RetryLater, Unreachable, MessageGone, UnknownOutcome.
        """
        ...


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present, aware, UTC."""
        ...

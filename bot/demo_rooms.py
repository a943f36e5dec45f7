"""The page in the place of Telegram and Slack, for stories whose people have these two.

What is said is what Titian says on that platform: its name, and what can be done there. How a
platform draws it is shown by `titian checkins show`, and tried in `tests/platforms`.
"""

import asyncio
from collections.abc import Callable, Mapping

from adapters.playground.adapter import Playground
from adapters.playground.room import Entry, Guest
from dialogues.messages import Ability
from dialogues.ports import Handler


class Seat(Playground):
    """One platform's place: its chats, without its network."""

    def __init__(self, installation: str, ability: Ability, address: str) -> None:
        super().__init__(address, None)
        self.installation, self.ability = installation, ability


class Rooms:
    """Several places, each person in one of them; used as one room."""

    def __init__(self, address: str, on: Mapping[str, str]) -> None:
        """*on* names each user's platform: "telegram" or "slack"."""
        from adapters.slack.adapter import ABILITY
        from adapters.telegram.adapter import Telegram

        abilities = {"telegram": Telegram.ability, "slack": ABILITY}
        self._on = on
        self.seats = {name: Seat(name, ability, address) for name, ability in abilities.items()}

    async def run(self, handler: Handler, up: Callable[[], None]) -> None:
        """Let everybody talk to *handler*."""
        ups = [asyncio.Event() for _ in self.seats]
        async with asyncio.TaskGroup() as group:
            for seat, is_up in zip(self.seats.values(), ups, strict=True):
                group.create_task(seat.run(handler, is_up.set))
            for each in ups:
                await each.wait()
            up()

    @property
    def people(self) -> dict[str, Guest]:
        """Everybody, wherever they are, in the order in which they came."""
        found = {u: g for seat in self.seats.values() for u, g in seat.people.items()}
        return {user: found[user] for user in self._on if user in found}

    def introduce(self, user: str, name: str, language: str) -> None:
        """See Playground."""
        self.seats[self._on[user]].introduce(user, name, language)

    def transcript(self, user: str) -> list[Entry]:
        """See Playground."""
        return self.seats[self._on[user]].transcript(user)

    async def type(self, user: str, text: str) -> None:
        """See Playground."""
        await self.seats[self._on[user]].type(user, text)

    async def tap(self, user: str, message: str, label: str) -> None:
        """See Playground."""
        await self.seats[self._on[user]].tap(user, message, label)

    async def fill(
        self, user: str, message: str, values: Mapping[str, tuple[str, ...] | str]
    ) -> None:
        """See Playground."""
        await self.seats[self._on[user]].fill(user, message, values)

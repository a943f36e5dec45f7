"""The vault of the adapters: what lets them in, sealed, and the turns they take."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dialogues.errors import CannotStart
from dialogues.ports import Clock
from storage import inspection, installations
from storage.keyrings import master_key
from storage.store import Store
from storage.turns import Turns


def sealing_key(database: str, keyring: str, master: str | None) -> bytes:
    """The master key, which opens all that is kept in *database*.

    Raises:
        CannotStart: There is none, or another one.
    """
    key = master_key(keyring, master)
    if inspection.tokens(database, key) is None:
        raise CannotStart(
            "TITIAN_MASTER_KEY is not the one under which the tokens of workspaces were "
            "sealed: set the right one again."
        )
    return key


class Installations:
    """Implements `dialogues.ports.Vault`."""

    def __init__(self, store: Store, turns: Turns, clock: Clock, master: bytes) -> None:
        self._store = store
        self._turns = turns
        self._clock = clock
        self._master = master
        self._alone: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def __repr__(self) -> str:
        return "Installations()"

    async def keep(self, installation: str, tokens: str, again: bool = False) -> None:
        """See Vault."""
        await self._store.transact(
            lambda unit: installations.keep(unit, self._master, installation, tokens, again)
        )

    async def find(self, installation: str) -> str | None:
        """See Vault."""
        return await self._store.read(
            lambda unit: installations.find(unit, self._master, installation)
        )

    @asynccontextmanager
    async def alone(self, installation: str) -> AsyncIterator[None]:
        """See Vault."""
        turn = f"renew {installation}"
        async with self._alone[installation]:
            await self._turns.come(turn)
            try:
                yield
            finally:
                await self._turns.give_back(turn)

    async def issue(self, seconds: float) -> str:
        """See Vault."""
        now = self._clock.now()
        return await self._store.transact(lambda unit: installations.issue(unit, now, seconds))

    async def consume(self, ticket: str) -> bool:
        """See Vault."""
        now = self._clock.now()
        return await self._store.transact(lambda unit: installations.consume(unit, now, ticket))

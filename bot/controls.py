"""The playground's clock buttons: time moves, and what is due on the way happens."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import MovedClock

if TYPE_CHECKING:
    from bot.app import App


class Controls:
    """Moves the clock of a process."""

    def __init__(self, app: "App") -> None:
        self._app = app

    def now(self) -> datetime:
        """The present of this process."""
        return self._app.clock.now()

    async def move(self, by: timedelta) -> None:
        """Forward, and everything that became due on the way, in its order."""
        target = self.now() + by
        while await self._step(target):
            continue
        self._forward(target - self.now())
        await self._app.ticker.tick()

    async def to_next(self) -> bool:
        """To the next thing due; False where nothing is."""
        at = await self._app.next_due()
        if at is None:
            return False
        self._forward(at - self.now())
        await self._app.ticker.tick()
        return True

    async def _step(self, target: datetime) -> bool:
        at = await self._app.next_due()
        if at is None or at > target:
            return False
        self._forward(at - self.now())
        await self._app.ticker.tick()
        return True

    def _forward(self, by: timedelta) -> None:
        assert isinstance(self._app.clock, MovedClock)
        self._app.clock.move(by)

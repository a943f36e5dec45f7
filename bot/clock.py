"""Where the time comes from: the real one, and one that can be moved forward."""

from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The present, aware, UTC."""
        return datetime.now(UTC)


class MovedClock:
    """The machine's time, moved forward by the playground's buttons."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        """The moved present, aware, UTC."""
        return datetime.now(UTC) + self.ahead

    def move(self, by: timedelta) -> None:
        """Forward by *by*. Time never goes back: what was promised for noon was said at noon."""
        self.ahead += max(by, timedelta(0))


class SteppedClock:
    """A time that stands still until it is moved: the demo and the tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The present, aware, UTC."""
        return self._now

    def move(self, by: timedelta) -> None:
        """Forward by *by*."""
        self._now += max(by, timedelta(0))

"""A clock for the doubles that a test can move."""

import time


class Clock:
    """The monotonic clock, moved ahead; with `still` it stands where it is put."""

    def __init__(self, still: bool = False) -> None:
        self.still, self.ahead = still, 0.0

    def __call__(self) -> float:
        return self.ahead if self.still else time.monotonic() + self.ahead

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.ahead += seconds

"""Every error of the house, as a tree. The docstring says who can do what about it."""

from collections.abc import Mapping


class TitianError(Exception):
    """The root: anything Titian raises on purpose."""


class Refusal(TitianError):
    """A person asked for what cannot be done: worded for them, nothing was changed.

    `key` names the template that says why and what to do instead.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values: Mapping[str, object] = values


class Mendable(Refusal):
    """Something given does not fit the rest: the form stays as it is, to be changed."""


class BrokenFile(TitianError):
    """A check-in, template or translation cannot be used: its author mends it before the start."""

    def __init__(self, file: str, mend: str) -> None:
        super().__init__(f"{file}: {mend}")
        self.file = file
        self.mend = mend


class CannotStart(TitianError):
    """The operator must change something first: one sentence, exit code 2."""


class DeliveryError(TitianError):
    """A message did not reach its platform."""


class RetryLater(DeliveryError):
    """Try again after `seconds`. `asked`: the platform said so, we wrote too much (429)."""

    def __init__(self, seconds: float, asked: bool = False) -> None:
        super().__init__("retry later")
        self.seconds = seconds
        self.asked = asked


class Unreachable(DeliveryError):
    """The person or the group cannot be written to: trying again would not help."""


class MessageGone(DeliveryError):
    """The message to be edited does not exist any more: send a new one."""


class UnknownOutcome(DeliveryError):
    """The request left and no answer came back: it may have arrived."""


class NotNow(TitianError):
    """The database does not answer: nothing was done, and the same can be tried again."""


class KeyLost(TitianError):
    """The key of a round is not in the keyring: its ballots cannot be read by anyone."""

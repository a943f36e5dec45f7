"""For a command that has ballots written before it: they get a transaction of their own.

A transaction that writes a ballot writes no row that names a person (DESIGN 4). So the
command's is undone, the ballots are written, and the command begins again; a crash in
between leaves an event that was never acknowledged and comes once more.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from storage.store import Store, Unit

T = TypeVar("T")


class BallotsFirst(Exception):
    """Raised by a command: run `write` first, by itself. It may be run twice.

    It returns the messages that the ballots knew to show their dialogue.
    """

    def __init__(self, write: Callable[[Unit], Sequence[str]]) -> None:
        super().__init__("ballots first")
        self.write = write


async def ballots_first(store: Store, decide: Callable[[Unit, Sequence[str]], T]) -> T:
    """Run *decide* in one transaction, with what the ballots knew that it had written before."""
    known: list[str] = []
    while True:
        try:
            return await store.transact(lambda unit: decide(unit, tuple(known)))
        except BallotsFirst as first:
            known.extend(await store.transact(first.write))

"""One protection taken away."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One protection taken away."""

    protection: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    all: bool = False

"""Codes that people type: looked up, and counted where they are for nothing."""

from collections.abc import Callable
from typing import TypeVar

from bot.scene import Scene
from dialogues.errors import Refusal

T = TypeVar("T")


def find_by_code(scene: Scene, look: Callable[[], T | None], fault: str) -> T:
    """What a code is for, by *look*.

    Raises:
        Refusal: With *fault*, where it is for nothing; after too many of these, for a while,
            whatever the code.
    """
    assert scene.incoming is not None
    tries, who = scene.house.tries, scene.incoming.sender
    if tries.spent(who, scene.now):
        raise Refusal("fault.tries")
    found = look()
    if found is None:
        tries.note(who, scene.now)
        raise Refusal(fault)
    return found

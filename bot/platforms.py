"""Which adapters run, and how each is made. One is imported only when it is asked for."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bot.settings import Settings
from dialogues.ports import Adapter

if TYPE_CHECKING:
    from adapters.playground.adapter import Controls, Playground


def playground(address: str, controls: "Controls | None") -> "Playground":
    """The local page."""
    from adapters.playground.adapter import Playground

    return Playground(address, controls)


Factory = Callable[[Settings, str, "Controls | None"], Adapter | None]
PLATFORMS: dict[str, Factory] = {
    "playground": lambda s, address, controls: (
        playground(address, controls) if s.with_playground else None
    ),
}


def open_platforms(
    settings: Settings, address: str, controls: "Controls | None"
) -> Iterator[Adapter]:
    """Every adapter the settings ask for."""
    for make in PLATFORMS.values():
        adapter = make(settings, address, controls)
        if adapter is not None:
            yield adapter

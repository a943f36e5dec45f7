"""Which adapters run, and how each is made. One is imported only when it is asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.settings import Settings
from dialogues.library import LANGUAGES
from dialogues.ports import Adapter
from dialogues.texts import Texts

if TYPE_CHECKING:
    from adapters.playground.adapter import Controls

PRIVATE_MENU = (
    "start",
    "checkin",
    "review",
    "invite",
    "people",
    "partnership",
    "feedback",
    "receipt",
    "link",
    "language",
    "timezone",
    "privacy",
    "stop",
    "resume",
    "leave",
    "mydata",
    "forget",
    "help",
)
GROUP_MENU = ("review", "checkin", "help")


@dataclass(frozen=True)
class Ground:
    """What an adapter may be made from."""

    settings: Settings
    address: str
    controls: "Controls | None"
    texts: Texts


def playground(ground: Ground) -> Adapter | None:
    """The local page, where the settings want it."""
    if not ground.settings.with_playground:
        return None
    from adapters.playground.adapter import Playground

    return Playground(ground.address, ground.controls)


def telegram(ground: Ground) -> Adapter | None:
    """Telegram, where there is a token."""
    settings = ground.settings
    if settings.telegram_token is None:
        return None
    from adapters.telegram.adapter import Telegram

    token = settings.telegram_token.get_secret_value()
    private, group = (menus(ground.texts, names) for names in (PRIVATE_MENU, GROUP_MENU))
    return Telegram(token, settings.telegram_api_url, private, group)


def slack(ground: Ground) -> Adapter | None:
    """Slack in one workspace, where there are its tokens."""
    settings = ground.settings
    if settings.slack_bot_token is None or settings.slack_app_token is None:
        return None
    from adapters.slack.adapter import Slack

    return Slack(
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
        settings.slack_api_url,
        {language: ground.texts.fixed("fault.trouble", language) for language in LANGUAGES},
    )


def menus(texts: Texts, names: Sequence[str]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """What each command does, by language; English stands for all others too."""
    found = {
        language: [(name, texts.fixed(f"phrase.menu_{name}", language)) for name in names]
        for language in LANGUAGES
    }
    return {"": found["en"], **found}


PLATFORMS: dict[str, Callable[[Ground], Adapter | None]] = {
    "playground": playground,
    "telegram": telegram,
    "slack": slack,
}


def open_platforms(ground: Ground) -> Iterator[Adapter]:
    """Every adapter the settings ask for."""
    for make in PLATFORMS.values():
        adapter = make(ground)
        if adapter is not None:
            yield adapter

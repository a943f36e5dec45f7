"""Which adapters run, and how each is made. One is imported only when it is asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.settings import Settings
from dialogues.library import LANGUAGES
from dialogues.ports import Adapter, Vault
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
    "away",
    "quiet",
    "stop",
    "resume",
    "leave",
    "mydata",
    "forget",
    "help",
)
GROUP_MENU = ("checkin", "help")
ADMIN_MENU = ("review", "group", "partnership", *GROUP_MENU)
"""For a group's administrators: mostly its coordinators. Rights are checked all the same."""


@dataclass(frozen=True)
class Ground:
    """What an adapter may be made from."""

    settings: Settings
    address: str
    controls: "Controls | None"
    texts: Texts
    beside: bool = False
    """Whether other processes answer people with the same tokens."""
    vault: Vault | None = None
    """Where the tokens of workspaces are kept, where they install Titian by themselves."""


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
    from adapters.telegram.pacing import leaving_room
    from adapters.telegram.webhook import Webhook, made_from

    token = settings.telegram_token.get_secret_value()
    names = (PRIVATE_MENU, GROUP_MENU, ADMIN_MENU)
    private, group, admins = (menus(ground.texts, menu) for menu in names)
    pace = leaving_room() if ground.beside else None
    chosen = settings.telegram_webhook_secret
    secret = chosen.get_secret_value() if chosen is not None else made_from(token)
    hook = Webhook(settings.public_url, secret) if settings.telegram_mode == "webhook" else None
    return Telegram(token, settings.telegram_api_url, private, group, admins, pace, webhook=hook)


def slack(ground: Ground) -> Adapter | None:
    """Slack in one workspace, where there are its tokens, or in all that install it."""
    settings = ground.settings
    sorry = _in_all(ground.texts, "fault.trouble")
    if settings.slack_bot_token is not None:
        from adapters.slack.adapter import Slack
        from adapters.slack.pacing import leaving_room

        return Slack(
            settings.slack_bot_token.get_secret_value(),
            _open(settings.slack_app_token),
            settings.slack_api_url,
            sorry,
            leaving_room() if ground.beside else None,
            _open(settings.slack_signing_secret),
        )
    if settings.slack_client_id and ground.vault is not None:
        from adapters.slack.installing import ENDS
        from adapters.slack.pacing import Pace, leaving_room
        from adapters.slack.spaces import Spaces
        from adapters.slack.tokens import Client

        client = Client(
            settings.slack_client_id, _open(settings.slack_client_secret), settings.public_url
        )
        return Spaces(
            client,
            _open(settings.slack_signing_secret),
            settings.slack_api_url,
            ground.vault,
            sorry,
            {end: _in_all(ground.texts, f"phrase.installing_{end}") for end in ENDS},
            leaving_room if ground.beside else Pace,
        )
    return None


def _in_all(texts: Texts, key: str) -> Mapping[str, str]:
    return {language: texts.fixed(key, language) for language in LANGUAGES}


def _open(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""


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

"""Which adapters run, and how each is made. One is imported only when it is asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.processes import Process
from bot.settings import Settings
from dialogues.library import LANGUAGES
from dialogues.ports import Adapter, Vault
from dialogues.texts import Texts
from storage.turns import Turns

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
    process: Process = Process.RUN
    turns: Turns | None = None
    """Through which processes see of each other that people are being answered."""
    vault: Vault | None = None
    """Where the tokens of workspaces are kept, where they install Titian by themselves."""

    @property
    def beside(self) -> bool:
        """Whether other processes answer people with the same tokens."""
        return self.process is Process.WORKER

    def answering(self, name: str) -> bool:
        """Whether they are doing so now."""
        return self.turns is not None and self.turns.shows(f"answers {name}")

    def says(self, adapter: Adapter, busy: Callable[[], bool]) -> None:
        """Let others see when this process is *busy* answering people, where it sends no more."""
        if self.turns and self.process.takes(adapter.intake) and not self.process.delivers:
            self.turns.sign(f"answers {adapter.installation}", busy)


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
    from adapters.telegram.pacing import Pace, leaving_room
    from adapters.telegram.webhook import Webhook, made_from

    token = settings.telegram_token.get_secret_value()
    names = (PRIVATE_MENU, GROUP_MENU, ADMIN_MENU)
    private, group, admins = (menus(ground.texts, menu) for menu in names)
    here = partial(ground.answering, Telegram.installation)
    pace = leaving_room(here) if ground.beside else Pace()
    chosen = settings.telegram_webhook_secret
    secret = chosen.get_secret_value() if chosen is not None else made_from(token)
    hook = Webhook(settings.public_url, secret) if settings.telegram_mode == "webhook" else None
    made = Telegram(token, settings.telegram_api_url, private, group, admins, pace, webhook=hook)
    ground.says(made, lambda: pace.busy)
    return made


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

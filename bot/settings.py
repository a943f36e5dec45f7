"""The only reader of the environment. An unknown TITIAN_ name is refused with the nearest one."""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from dialogues.errors import CannotStart

PREFIX = "TITIAN_"


class Settings(BaseSettings):
    """Every setting, with its default (DESIGN 7)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    database_url: str = "sqlite:///var/titian.db"
    keyring: str = "file:var/keyring"
    master_key: SecretStr | None = None
    new_master_key: SecretStr | None = None
    operator: str = ""
    founding: Literal["open", "code"] | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    playground: Literal["on", "off"] | None = None
    telegram_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    slack_client_id: str = ""
    slack_client_secret: SecretStr | None = None
    log: Literal["console", "json"] = "console"

    @property
    def live(self) -> bool:
        """Whether a real platform is meant."""
        return bool(self.telegram_token or self.slack_bot_token or self.slack_client_id)

    @property
    def with_playground(self) -> bool:
        """On when no platform token is set; beside tokens only if asked for."""
        return self.playground == "on" or (self.playground is None and not self.live)

    @property
    def founding_open(self) -> bool:
        """Whether anybody may found a partnership: on the playground by default."""
        return self.founding == "open" or (self.founding is None and not self.live)


def secrets(settings: Settings) -> list[str]:
    """What lets somebody in: tokens, keys, and the passwords in addresses."""
    values = (getattr(settings, name) for name in Settings.model_fields)
    kept = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    addresses = (settings.database_url, settings.keyring)
    found = (urlsplit(address).password for address in addresses if "://" in address)
    passwords = [password for password in found if password]
    return [*kept, *passwords, *map(unquote, passwords)]


def read_settings(folder: Path = Path()) -> Settings:
    """The settings from the environment and from `.env` in *folder*.

    Raises:
        CannotStart: A name or a value is not one of ours, or something needed is missing.
    """
    written = {k: v for k, v in dotenv_values(folder / ".env").items() if v is not None}
    found = {k: v for k, v in {**written, **os.environ}.items() if k.upper().startswith(PREFIX)}
    return settings_from(found)


def settings_from(found: Mapping[str, str]) -> Settings:
    """Settings from names and values, as `read_settings` finds them."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    values: dict[str, str] = {}
    for name, value in found.items():
        if name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, 1)
            hint = f"did you mean {near[0]}?" if near else "see .env.example."
            raise CannotStart(f"{name} is not a setting of Titian: {hint}")
        if value.strip():
            values[name.upper().removeprefix(PREFIX).lower()] = value.strip()
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        detail = error.errors()[0]
        name = PREFIX + str(detail["loc"][0]).upper()
        raise CannotStart(f"{name} cannot be used: {detail['msg']}. See .env.example.") from None
    _together(settings)
    return settings


def _together(settings: Settings) -> None:
    if settings.live and not settings.operator:
        raise CannotStart(
            "TITIAN_OPERATOR is missing: people are told who runs Titian, "
            "so a live platform needs a name and an organisation."
        )
    if settings.database_url.startswith("postgresql") and settings.master_key is None:
        raise CannotStart("TITIAN_MASTER_KEY is missing: PostgreSQL needs it (64 hex digits).")
    if settings.with_playground and settings.public_url:
        raise CannotStart(
            "The playground lets one person play everybody: it cannot run beside "
            "TITIAN_PUBLIC_URL. Set TITIAN_PLAYGROUND=off."
        )
    if not (1 <= settings.port <= 65535 or settings.port == 0):
        raise CannotStart("TITIAN_PORT must be a number from 1 to 65535.")
    if settings.telegram_token is not None and settings.telegram_mode == "webhook":
        _webhook(settings)
    if settings.slack_client_id:
        _many_workspaces(settings)
    elif settings.slack_client_secret is not None:
        raise CannotStart("TITIAN_SLACK_CLIENT_SECRET is set without TITIAN_SLACK_CLIENT_ID.")
    if settings.slack_bot_token is not None and not (
        settings.slack_app_token or settings.slack_signing_secret
    ):
        raise CannotStart(
            "TITIAN_SLACK_BOT_TOKEN alone lets nothing arrive from Slack: set "
            "TITIAN_SLACK_APP_TOKEN for Socket Mode, or TITIAN_SLACK_SIGNING_SECRET for HTTP."
        )


def _many_workspaces(settings: Settings) -> None:
    if settings.slack_bot_token or settings.slack_app_token:
        raise CannotStart(
            "TITIAN_SLACK_CLIENT_ID lets many workspaces install Titian, and "
            "TITIAN_SLACK_BOT_TOKEN and TITIAN_SLACK_APP_TOKEN are for one: set either."
        )
    for name in ("client_secret", "signing_secret"):
        if getattr(settings, f"slack_{name}") is None:
            raise CannotStart(
                f"TITIAN_SLACK_{name.upper()} is missing: workspaces cannot install Titian without "
                "it. It stands on the app's page under Basic Information."
            )
    if not _is_reachable(settings.public_url):
        raise CannotStart(
            "Workspaces install Titian over HTTP, so Slack must reach it: set "
            "TITIAN_PUBLIC_URL to its address, which begins with https://."
        )


def _is_reachable(url: str) -> bool:
    return bool(re.match(r"https://|http://(127\.0\.0\.1|localhost)(:|/|$)", url))


def _webhook(settings: Settings) -> None:
    if not _is_reachable(settings.public_url):
        raise CannotStart(
            "TITIAN_TELEGRAM_MODE is webhook, so Telegram must reach Titian: set "
            "TITIAN_PUBLIC_URL to its address, which begins with https://."
        )
    secret = settings.telegram_webhook_secret
    if secret is not None and not re.fullmatch(
        r"[\w-]{16,256}", secret.get_secret_value(), re.ASCII
    ):
        raise CannotStart(
            "TITIAN_TELEGRAM_WEBHOOK_SECRET must have 16 to 256 letters, digits, _ or -, "
            "for example from openssl rand -hex 32. Without it Titian makes one."
        )

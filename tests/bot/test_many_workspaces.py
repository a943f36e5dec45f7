"""What must be set for many workspaces, said in one sentence each."""

import pytest

from bot.settings import settings_from
from dialogues.errors import CannotStart

RIGHT = {
    "TITIAN_OPERATOR": "Yayasan Contoh",
    "TITIAN_SLACK_CLIENT_ID": "111.222",
    "TITIAN_SLACK_CLIENT_SECRET": "secret",
    "TITIAN_SLACK_SIGNING_SECRET": "signing",
    "TITIAN_PUBLIC_URL": "https://titian.example",
}


def test_all_that_is_needed() -> None:
    settings = settings_from(RIGHT)
    assert settings.live and not settings.with_playground and not settings.founding_open


@pytest.mark.parametrize("lacking", sorted({*RIGHT} - {"TITIAN_OPERATOR"}))
def test_what_is_missing_is_named(lacking: str) -> None:
    left = {name: value for name, value in RIGHT.items() if name != lacking}
    with pytest.raises(CannotStart, match=lacking) as said:
        settings_from({**left, "TITIAN_PLAYGROUND": "off"})
    assert "signing" not in str(said.value).replace("SIGNING", "")


@pytest.mark.parametrize("token", ["BOT", "APP"])
def test_one_workspace_or_many(token: str) -> None:
    with pytest.raises(CannotStart, match="set either") as said:
        settings_from({**RIGHT, f"TITIAN_SLACK_{token}_TOKEN": "xoxb-canary"})
    assert "canary" not in str(said.value)


def test_an_address_without_a_certificate() -> None:
    with pytest.raises(CannotStart, match="TITIAN_PUBLIC_URL"):
        settings_from({**RIGHT, "TITIAN_PUBLIC_URL": "http://titian.example"})

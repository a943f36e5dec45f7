"""What `titian doctor` finds at Telegram's side."""

import pytest

from adapters.telegram.examining import lacking
from tests.doubles.telegram_double import TelegramDouble

OURS = "https://titian.example/telegram/webhook"


@pytest.mark.parametrize(
    ("set_at", "wanted", "said"),
    [
        ("", "", ()),
        (OURS, OURS, ()),
        ("https://other.example/hook?secret", "", ("delivers to other.example, so nothing",)),
        ("https://other.example/hook", OURS, ("delivers to other.example instead of",)),
        ("", OURS, ("delivers nowhere instead of",)),
    ],
)
async def test_where_updates_go(set_at: str, wanted: str, said: tuple[str, ...]) -> None:
    async with TelegramDouble() as tg:
        tg.webhook = {"url": set_at, "secret": ""} if set_at else None
        found = await lacking(tg.token, f"http://127.0.0.1:{tg.port}", wanted)
    assert len(found) == len(said)
    assert all(words in sentence for words, sentence in zip(said, found, strict=True))


async def test_a_delivery_that_failed_and_privacy_mode_off() -> None:
    async with TelegramDouble(privacy=False) as tg:
        tg.webhook = {"url": OURS, "secret": ""}
        tg.webhook_error = "Wrong response from the webhook: 401 Unauthorized"
        failed, privacy = await lacking(tg.token, f"http://127.0.0.1:{tg.port}", OURS)
    assert "401 Unauthorized" in failed and "/setprivacy" in privacy


async def test_a_token_that_is_wrong_and_a_server_that_is_away() -> None:
    async with TelegramDouble() as tg:
        (wrong,) = await lacking("654321:nobody", f"http://127.0.0.1:{tg.port}", "")
    assert "TITIAN_TELEGRAM_TOKEN" in wrong and "nobody" not in wrong.replace("so nobody", "")
    (away,) = await lacking(tg.token, "http://127.0.0.1:9", "")
    assert "cannot be reached" in away

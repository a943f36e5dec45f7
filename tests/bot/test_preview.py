"""What `checkins show --on` prints fits its platform, uncut, in both languages."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.preview import drawn, platform, printed
from dialogues.library import Library
from tests.doubles.slack_limits import check_blocks, check_view
from tests.doubles.telegram_spec import BotApiSpec, check_markup
from tests.doubles.telegram_text import parse_html

NOW = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
LANGUAGES = ("en", "id")


def requests(library: Library, name: str, language: str, on: str) -> list[tuple[str, Any]]:
    found = platform(on)
    assert found is not None
    ability, asked = found
    screens = drawn(library, library.checkins[name], language, ability, NOW)
    return [request for _, outgoing in screens for request in asked(outgoing)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_telegram_takes_every_screen(library: Library, language: str) -> None:
    spec = BotApiSpec()
    for name in library.checkins:
        for method, values in requests(library, name, language, "telegram"):
            checked = spec.check(method, {"chat_id": "1", **values})
            assert 0 < len(parse_html(values["text"])[0]) <= 4096
            if "reply_markup" in checked:
                check_markup(checked["reply_markup"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_takes_every_screen(library: Library, language: str) -> None:
    for name in library.checkins:
        found = requests(library, name, language, "slack")
        assert [method for method, _ in found].count("views.open") == 1
        for method, values in found:
            if method == "views.open":
                assert check_view(values["view"]) == []
            else:
                assert check_blocks(values["blocks"]) == [] and values["text"]


@pytest.mark.parametrize("on", ["telegram", "slack"])
def test_it_is_printed_screen_by_screen(library: Library, on: str) -> None:
    lines = list(printed(library, library.checkins["responsibilities"], "id", on, NOW))
    titles = [line for line in lines if line.startswith("# ")]
    assert titles[0] == "# invitation" and titles[-1] == "# closed"
    assert all(json.loads(line) for line in lines if not line.startswith("# "))
    assert "Ratna Dewi" in "".join(lines) and "Mulai" in "".join(lines)


def test_there_are_two_platforms_to_show_it_on() -> None:
    assert platform("fax") is None

"""What `checkins show` prints fits its platform, uncut, in both languages."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.cli import show_checkin
from bot.preview import PLATFORMS, Platform, drawn, platform, printed, read_out
from dialogues.errors import CannotStart
from dialogues.library import Library
from dialogues.texts import Texts
from tests.doubles.slack_limits import check_blocks, check_view
from tests.doubles.telegram_spec import BotApiSpec, check_markup
from tests.doubles.telegram_text import parse_html

NOW = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
LANGUAGES = ("en", "id")


def known(on: str) -> Platform:
    found = platform(on)
    assert found is not None
    return found


def requests(
    library: Library, texts: Texts, name: str, language: str, on: str
) -> list[tuple[str, Any]]:
    shown = known(on)
    screens = drawn(library, texts, library.checkins[name], language, shown.ability, NOW)
    return [request for _, outgoing in screens for request in shown.requests(outgoing)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_telegram_takes_every_screen(library: Library, texts: Texts, language: str) -> None:
    spec = BotApiSpec()
    for name in library.checkins:
        for method, values in requests(library, texts, name, language, "telegram"):
            checked = spec.check(method, {"chat_id": "1", **values})
            assert 0 < len(parse_html(values["text"])[0]) <= 4096
            if "reply_markup" in checked:
                check_markup(checked["reply_markup"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_takes_every_screen(library: Library, texts: Texts, language: str) -> None:
    for name in library.checkins:
        found = requests(library, texts, name, language, "slack")
        assert [method for method, _ in found].count("views.open") == 1
        for method, values in found:
            if method == "views.open":
                assert check_view(values["view"]) == []
            else:
                assert check_blocks(values["blocks"]) == [] and values["text"]


@pytest.mark.parametrize("on", ["telegram", "slack"])
def test_it_is_printed_screen_by_screen(library: Library, on: str) -> None:
    lines = list(printed(library, library.checkins["responsibilities"], "id", known(on), NOW))
    titles = [line for line in lines if line.startswith("# ")]
    assert titles[0] == "# invitation" and titles[-1] == "# closed"
    assert all(json.loads(line) for line in lines if not line.startswith("# "))
    assert "Ratna Dewi" in "".join(lines) and "Mulai" in "".join(lines)


@pytest.mark.parametrize(
    ("day", "hour", "closes"),
    [(27, 0, "Friday 4"), (27, 9, "Friday 4"), (27, 23, "Monday 7"), (28, 4, "Monday 7")],
)
def test_it_closes_when_a_real_one_would(
    library: Library, day: int, hour: int, closes: str
) -> None:
    now = NOW.replace(day=day, hour=hour, minute=37)
    checkin = library.checkins["role-clarity"]
    read = "\n".join(read_out(library, checkin, "en", known("telegram"), now))
    found = set(re.findall(r"\w+ \d+ December, [\d:]+ WITA", read))
    assert found == {f"{closes} December, 17:00 WITA"}


def test_there_are_two_platforms_to_show_it_on() -> None:
    assert platform("fax") is None


@pytest.mark.parametrize("on", PLATFORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_can_be_read_with_its_options(
    library: Library, on: str, language: str
) -> None:
    checkin = library.checkins["internal-broker"]
    read = "\n".join(read_out(library, checkin, language, known(on), NOW))
    for steps in (("Never", "Always"), ("Tidak pernah", "Selalu")):
        marks = [f"( ) {step}" if on == "slack" else f"[{step}]" for step in steps]
        asked = 2 if steps[0] == {"en": "Never", "id": "Tidak pernah"}[language] else 0
        assert [read.count(mark) for mark in marks] == [asked, asked]
    assert read.count("\n## ") == (on == "slack")


def test_all_of_it_on_both_unless_one_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    show_checkin("internal-broker", "id")
    both = capsys.readouterr().out
    assert both.startswith("Broker dari dalam\n\n= telegram\n\n# invitation\n")
    assert both.count("\n# invitation") == 2 and "\n= slack\n" in both and "{" not in both
    show_checkin("internal-broker", "id", "slack")
    assert '"views.open"' in capsys.readouterr().out
    with pytest.raises(CannotStart, match="telegram or slack"):
        show_checkin("internal-broker", "id", "fax")


def test_the_brokers_own_version_too(capsys: pytest.CaptureFixture[str]) -> None:
    show_checkin("internal-broker", "id", mirror=True)
    own = capsys.readouterr().out
    assert own.count("Saya telah menyiapkan Dinas PU Bima") == 2
    assert "Ratna Dewi aktif mengelola" not in own
    with pytest.raises(CannotStart, match="no version"):
        show_checkin("terminology", "id", mirror=True)

"""The stories that `titian demo` plays."""

import json
import os
from pathlib import Path

import pytest

from bot.demo import play, scenario
from dialogues.errors import CannotStart

STORIES = ("small", "large", "unanimous", "below-minimum", "two-brokers", "year")


async def test_a_review_is_played_to_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await play(tmp_path, reader="tom")
    told = capsys.readouterr().out
    assert "to Tom Okoro" in told and "to Lin Chen" not in told
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "report.png").stat().st_size > 10_000
    for language, said in (("en", "They value"), ("id", "Yang mereka hargai")):
        assert said in (tmp_path / f"report.{language}.html").read_text()
        assert (tmp_path / f"report.{language}.pdf").read_bytes().startswith(b"%PDF-")
        assert (tmp_path / f"report.{language}.png").stat().st_size > 10_000
        assert (
            json.loads((tmp_path / f"report.{language}.json").read_text())["language"] == language
        )
        assert (tmp_path / f"report.{language}.csv").read_bytes().startswith("\ufeff".encode())


def test_a_year_begins_like_a_review_and_repeats_its_quarter() -> None:
    small, year = scenario("small"), scenario("year")
    assert year["people"] == small["people"]
    assert year["steps"][:5] == small["steps"][:5]
    assert [step.get("title") for step in year["steps"]].count("The next quarter") == 4


async def test_the_year_has_its_people_on_both_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    year = scenario("year")
    assert set(year["on"]) == {person["user"] for person in year["people"]}
    titles = [step.get("title") for step in year["steps"]]
    short = {**year, "steps": year["steps"][: titles.index("What became of it?")]}
    monkeypatch.setattr("bot.demo.scenario", lambda name: short)
    await play(tmp_path, name="year")
    told = capsys.readouterr().out
    assert "to Tom Okoro on Slack" in told and "to Sari Wulandari on Telegram" in told
    assert "a page for Tom Okoro" in told and "a page for Sari Wulandari" not in told
    assert (tmp_path / "report.en.html").exists()


@pytest.mark.parametrize("name", STORIES)
def test_every_story_is_about_people_who_are_in_it(name: str) -> None:
    story = scenario(name)
    users = [person["user"] for person in story["people"]]
    assert len(users) == len(set(users)) and set(story["brokers"]) <= set(users)
    named = {step["who"] for step in story["steps"] if "who" in step}
    for step in story["steps"]:
        named |= set(step.get("answers", {}))
    assert named <= set(users)


@pytest.mark.skipif(os.environ.get("TEST_LONG") != "1", reason="every story: in the long form")
@pytest.mark.parametrize("name", STORIES[1:])
async def test_every_story_is_played_to_its_reports(tmp_path: Path, name: str) -> None:
    await play(tmp_path, name=name, reader="tom")
    for number, user in enumerate(scenario(name)["brokers"]):
        report = f"report-{user}" if number else "report"
        assert "Water for Bima" in (tmp_path / f"{report}.id.html").read_text()
        assert (tmp_path / f"{report}.id.pdf").read_bytes().startswith(b"%PDF-")


def test_an_unknown_story_is_refused_with_those_there_are() -> None:
    with pytest.raises(CannotStart, match="large, small, two-brokers"):
        scenario("decade")

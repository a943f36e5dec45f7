"""What `titian doctor` finds at Slack's side."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.slack.examining import _apart, lacking, lacking_of_many, needed
from bot.clock import SteppedClock, SystemClock
from dialogues.ports import Clock
from tests.adapters.spaces import Ground, grounded
from tests.doubles.slack_double import SlackDouble

NOW = SystemClock()


def wrong_by(seconds: float) -> Clock:
    return SteppedClock(datetime.now(UTC) + timedelta(seconds=seconds))


async def test_an_app_in_order() -> None:
    async with SlackDouble("socket", scopes=needed()) as slack:
        assert await lacking(slack.bot_token, slack.app_token, slack.api_url, NOW) == ()
        assert await lacking(slack.bot_token, "", slack.api_url, NOW) == ()


async def test_a_scope_that_is_missing_is_named() -> None:
    granted = set(needed()) - {"files:write"}
    async with SlackDouble("socket", scopes=granted) as slack:
        (said,) = await lacking(slack.bot_token, slack.app_token, slack.api_url, NOW)
    assert "lacks files:write," in said and "manifest.json" in said


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_token_that_was_taken_back(code: str) -> None:
    async with SlackDouble("socket", scopes=needed()) as slack:
        slack.revoked = code
        bot, app = await lacking(slack.bot_token, slack.app_token, slack.api_url, NOW)
    assert f"TITIAN_SLACK_BOT_TOKEN ({code})" in bot and "TITIAN_SLACK_APP_TOKEN" in app
    assert slack.bot_token not in bot and slack.app_token not in app


async def test_the_wrong_kind_of_token_in_the_wrong_place() -> None:
    async with SlackDouble("socket", scopes=needed()) as slack:
        (app,) = await lacking(slack.bot_token, slack.bot_token, slack.api_url, NOW)
    assert "connections:write" in app


async def test_a_server_that_is_away() -> None:
    (away,) = await lacking("xoxb-1", "xapp-1", "http://127.0.0.1:9/api/", NOW)  # said once
    assert "does not answer" in away


@pytest.mark.parametrize(
    ("seconds", "words"), [(90, "seconds ahead of Slack's"), (-400, "seconds behind Slack's")]
)
async def test_a_clock_that_is_not_slacks(seconds: float, words: str) -> None:
    async with SlackDouble("socket", scopes=needed()) as slack:
        tokens = slack.bot_token, slack.app_token, slack.api_url
        (said,) = await lacking(*tokens, wrong_by(seconds))
        assert words in said and abs(int(said.split()[6]) - abs(seconds)) < 5
        assert said.endswith(".") and ": " in said and ". " not in said
        for little in (40, -40):
            assert await lacking(*tokens, wrong_by(little)) == ()
        slack.revoked = "token_revoked"
        bot, clock, _ = await lacking(*tokens, wrong_by(seconds))
        assert "TITIAN_SLACK_BOT_TOKEN" in bot and words in clock
    async with grounded() as ground:
        await ground.install(ground.one)
        (said,) = await found(ground, clock=wrong_by(seconds))
        refused, clock = await found(ground, "mistyped", wrong_by(seconds))
    assert words in said and "CLIENT_SECRET" in refused and words in clock


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_an_answer_that_bears_no_time_is_no_finding(date: str) -> None:
    assert _apart({"Date": date} if date else {}, NOW) == ""


async def found(ground: Ground, secret: str = "", clock: Clock = NOW) -> tuple[str, ...]:
    slack = ground.slack
    secret = secret or slack.client_secret
    kept = ground.vault.kept
    return await lacking_of_many(slack.client_id, secret, slack.api_url, kept, clock)


async def test_many_workspaces_in_order() -> None:
    async with grounded(rotation=True) as ground:
        assert await found(ground) == ()
        await ground.install(ground.one)
        await ground.install(ground.two)
        assert await found(ground) == ()
        for grant in ground.slack.grants.values():
            grant.ends = 0.0  # renewed at the next message
        assert await found(ground) == ()


async def test_a_client_that_slack_does_not_know() -> None:
    async with grounded() as ground:
        (secret,) = await found(ground, "mistyped")
        ground.slack.client_id = "333.444"
        assert await found(ground) == ()
        kept = ground.vault.kept
        (ident,) = await lacking_of_many(
            "111.222", "client-secret", ground.slack.api_url, kept, NOW
        )
    assert "TITIAN_SLACK_CLIENT_SECRET (bad_client_secret)" in secret and "mistyped" not in secret
    assert "TITIAN_SLACK_CLIENT_ID (invalid_client_id)" in ident
    (away,) = await lacking_of_many("1", "2", "http://127.0.0.1:9/api/", {}, NOW)
    assert "does not answer" in away


async def test_a_workspace_that_lacks_something_is_named() -> None:
    async with grounded() as ground:
        await ground.install(ground.one)
        await ground.install(ground.two)
        ground.slack.silently(ground.one)
        ground.two.scopes = frozenset({*needed()} - {"users:read"})
        refused, missing = await found(ground)
    assert "(account_inactive)" in refused and "Yayasan Air (slack:T0ONE)" in refused
    assert "has not granted users:read," in missing and "Dinas PU (slack:T0TWO)" in missing

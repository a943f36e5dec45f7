"""What `titian doctor` finds at Slack's side."""

import pytest

from adapters.slack.examining import lacking, lacking_of_many, needed
from tests.adapters.spaces import Ground, grounded
from tests.doubles.slack_double import SlackDouble


async def test_an_app_in_order() -> None:
    async with SlackDouble("socket", scopes=needed()) as slack:
        assert await lacking(slack.bot_token, slack.app_token, slack.api_url) == ()
        assert await lacking(slack.bot_token, "", slack.api_url) == ()


async def test_a_scope_that_is_missing_is_named() -> None:
    granted = set(needed()) - {"files:write"}
    async with SlackDouble("socket", scopes=granted) as slack:
        (said,) = await lacking(slack.bot_token, slack.app_token, slack.api_url)
    assert "lacks files:write," in said and "manifest.json" in said


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_token_that_was_taken_back(code: str) -> None:
    async with SlackDouble("socket", scopes=needed()) as slack:
        slack.revoked = code
        bot, app = await lacking(slack.bot_token, slack.app_token, slack.api_url)
    assert f"TITIAN_SLACK_BOT_TOKEN ({code})" in bot and "TITIAN_SLACK_APP_TOKEN" in app
    assert slack.bot_token not in bot and slack.app_token not in app


async def test_the_wrong_kind_of_token_in_the_wrong_place() -> None:
    async with SlackDouble("socket", scopes=needed()) as slack:
        (app,) = await lacking(slack.bot_token, slack.bot_token, slack.api_url)
    assert "connections:write" in app


async def test_a_server_that_is_away() -> None:
    (away,) = await lacking("xoxb-1", "xapp-1", "http://127.0.0.1:9/api/")  # said once
    assert "does not answer" in away


async def found(ground: Ground, secret: str = "") -> tuple[str, ...]:
    slack = ground.slack
    secret = secret or slack.client_secret
    return await lacking_of_many(slack.client_id, secret, slack.api_url, ground.vault.kept)


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
        (ident,) = await lacking_of_many("111.222", "client-secret", ground.slack.api_url, kept)
    assert "TITIAN_SLACK_CLIENT_SECRET (bad_client_secret)" in secret and "mistyped" not in secret
    assert "TITIAN_SLACK_CLIENT_ID (invalid_client_id)" in ident
    (away,) = await lacking_of_many("1", "2", "http://127.0.0.1:9/api/", {})
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

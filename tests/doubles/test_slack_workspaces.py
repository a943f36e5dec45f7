"""The double of several workspaces refuses what Slack refuses, in the same words."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from tests.doubles.bolt_bot import refused
from tests.doubles.clock import Clock
from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_workspaces import SlackWorkspaces

BACK = "https://titian.example/slack/oauth_redirect"
ASKED = {"client_id": "111.222", "redirect_uri": BACK, "scope": "chat:write,im:write", "state": "s"}


@pytest.fixture
async def slack() -> AsyncIterator[SlackWorkspaces]:
    clock = Clock(still=True)
    async with (
        SlackDouble("http", limits=False, team="T0ONE", team_name="One") as one,
        SlackDouble("http", limits=False, team="T0TWO", team_name="Two") as two,
        SlackWorkspaces(one, two, redirect_urls=[BACK], rotation=True, clock=clock) as made,
    ):
        yield made


def moved(slack: SlackWorkspaces, seconds: float) -> None:
    assert isinstance(slack.clock, Clock)
    slack.clock.forward(seconds)


def api(slack: SlackWorkspaces, token: str = "") -> AsyncWebClient:
    return AsyncWebClient(token or None, base_url=slack.api_url)


def approved(slack: SlackWorkspaces, double: SlackDouble, **other: str) -> str:
    """The code with which the browser comes back."""
    location = f"{slack.origin}/oauth/v2/authorize?{urlencode({**ASKED, **other})}"
    back = urlsplit(slack.approve(location, double))
    return parse_qs(back.query)["code"][0]


async def access(slack: SlackWorkspaces, **given: str) -> AsyncSlackResponse:
    arguments = {
        "client_id": slack.client_id,
        "client_secret": slack.client_secret,
        "redirect_uri": BACK,
        **given,
    }
    return await api(slack).oauth_v2_access(**arguments)


async def test_a_code_is_good_once_and_for_ten_minutes(slack: SlackWorkspaces) -> None:
    one, _ = slack.doubles
    code = approved(slack, one)
    answer = await access(slack, code=code)
    assert answer["team"] == {"id": "T0ONE", "name": "One"} and answer["expires_in"] == 43_200
    await refused("invalid_code", access(slack, code=code))
    late = approved(slack, one)
    moved(slack, 601)
    await refused("invalid_code", access(slack, code=late))
    await refused("invalid_code", access(slack, code="made-up"))


async def test_a_code_belongs_to_its_address_and_its_app(slack: SlackWorkspaces) -> None:
    one, _ = slack.doubles
    elsewhere = access(slack, code=approved(slack, one), redirect_uri=BACK + "/")
    await refused("bad_redirect_uri", elsewhere)
    code = approved(slack, one)
    await refused("bad_client_secret", access(slack, code=code, client_secret="x"))
    await refused("invalid_client_id", access(slack, code=code, client_id="x"))
    for other in ({"redirect_uri": "https://evil.example"}, {"client_id": "9"}):
        with pytest.raises(AssertionError):
            approved(slack, one, **other)


async def test_a_token_reaches_its_workspace_until_it_ends(slack: SlackWorkspaces) -> None:
    one, two = slack.doubles
    first = await access(slack, code=approved(slack, one))
    second = await access(slack, code=approved(slack, two))
    for token, team in ((first["access_token"], "T0ONE"), (second["access_token"], "T0TWO")):
        assert (await api(slack, token).auth_test())["team_id"] == team
    await refused("invalid_auth", api(slack, "xoxb-made-up").auth_test())
    await refused("not_authed", api(slack).auth_test())
    sari = one.user("Sari")
    await refused(
        "channel_not_found",
        api(slack, second["access_token"]).chat_postMessage(channel=sari.id, text="x"),
    )
    assert (await api(slack, second["access_token"]).auth_revoke())["revoked"]
    await refused("account_inactive", api(slack, second["access_token"]).auth_test())
    moved(slack, 43_201)
    await refused("token_expired", api(slack, first["access_token"]).auth_test())


async def test_a_refresh_token_is_good_once(slack: SlackWorkspaces) -> None:
    first = await access(slack, code=approved(slack, slack.doubles[0]))
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = await access(slack, **refresh)
    assert second["access_token"] != first["access_token"]
    await api(slack, first["access_token"]).auth_test()  # the old one lasts until its own end
    await refused("invalid_refresh_token", access(slack, **refresh))
    assert slack.violations
    slack.silently(slack.doubles[0])
    refresh["refresh_token"] = second["refresh_token"]
    await refused("invalid_refresh_token", access(slack, **refresh))
    await refused("account_inactive", api(slack, second["access_token"]).auth_test())


async def test_scopes_that_were_withheld_are_missing() -> None:
    async with (
        SlackDouble("http", limits=False) as one,
        SlackWorkspaces(one, redirect_urls=[BACK], withheld={"im:write"}) as slack,
    ):
        answer = await access(slack, code=approved(slack, one))
        assert answer["scope"] == "chat:write" and "expires_in" not in answer
        sari = one.user("Sari")
        opening = api(slack, answer["access_token"]).conversations_open(users=sari.id)
        await refused("missing_scope", opening)


async def test_no_language_is_told_of_people_of_other_workspaces() -> None:
    async with SlackDouble(limits=False) as one:
        sari = one.user("Sari", team="T0OTHER", ident="U0SARI")
        one.channel("water", sari)
        assert "locale" not in one.shown(sari) and sari.id == "U0SARI"
        assert one.shown(one.user("Ana"))["locale"] == "en-US"

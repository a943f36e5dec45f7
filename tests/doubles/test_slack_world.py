"""Typed words, other workspaces, closed accounts, scopes and tokens on the Slack double."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.doubles.bolt_bot import HOME, MODAL, Web, refused
from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_script import scripted
from tests.doubles.waiting import PATIENCE, until


async def test_what_is_typed_arrives_escaped() -> None:
    async with scripted() as (slack, script):
        alice, sari = slack.user("Alice"), slack.user("Sari Dewi")
        team = slack.channel("team", alice)
        for typed, arrives in (
            ("broker @Sari Dewi now", f"broker <@{sari.id}|sari dewi> now"),
            ("broker @sari dewi", f"broker <@{sari.id}|sari dewi>"),
            ("in #team, not #teams", f"in <#{team.id}|team>, not #teams"),
            ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
            ("a &lt; b <mailto:a@b.c|a>", "a &lt; b <mailto:a@b.c|a>"),
            (f"<@{sari.id}> <@{sari.id}|x>", f"<@{sari.id}> <@{sari.id}|x>"),
            ("see https://a.b/c?d&e now", "see <https://a.b/c?d&amp;e> now"),
            ("ask a@b.example", "ask <mailto:a@b.example|a@b.example>"),
            ("@here @nobody a@Alice", "<!here> @nobody a@Alice"),
        ):
            await alice.command("/x", typed, channel=team)
            assert script.seen[-1]["text"] == arrives
        await alice.say("@Sari Dewi & @doublebot in #team", team)
        await until(lambda: len(script.seen) == 11, PATIENCE, lambda: script.seen)
        words = {body["event"]["text"] for body in script.seen[-2:]}
        assert words == {f"<@{sari.id}> &amp; <@{slack.bot_id}> in <#{team.id}|team>"}
        assert script.seen[0]["channel_name"] == "team"
        await alice.command("/x")
        assert script.seen[-1]["channel_name"] == "directmessage"


async def test_commands_without_escaping() -> None:
    async with scripted(escape=False) as (slack, script):
        alice = slack.user("Alice")
        await alice.command("/x", "@Alice & <b>")
        assert script.seen[-1]["text"] == "@Alice & <b>"


async def test_people_of_another_workspace(web: Web) -> None:
    slack, api, alice = web.slack, web.api, web.alice
    sari = slack.user("Sari", team="T0OTHER")
    await refused("user_not_visible", api.users_info(user=sari.id))
    await refused("user_not_visible", api.conversations_open(users=sari.id))
    await refused("channel_not_found", web.post(channel=sari.id))
    assert slack.shown(sari)["is_stranger"] is True
    assert len((await api.users_list())["members"]) == 1
    shared = slack.channel("partners", alice, sari)
    info = (await api.users_info(user=sari.id))["user"]
    assert info["team_id"] == "T0OTHER" and info["is_stranger"] is False
    assert "email" not in info["profile"]
    assert "is_stranger" not in (await api.users_info(user=alice.id))["user"]
    assert (await api.conversations_info(channel=shared.id))["channel"]["is_ext_shared"]
    assert await web.post(channel=sari.id)
    assert sari.seen()[-1]["team"] == slack.team


async def test_what_people_of_another_workspace_send() -> None:
    async with scripted() as (slack, script):
        sari = slack.user("Sari", team="T0OTHER")
        shared = slack.channel("partners", sari)
        await sari.say("hello", shared)
        await until(lambda: script.seen, PATIENCE, lambda: slack.deliveries)
        body = script.seen[0]
        assert body["team_id"] == slack.team and body["is_ext_shared_channel"]
        assert body["event"]["team"] == body["event"]["user_team"] == "T0OTHER"
        slack.add_view(sari, MODAL)
        await sari.submit(yesterday="a", today="b")
        payload = script.seen[-1]
        assert payload["user"]["team_id"] == "T0OTHER" and payload["team"]["id"] == slack.team
        with pytest.raises(AssertionError, match="Sari's workspace hasn't installed the app"):
            await sari.command("/x")


async def test_closed_accounts(web: Web) -> None:
    slack, api = web.slack, web.api
    gone = slack.user("Gone")
    team = slack.channel("team", web.alice, gone)
    dm = gone.dm
    gone.deactivate()
    await refused("user_disabled", api.conversations_open(users=gone.id))
    info = (await api.users_info(user=gone.id))["user"]
    assert info["deleted"] and "tz" not in info
    await refused("users_not_found", api.users_lookupByEmail(email="gone@example.com"))
    hidden = api.chat_postEphemeral(channel=team.id, user=gone.id, text="x")
    await refused("user_not_in_channel", hidden)
    assert (await web.post(channel=dm.id))["ok"], "the history of the account stays open"
    for act in (gone.command("/x"), gone.say("x"), gone.open_home(), gone.click("x")):
        with pytest.raises(AssertionError, match="Gone has no account any more"):
            await act


@pytest.mark.parametrize(
    ("scopes", "method", "args", "needed"),
    [
        ("commands", "chat.postMessage", {"channel": "U0001", "text": "x"}, "chat:write"),
        ("commands", "chat.update", {"channel": "C0001", "ts": "1.2", "text": "x"}, "chat:write"),
        ("chat:write", "conversations.open", {"users": "U0001"}, "im:write"),
        ("im:write", "conversations.open", {"users": "U0001,U0002"}, "mpim:write"),
        ("users:read", "users.lookupByEmail", {"email": "x"}, "users:read.email"),
        ("commands", "users.info", {"user": "U0001"}, "users:read"),
        ("channels:read", "conversations.info", {"channel": "D0000"}, "im:read"),
        ("im:read", "conversations.members", {"channel": "C0001"}, "channels:read"),
        ("channels:read", "conversations.history", {"channel": "C0001"}, "channels:history"),
        ("im:read", "conversations.list", {"types": "im,private_channel"}, "groups:read"),
        ("chat:write", "reactions.add", {"channel": "C0001"}, "reactions:write"),
        ("chat:write", "files.getUploadURLExternal", {}, "files:write"),
        ("chat:write", "conversations.join", {"channel": "C0001"}, "channels:join"),
    ],
)
async def test_missing_scopes(scopes: str, method: str, args: dict[str, Any], needed: str) -> None:
    async with SlackDouble(scopes={scopes}) as slack:
        alice = slack.user("Alice")
        assert alice.dm.id == "D0000" and slack.channel("team", alice).id == "C0001"
        api = AsyncWebClient("xoxb-double", base_url=slack.api_url)
        answer = await refused("missing_scope", api.api_call(method, params=args))
        assert (answer["needed"], answer["provided"]) == (needed, scopes)
        assert slack.violations == [f"{method}: missing_scope"]


async def test_scopes_that_suffice() -> None:
    scopes = [
        "chat:write",
        "chat:write.public",
        "im:write",
        "im:read",
        "users:read",
        "channels:read",
    ]
    async with SlackDouble(scopes=scopes) as slack:
        alice = slack.user("Alice")
        api = AsyncWebClient("xoxb-double", base_url=slack.api_url)
        direct = (await api.conversations_open(users=alice.id))["channel"]["id"]
        await api.chat_postMessage(channel=direct, text="x")
        await api.chat_postMessage(channel=slack.channel("open", bot=False).id, text="x")
        await api.views_open(trigger_id=slack.trigger(alice), view=MODAL)
        await api.views_publish(user_id=alice.id, view=HOME)
        await api.auth_test()
        await api.conversations_list(types="im,public_channel")
        await api.conversations_info(channel=direct)
        assert "email" not in (await api.users_info(user=alice.id))["user"]["profile"]
        await refused("channel_not_found", api.conversations_info(channel="C404"))
        await AsyncWebClient(base_url=slack.api_url).apps_connections_open(app_token="xapp-double")


async def test_events_and_commands_need_scopes_too() -> None:
    scopes = {"channels:history", "app_mentions:read"}
    async with scripted(scopes=scopes, messages_tab_read_only=False) as (slack, script):
        alice = slack.user("Alice")
        hidden = slack.channel("hidden", alice, private=True)
        await alice.say("unheard")
        await alice.say("unheard", hidden)
        await slack.event({"type": "user_change", "user": alice.info})
        await alice.say("@doublebot", slack.channel("team", alice))
        await alice.open_home()
        await until(lambda: len(script.seen) == 3, PATIENCE, lambda: script.seen)
        kinds = {body["event"]["type"] for body in script.seen}
        assert kinds == {"message", "app_mention", "app_home_opened"}
        with pytest.raises(AssertionError, match="without the scope commands"):
            await alice.command("/x")


async def test_a_revoked_token(web: Web) -> None:
    web.slack.revoke()
    await refused("token_revoked", web.post())
    await refused("token_revoked", web.api.auth_test())
    web.slack.revoke("account_inactive")
    await refused("account_inactive", web.api.auth_test())
    opening = AsyncWebClient(base_url=web.slack.api_url)
    await refused("account_inactive", opening.apps_connections_open(app_token="xapp-double"))
    web.slack.assert_clean()


async def test_a_messages_tab_without_input() -> None:
    async with SlackDouble() as slack:
        alice = slack.user("Alice")
        with pytest.raises(AssertionError, match="the messages tab is read-only"):
            await alice.say("hello")
        await alice.say("hello", slack.channel("team", alice, bot=False))

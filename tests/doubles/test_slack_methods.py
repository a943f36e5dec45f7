"""What Slack lets an app call, and what it refuses, in the same words."""

import asyncio
import io
import time
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.doubles.bolt_bot import BUTTONS, HOME, MODAL, Web, plain, refused


async def test_tokens_and_methods(web: Web) -> None:
    slack, api = web.slack, web.api
    other = AsyncWebClient("xoxb-no", base_url=slack.api_url)
    await refused("invalid_auth", other.auth_test())
    await refused("not_authed", AsyncWebClient(base_url=slack.api_url).auth_test())
    await refused("not_allowed_token_type", api.apps_connections_open(app_token="xoxb-double"))
    await refused("not_allowed_token_type", api.auth_test(token="xapp-double"))
    await refused("unknown_method", api.api_call("chat.nonsense"))
    await refused("double_does_not_emulate_this_method", api.dnd_info())
    await refused("invalid_arguments", api.api_call("users.info"), "required field: user")
    bad = api.api_call("chat.postMessage", data={"channel": "x", "blocks": "{"})
    await refused("invalid_arguments", bad, "blocks: bad JSON")
    await api.api_call("auth.test", params={"colour": "red"})
    assert slack.warnings == ["auth.test: [WARN] unheard-of argument: colour"]
    with pytest.raises(AssertionError, match="colour"):
        slack.assert_clean(warnings=True)


async def test_messages(web: Web) -> None:
    slack, api, alice = web.slack, web.api, web.alice
    blocks = [{"type": "nonsense"}]
    await refused("invalid_blocks", web.post(blocks=blocks), "unsupported type: nonsense")
    await refused("no_text", web.post(text=""))
    await refused("msg_too_long", web.post(text="x" * 40001))
    await refused("channel_not_found", web.post(channel="C404"))
    closed = slack.channel("closed", bot=False, private=True)
    await refused("channel_not_found", web.post(channel=closed.id))
    other = slack.channel("other", bot=False)
    await refused("not_in_channel", web.post(channel=other.id))
    await api.conversations_join(channel=other.id)
    assert (await web.post(channel="#other"))["channel"] == other.id
    other.archived = True
    await refused("is_archived", web.post(channel=other.id))
    await refused("thread_not_found", web.post(thread_ts="1.2"))
    hidden = api.chat_postEphemeral(channel=other.id, user=alice.id, text="x")
    await refused("is_archived", hidden)
    other.archived = False
    hidden = api.chat_postEphemeral(channel=other.id, user=alice.id, text="x")
    await refused("user_not_in_channel", hidden)
    await api.chat_postEphemeral(channel=alice.dm.id, user=alice.id, text="hidden")
    assert alice.seen()[-1]["only"] == alice.id
    alice.dm.messages.clear()
    theirs, dm = await alice.say("mine"), alice.dm.id
    ts = theirs["ts"]
    await refused("cant_update_message", api.chat_update(channel=dm, text="y", ts=ts))
    await refused("cant_delete_message", api.chat_delete(channel=dm, ts=ts))
    await refused("message_not_found", api.chat_delete(channel=dm, ts="1.2"))
    sent = await web.post(blocks=BUTTONS, thread_ts=ts)
    await api.chat_update(channel=dm, ts=sent["ts"], text="y")
    assert "blocks" not in alice.seen()[-1] and alice.seen()[-1]["edited"]
    assert "/p" in (await api.chat_getPermalink(channel=dm, message_ts=ts))["permalink"]
    lost = api.chat_getPermalink(channel=dm, message_ts="1.2")
    await refused("message_not_found", lost)
    await api.chat_delete(channel=dm, ts=sent["ts"])
    assert not alice.seen()
    await api.reactions_add(channel=dm, timestamp=ts, name="eyes")
    again = api.reactions_add(channel=dm, timestamp=ts, name="eyes")
    await refused("already_reacted", again)
    await api.reactions_remove(channel=dm, timestamp=ts, name="eyes")
    await refused("no_reaction", api.reactions_remove(channel=dm, timestamp=ts, name="eyes"))
    lost = api.reactions_add(channel=dm, timestamp="1.2", name="eyes")
    await refused("message_not_found", lost)
    shown = await api.conversations_history(channel=dm)
    assert [m["text"] for m in shown["messages"]] == ["mine"]
    assert (await api.conversations_replies(channel=dm, ts=ts))["messages"]
    await refused("thread_not_found", api.conversations_replies(channel=dm, ts="1.2"))


async def test_warnings(web: Web) -> None:
    slack = web.slack
    divider = [{"type": "divider"}]
    await web.post(blocks=divider, text="")
    await web.post(text="a <b>bold</b> move, <https://a.b|fine> <@U1> <!here>")
    mrkdwn = {"type": "mrkdwn", "text": "2 < 3"}
    await web.post(text="x" * 4001, blocks=[{"type": "section", "text": mrkdwn}])
    view = MODAL | {"blocks": [{"type": "section", "text": mrkdwn}]}
    await web.api.views_open(trigger_id=slack.trigger(web.alice), view=view)
    assert [w.partition(":")[0] for w in slack.warnings] == [
        "blocks without top-level text",
        "unescaped < in text",
        "unescaped < in text",
        "text over 4,000 characters may be split",
        "unescaped < in text",
        "unescaped < in text",
    ]
    slack.assert_clean()
    with pytest.raises(AssertionError, match="unescaped < in text: '<b>'"):
        slack.assert_clean(warnings=True)


async def test_people_and_conversations(web: Web) -> None:
    slack, api, alice = web.slack, web.api, web.alice
    gone = slack.user("Gone", deleted=True)
    await refused("user_not_found", api.users_info(user="U404"))
    await refused("user_disabled", api.conversations_open(users=gone.id))
    await refused("users_list_not_supplied", api.conversations_open(users=""))
    found = await api.users_lookupByEmail(email="alice@example.com")
    assert found["user"]["id"] == alice.id
    await refused("users_not_found", api.users_lookupByEmail(email="x"))
    bob = slack.user("Bob")
    group = await api.conversations_open(users=f"{bob.id},{alice.id}")
    again = await api.conversations_open(users=f"{alice.id},{bob.id}", return_im=True)
    assert group["channel"]["id"] == again["channel"]["id"] and again["channel"]["num_members"] == 3
    assert (await api.conversations_open(channel=alice.dm.id))["channel"]["id"] == alice.dm.id
    team = slack.channel("team", alice)
    assert (await api.conversations_info(channel=team.id))["channel"]["name"] == "team"
    members = await api.conversations_members(channel=team.id)
    assert members["members"] == [alice.id, "U0BOT"]
    assert len((await api.conversations_list())["channels"]) == 1
    assert len((await api.users_conversations())["channels"]) == 3
    assert (await api.team_info())["team"]["id"] == (await api.auth_test())["team_id"]
    assert (await api.bots_info(bot="B0BOT"))["bot"]["app_id"] == slack.app_id
    assert (await api.api_test(foo="bar"))["ok"]


async def test_views(web: Web) -> None:
    slack, api, alice = web.slack, web.api, web.alice
    long = MODAL | {"title": plain("x" * 25)}
    bad = api.views_open(trigger_id=slack.trigger(alice), view=long)
    await refused("invalid_arguments", bad, "/view/title")
    wrong = api.views_open(trigger_id=slack.trigger(alice), view=HOME)
    await refused("invalid_arguments", wrong, "view type must be modal")
    texts = [{"type": "section", "text": plain("x" * 3000)}] * 99
    large = api.views_open(trigger_id=slack.trigger(alice), view=MODAL | {"blocks": texts})
    await refused("view_too_large", large)
    spent = slack.trigger(alice)
    named = MODAL | {"external_id": "one", "private_metadata": "kept"}
    opened = (await api.views_open(trigger_id=spent, view=named))["view"]
    assert opened["private_metadata"] == "kept"
    await refused("exchanged_trigger_id", api.views_open(trigger_id=spent, view=MODAL))
    again = api.views_open(trigger_id=slack.trigger(alice), view=named)
    await refused("duplicate_external_id", again)
    await refused("invalid_trigger_id", api.views_open(trigger_id="1.2.3", view=MODAL))
    stale = slack.trigger(alice)
    web.clock.forward(3.1)
    await refused("expired_trigger_id", api.views_open(trigger_id=stale, view=MODAL))
    ident = opened["id"]
    await refused("hash_conflict", api.views_update(view_id=ident, hash="0", view=MODAL))
    await refused("not_found", api.views_update(view_id="V404", view=MODAL))
    new = MODAL | {"title": plain("New"), "external_id": "one"}
    await api.views_update(view_id=ident, hash=opened["hash"], view=new)
    await api.views_update(external_id="one", view=new)
    assert alice.modal and alice.modal["id"] == ident
    aside = api.views_push(trigger_id=slack.trigger(alice), view=MODAL)
    await refused("invalid_trigger_id", aside, "needs a modal's trigger")
    for _ in range(2):
        pushed = await api.views_push(trigger_id=slack.trigger(alice, alice.modal), view=MODAL)
        assert pushed["view"]["root_view_id"] == ident
    full = api.views_push(trigger_id=slack.trigger(alice, alice.modal), view=MODAL)
    await refused("push_limit_reached", full)
    await api.views_publish(user_id=alice.id, view=HOME)
    await refused("hash_conflict", api.views_publish(user_id=alice.id, hash="0", view=HOME))


async def test_limits_of_calls(web: Web) -> None:
    slack, api, alice = web.slack, web.api, web.alice
    await web.post()
    quick = await refused("ratelimited", api.chat_postMessage(channel=alice.id, text="x"))
    assert quick.status_code == 429 and quick.headers["Retry-After"] == "1"
    slack.assert_clean()
    web.clock.forward(0.5)
    await refused("ratelimited", api.chat_postMessage(channel=alice.id, text="x"))
    assert "called again before Retry-After" in slack.violations[-1]
    slack.user("Bob")
    slack.page, cursor = 1, ""
    found: list[Any] = []
    for _ in range(2):
        answer = await api.users_list(cursor=cursor)
        found += answer["members"]
        cursor = answer["response_metadata"]["next_cursor"]
    assert len(found) == 2 and not cursor
    for _ in range(18):
        await api.users_list()
    await refused("ratelimited", api.users_list())


async def test_scheduled_messages(web: Web) -> None:
    slack, api, alice = web.slack, web.api, web.alice
    at, days = int(time.time()), 86400
    later: Any = {"channel": alice.id, "text": "later"}
    await refused("time_in_past", api.chat_scheduleMessage(**later, post_at=at))
    await refused("time_too_far", api.chat_scheduleMessage(**later, post_at=at + 121 * days))
    first = await api.chat_scheduleMessage(**later, post_at=at + 60)
    waiting = await api.chat_scheduledMessages_list()
    assert [m["text"] for m in waiting["scheduled_messages"]] == ["later"]
    ident = {"channel": alice.id, "scheduled_message_id": first["scheduled_message_id"]}
    await api.chat_deleteScheduledMessage(**ident)
    gone = api.chat_deleteScheduledMessage(**ident)
    await refused("invalid_scheduled_message_id", gone)
    await api.chat_scheduleMessage(**later, post_at=at + 60)
    slack.post_scheduled(at + 60)
    await alice.wait("later")


async def test_files(web: Web) -> None:
    slack, api, alice = web.slack, web.api, web.alice
    await api.files_upload_v2(channel=alice.dm.id, content="data", filename="a.txt")
    assert alice.seen()[-1]["files"][0]["name"] == "a.txt"
    slack.assert_clean()
    asked = await api.files_getUploadURLExternal(filename="b.txt", length=4)
    complete = api.files_completeUploadExternal(files=[{"id": asked["file_id"]}])
    await refused("file_not_found", complete)
    async with slack.http.post(asked["upload_url"], data={"file": io.BytesIO(b"data")}):
        assert "upload_url wants the raw bytes" in slack.violations


async def test_faults(web: Web) -> None:
    slack, api = web.slack, web.api
    slack.fail("*", "error", error="fatal_error")
    slack.fail("chat.postMessage", "error", channel="C404")
    await refused("fatal_error", web.post())
    slack.fail("chat.postMessage", "http", status=503, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError, match="upstream error"):
            await web.post()
    slack.fail("auth.test", "hang", seconds=5)
    api.timeout = 1
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(api.auth_test(), 0.1)
    slack.assert_clean()
    assert not web.alice.seen()

"""Menus, repeated and reordered deliveries, and files on the Slack double."""

from typing import Any

import aiohttp
import pytest

from tests.doubles.bolt_bot import DONE, MODAL, Web, option, plain, refused
from tests.doubles.slack_elements import Json
from tests.doubles.slack_script import scripted
from tests.doubles.waiting import PATIENCE, until

LETTERS = [option(letter) for letter in "ABC"]


def menu(kind: str, name: str, **more: Any) -> Json:
    return {"type": kind, "action_id": name, **more}


def chooser() -> list[Any]:
    elements = [
        menu("users_select", "who", placeholder=plain("Who?")),
        menu("multi_users_select", "team", max_selected_items=2),
        menu("multi_static_select", "some", options=LETTERS, initial_options=LETTERS[:1]),
        menu("static_select", "one", options=LETTERS),
        menu("radio_buttons", "radio", options=LETTERS, initial_option=LETTERS[1]),
        menu("channels_select", "where"),
        menu("overflow", "more", options=LETTERS),
        DONE,
    ]
    return [{"type": "actions", "block_id": "b", "elements": elements}]


async def test_menus_in_a_message() -> None:
    async with scripted() as (slack, script):
        alice, sari = slack.user("Alice"), slack.user("Sari")
        team = slack.channel("team", alice)
        slack.new_message(alice.dm, slack.bot_id, text="x", blocks=slack.filled(chooser()))

        async def click(name: str, choice: Any) -> Json:
            await alice.click(name, choice)
            action: Json = script.seen[-1]["actions"][0]
            return action

        assert (await click("Who?", "Sari"))["selected_user"] == sari.id
        assert (await click("team", [sari, alice.id]))["selected_users"] == [sari.id, alice.id]
        assert (await click("some", ["B", "c"]))["selected_options"] == LETTERS[1:]
        assert (await click("one", "B"))["selected_option"] == LETTERS[1]
        assert (await click("radio", "c"))["selected_option"] == LETTERS[2]
        assert (await click("where", "#team"))["selected_channel"] == team.id
        assert (await click("more", "A"))["selected_option"] == LETTERS[0]
        await alice.click("Done")
        values = script.seen[-1]["state"]["values"]["b"]
        assert set(values) == {"who", "team", "some", "one", "radio", "where"}
        assert values["who"]["selected_user"] == sari.id
        assert values["some"]["selected_options"] == LETTERS[1:]
        assert (await click("team", []))["selected_users"] == []
        for name, choice, complaint in (
            ("who", "Nobody", "nobody can choose 'Nobody' among the users"),
            ("where", "Sari", "nobody can choose 'Sari' among the channels"),
            ("team", [sari, alice, sari], "lets one choose 2"),
        ):
            with pytest.raises(AssertionError, match=complaint):
                await alice.click(name, choice)


async def test_menus_in_a_modal() -> None:
    view = MODAL | {"private_metadata": "round 7", "blocks": [*chooser(), *MODAL["blocks"]]}
    async with scripted() as (slack, script):
        alice = slack.user("Alice")
        opened = slack.add_view(alice, view)
        await alice.click("one", "B")
        payload = script.seen[-1]
        assert payload["view"]["private_metadata"] == "round 7"
        assert payload["view"]["state"]["values"]["b"]["one"]["selected_option"] == LETTERS[1]
        assert payload["container"] == {"type": "view", "view_id": opened["id"]}
        assert "response_url" not in payload
        slack.replace_view(alice, opened, view)
        await alice.submit(yesterday="a", today="b")
        values = script.seen[-1]["view"]["state"]["values"]
        assert values["b"]["one"]["selected_option"] == LETTERS[1], "kept under the same names"
        assert script.seen[-1]["view"]["private_metadata"] == "round 7"


async def test_a_submission_twice() -> None:
    async with scripted() as (slack, script):
        alice = slack.user("Alice")
        slack.add_view(alice, MODAL)
        slack.duplicate_interactive(1)
        await alice.submit(yesterday="a", today="b")
        first, second = script.seen
        assert first == second and not alice.stack
        slack.add_view(alice, MODAL)
        await alice.submit(yesterday="a", today="b")
        assert len(script.seen) == 3
        slack.assert_clean()


async def test_what_comes_again_late_comes_after_what_people_do_next() -> None:
    async with scripted() as (slack, script):
        alice = slack.user("Alice")
        slack.duplicate_interactive(1, late=True)
        slack.duplicate_commands(1, late=True)
        await alice.command("/one")
        slack.add_view(alice, MODAL)
        await alice.submit(yesterday="a", today="b")
        await alice.command("/two")
        heard = [body.get("command") or body["type"] for body in script.seen]
        assert heard == ["/one", "view_submission", "/one", "/two", "view_submission"]
        assert script.seen[0] == script.seen[2] and script.seen[1] == script.seen[4]
        slack.assert_clean()


async def test_events_again_and_out_of_order() -> None:
    async with scripted() as (slack, script):
        alice = slack.user("Alice")
        team = slack.channel("team", alice)
        slack.duplicate(1, new_ids=True)
        await alice.say("again", team)
        await until(lambda: len(script.seen) == 2, PATIENCE, lambda: script.seen)
        first, second = script.seen
        assert first["event"] == second["event"] and first["event_id"] != second["event_id"]
        slack.reorder(3)
        await alice.say("one", team)
        with pytest.raises(AssertionError, match="still held back by reorder: 1 events"):
            slack.assert_clean()
        await alice.say("two", team)
        await alice.say("three", team)
        await alice.say("four", team)
        await until(lambda: len(script.seen) == 6, PATIENCE, lambda: script.seen)
        words = [body["event"]["text"] for body in script.seen[2:]]
        assert [word for word in words if word != "four"] == ["three", "two", "one"]
        slack.assert_clean()


async def test_files(web: Web) -> None:
    slack, api, alice = web.slack, web.api, web.alice
    await api.files_upload_v2(
        channel=alice.dm.id, content="data", filename="a.txt", initial_comment="Look"
    )
    shown = await alice.wait("Look")
    assert slack.file(shown) == ("a.txt", b"data") and shown["files"][0]["size"] == 4
    url = shown["files"][0]["url_private"]
    for headers, status in (({"Authorization": "Bearer xoxb-double"}, 200), ({}, 403)):
        async with aiohttp.request("GET", url, headers=headers) as answer:
            assert answer.status == status
    async with aiohttp.request("GET", slack.origin + "/files/F404") as answer:
        assert answer.status == 404
    slack.assert_clean()
    empty = api.files_getUploadURLExternal(filename="b.txt", length=0)
    await refused("invalid_arguments", empty, "length must be positive")
    asked = await api.files_getUploadURLExternal(filename="b.txt", length=4)
    part: Any = {"files": [{"id": asked["file_id"]}]}
    await refused("file_not_found", api.files_completeUploadExternal(**part))
    async with aiohttp.request("POST", asked["upload_url"], data=b"data"):
        pass
    lost = api.files_completeUploadExternal(**part, channel_id=alice.dm.id, thread_ts="1.2")
    await refused("thread_not_found", lost)
    lost = api.files_completeUploadExternal(**part, channels=[alice.dm.id, "C404"])
    await refused("channel_not_found", lost)
    assert len(alice.seen()) == 1
    await api.files_completeUploadExternal(**part, channels=[alice.dm.id])
    assert slack.file(alice.seen()[-1]) == ("b.txt", b"data")

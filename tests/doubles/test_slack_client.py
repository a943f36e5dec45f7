"""What a person's Slack client does with the answers of an app."""

import json
from typing import Any

import aiohttp
import pytest

from tests.doubles.bolt_bot import BUTTONS, MODAL, option, plain
from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_elements import Json
from tests.doubles.slack_people import User
from tests.doubles.slack_script import scripted
from tests.doubles.waiting import PATIENCE, until


def menu(kind: str, name: str, **more: Any) -> Json:
    element = {"type": kind, "action_id": name, **more}
    return {"type": "input", "block_id": name, "label": plain(name), "element": element}


def opened(slack: SlackDouble, view: Json) -> User:
    alice = slack.user("Alice")
    slack.add_view(alice, view)
    return alice


async def test_answers_to_a_modal() -> None:
    async with scripted() as (slack, script):
        alice = opened(slack, MODAL | {"notify_on_close": True})
        words = {"yesterday": "a", "today": "b"}

        async def submit(answer: Any) -> None:
            script.answers["view_submission"] = answer
            await alice.submit(**words)

        await submit({"response_action": "update", "view": MODAL | {"callback_id": "two"}})
        await alice.wait_modal("two")
        await submit({"response_action": "push", "view": MODAL | {"callback_id": "three"}})
        await alice.wait_modal("three")
        assert len(alice.stack) == 2
        assert script.seen[-1]["view"]["state"]["values"]["today"]["value"]["value"] == "b"
        await alice.close()
        await alice.wait_modal("two")
        assert len(script.seen) == 2, "nobody asked to be told"
        await submit({"response_action": "clear"})
        assert not alice.stack
        slack.assert_clean()
        opened(slack, MODAL | {"notify_on_close": True})
        await alice.close(everything=True)
        assert script.seen[-1]["type"] == "view_closed" and script.seen[-1]["is_cleared"]
        opened(slack, MODAL)
        long = MODAL | {"title": plain("x" * 25)}
        await submit({"response_action": "push", "view": long})
        assert alice.errors == ["We had some trouble connecting. Try again?"]
        await submit({"response_action": "errors", "errors": {"tomorrow": "No"}})
        await submit({"response_action": "errors"})
        await submit("thanks")
        assert [v[:40] for v in slack.violations] == [
            "response_action push: [ERROR] must be le",
            "response_action errors name {'tomorrow'}",
            "response_action errors name set(), but t",
            "view_submission answered with {'text': '",
        ]


async def test_fields_of_a_form() -> None:
    letters = [option(letter) for letter in "ABC"]
    view = MODAL | {
        "blocks": [
            menu("datepicker", "day"),
            menu("timepicker", "time", initial_time="10:00"),
            menu("datetimepicker", "moment"),
            menu("users_select", "who"),
            menu("multi_users_select", "team", initial_users=["U0001"]),
            menu("checkboxes", "some", options=letters, initial_options=[letters[0]]),
            menu("checkboxes", "kept", options=letters, initial_options=[letters[0]]),
            menu("radio_buttons", "one", options=letters, initial_option=letters[1]),
            menu("external_select", "else"),
            *BUTTONS,
        ]
    }
    async with scripted() as (slack, script):
        alice = opened(slack, view)
        other = {"text": plain("Other"), "value": "o"}
        chosen = {"day": "2026-12-01", "moment": 1_800_000_000, "who": "U0001"}
        await alice.submit(some=["B", "c"], **chosen, **{"else": other})
        values = script.seen[-1]["view"]["state"]["values"]
        assert values["day"]["day"]["selected_date"] == "2026-12-01"
        assert values["time"]["time"]["selected_time"] == "10:00"
        assert values["moment"]["moment"]["selected_date_time"] == 1_800_000_000
        assert values["who"]["who"]["selected_user"] == "U0001"
        assert values["team"]["team"]["selected_users"] == ["U0001"]
        assert values["some"]["some"]["selected_options"] == letters[1:]
        assert values["kept"]["kept"]["selected_options"] == letters[:1]
        assert values["one"]["one"]["selected_option"] == letters[1]
        assert values["else"]["else"]["selected_option"] == other


async def test_suggestions() -> None:
    async with scripted() as (slack, script):
        alice = opened(slack, MODAL | {"blocks": [menu("external_select", "town")]})
        script.answers["block_suggestion"] = {"options": [option("Makassar")]}
        assert await alice.suggest("town", "mak") == ["Makassar"]
        assert script.seen[-1]["value"] == "mak"
        slack.assert_clean()
        script.answers["block_suggestion"] = {"options": [{"text": plain("x")}]}
        await alice.suggest("town", "x")
        assert "block_suggestion: [ERROR] must provide a string" in slack.violations[0]
        await alice.close()
        with pytest.raises(AssertionError, match="Alice has no modal open"):
            await alice.suggest("town", "x")


async def test_answers_in_the_ack_of_a_command() -> None:
    async with scripted() as (slack, script):
        alice, bob = slack.user("Alice"), slack.user("Bob")
        team = slack.channel("team", alice, bob)
        script.answers["/all"] = {"response_type": "in_channel", "text": "for all"}
        script.answers["/one"] = "for one"
        script.answers["/bad"] = {"text": "", "blocks": [{"type": "nonsense"}]}
        for command in script.answers:
            await alice.command(command, channel=team)
        assert [m["text"] for m in bob.seen(team)] == ["for all"]
        assert [m["text"] for m in alice.seen(team)] == ["for all", "for one"]
        assert slack.violations == ["ack of /bad: invalid_blocks"]
        script.answers["/one"] = 500
        await alice.command("/one")
        assert alice.errors == ["operation_timeout"]
        assert slack.violations[-1] == "slash_commands /one: answered 500"


async def test_messages_in_channels() -> None:
    async with scripted() as (slack, script):
        alice = slack.user("Alice")
        assert slack.user("Alice") is alice
        team, other = slack.channel("team", alice), slack.channel("other", alice, bot=False)
        first = await alice.say(f"<@{slack.bot_id}> hello", team)
        await until(lambda: len(script.seen) == 2, PATIENCE, lambda: script.seen)
        assert {b["event"]["type"] for b in script.seen} == {"message", "app_mention"}
        await alice.say("unheard", other)
        await alice.say("reply", team, thread_ts=first["ts"])
        await until(lambda: len(script.seen) == 3, PATIENCE, lambda: script.seen)
        assert script.seen[-1]["event"]["thread_ts"] == first["ts"]


async def test_response_urls() -> None:
    async with scripted() as (slack, _):
        alice = slack.user("Alice")
        shown = slack.new_message(alice.dm, slack.bot_id, text="x", blocks=slack.filled(BUTTONS))

        async def respond(url: str, **body: Any) -> int:
            async with slack.http.post(url, json=body) as answer:
                return answer.status

        url = slack.response_url(alice, alice.dm, shown)
        assert await respond(url, text="", blocks=[{"type": "nonsense"}]) == 400
        assert "response_url: invalid_blocks" in slack.violations[-1]
        assert await respond(url, text="hidden") == 200
        assert await respond(url, text="open", response_type="in_channel") == 200
        assert [m.get("only") for m in alice.seen()] == [None, alice.id, None]
        assert await respond(url, delete_original=True) == 200
        assert [m["text"] for m in alice.seen()] == ["hidden", "open"]
        assert await alice.wait(lambda m: "only" in m)
        assert await respond(slack.origin + "/response/none", text="x") == 404
        assert slack.calls[-1]["error"] == "invalid_url"


async def test_an_app_that_is_not_there() -> None:
    async with SlackDouble("http", "http://127.0.0.1:9/") as slack:
        await slack.user("Alice").command("/x")
        with pytest.raises(AssertionError, match=r"not acked in time.*ClientConnectorError"):
            slack.assert_clean()


async def test_an_app_without_a_socket() -> None:
    async with SlackDouble("socket", ack_seconds=0.05) as slack:
        await slack.user("Alice").command("/x")
        assert slack.violations == ["slash_commands /x: no ack within 0.05 s"]


async def test_acks_on_a_socket() -> None:
    async with SlackDouble("socket") as slack:
        url = slack.on_apps_connections_open({})["url"]
        async with slack.http.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
            await slack.event({"type": "app_home_opened"})
            envelope = await socket.receive_json()
            ack = json.dumps({"envelope_id": envelope["envelope_id"]})
            for text in (ack, ack, json.dumps({"envelope_id": "none"})):
                await socket.send_str(text)
            await until(lambda: len(slack.violations) == 2, PATIENCE, lambda: slack.violations)
            assert slack.violations[0] == "one envelope acked twice"
            assert "ack of an unknown envelope" in slack.violations[1]
            assert slack.deliveries[0].acked
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await slack.http.ws_connect(url)

"""Slack: what is delivered again, strangers, handlers that fail, names."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.slack import talking
from adapters.slack.repeats import Repeats
from dialogues.errors import NotNow
from dialogues.messages import (
    Added,
    Address,
    Moved,
    Outgoing,
    Spot,
)
from tests.adapters.slack_ground import (
    SORRY,
    TEAM,
    Ground,
    asking,
    grounded,
    home,
)
from tests.doubles.slack_people import User
from tests.doubles.waiting import PATIENCE, until


# ---- delivered again, and strangers ----------------------------------------------------------
async def one_of_each(ground: Ground, who: Any) -> list[str]:
    """A command, a press, a form opened and handed in; the keys under which they were heard."""
    ground.says("One?", buttons=(("Yes", "y"),))
    await who.command("/titian", "x")
    await who.click("Yes")
    await ground.adapter.send(Outgoing(home(who), "Open", (("Open", "o"),)))
    ground.script.answer = asking
    await who.click("Open")
    ground.script.answer = lambda event: []
    await who.submit(clear="Step 1")
    return [event.key for event in ground.script.handled]


async def test_repeated_deliveries_have_the_same_key(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where they come to another process, which knows nothing of the first time."""
    monkeypatch.setattr(Repeats, "once", lambda repeats, key, work: work())
    ana = ground.slack.user("Ana")
    bodies: list[tuple[str, Any]] = []
    deliver = ground.slack.deliver

    async def twice(kind: str, body: Any, *more: Any) -> Any:
        bodies.append((kind, body))
        await deliver(kind, body, *more)
        return await deliver(kind, body, *more)

    ground.slack.deliver = twice  # type: ignore[method-assign, assignment]
    keys = await one_of_each(ground, ana)
    assert len(keys) == 8 and keys[::2] == keys[1::2] and len(set(keys)) == 4
    assert not any("Here is a page." in m["text"] for m in ana.seen())
    assert ground.slack.violations == ["views.open: exchanged_trigger_id"]
    ground.slack.violations.clear()


async def test_what_is_delivered_again_is_answered_alike_and_heard_once(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    deliver = ground.slack.deliver

    async def twice(kind: str, body: Any, *more: Any) -> Any:
        one, two = await asyncio.gather(deliver(kind, body, *more), deliver(kind, body, *more))
        three = await deliver(kind, body, *more)
        assert one.acked and one.body == two.body == three.body
        return three

    ground.slack.deliver = twice  # type: ignore[method-assign, assignment]
    keys = await one_of_each(ground, ana)
    assert len(keys) == len(set(keys)) == 4
    assert not any("Here is a page." in m["text"] for m in ana.seen())
    assert [m["text"] for m in ana.seen()] == ["One?", "One?", "Open"]


@pytest.mark.parametrize("new_ids", [False, True])
async def test_events_come_again_with_the_same_key(ground: Ground, new_ids: bool) -> None:
    ana = ground.slack.user("Ana")
    place = ground.slack.channel("general", ana)
    ground.slack.duplicate(1, new_ids=new_ids)
    await ground.slack.event(joined(ground, ana, place.id), wait=True)
    await ana.wait("Heard.", channel=place)
    one, two = ground.script.handled
    assert one.key == two.key == f"joined:{place.id}:1.5"
    assert one.event == Added() and not one.private
    assert one.chat == Spot("slack", place.id)
    assert one.sender == Address("slack", TEAM, ana.id) and one.name == "Ana"


def joined(ground: Ground, inviter: User | None, channel: str) -> dict[str, Any]:
    event = {
        "type": "member_joined_channel",
        "user": ground.slack.bot_id if inviter else "U0009",
        "channel": channel,
        "channel_type": "C",
        "team": TEAM,
        "event_ts": "1.5",
    }
    return event | ({"inviter": inviter.id} if inviter else {})


async def test_other_events(ground: Ground) -> None:
    await ground.slack.event(joined(ground, None, "C1"), wait=True)
    ground.script.answer = lambda event: []
    moved = {"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2"}
    await ground.slack.event({**moved, "event_ts": "1.6"}, wait=True)
    (heard,) = ground.script.handled
    assert heard.event == Moved("C2") and heard.chat == Spot("slack", "C1") and not heard.private
    assert heard.sender.user == ""


async def test_strangers_are_acknowledged_and_named_by_type_only(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    with capture_logs() as logs:
        await ground.slack.event({"type": "pin_added", "user": ana.id, "item": "x"}, wait=True)
        await ground.slack.deliver("interactive", {"type": "message_action", **ana._base()})
        body = {"actions": [{"action_id": "a", "block_id": "b", "type": "button"}]}
        body |= {"type": "block_actions", **ana._base(), "container": {"type": "view"}}  # type: ignore[dict-item]
        await ground.slack.deliver("interactive", body)
        view = {"id": "V1", "type": "modal", "callback_id": "x", "private_metadata": "theirs"}
        submitted = {"type": "view_submission", **ana._base(), "view": view}
        await ground.slack.deliver("interactive", submitted)
    hints = ["pin_added", "message_action", "button", "view"]
    assert [entry["hint"] for entry in logs] == hints
    assert not ground.script.handled


async def test_what_bolt_itself_cannot_read_is_logged_by_type(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.slack.ack_seconds = 0.2
    with capture_logs() as logs:
        view = {"id": "V1", "callback_id": "x", "private_metadata": "theirs"}  # and no "type"
        submitted = {"type": "view_submission", **ana._base(), "view": view}
        await ground.slack.deliver("interactive", submitted)
    assert [(e["event"], e["hint"], e["error"]) for e in logs] == [
        ("slack_failed", "view_submission", "KeyError")
    ]
    ground.slack.violations.clear()
    ground.slack.deliveries.clear()


# ---- a handler that fails ----------------------------------------------------------------------
async def test_a_failing_command_is_answered_kindly(ground: Ground) -> None:
    ana = ground.slack.user("Ana", locale="id-ID")
    ground.script.broken = RuntimeError("what was typed")
    with capture_logs() as logs:
        delivery = await ana.command("/titian", "secret words")
    assert delivery.body["text"] == SORRY["id"] and not ana.errors
    assert [(e["event"], e["hint"], e["error"]) for e in logs] == [
        ("slack_failed", "command", "RuntimeError")
    ]
    assert "typed" not in str(logs) and "secret" not in str(logs)


async def test_a_failing_button_and_a_failing_form(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    await ground.adapter.send(Outgoing(home(ana), "One?", (("Yes", "y"),)))
    ground.script.broken = NotNow()
    await ana.click("Yes")
    await ana.wait("our fault")
    ground.script.broken = None
    ground.script.answer = asking
    await ana.command("/titian", "x")
    ground.script.broken = NotNow()
    await ana.submit(clear="Step 1", why="kept")
    assert ana.form_errors == {"clear": SORRY["en"]} and ana.modal


async def test_a_failing_event_comes_again(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    place = ground.slack.channel("general", ana)
    ground.slack.ack_seconds = 0.3
    ground.script.broken = NotNow()
    task = asyncio.create_task(ground.slack.event(joined(ground, ana, place.id), wait=True))
    await until(lambda: ground.script.failed, PATIENCE, lambda: "nothing")
    ground.script.broken = None
    await task
    await ana.wait("Heard.", channel=place)
    assert [d.acked for d in ground.slack.deliveries] == [False, True]
    ground.slack.deliveries.clear()
    ground.slack.violations.clear()


async def test_without_words_for_it_slack_itself_complains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with grounded(clean=False, ack_seconds=0.3) as ground:
        ground.adapter._workspace._sorry = {}
        monkeypatch.setattr(ground.script, "broken", NotNow())
        ana = ground.slack.user("Ana")
        await ground.stop()
        up = asyncio.Event()
        ground.task = asyncio.create_task(ground.adapter.run(ground.script, up.set))
        await up.wait()
        await ana.command("/titian", "x")
        assert ana.errors == ["operation_timeout"]


# ---- names -------------------------------------------------------------------------------------
async def test_a_name_that_takes_too_long_is_asked_for_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking, "NAMES", 0.1)
    ana = ground.slack.user("Ana")
    ground.slack.fail("users.info", "hang", seconds=0.5)
    await ana.command("/titian", "x")
    assert (ground.heard.name, ground.heard.language) == ("ana", None)
    await ana.command("/titian", "x")
    assert (ground.heard.name, ground.heard.language) == ("Ana", "en-US")
    await ana.command("/titian", "x")
    assert len(ground.calls("users.info")) == 2


async def test_a_name_slack_does_not_tell(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.slack.fail("users.info", "error", error="user_not_found")
    await ana.command("/titian", "x")
    assert ground.heard.name == "ana"

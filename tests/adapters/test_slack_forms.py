"""Slack: forms, from their opening to what they hold."""

from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from dialogues.messages import (
    Filled,
    Form,
    FormField,
    Outgoing,
    Tap,
)
from tests.adapters.slack_ground import ALL, FORM, Ground, asking, home, shown


async def test_a_form_opens_before_the_acknowledgement(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.script.answer = asking
    delivery = await ana.command("/titian", "checkin")
    assert not delivery.body and ana.modal and not ana.seen()
    assert ana.modal["title"]["text"] == "A check-in about the…"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "error": "expired_trigger_id"},
        {"kind": "reset"},
        {"kind": "http"},
        {"kind": "hang", "seconds": 2.3},
    ],
    ids=lambda fault: str(fault["kind"]),
)
async def test_a_form_that_does_not_open_is_offered_again(
    ground: Ground, fault: dict[str, Any]
) -> None:
    ana = ground.slack.user("Ana")
    ground.script.answer = asking
    ground.slack.fail("views.open", **fault)
    with capture_logs() as logs:
        await ana.command("/titian", "checkin")
    (message,) = ana.seen()
    assert message["only"] == ana.id and message["text"] == "Here is a page."
    assert [entry["event"] for entry in logs] == ["form_not_opened"]
    await ana.click("Open the page")
    assert ground.heard.event == Tap("c:checkin page 7") and ana.modal


async def test_a_form_of_a_round_that_does_not_open_stands_in_the_direct_message(
    ground: Ground,
) -> None:
    ana = ground.slack.user("Ana")
    place = ground.slack.channel("general", ana)
    ground.script.answer = lambda event: asking(event, round_id=7)
    ground.slack.fail("views.open", "error", error="expired_trigger_id")
    await ana.command("/titian", "checkin", place)
    await ana.wait("Here is a page.")
    assert not ana.seen(place)


async def test_a_form_behind_a_button(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    sent = await ground.adapter.send(
        Outgoing(home(ana), "Begin?", (("Begin", "c:checkin page 7"),), round_id=7)
    )
    ground.script.answer = lambda event: asking(event, replaces=event.message)
    await ana.click("Begin")
    assert ana.modal and "Begin?" in shown(ana.seen()[0])
    ground.script.answer = lambda event: [
        Outgoing(event.chat, "Sent.", replaces=event.message, round_id=7)
    ]
    await ana.submit(clear="Step 4", why="So & so")
    assert not ana.modal
    await ana.wait("Sent.")
    (message,) = ana.seen()
    assert message["ts"] == sent and "Begin" not in shown(message)
    heard = ground.heard
    assert heard.message == sent and heard.chat == home(ana) and heard.private
    assert isinstance(heard.event, Filled)
    assert (heard.event.token, heard.event.values) == ("w:7", {"clear": ("4",), "why": "So & so"})


async def test_a_form_that_fails_behind_a_button_takes_the_message_s_place(
    ground: Ground,
) -> None:
    ana = ground.slack.user("Ana")
    sent = await ground.adapter.send(Outgoing(home(ana), "Begin?", (("Begin", "b"),)))
    ground.script.answer = lambda event: asking(event, replaces=event.message)
    ground.slack.fail("views.open", "error", error="expired_trigger_id")
    await ana.click("Begin")
    message = await ana.wait("Here is a page.")
    assert message["ts"] == sent and len(ana.seen()) == 1


async def test_nothing_filled_in_is_nothing(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.script.answer = asking
    await ana.command("/titian", "checkin")
    ground.says("Thanks.")
    await ana.submit(clear="Can't say")
    assert isinstance(ground.heard.event, Filled)
    assert ground.heard.event.values == {"clear": ()}
    assert ground.heard.message is None
    await ana.wait("Thanks.")


async def test_mistakes_stand_beside_their_fields_and_the_next_try_is_another_event(
    ground: Ground,
) -> None:
    ana = ground.slack.user("Ana")
    ground.script.answer = asking
    await ana.command("/titian", "checkin")
    clear, why = FORM.fields
    wrong = replace(FORM, fields=(clear, replace(why, error="Please shorter.")))
    ground.script.answer = lambda event: [
        Outgoing(event.chat, "Look at the page again.", form=wrong),
        Outgoing(event.chat, "And something else."),
    ]
    await ana.submit(clear="Step 1", why="long")
    assert ana.form_errors == {"why": "Please shorter."} and ana.modal
    await ana.wait("And something else.")
    assert "again" not in str(ana.seen())
    ground.says("Thanks.")
    await ana.submit(clear="Step 1", why="s")
    assert not ana.modal
    one, two = ground.script.handled[-2:]
    assert one.key != two.key


async def test_another_form_takes_the_modal_s_place(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.script.answer = asking
    await ana.command("/titian", "checkin")
    clear, why = FORM.fields
    words = replace(why, error="May point to somebody: “Ratna”.", value="Ratna said so")
    warned = replace(FORM, token="w:7:warned", fields=(clear, words))
    ground.script.answer = lambda event: asking(event, warned)
    await ana.submit(clear="Step 1", why="Ratna said so")
    assert ana.modal and not ana.form_errors
    assert "⚠ May point to somebody" in shown(ana.modal)
    ground.script.answer = lambda event: asking(event, Form("p:1", "Next", (why,), "Go on", "No"))
    await ana.submit(clear="Step 1")
    assert isinstance(ground.heard.event, Filled) and ground.heard.event.token == "w:7:warned"
    assert ground.heard.event.values == {"clear": ("1",), "why": "Ratna said so"}
    assert ana.modal["title"]["text"] == "Next"
    ground.script.answer = lambda event: []
    await ana.submit()
    assert not ana.modal and ground.heard.event == Filled("p:1", {})


async def test_values_of_every_kind(ground: Ground) -> None:
    ana, budi, citra = (ground.slack.user(name) for name in ("Ana", "Budi", "Citra"))
    robot, gone = ground.slack.user("Robot", is_bot=True), ground.slack.user("Gone")
    gone.deactivate()
    ground.script.answer = lambda event: asking(event, ALL)
    await ana.command("/titian", "x")
    ground.script.answer = lambda event: []
    await ana.submit(
        scale="10",
        many=["Two", "Nine"],
        more=["Task 11"],
        who=[budi.id, robot.id, gone.id, citra.id],
    )
    assert ground.heard.event == Filled(
        "p:3",
        {
            "scale": ("10",),
            "many": ("e2", "e9"),
            "more": ("k11",),
            "name": "Water",
            "who": (budi.id, citra.id),
            "long": ("b",),
        },
    )
    assert ground.heard.mentions == {budi.id: "Budi", citra.id: "Citra"}
    assert ground.heard.strangers == frozenset()


async def test_people_whom_nobody_can_write_to_are_told_apart(ground: Ground) -> None:
    ana, sari = ground.slack.user("Ana"), ground.slack.user("Sari", team="T0OTHER")
    lin = ground.slack.user("Lin", team="T0OTHER", is_stranger=True)
    ground.slack.channel("water", ana, lin)
    form = Form("p:3", "Who", (FormField("who", "people", "Who?", ()),), "Go on", "Cancel")
    ground.script.answer = lambda event: asking(event, form)
    await ana.command("/titian", "x")
    ground.script.answer = lambda event: []
    await ana.submit(who=[sari.id, lin.id])
    assert ground.heard.event == Filled("p:3", {"who": (sari.id, lin.id)})
    assert ground.heard.strangers == {sari.id, lin.id}
    assert ground.heard.mentions == {sari.id: sari.id, lin.id: "Lin"}
    water = ground.slack.channel("more", ana, sari)
    ground.script.answer = lambda event: asking(event, form)
    await ana.command("/titian", "x")
    ground.script.answer = lambda event: []
    await ana.submit(who=[sari.id])
    assert water.members >= {sari.id}
    assert ground.heard.strangers == frozenset() and ground.heard.mentions == {sari.id: "Sari"}


@pytest.mark.parametrize("kind", ["is_restricted", "is_ultra_restricted"])
async def test_a_guest_is_not_of_the_workspaces_organisation(ground: Ground, kind: str) -> None:
    more: dict[str, Any] = {kind: True}
    ana, tom = ground.slack.user("Ana"), ground.slack.user("Tom", **more)
    ground.script.answer = lambda event: []
    await ana.command("/titian", "x")
    assert ground.heard.workspace == ground.slack.team_name
    await tom.command("/titian", "x")
    assert ground.heard.workspace == ""

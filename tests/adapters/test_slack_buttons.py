"""Slack: buttons, and what they do to their message."""

from typing import Any

from dialogues.messages import (
    File,
    Outgoing,
    Spot,
    Tap,
)
from tests.adapters.slack_ground import Ground, asking, home, shown
from tests.doubles.waiting import PATIENCE, until


async def test_a_button_edits_its_message(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    sent = await ground.adapter.send(Outgoing(home(ana), "One?", (("Yes", "y"), ("No", "n"))))
    ground.says("Two?", replaces=sent)
    await ana.click("Yes")
    message = await ana.wait("Two?")
    assert message["ts"] == sent and "Yes" not in shown(message)
    heard = ground.heard
    assert heard.event == Tap("y") and heard.message == sent
    assert heard.chat == home(ana) and heard.private and heard.place is None
    assert not ground.calls("conversations.open")  # the payload told where it stands
    await until(lambda: ground.script.noted, PATIENCE, lambda: "not noted")
    assert ground.script.noted[0][1] == sent


async def test_a_button_that_leads_elsewhere_stays(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    await ground.adapter.send(Outgoing(home(ana), "One?", (("Yes", "y"),)))
    ground.says("Below.")
    await ana.click("Yes")
    await ana.wait("Below.")
    assert "Yes" in shown(ana.seen()[0]) and len(ana.seen()) == 2


async def test_a_button_in_a_channel_is_no_private_one(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    place = ground.slack.channel("general", ana)
    there = Spot("slack", place.id)
    sent = await ground.adapter.send(Outgoing(there, "Link?", (("Link", "c:here 1"),)))
    ground.script.answer = lambda event: [Outgoing(there, "Linked.", replaces=sent)]
    await ana.click("Link", channel=place)
    message = await ana.wait("Linked.", channel=place)
    assert message["ts"] == sent and "only" not in message
    assert ground.heard.chat == there and not ground.heard.private
    assert ground.heard.message == sent


async def test_a_conversation_only_one_person_sees_stays_where_it_is(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    place = ground.slack.channel("general", ana)
    ground.says("Sure?", buttons=(("Yes", "y"),))
    await ana.command("/titian", "review start", place)
    ground.script.answer = lambda event: [
        Outgoing(event.chat, "Started.", replaces=event.message),
        Outgoing(event.chat, "And this."),
        Outgoing(event.chat, "A check-in", round_id=7, preview="A message"),
        Outgoing(event.chat, "For the file", files=(File("r.html", "text/html", b"x"),)),
    ]
    await ana.click("Yes", channel=place)
    await ana.wait("For the file")
    assert [m["text"] for m in ana.seen(place)] == ["Started.", "And this."]
    assert [m["text"] for m in ana.seen()][:2] == ["A message", "For the file"]
    heard = ground.heard
    assert heard.private and heard.chat == home(ana) and heard.place == Spot("slack", place.id)
    assert [call["replace_original"] for call in ground.calls("response_url")] == [True, False]
    await until(lambda: len(ground.script.noted) == 2, PATIENCE, lambda: ground.script.noted)
    assert [o.text for o, _ in ground.script.noted] == ["A check-in", "For the file"]


async def test_a_check_in_begun_there_moves_to_the_direct_message(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    place = ground.slack.channel("general", ana)
    ground.says("Which?", buttons=(("This one", "c:checkin show 7"),))
    await ana.command("/titian", "checkin", place)
    ground.script.answer = lambda event: [
        Outgoing(event.chat, "Begin.", replaces=event.message, round_id=7)
    ]
    await ana.click("This one", channel=place)
    message = await ana.wait("Begin.")
    await until(lambda: ground.script.noted, PATIENCE, lambda: "not noted")
    (noted,) = ground.script.noted
    assert noted[0].replaces is None and noted[1] == message["ts"]


async def test_a_modal_from_a_passing_message_is_answered_in_the_direct_message(
    ground: Ground,
) -> None:
    ana = ground.slack.user("Ana")
    place = ground.slack.channel("general", ana)
    ground.says("Open?", buttons=(("Open", "o"),))
    await ana.command("/titian", "x", place)
    ground.script.answer = asking
    await ana.click("Open", channel=place)
    carrier = ground.heard.message
    ground.script.answer = lambda event: [Outgoing(event.chat, "Done.", replaces=event.message)]
    await ana.submit(clear="Step 1")
    await ana.wait("Done.")
    assert ground.heard.message == carrier and ground.heard.place == Spot("slack", place.id)


async def test_where_the_passing_message_is_gone_the_direct_message_answers(
    ground: Ground,
) -> None:
    ana = ground.slack.user("Ana")
    place = ground.slack.channel("general", ana)
    ground.says("Sure?", buttons=(("Yes", "y"),))
    await ana.command("/titian", "x", place)
    ground.script.answer = lambda event: [Outgoing(event.chat, "Done.", replaces=event.message)]
    click = ground.slack.deliver

    async def late(kind: str, body: Any, *more: Any) -> Any:
        body["response_url"] = ground.slack.origin + "/response/old"
        return await click(kind, body, *more)

    ground.slack.deliver = late  # type: ignore[method-assign, assignment]
    await ana.click("Yes", channel=place)
    await ana.wait("Done.")
    assert ground.slack.violations == ["response_url used after 30 minutes or a sixth time"]
    ground.slack.violations.clear()


async def test_a_message_that_is_gone_is_sent_anew(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    await ground.adapter.send(Outgoing(home(ana), "One?", (("Yes", "y"),)))
    ground.script.answer = lambda event: [
        Outgoing(event.chat, "Two", replaces=event.message, round_id=7)
    ]
    ground.slack.fail("chat.update", "error", error="message_not_found")
    await ana.click("Yes")
    await until(lambda: ground.script.noted, PATIENCE, lambda: ana.seen())
    assert len(ana.seen()) == 2 and ground.script.noted[0][0].replaces is None


async def test_replies_to_one_person_keep_their_order(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    sent = await ground.adapter.send(Outgoing(home(ana), "One?", (("Yes", "y"),)))
    texts = iter("ABCDEF")
    ground.script.answer = lambda event: [Outgoing(event.chat, next(texts), replaces=sent)]
    ground.slack.fail("chat.update", "limited", retry_after=1)
    for _ in range(3):
        await ana.click("Yes")
        ana.seen()[0]["blocks"].append(
            {
                "type": "actions",
                "block_id": f"b{_}",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "t0",
                        "value": "y",
                        "text": {"type": "plain_text", "text": "Yes"},
                    }
                ],
            }
        )
    await ana.wait("C")
    assert [call["text"] for call in ground.calls("chat.update")] == ["A", "A", "B", "C"]

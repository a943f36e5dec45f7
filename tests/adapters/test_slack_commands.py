"""Slack: commands, and that it is an adapter."""

from adapters.slack.adapter import Slack
from dialogues.messages import (
    Address,
    Command,
    Outgoing,
    Spot,
)
from dialogues.ports import Adapter
from tests.adapters.slack_ground import TEAM, Ground, home, shown
from tests.doubles.waiting import PATIENCE, until


def test_it_is_an_adapter() -> None:
    adapter: Adapter = Slack("xoxb-secret", "xapp-secret", "http://127.0.0.1:1/api/")
    assert adapter.installation == "slack"
    assert adapter.ability.picks and not adapter.ability.types and not adapter.ability.erases
    assert adapter.join_link("7Q2MX4") == "/titian join 7Q2MX4"
    assert "secret" not in repr(adapter)


async def test_a_command_is_answered_in_its_acknowledgement(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    place = ground.slack.channel("general", ana)
    ground.says("*Hello* Ana")
    delivery = await ana.command("/titian", "review status", place)
    assert delivery.body["response_type"] == "ephemeral"
    (message,) = ana.seen(place)
    assert message["only"] == ana.id and message["text"] == "Hello Ana"
    assert '"italic": true' in shown(message)
    heard = ground.heard
    assert heard.event == Command("review status")
    assert heard.chat == home(ana) and heard.private and heard.place == Spot("slack", place.id)
    assert heard.sender == Address("slack", TEAM, ana.id)
    assert (heard.name, heard.language, heard.zone) == ("Ana", "en-US", "Europe/Berlin")
    assert not ground.calls("chat.postMessage")


async def test_a_bare_command_is_start_and_a_direct_message_is_no_place(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    await ana.command("/titian", "  ")
    assert ground.heard.event == Command("start") and ground.heard.place is None
    await ana.command("/titian", "help")
    assert ground.heard.event == Command("help")
    one, two = ground.script.handled
    assert one.key != two.key


async def test_what_slack_escapes_is_put_back(ground: Ground) -> None:
    ana, budi = ground.slack.user("Ana"), ground.slack.user("Budi")
    typed = (
        f"broker appoint <@{budi.id}|budi> of A &amp; B &lt;x&gt; <#C9|gene&amp;ral> <#C8|> "
        "<http://a.example|a.example> <https://b.example> <mailto:a@b.example|a@b.example> "
        "<!here> <!subteam^S1|@team> &amp;lt;"
    )
    await ana.command("/titian", typed)
    assert ground.heard.event == Command(
        f"broker appoint @{budi.id} of A & B <x> #gene&ral #C8 "
        "a.example https://b.example a@b.example @here @team &lt;"
    )
    assert ground.heard.mentions == {budi.id: "Budi"}


async def test_further_replies_and_check_ins_go_to_the_direct_message(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    place = ground.slack.channel("general", ana)
    ground.script.answer = lambda event: [
        Outgoing(event.chat, "One"),
        Outgoing(event.chat, "Two", round_id=7, preview="A message"),
        Outgoing(event.chat, "Three"),
    ]
    await ana.command("/titian", "x", place)
    await ana.wait("Three")
    assert [m["text"] for m in ana.seen(place)] == ["One"]
    assert [m["text"] for m in ana.seen()] == ["A message", "Three"]
    await until(lambda: len(ground.script.noted) == 2, PATIENCE, lambda: ground.script.noted)
    assert [(o.text, ts) for o, ts in ground.script.noted] == [
        ("Two", ana.seen()[0]["ts"]),
        ("Three", ana.seen()[1]["ts"]),
    ]
    ground.says("Alone", round_id=7)
    delivery = await ana.command("/titian", "checkin", place)
    assert not delivery.body
    await ana.wait("Alone")


async def test_a_very_long_answer_goes_on_where_it_began(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.says("\n\n".join(f"{n} " + "word " * 500 for n in range(12)))
    await ana.command("/titian", "x")
    await ana.wait("11 word")
    assert len(ana.seen()) == 3 and all(m["only"] == ana.id for m in ana.seen())

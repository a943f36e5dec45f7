"""Slack as a platform, against a strict double: commands, buttons, modals, faults, stopping."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.slack import listening, pacing, talking
from adapters.slack.adapter import Slack
from adapters.slack.faults import InvalidToken, NetworkError
from adapters.slack.repeats import Repeats
from dialogues.errors import MessageGone, NotNow, RetryLater, UnknownOutcome, Unreachable
from dialogues.messages import (
    Added,
    Address,
    Command,
    File,
    Filled,
    Form,
    FormField,
    Incoming,
    Moved,
    Outgoing,
    Spot,
    Tap,
)
from dialogues.ports import Adapter
from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_people import User
from tests.doubles.waiting import PATIENCE, until

TEAM = "T0DOUBLE"
SORRY = {"en": "Something went wrong & it's our fault.", "id": "Ada yang salah."}
SCALE = tuple((str(n), f"Step {n}") for n in range(1, 6))
FORM = Form(
    "w:7",
    "A check-in about the role",
    (
        FormField("clear", "one", "Is it clear?", SCALE, unable="Can't say", needed=True),
        FormField("why", "words", "Why?", most=1000, hint="In your own words."),
    ),
    "Send",
    "Cancel",
)
Answer = Callable[[Incoming], Sequence[Outgoing]]


class Script:
    """A Handler that answers as it is told and remembers what it heard."""

    def __init__(self) -> None:
        self.handled: list[Incoming] = []
        self.committed = 0
        self.noted: list[tuple[Outgoing, str]] = []
        self.answer: Answer = lambda event: [Outgoing(event.chat, "Heard.")]
        self.wait = 0.0
        self.broken: Exception | None = None
        self.failed = 0

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        self.handled.append(incoming)
        await asyncio.sleep(self.wait)
        if self.broken is not None:
            self.failed += 1
            raise self.broken
        self.committed += 1
        return self.answer(incoming)

    async def sent(self, outgoing: Outgoing, message: str) -> None:
        self.noted.append((outgoing, message))


@dataclass
class Ground:
    """Slack's double, our adapter running on it, and what it talks to."""

    slack: SlackDouble
    adapter: Slack
    script: Script
    task: asyncio.Task[None]

    def says(self, *texts: str, **more: Any) -> None:
        """Answer every event with these."""
        self.script.answer = lambda event: [Outgoing(event.chat, text, **more) for text in texts]

    @property
    def heard(self) -> Incoming:
        return self.script.handled[-1]

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [call["args"] for call in self.slack.calls if call["method"] == method]

    async def quiet(self, method: str, count: int) -> None:
        """Wait for the *count*th call, and a moment for one too many."""
        await until(lambda: len(self.calls(method)) >= count, PATIENCE, lambda: self.slack.calls)
        await asyncio.sleep(0.1)
        assert len(self.calls(method)) == count

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@asynccontextmanager
async def grounded(clean: bool = True, **options: Any) -> AsyncIterator[Ground]:
    async with SlackDouble("socket", **options) as slack:
        adapter, script, up = (
            Slack("xoxb-double", "xapp-double", slack.api_url, SORRY),
            Script(),
            asyncio.Event(),
        )
        task = asyncio.create_task(adapter.run(script, up.set))
        await asyncio.wait_for(up.wait(), PATIENCE)
        ground = Ground(slack, adapter, script, task)
        try:
            yield ground
        finally:
            await ground.stop()
            await adapter.close()
        if clean:
            slack.assert_clean()
            assert not slack.warnings, slack.warnings


@pytest.fixture(autouse=True)
def no_noise(caplog: pytest.LogCaptureFixture) -> Any:
    """Nothing that asyncio would complain about."""
    yield
    said = [r for r in caplog.records if r.name == "asyncio" and r.levelno >= logging.WARNING]
    assert not said, said


@pytest.fixture
async def ground(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ground]:
    """Without the pace of one message a second, on either side."""
    monkeypatch.setattr(pacing, "EVERY", 0.0)
    async with grounded(limits=False) as made:
        yield made


def home(user: User) -> Spot:
    return Spot("slack", user.id)


def shown(message: dict[str, Any]) -> str:
    """What a message says in its blocks."""
    return json.dumps(message.get("blocks", []), ensure_ascii=False)


def test_it_is_an_adapter() -> None:
    adapter: Adapter = Slack("xoxb-secret", "xapp-secret", "http://127.0.0.1:1/api/")
    assert adapter.installation == "slack"
    assert adapter.ability.picks and not adapter.ability.types and not adapter.ability.erases
    assert adapter.join_link("7Q2MX4") == "/titian join 7Q2MX4"
    assert "secret" not in repr(adapter)


# ---- commands ------------------------------------------------------------------------------
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


# ---- forms ---------------------------------------------------------------------------------
def asking(event: Incoming, form: Form = FORM, **more: Any) -> list[Outgoing]:
    buttons = (("Open the page", "c:checkin page 7"),)
    return [Outgoing(event.chat, "Here is a page.", buttons, form=form, **more)]


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


ALL = Form(
    "p:3",
    "Everything",
    (
        FormField("scale", "one", "Scale", tuple((str(n), str(n)) for n in range(11)), unable="?"),
        FormField("many", "many", "Many", (("e2", "Two"), ("e5", "Five"), ("e9", "Nine")), 2),
        FormField("more", "many", "More", tuple((f"k{n}", f"Task {n}") for n in range(12)), 3),
        FormField("name", "words", "Name", most=80, value="Water"),
        FormField("who", "people", "Who?", most=2),
        FormField("long", "one", "Long", (("a", "A" * 76), ("b", "B" * 90)), value=("b",)),
        FormField("none", "one", "Nobody yet"),
    ),
    "Go on",
    "Cancel",
)


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


BOOK = Form(
    "p:9",
    "Very much",
    tuple(FormField(f"f{n}", "words", f"Question {n}", value=f"v{n}") for n in range(90)),
    "Go on",
    "Cancel",
)


async def test_many_fields_come_in_pages(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.script.answer = lambda event: asking(event, BOOK)
    await ana.command("/titian", "x")
    handled = len(ground.script.handled)
    await ana.submit(f0="changed")
    assert "Question 40" in shown(ana.modal or {})
    await ana.submit()
    assert len(ground.script.handled) == handled
    wrong = replace(BOOK.fields[1], error="No.")
    values = {f"f{n}": f"v{n}" for n in range(90)} | {"f0": "changed", "f89": "last"}
    ground.script.answer = lambda event: asking(
        event, replace(BOOK, fields=(BOOK.fields[0], wrong, *BOOK.fields[2:]))
    )
    await ana.submit(f89="last")
    assert ground.heard.event == Filled("p:9", values)
    assert "⚠ No." in shown(ana.modal or {}) and "Question 0" in shown(ana.modal or {})


async def test_pages_after_a_restart_are_asked_for_again(ground: Ground) -> None:
    ana = ground.slack.user("Ana", locale="id-ID")
    ground.script.answer = lambda event: asking(event, BOOK)
    await ana.command("/titian", "x")
    ground.adapter._workspace._forms._opened.clear()
    ground.adapter._workspace._directory._known.clear()
    with capture_logs() as logs:
        await ana.submit(f0="changed")
    assert ana.form_errors == {"f0": SORRY["id"]} and ana.modal
    assert [entry["error"] for entry in logs] == ["Lost"]


async def test_one_page_survives_a_restart(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.script.answer = lambda event: asking(event, ALL)
    await ana.command("/titian", "x")
    assert not ground.adapter._workspace._forms._opened
    keys = tuple((f"key-{n}-" + "k" * 60, f"Option {n}") for n in range(60))
    ground.script.answer = lambda event: asking(
        event, replace(ALL, fields=(FormField("wide", "one", "Wide", keys),))
    )
    await ana.command("/titian", "x")
    assert len(ground.adapter._workspace._forms._opened) == 1
    ground.script.answer = lambda event: []
    await ana.submit(wide="Option 7")
    assert isinstance(ground.heard.event, Filled)
    assert ground.heard.event.values == {"wide": (keys[7][0],)}


async def test_a_mistake_where_nothing_can_be_chosen_is_shown_above_it(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    place = ground.slack.channel("general", ana)
    ground.script.answer = lambda event: asking(event, ALL)
    await ana.command("/titian", "x", place)
    *others, nobody = ALL.fields
    wrong = replace(ALL, fields=(*others, replace(nobody, error="Invite somebody first.")))
    ground.script.answer = lambda event: asking(event, wrong)
    await ana.submit(name="Fire")
    assert not ana.form_errors and "⚠ Invite somebody first." in shown(ana.modal or {})
    assert ground.heard.place == Spot("slack", place.id) and ground.heard.private
    await ana.submit()
    assert isinstance(ground.heard.event, Filled)


async def test_a_mistake_on_the_last_page_stands_beside_its_field(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.script.answer = lambda event: asking(event, BOOK)
    await ana.command("/titian", "x")
    await ana.submit()
    await ana.submit()
    wrong = replace(BOOK, fields=(*BOOK.fields[:89], replace(BOOK.fields[89], error="No.")))
    ground.script.answer = lambda event: asking(event, wrong)
    await ana.submit()
    assert ana.form_errors == {"f89": "No."}
    ground.script.answer = lambda event: []
    await ana.submit(f89="yes")
    assert isinstance(ground.heard.event, Filled)
    assert ground.heard.event.values["f89"] == "yes" and len(ground.heard.event.values) == 90


# ---- buttons -------------------------------------------------------------------------------
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


# ---- sending -----------------------------------------------------------------------------------
async def test_a_message_and_its_edit(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    text = "Hello **Ana** <x> & co.\n\n- one\n- two"
    sent = await ground.adapter.send(Outgoing(home(ana), text, (("A" * 80, "a"), ("B", "b"))))
    (message,) = ana.seen()
    assert message["ts"] == sent and "&lt;x&gt; &amp; co." in message["text"]
    (call,) = ground.calls("chat.postMessage")
    assert call["channel"] == ana.id
    assert call["unfurl_links"] in (False, "0") and call["unfurl_media"] in (False, "0")
    assert await ground.adapter.send(Outgoing(home(ana), "Edited", replaces=sent)) == sent
    (message,) = ana.seen()
    assert "Edited" in shown(message) and "actions" not in shown(message)


async def test_an_edit_after_a_restart_finds_the_direct_message(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    sent = await ground.adapter.send(Outgoing(home(ana), "One"))
    again = Slack("xoxb-double", "xapp-double", ground.slack.api_url)
    await again.send(Outgoing(home(ana), "Two", replaces=sent))
    await again.send(Outgoing(home(ana), "Three", replaces=sent))
    await again.close()
    assert "Three" in shown(ana.seen()[0])
    assert len(ground.calls("conversations.open")) == 1


async def test_files_come_after_the_text(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    picture = File("r.png", "image/png", b"\x89PNG" * 10, "Three of four find it clear.")
    page = File("r.html", "text/html", b"<p>")
    await ground.adapter.send(Outgoing(home(ana), "The report", files=(picture, page)))
    text, *files = ana.seen()
    assert "The report" in shown(text)
    assert [f["files"][0]["name"] for f in files] == ["r.png", "r.html"]
    asked = ground.calls("files.getUploadURLExternal")
    assert asked[0]["alt_txt"] == picture.description and "alt_txt" not in asked[1]
    assert [f["data"] for f in ground.slack.files.values()] == [picture.content, page.content]


async def test_a_file_that_cannot_be_handed_over_stops_the_message(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    report = Outgoing(home(ana), "The report", files=(File("r.png", "image/png", b"x"),))
    ground.slack.fail("files.getUploadURLExternal", "http")
    with pytest.raises(RetryLater):
        await ground.adapter.send(report)
    assert not ana.seen()
    ground.slack.fail("files.completeUploadExternal", "limited", retry_after=1)
    await ground.adapter.send(report)
    assert len(ana.seen()) == 2
    ground.slack.fail("files.completeUploadExternal", "reset_after")
    with pytest.raises(UnknownOutcome):
        await ground.adapter.send(report)


@pytest.mark.parametrize(
    ("fault", "error", "seconds"),
    [
        ({"kind": "limited", "retry_after": 7}, RetryLater, 7),
        ({"kind": "http", "status": 503}, RetryLater, 2),
        ({"kind": "error", "error": "service_unavailable"}, RetryLater, 2),
        ({"kind": "error", "error": "internal_error"}, UnknownOutcome, 0),
        ({"kind": "reset"}, UnknownOutcome, 0),
        ({"kind": "error", "error": "user_disabled"}, Unreachable, 0),
        ({"kind": "error", "error": "channel_not_found"}, Unreachable, 0),
        ({"kind": "error", "error": "is_archived"}, Unreachable, 0),
        ({"kind": "error", "error": "messages_tab_disabled"}, Unreachable, 0),
        ({"kind": "error", "error": "account_inactive"}, Unreachable, 0),
        ({"kind": "error", "error": "token_revoked"}, RetryLater, 300),
        ({"kind": "error", "error": "missing_scope"}, RetryLater, 300),
    ],
    ids=lambda value: str(value.get("error", value["kind"])) if isinstance(value, dict) else "",
)
async def test_what_goes_wrong_with_a_message(
    ground: Ground, fault: dict[str, Any], error: type[Exception], seconds: float
) -> None:
    ana = ground.slack.user("Ana")
    ground.slack.fail("chat.postMessage", **fault)
    with pytest.raises(error) as caught, capture_logs() as logs:
        await ground.adapter.send(Outgoing(home(ana), "Secret words"))
    assert getattr(caught.value, "seconds", 0) == seconds
    assert caught.value.__context__ is None and caught.value.__cause__ is None
    assert not ana.seen() and "Secret" not in str(logs)
    refused = [entry for entry in logs if entry["event"] == "slack_refused"]
    assert bool(refused) == (seconds == 300)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "error", "error": "message_not_found"}, MessageGone),
        ({"kind": "error", "error": "cant_update_message"}, MessageGone),
        ({"kind": "error", "error": "edit_window_closed"}, MessageGone),
        ({"kind": "reset_after"}, RetryLater),
        ({"kind": "error", "error": "internal_error"}, RetryLater),
    ],
    ids=str,
)
async def test_what_goes_wrong_with_an_edit(
    ground: Ground, fault: dict[str, Any], error: type[Exception]
) -> None:
    ana = ground.slack.user("Ana")
    sent = await ground.adapter.send(Outgoing(home(ana), "One"))
    ground.slack.fail("chat.update", **fault)
    with pytest.raises(error):
        await ground.adapter.send(Outgoing(home(ana), "Two", replaces=sent))


async def test_an_account_of_our_own_that_is_gone_is_not_the_person_s(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.slack.fail("chat.postMessage", "error", error="account_inactive")
    ground.slack.fail("auth.test", "error", error="account_inactive")
    with pytest.raises(RetryLater):
        await ground.adapter.send(Outgoing(home(ana), "One"))


async def test_a_lost_answer_is_never_a_second_message(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.slack.fail("chat.postMessage", "reset_after")
    with pytest.raises(UnknownOutcome):
        await ground.adapter.send(Outgoing(home(ana), "Once"))
    await ground.quiet("chat.postMessage", 1)
    assert len(ana.seen()) == 1


async def test_nobody_listens_at_that_address() -> None:
    adapter = Slack("xoxb-double", "xapp-double", "http://127.0.0.1:9/api/")
    with pytest.raises(RetryLater):
        await adapter.send(Outgoing(Spot("slack", "U1"), "x"))
    with pytest.raises(NetworkError):
        await adapter.run(Script(), lambda: None)
    await adapter.close()


async def test_a_reply_waits_where_slack_asks_for_it(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.says("In the ack.", "Later.")
    ground.slack.fail("chat.postMessage", "limited", retry_after=1)
    await ana.command("/titian", "x")
    await ana.wait("Later.")
    assert len(ground.calls("chat.postMessage")) == 2


async def test_a_lost_reply_is_no_failure(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.says("In the ack.", "Lost.", "Kept.")
    ground.slack.fail("chat.postMessage", "error", error="user_disabled")
    await ana.command("/titian", "x")
    await ana.wait("Kept.")
    assert len(ana.seen()) == 2


async def test_a_reply_that_cannot_be_noted_or_drawn_stops_nothing(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = ground.slack.user("Ana")
    ground.says("In the ack.", "Sent.")

    async def broken(outgoing: Outgoing, message: str) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(ground.script, "sent", broken)
    with capture_logs() as logs:
        await ana.command("/titian", "x")
        await ana.wait("Sent.")
        await until(lambda: logs, PATIENCE, lambda: "nothing logged")
    assert [(e["event"], e["hint"]) for e in logs] == [("slack_failed", "reply")]
    ground.says("In the ack.", "Again.")
    await ana.command("/titian", "x")
    await ana.wait("Again.")


async def test_one_message_a_second_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "PATIENCE", 2.5)  # three would leave a busy machine 30 ms
    async with grounded() as ground:
        ana, budi = ground.slack.user("Ana"), ground.slack.user("Budi")
        spots = [home(ana), home(ana), home(budi), home(ana), home(ana)]
        sending = [ground.adapter.send(Outgoing(spot, "x")) for spot in spots]
        results = await asyncio.gather(*sending, return_exceptions=True)
        assert [isinstance(result, str) for result in results] == [True, True, True, True, False]
        assert isinstance(results[-1], RetryLater)
        assert [call["ok"] for call in ground.slack.calls if call["method"].startswith("chat")] == [
            True
        ] * 4


# ---- the socket --------------------------------------------------------------------------------
@pytest.mark.parametrize("reason", ["refresh_requested", None])
async def test_a_socket_that_ends_is_renewed(ground: Ground, reason: str | None) -> None:
    ana = ground.slack.user("Ana")
    await ground.slack.disconnect(reason)
    await until(lambda: ground.slack.sockets, PATIENCE, lambda: "no socket")
    await ana.command("/titian", "x")
    assert "Heard." in ana.seen()[0]["text"]
    assert not ground.task.done()


@pytest.mark.parametrize("reason", ["refresh_requested", None])
async def test_an_acknowledgement_survives_a_new_socket(ground: Ground, reason: str | None) -> None:
    ana = ground.slack.user("Ana")
    ground.script.wait = 0.3
    task = asyncio.create_task(ana.command("/titian", "x"))
    await until(lambda: ground.script.handled, PATIENCE, lambda: "nothing")
    await ground.slack.disconnect(reason)
    delivery = await task
    assert delivery.acked and ground.script.committed == 1


async def test_a_socket_that_cannot_be_renewed_is_said(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PATIENCE", 0.2)
    ground.slack.fail("apps.connections.open", "hang", times=9, seconds=0.4)
    await ground.slack.disconnect(None)
    with pytest.raises(NetworkError):
        await asyncio.wait_for(asyncio.shield(ground.task), PATIENCE)


async def test_a_refused_renewal_is_said(ground: Ground) -> None:
    ground.slack.fail("apps.connections.open", "error", error="token_revoked")
    await ground.slack.disconnect(None)
    with pytest.raises(InvalidToken):
        await asyncio.wait_for(asyncio.shield(ground.task), PATIENCE)


async def test_being_stopped_in_the_middle_finishes_what_was_begun(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.says("In the ack.", "Afterwards.")
    ground.script.wait = 0.4
    task = asyncio.create_task(ana.command("/titian", "x"))
    await until(lambda: ground.script.handled, PATIENCE, lambda: "nothing")
    await ground.stop()
    assert ground.task.cancelled()
    delivery = await task
    assert ground.script.committed == 1 and delivery.acked
    assert [m["text"] for m in ana.seen()] == ["In the ack.", "Afterwards."]


async def test_being_stopped_does_not_wait_for_ever(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.adapter.DRAIN", 0.2)
    ana = ground.slack.user("Ana")
    ground.script.wait = 30
    ground.slack.ack_seconds = 1
    task = asyncio.create_task(ana.command("/titian", "x"))
    await until(lambda: ground.script.handled, PATIENCE, lambda: "nothing")
    await asyncio.wait_for(ground.stop(), 10)
    await task
    left = [repr(other) for other in asyncio.all_tasks()]
    assert not any("slack_sdk" in name or "/adapters/slack/" in name for name in left), left
    ground.slack.violations.clear()
    ground.slack.deliveries.clear()


async def test_being_stopped_before_it_began() -> None:
    async with SlackDouble("socket") as slack:
        slack.fail("auth.test", "hang", seconds=0.5)
        adapter = Slack("xoxb-double", "xapp-double", slack.api_url)
        task = asyncio.create_task(adapter.run(Script(), lambda: None))
        await until(lambda: slack.calls, PATIENCE, lambda: "nothing")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await adapter.close()
        assert task.cancelled()


@pytest.mark.parametrize("which", ["bot", "app"])
async def test_a_wrong_token_is_raised_without_itself(which: str) -> None:
    async with SlackDouble("socket") as slack:
        tokens = {"bot": "xoxb-double", "app": "xapp-double", which: "xoxz-very-wrong"}
        adapter, up = Slack(tokens["bot"], tokens["app"], slack.api_url), asyncio.Event()
        with pytest.raises(InvalidToken) as caught:
            await adapter.run(Script(), up.set)
        await adapter.close()
        assert not up.is_set() and str(caught.value) == "invalid_auth"
        assert caught.value.__context__ is None and caught.value.__cause__ is None


async def test_the_environment_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"SLACK_{name}", "rubbish")
    monkeypatch.setenv("SLACK_VERIFICATION_TOKEN", "rubbish")
    async with grounded() as ground:
        ana = ground.slack.user("Ana")
        await ana.command("/titian", "x")
        assert ana.seen()[0]["text"] == "Heard."


async def test_logs_hold_neither_words_nor_tokens(
    ground: Ground, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        ana = ground.slack.user("Ana-Name")
        ground.says("A secret reply", buttons=(("A secret button", "secret-token"),))
        await ana.command("/titian", "secret words")
        ground.script.answer = asking
        await ana.click("A secret button")
        ground.says("A secret reply")
        await ana.submit(clear="Step 1", why="secret answer")
        await ana.wait(lambda m: "only" not in m)
        ground.slack.fail("chat.postMessage", "error", error="no_such_thing_known")
        ground.script.broken = RuntimeError("secret failure")
        await ana.command("/titian", "secret words")
        await ground.slack.disconnect(None)
        await until(lambda: ground.slack.sockets, PATIENCE, lambda: "no socket")
        await ground.stop()
    said = caplog.text + str(logs)
    for word in ("secret", "xoxb", "xapp", "Ana-Name", "Step 1"):
        assert word not in said, said[max(0, said.index(word) - 200) :][:400]

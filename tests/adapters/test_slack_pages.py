"""Slack: forms of several pages, and mistakes in them."""

from dataclasses import replace

from structlog.testing import capture_logs

from dialogues.messages import (
    Filled,
    FormField,
    Spot,
)
from tests.adapters.slack_ground import ALL, BOOK, SORRY, Ground, asking, shown


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

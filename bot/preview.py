"""A check-in's screens as people see them and as a platform gets them: for `checkins show`."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from bot import pages, screens
from bot.scene import House
from bot.showing import Showing
from dialogues import due
from dialogues.bounds import bounds
from dialogues.checkin import CheckIn, Fact
from dialogues.cycle import Phase
from dialogues.dialogue import END, Draft, Screen, State, Turn
from dialogues.library import Library
from dialogues.markup import plain
from dialogues.messages import Ability, FormField, Message, Outgoing, Spot
from dialogues.model import (
    Audience,
    Confidence,
    Partnership,
    Protect,
    Purpose,
    Review,
    ReviewState,
    Round,
    RoundState,
)
from dialogues.numbering import numbered
from dialogues.texts import Reader, Texts
from storage.keyring import MemoryKeyring

PLATFORMS = ("telegram", "slack")
SPOT = Spot("", "")
WINDOW = timedelta(days=7)
"""How long a check-in is open unless a group wants it otherwise."""


@dataclass(frozen=True)
class Platform:
    """What a platform can show, its longest button, and what it is asked for a message."""

    ability: Ability
    longest: int
    requests: Callable[[Outgoing], Iterator[tuple[str, Mapping[str, Any]]]]


def platform(name: str) -> Platform | None:
    """One of PLATFORMS; None for one that is not known."""
    if name == "telegram":
        from adapters.telegram.adapter import Telegram
        from adapters.telegram.outgoing import CHOICE, requests

        return Platform(Telegram.ability, CHOICE, requests)
    if name == "slack":
        from adapters.slack.adapter import Slack
        from adapters.slack.blocks import LABEL
        from adapters.slack.preview import requests as slack_requests

        return Platform(Slack.ability, LABEL, slack_requests)
    return None


def printed(
    library: Library,
    checkin: CheckIn,
    language: str,
    on: Platform,
    now: datetime,
    audience: Audience = Audience.PARTNERS,
) -> Iterator[str]:
    """Every screen of *checkin* as the requests its platform gets, one JSON object a request."""
    texts = Texts(library)
    for title, outgoing in drawn(
        library, texts, checkin, language, on.ability, now, audience=audience
    ):
        yield f"# {title}"
        for method, values in on.requests(outgoing):
            yield json.dumps({method: values}, ensure_ascii=False, indent=2)


def read_out(
    library: Library,
    checkin: CheckIn,
    language: str,
    on: Platform,
    now: datetime,
    audience: Audience = Audience.PARTNERS,
) -> Iterator[str]:
    """Every screen of *checkin* to be read: the words, the buttons, the fields of a page."""
    texts = Texts(library)
    for title, outgoing in drawn(
        library, texts, checkin, language, on.ability, now, audience=audience
    ):
        shown = numbered(outgoing, on.longest)
        buttons = " ".join(f"[{label}]" for label, _ in shown.buttons)
        yield from ("", f"# {title}")
        yield from filter(None, (plain(shown.text), buttons))
        if shown.form is not None:
            yield from ("", f"## {shown.form.title}")
            for field in shown.form.fields:
                yield from _field(field)
            yield from ("", f"[{shown.form.submit}] [{shown.form.close}]")


def _field(field: FormField) -> Iterator[str]:
    yield from ("", field.label)
    yield from filter(None, (field.hint,))
    if not field.options:
        yield "  ________"
        return
    yield from (f"  ( ) {text}" for _, text in field.options)
    if field.unable:
        yield f"  ( ) {field.unable}"


def drawn(
    library: Library,
    texts: Texts,
    checkin: CheckIn,
    language: str,
    ability: Ability,
    now: datetime,
    facts: frozenset[Fact] | None = None,
    audience: Audience = Audience.PARTNERS,
) -> Iterator[tuple[str, Outgoing]]:
    """The screens that are seen, worded for *language*, in their order.

    Args:
        facts: What holds; without them, whatever asks most.
    """
    house = House(library, texts, MemoryKeyring(), ability=lambda _: ability)
    if facts is None:
        facts = max(checkin.situations(), key=lambda known: len(checkin.asked(known)))
    view = _showing(house, checkin, ability, now, facts, audience)
    reader = Reader(language, ZoneInfo(view.partnership.zone), now)
    for title, message in _screens(view, reader):
        yield (
            title,
            Outgoing(
                SPOT,
                texts.word(message.say, reader),
                tuple((texts.label(b.label, reader), b.token) for b in message.buttons),
                preview=texts.label(message.preview, reader) if message.preview else "",
                form=message.form,
                round_id=message.round_id,
                language=language,
                options=message.options,
            ),
        )


def _screens(view: Showing, reader: Reader) -> Iterator[tuple[str, Message]]:
    yield "invitation", screens.invitation(view)
    yield "reminder", screens.invitation(view, "checkin/reminder")
    draft = Draft(State.DRAFT)
    if view.ability.types:
        for question in view.questions:
            turn = Turn(Draft(State.DRAFT, question.key), Screen.QUESTION)
            yield f"question {question.key}", screens.screen(view, turn)
        yield "end", screens.screen(view, Turn(Draft(State.DRAFT, END), Screen.END))
    else:
        page = screens.on_a_page(view, draft)
        form = pages.whole_form(view, draft, reader, {})
        yield "page", Message(page.say, page.buttons, page.round_id, form=form)
    receipt = " ".join(view.house.library.words[reader.language][:3])
    cast = Draft(State.CAST, receipt=receipt)
    yield "sent", screens.screen(view, Turn(cast, Screen.SENT))
    yield "closed", screens.closed_text(view, view.asked)


def _showing(
    house: House,
    checkin: CheckIn,
    ability: Ability,
    now: datetime,
    facts: frozenset[Fact],
    audience: Audience,
) -> Showing:
    sample = tomllib.loads((files("bot") / "preview.toml").read_text())
    sizes = sample["organisations"]
    seats = [number for number, size in enumerate(sizes) for _ in range(size)]
    closes = due.plan(now, WINDOW, ZoneInfo(sample["zone"])).closes
    group = Partnership(
        1,
        sample["partnership"],
        "en",
        sample["zone"],
        "ID",
        Phase.MANAGING,
        "",
        "partnership broker",
        "broker kemitraan",
        Protect.PERSON,
        5,
        WINDOW.days,
    )
    about = 1 if checkin.about == "broker" else None
    review = Review(
        1, 1, about, 1, checkin.id, Purpose.LEARN, ReviewState.OPEN, now, closes, closes
    )
    round_ = Round(
        1,
        1,
        1,
        checkin,
        audience,
        Confidence.NAMED if audience is Audience.BROKER else Confidence(checkin.confidence),
        RoundState.OPEN,
        facts,
        Protect.PERSON,
        5,
        now,
        closes,
        None,
        None,
        False,
        0,
        1,
    )
    return Showing(
        house,
        review,
        round_,
        group,
        sample["broker"],
        bounds(seats, Protect.PERSON.value, 5),
        len(seats),
        len(sizes),
        (),
        frozenset(),
        ability,
        sample["operator"],
        sample["home"],
    )

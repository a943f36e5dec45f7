"""A check-in's messages as a platform gets them: for `titian checkins show NAME --on PLATFORM`."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from bot import pages, screens
from bot.scene import House
from bot.screens import Showing
from dialogues.bounds import bounds
from dialogues.checkin import CheckIn
from dialogues.dialogue import END, Draft, Screen, State, Turn
from dialogues.library import Library
from dialogues.messages import Ability, Message, Outgoing, Spot
from dialogues.model import (
    Audience,
    Confidence,
    Partnership,
    Phase,
    Protect,
    Purpose,
    Review,
    ReviewState,
    Round,
    RoundState,
)
from dialogues.texts import Reader, Texts
from storage.keyring import MemoryKeyring

Requests = Callable[[Outgoing], Iterator[tuple[str, Mapping[str, Any]]]]
SPOT = Spot("", "")


def platform(name: str) -> tuple[Ability, Requests] | None:
    """What a platform can show, and how it is asked; None for one that is not known."""
    if name == "telegram":
        from adapters.telegram.adapter import Telegram
        from adapters.telegram.outgoing import requests

        return Telegram.ability, requests
    if name == "slack":
        from adapters.slack.adapter import Slack
        from adapters.slack.preview import requests as slack_requests

        return Slack.ability, slack_requests
    return None


def printed(
    library: Library, checkin: CheckIn, language: str, name: str, now: datetime
) -> Iterator[str]:
    """Every screen of *checkin* as the requests its platform gets, one JSON object a request."""
    found = platform(name)
    assert found is not None
    ability, requests = found
    for title, outgoing in drawn(library, checkin, language, ability, now):
        yield f"# {title}"
        for method, values in requests(outgoing):
            yield json.dumps({method: values}, ensure_ascii=False, indent=2)


def drawn(
    library: Library, checkin: CheckIn, language: str, ability: Ability, now: datetime
) -> Iterator[tuple[str, Outgoing]]:
    """The screens a partner sees, worded for *language*, in their order."""
    texts = Texts(library)
    house = House(library, texts, MemoryKeyring(), ability=lambda _: ability)
    view = _showing(house, checkin, ability, now)
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
            ),
        )


def _screens(view: Showing, reader: Reader) -> Iterator[tuple[str, Message]]:
    yield "invitation", screens.invitation(view)
    yield "reminder", screens.invitation(view, "checkin/reminder")
    draft = Draft(State.DRAFT)
    if view.ability.types:
        for question in view.questions:
            turn = Turn(Draft(State.DRAFT, question.key), Screen.QUESTION)
            yield f"question {question.key}", screens.screen(view, turn, reader)
        yield "end", screens.screen(view, Turn(Draft(State.DRAFT, END), Screen.END), reader)
    else:
        page = screens.on_a_page(view, draft)
        form = pages.whole_form(view, draft, reader, {})
        yield "page", Message(page.say, page.buttons, page.round_id, form=form)
    receipt = " ".join(view.house.library.words[reader.language][:3])
    cast = Draft(State.CAST, receipt=receipt)
    yield "sent", screens.screen(view, Turn(cast, Screen.SENT), reader)
    yield "closed", screens.closed_text(view, view.asked)


def _showing(house: House, checkin: CheckIn, ability: Ability, now: datetime) -> Showing:
    sample = tomllib.loads((files("bot") / "preview.toml").read_text())
    sizes = sample["organisations"]
    seats = [number for number, size in enumerate(sizes) for _ in range(size)]
    closes = now + timedelta(days=7)
    group = Partnership(
        1,
        sample["partnership"],
        "en",
        sample["zone"],
        "ID",
        Phase.MANAGING,
        "",
        "",
        "",
        Protect.PERSON,
        5,
        7,
    )
    review = Review(1, 1, 1, 1, checkin.id, Purpose.LEARN, ReviewState.OPEN, now, closes, closes)
    round_ = Round(
        1,
        1,
        1,
        checkin,
        Audience.PARTNERS,
        Confidence.SEALED,
        RoundState.OPEN,
        frozenset(),
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
    )

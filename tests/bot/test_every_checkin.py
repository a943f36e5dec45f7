"""Every check-in, wherever its facts lead, in both languages, partners' version and mirror.

What a platform's schema says is tested in `test_preview`; here nothing is cut, everything can
be answered, and a Result becomes a report without a placeholder left over.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.telegram.outgoing import CHOICE
from bot.paper import document
from bot.preview import PLATFORMS, drawn, platform
from dialogues.answers import Answers
from dialogues.bounds import bounds
from dialogues.charts import draw
from dialogues.checkin import CheckIn, Fact, Multi, Words
from dialogues.cycle import Phase
from dialogues.dialogue import END, Act, Move, Screen, State, Typed
from dialogues.disclosure import Ballot, disclose
from dialogues.engine import advance, begin, items
from dialogues.exports import Export
from dialogues.library import LANGUAGES, Library, open_library
from dialogues.model import (
    Assignment,
    Audience,
    Consent,
    Contractor,
    Kind,
    Partnership,
    Protect,
    Purpose,
    Review,
    ReviewState,
)
from dialogues.numbering import numbered
from dialogues.report import build
from dialogues.texts import Reader, Texts

NAMES = sorted(open_library().checkins)
NOW = datetime(2026, 12, 4, 10, tzinfo=UTC)
READERS = [Reader(name, ZoneInfo("Asia/Makassar"), NOW) for name in LANGUAGES]
GROUP = Partnership(
    1, "Water for Bima", "en", "Asia/Makassar", "ID", Phase.MANAGING, "",
    "partnership broker", "broker kemitraan", Protect.PERSON, 5, 7,
)  # fmt: skip
INSIDE = Assignment(
    1, 1, 1, 1, "Ratna Dewi", Kind.INTERNAL, "Dinas PU", None, None, None, (), "",
    date(2026, 11, 1), None, Consent.AGREED, None,
)  # fmt: skip
OUTSIDE = replace(INSIDE, kind=Kind.EXTERNAL, home=None, contractor=Contractor.PARTNERSHIP)
LEFT_OVER = ("{broker", "{org")


def ways(checkin: CheckIn) -> Iterator[tuple[frozenset[Fact], Audience]]:
    for facts in checkin.situations():
        yield facts, Audience.PARTNERS
        if checkin.mirrored:
            yield facts, Audience.BROKER


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut_on_either_platform(library: Library, texts: Texts, name: str) -> None:
    checkin = library.checkins[name]
    for facts, audience in ways(checkin):
        for language in LANGUAGES:
            told = library, texts, checkin, language
            for on in PLATFORMS:
                found = platform(on)
                assert found is not None
                screens = list(drawn(*told, found.ability, NOW, facts, audience))
                said = " ".join(str(o) for _, o in screens)
                assert not any(part in said for part in LEFT_OVER)
                for title, outgoing in screens:
                    assert all(len(token.encode()) <= 64 for _, token in outgoing.buttons)
                    sent = list(found.requests(outgoing))
                    if on == "telegram":
                        assert len(sent) <= 1 + bool(outgoing.preview), title
                        listed = numbered(outgoing, CHOICE)
                        shown = [json.dumps(label)[1:-1] for label, _ in listed.buttons]
                        keyboard = sent[-1][1].get("reply_markup", "")
                        assert all(label in keyboard for label in shown), title
                        assert all(len(label) <= CHOICE for label, _ in listed.buttons), title
                        whole = unescape(sent[-1][1]["text"]) + keyboard
                        for label, _ in outgoing.buttons:
                            assert label in whole or json.dumps(label)[1:-1] in whole, title
                    elif outgoing.form is not None:
                        drawn_form = json.dumps(sent, ensure_ascii=False)
                        assert outgoing.form.title in drawn_form
                        for field in outgoing.form.fields:
                            assert json.dumps(field.label, ensure_ascii=False) in drawn_form
                            for _, text in field.options:
                                assert json.dumps(text, ensure_ascii=False) in drawn_form


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_answered_to_the_end(library: Library, name: str) -> None:
    checkin = library.checkins[name]
    for facts in checkin.situations():
        questions = checkin.asked(facts)
        seconds = sum(30 if isinstance(q, Words) else 12 for q in questions)
        assert checkin.minutes(facts) == max(1, round(seconds / 60)) <= 2
        form = items(questions)
        for unable in (False, True):
            draft = begin(form, {})
            for question in questions:
                assert draft.place == question.key
                if unable:
                    turn = advance(form, draft, Move(Act.UNABLE, question.key), str)
                elif isinstance(question, Words):
                    turn = advance(form, draft, Typed("Some words."), str)
                else:
                    pick = Move(Act.PICK, question.key, question.options[-1].key)
                    turn = advance(form, draft, pick, str)
                    if isinstance(question, Multi):
                        turn = advance(form, turn.draft, Move(Act.DONE, question.key), str)
                assert not turn.faults
                draft = turn.draft
            assert draft.place == END
            sent = advance(form, draft, Move(Act.SEND), lambda: "river cedar stone")
            assert sent.screen is Screen.SENT and sent.draft.state is State.CAST
            assert set(sent.draft.answers) == {question.key for question in questions}


def cast(checkin: CheckIn, facts: frozenset[Fact], chance: random.Random) -> Answers:
    """Mostly the last option, so that sentences of every form come about."""
    given: dict[str, Any] = {}
    for question in checkin.asked(facts):
        if isinstance(question, Words):
            given[question.key] = "Some words."
        else:
            keys = [option.key for option in question.options]
            one = keys[-1] if chance.random() < 0.6 else chance.choice(keys)
            given[question.key] = (one,)
    return given


@pytest.mark.parametrize("name", NAMES)
def test_its_result_becomes_a_report(library: Library, texts: Texts, name: str) -> None:
    checkin = library.checkins[name]
    about = None
    if checkin.about == "broker":
        about = INSIDE if checkin.applies.broker == "internal" else OUTSIDE
    roster = bounds([place // 3 for place in range(12)], "person")
    said: set[str] = set()
    for facts in checkin.situations():
        chance = random.Random(name)
        ballots = [Ballot(cast(checkin, facts, chance)) for _ in range(12)]
        result = disclose(checkin, facts, roster, ballots, chance.shuffle)
        assert result.released and len(result.questions) == sum(
            not isinstance(q, Words) for q in checkin.asked(facts)
        )
        number = about.id if about else None
        review = Review(12, 1, number, 1, name, Purpose.LEARN, ReviewState.CLOSED, NOW, NOW, NOW)
        made = build(
            result=result,
            checkin=checkin,
            facts=facts,
            review=review,
            partnership=GROUP,
            assignment=about,
            mirror=cast(checkin, facts, chance) if checkin.mirrored and about else None,
        )
        for reader in READERS:
            for who in ("broker", "coordinator"):
                said |= {
                    texts.word(made.chat(who), reader),
                    texts.word(made.guide(who), reader),
                    texts.page(*made.page(who), reader),
                    draw(made.chart(who), texts, reader),
                    texts.page(*made.paper(who), reader),
                    Export(made, who, texts, reader).table(),
                }
            paper = texts.page(*made.paper("broker"), reader)
            assert document(paper).startswith(b"%PDF-")
    assert said and not any(part in text for part in LEFT_OVER for text in said)
    if checkin.applies.broker == "internal":
        assert any("Dinas PU" in text for text in said)

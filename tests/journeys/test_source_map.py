"""Each of the 62 concepts of the source is found in the running product.

What journeys show is the product's own output (test_journeys plays them); reports are made
here. With TEST_RECORD=1 docs/source-map.md is written, else it is compared.
"""

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from dialogues.bounds import bounds
from dialogues.checkin import Words
from dialogues.cycle import Phase
from dialogues.disclosure import Ballot, disclose
from dialogues.library import LANGUAGES, Library
from dialogues.model import (
    Assignment,
    Consent,
    Contractor,
    Kind,
    Partnership,
    Protect,
    Purpose,
    Review,
    ReviewState,
)
from dialogues.report import build
from dialogues.texts import Reader, Texts

HERE = Path(__file__).parent
MAP = HERE.parents[1] / "docs" / "source-map.md"
CONCEPTS = tomllib.loads((HERE / "source-map.toml").read_text(encoding="utf-8"))
HEAD = """# The source, and where it is in Titian

Titian asks about the role that Tennyson and Baksi describe in part 1 of *Menetapkan Broker
Kemitraan*. Each idea of that text is one row; the last column is looked up in the running
product by `tests/journeys/test_source_map.py`, which also makes this page.

| No. | Idea of the source | Where it is | What shows it |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Scene:
    """An action of a journey, and the messages that came of it."""

    journey: str
    action: str
    shown: tuple[str, ...]


@cache
def scenes() -> tuple[Scene, ...]:
    found = []
    for path in sorted(HERE.glob("[!_]*.txt")):
        for part in re.split(r"^> ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            action, _, rest = part.partition("\n")
            messages = re.split(r"^  (?!\|).*\n", rest, flags=re.MULTILINE)[1:]
            shown = (
                "\n".join(m[4:] for m in one.splitlines() if m[:3] == "  |") for one in messages
            )
            found.append(Scene(path.stem, action, tuple(shown)))
    return tuple(found)


class Proofs:
    """Looks each proof up. What it cannot find fails the test."""

    def __init__(self, library: Library, texts: Texts) -> None:
        self.library, self.texts = library, texts

    def row(self, number: str) -> str:
        entry = CONCEPTS[number]
        known = {"concept", "lives", "asks", "options", "tells", "reports"}
        assert set(entry) <= known, f"{number}: {set(entry) - known}"
        said = [
            *(self.asks(*name.split(".")) for name in entry.get("asks", ())),
            *(self.options(*name.split(".")) for name in entry.get("options", ())),
            *(self.tells(*told) for told in entry.get("tells", ())),
            *(self.reports(*told) for told in entry.get("reports", ())),
        ]
        assert said, f"{number} is not proved by anything"
        return f"| {number} | {entry['concept']} | {entry['lives']} | {'; '.join(said)} |\n"

    def _question(self, name: str, key: str) -> Any:
        return next(q for q in self.library.checkins[name].questions if q.key == key)

    def asks(self, name: str, key: str) -> str:
        """Somebody was shown the question alone, with every answer that can be tapped."""
        question = self._question(name, key)
        for language in LANGUAGES:
            for text in _wordings(question, language):
                for scene in scenes():
                    if any(self._is_screen(m, text, question, language) for m in scene.shown):
                        return f"asked in `{scene.journey}`: {_plain(question.text.en)}"
        pytest.fail(f"{name}.{key} is asked in no journey")

    def _is_screen(self, message: str, text: str, question: Any, language: str) -> bool:
        lines = message.splitlines()
        pattern = re.sub(r"\\\{(broker|org)\\\}", ".+", re.escape(text))
        asked = any(re.fullmatch(pattern, line) for line in lines[1:])
        if not asked or not re.match(r"\d+ (of|dari) \d+$", lines[0]):
            return False
        if isinstance(question, Words):
            return True
        labels = [getattr(option.text, language) for option in question.options]
        return all(f"[{label}]" in lines[-1].replace("[✓ ", "[") for label in labels)

    def options(self, name: str, key: str, option: str) -> str:
        """The answer stood on a button under its question, in a journey."""
        question = self._question(name, key)
        text = next(o.text for o in question.options if o.key == option)
        where = self.asks(name, key).split("`")[1]
        return f"an answer in `{where}`: {_plain(text.en)}"

    def tells(self, journey: str, done: str, read: str) -> str:
        """After something was done somebody read this, in the same journey."""
        own = [scene for scene in scenes() if scene.journey == journey]
        start = next((i for i, scene in enumerate(own) if done in scene.action), None)
        assert start is not None, f"{journey} has no action with {done!r}"
        shown = [m for scene in own[start:] for m in scene.shown]
        assert any(read in message for message in shown), f"{journey}, {done!r}: no {read!r}"
        return f"read in `{journey}`: “{read}”"

    def reports(self, name: str, read: str) -> str:
        """The page made of a result of that check-in says it."""
        assert read in self._page(name), f"the report of {name} does not say {read!r}"
        return f"in the report of {name}: “{read}”"

    pages: ClassVar[dict[str, str]] = {}

    def _page(self, name: str) -> str:
        if name in self.pages:
            return self.pages[name]
        checkin = self.library.checkins[name]
        inside = checkin.applies.broker == "internal"
        about = Assignment(
            1, 1, 1, 1, "Ratna Dewi", Kind.INTERNAL if inside else Kind.EXTERNAL,
            "Dinas PU" if inside else None, None if inside else Contractor.PARTNERSHIP, None, None,
            (), "", date(2026, 11, 1), None, Consent.AGREED, None,
        )  # fmt: skip
        group = Partnership(
            1, "Water for Bima", "en", "Asia/Makassar", "ID", Phase.MANAGING, "",
            "partnership broker", "broker kemitraan", Protect.PERSON, 5, 7,
        )  # fmt: skip
        now = datetime(2026, 12, 4, 10, tzinfo=UTC)
        facts = next(iter(checkin.situations()))
        given: dict[str, Any] = {
            q.key: "Words." if isinstance(q, Words) else (q.options[-2].key,)
            for q in checkin.asked(facts)
        }
        roster = bounds([place // 3 for place in range(12)], "person")
        result = disclose(checkin, facts, roster, [Ballot(given)] * 12, lambda items: None)
        assert result.released
        made = build(
            result=result,
            checkin=checkin,
            facts=facts,
            review=Review(9, 1, 1, 1, name, Purpose.LEARN, ReviewState.CLOSED, now, now, now),
            partnership=group,
            assignment=about,
            mirror=given if checkin.mirrored else None,
        )
        reader = Reader("en", ZoneInfo("Asia/Makassar"), now)
        page = self.texts.page(*made.page("broker"), reader) + self.texts.word(
            made.guide("broker"), reader
        )
        self.pages[name] = page.replace("&#39;", "'")
        return self.pages[name]


def _plain(text: str) -> str:
    return f"“{text.replace('{broker}', '(the broker)').replace('{org}', '(the organisation)')}”"


def _wordings(question: Any, language: str) -> Iterator[str]:
    for worded in (question, *getattr(question, "wordings", ())):
        for text in (worded.text, getattr(worded, "mirror", None)):
            if text is not None:
                yield getattr(text, language)


def test_every_concept_of_the_source_is_in_the_product(library: Library, texts: Texts) -> None:
    assert [int(number) for number in CONCEPTS] == list(range(1, 63))
    proofs = Proofs(library, texts)
    made = HEAD + "".join(proofs.row(number) for number in CONCEPTS)
    if os.environ.get("TEST_RECORD") == "1":
        MAP.write_text(made, encoding="utf-8")
    assert made == MAP.read_text(encoding="utf-8"), "docs/source-map.md: make it with TEST_RECORD=1"


@pytest.mark.parametrize(
    ("kind", "proof"),
    [
        ("asks", ("leadership", "text_gone")),
        ("tells", ("year", "/broker change", "a sentence that nobody ever wrote")),
        ("tells", ("year", "/no such command", "seconded")),
        ("reports", ("leadership", "a ranking of brokers")),
    ],
)
def test_a_proof_can_fail(
    library: Library, texts: Texts, kind: str, proof: tuple[str, ...]
) -> None:
    with pytest.raises((AssertionError, StopIteration)):
        getattr(Proofs(library, texts), kind)(*proof)

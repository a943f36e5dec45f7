"""One question of a report as sentences and tables, in no language yet.

A voice knows whom it speaks to: the broker is "you" and hears the check-in's own claims,
anybody else hears the broker's name and the question as it was asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dialogues.answers import Band, is_scored
from dialogues.checkin import Question, Words
from dialogues.disclosure import Shown
from dialogues.findings import Entry
from dialogues.messages import Localised, Say, say

EDGES = {"agreement": (2, 3), "frequency": (2, 3), "number": (5, 8)}
"""Where the steps of a scored question are cut into its three bands (DESIGN 5)."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who is spoken of, by name or by the group's word, and whether to them.

    `own_is_yours`: the own view beside the result is the reader's, be it about them alone or
    among several brokers.
    """

    broker: str | Localised
    you: bool
    home: str = ""
    own_is_yours: bool = False

    def said(self, entry: Entry, place: str) -> Say:
        """What is shown of a question.

        Args:
            place: "list" where it stands alone, "below" under the question itself,
                "picture" under its topic.
        """
        shown, question = entry.shown, entry.question
        counts = shown.counts if shown else None
        return self._say(
            "said",
            entry,
            place=place,
            form=_form(shown),
            claim=(question.claim if self.you else None) or "",
            bands=bands(question) if is_scored(question) else (),
            counts=counts or (),
            n=sum(counts or ()),
            most=entry.leaning is Band.FAVOURABLE,
            differ=entry.leaning is Band.MIDDLE,
            options=_shown_options(entry),
        )

    def own(self, entry: Entry) -> Say | None:
        """The broker's own answer, in the words of the scale."""
        if entry.own is None:
            return None
        words = isinstance(entry.own, str)
        answers = [entry.own] if words else texts_of(entry.question, entry.own)
        return self._say("own", entry, answers=answers, you=self.own_is_yours or self.you)

    def gap(self, entry: Entry) -> Say | None:
        """How the broker's own answer stands to what is shown."""
        if entry.gap is None:
            return None
        return self._say("gap", entry, gap=entry.gap.value, you=self.own_is_yours or self.you)

    def prompt(self, entry: Entry) -> Say:
        """A question for the talk."""
        rule = entry.rule.value if entry.rule else ""
        return self._say("prompt", entry, rule=rule, options=_shown_options(entry))

    def _say(self, key: str, entry: Entry, **values: object) -> Say:
        question = entry.question
        common: dict[str, object] = {
            "broker": self.broker,
            "org": self.home,
            "you": self.you,
            "kind": question.kind,
            "reversed": turned(question),
            "topic": question.topic,
            "text": entry.text,
        }
        return say(f"report/{key}", **{**common, **values})


def turned(question: Question) -> bool:
    """Whether a high answer to *question* is an unfavourable one."""
    return bool(getattr(question, "reversed", False))


def bands(question: Question) -> tuple[Say, Say, Say]:
    """The three bands in the words of the scale: favourable, middle, unfavourable."""
    assert not isinstance(question, Words)
    low, high = EDGES[question.kind]
    texts = [option.text for option in question.options]
    cut = [texts[high:], texts[low:high], texts[:low]]
    cut = cut[::-1] if turned(question) else cut
    favourable, middle, unfavourable = (say("report/band", texts=part) for part in cut)
    return favourable, middle, unfavourable


def texts_of(question: Question, keys: Iterable[str]) -> list[Localised]:
    """The texts of the options with *keys*, in file order."""
    wanted = set(keys)
    options = () if isinstance(question, Words) else question.options
    return [option.text for option in options if option.key in wanted]


def rows(entry: Entry) -> Iterator[tuple[Say | Localised, int | bool]]:
    """An entry as a table: bands, or options in file order, with people or with yes and no."""
    shown, question = entry.shown, entry.question
    if shown is None or isinstance(question, Words):
        return
    if shown.counts:
        yield from zip(bands(question), shown.counts, strict=True)
    elif shown.options is not None:
        counts = dict(zip(shown.options, shown.option_counts or (), strict=False))
        for option in question.options:
            yield option.text, counts.get(option.key, option.key in shown.options)


def decimal(number: float | None) -> Localised | None:
    """A mean or a median as it is written; whole numbers without a fraction."""
    if number is None:
        return None
    text = f"{number:.1f}".removesuffix(".0")
    return Localised(en=text, id=text.replace(".", ","))


def _form(shown: Shown | None) -> str:
    if shown is None:
        return "words"
    if shown.change:
        return shown.change.value
    if shown.counts:
        return "counts"
    if shown.options is not None:
        return "options" if shown.options else "no_option"
    return shown.statement.value if shown.statement else "none"


def _shown_options(entry: Entry) -> list[tuple[Localised, int]]:
    """The options that may be shown, each with its count, 0 where it may not be."""
    shown = entry.shown
    if shown is None or not shown.options:
        return []
    texts = texts_of(entry.question, shown.options)
    counts = shown.option_counts or (0,) * len(texts)
    return list(zip(texts, counts, strict=True))

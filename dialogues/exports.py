"""The Result as a table (CSV) and as data (JSON): what may be shown, and not a figure more."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from dialogues.disclosure import to_data
from dialogues.findings import Entry
from dialogues.messages import Label, Localised, say
from dialogues.report import Report
from dialogues.sentences import decimal, rows
from dialogues.texts import HOME, Reader, Texts, named

HARMFUL = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""How a cell begins that a spreadsheet would take for a formula; the last four are wide."""
BLANK = " \u00a0\u200b\ufeff"
HEADS = ("question", "text", "shown", "answer", "people")
HIDDEN = frozenset({"majority"})
"""Kept in a Result for the next comparison, and shown to nobody."""


def harmless(cell: str) -> str:
    """*cell* as text for every spreadsheet, whoever wrote it."""
    return f"'{cell}" if cell.lstrip(BLANK).startswith(HARMFUL) else cell


class Export:
    """A report's Result for one reader, to be worked on elsewhere."""

    def __init__(self, report: Report, who: str, texts: Texts, reader: Reader) -> None:
        self._report = report
        self._who = who
        self._texts = texts
        self._reader = reader

    def table(self) -> str:
        """CSV: a line an answer that is counted, else a line a question; then the comments.

        Apart by what the reader's spreadsheet expects: a semicolon where a comma is the
        decimal sign.
        """
        out = io.StringIO(newline="")
        lines = csv.writer(out, delimiter=";" if self._reader.language == "id" else ",")
        lines.writerow([self._word(say(f"label.cell_{head}")) for head in HEADS])
        for entry in self._report.entries:
            if entry.shown is not None:
                for cells in self._lines(entry):
                    lines.writerow([harmless(self._word(cell)) for cell in cells])
        for comment in self._report.result.comments:
            lines.writerow([self._word(say("label.cell_comment")), "", harmless(comment), "", ""])
        return out.getvalue()

    def _lines(self, entry: Entry) -> Iterator[tuple[Label, ...]]:
        begin = (entry.question.topic, entry.text, self._report.below(entry, self._who))
        found = [(*begin, answer, people) for answer, people in _figures(entry)]
        yield from found or [(*begin, "", "")]

    def data(self) -> str:
        """JSON: the Result itself, with what each question asks in the reader's language."""
        report, zone = self._report, self._reader.zone
        result = to_data(report.result)
        shown: dict[str, dict[str, Any]] = {each["key"]: each for each in result.pop("questions")}
        questions = []
        for entry in report.entries:
            if entry.shown is None:
                continue
            found = shown.get(entry.question.key, {"key": entry.question.key})
            kept = {k: v for k, v in found.items() if v is not None and k not in HIDDEN}
            asked = {"topic": self._word(entry.question.topic), "text": self._word(entry.text)}
            questions.append({**kept, **asked})
        whole = {
            "check_in": report.review.checkin_id,
            "title": self._word(report.title),
            "partnership": report.partnership.name,
            "broker": self._word(report.broker) if report.assignment else None,
            "purpose": report.review.purpose.value,
            "language": self._reader.language,
            "opened": report.review.opens_at.astimezone(zone).date().isoformat(),
            "closed": report.review.closes_at.astimezone(zone).date().isoformat(),
            **result,
            "questions": questions,
            "comments": list(report.result.comments),
        }
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"

    def _word(self, label: Label) -> str:
        text = self._texts.label(label, self._reader)
        if not isinstance(label, Localised):
            return text
        broker, language = self._report.broker, self._reader.language
        name = broker.in_language(language) if isinstance(broker, Localised) else broker
        return named(text, name, self._report.home or HOME.in_language(language))


def _figures(entry: Entry) -> Iterator[tuple[Label, Label]]:
    """Every figure that is shown of a question, each with what it counts."""
    shown = entry.shown
    assert shown is not None
    if shown.counts or shown.option_counts:
        for label, number in rows(entry):
            yield label, say("label.cell_hidden") if number is False else str(number)
    options = getattr(entry.question, "options", ())
    for option, count in zip(options, shown.histogram or (), strict=False):
        yield say("label.cell_step", step=option.text), str(count)
    for key, figure in (("mean", shown.mean), ("median", shown.median)):
        if (written := decimal(figure)) is not None:
            yield say(f"label.cell_{key}"), written
    if shown.cant_say:
        several = shown.cant_say == "several"
        yield (
            say("label.cell_unable"),
            say("label.cell_several") if several else str(shown.cant_say),
        )

"""One question of a report with all that is shown of it, for the page and the paper."""

from collections.abc import Sequence

from dialogues.answers import band
from dialogues.charts import Counts, place, segments
from dialogues.checkin import Choice, Words
from dialogues.disclosure import Shown
from dialogues.findings import Entry
from dialogues.history import Point
from dialogues.messages import Localised
from dialogues.sentences import Voice, decimal, rows

Cell = tuple[bool, int]
"""One step of a bipolar scale: whether it may be named, and by how many, 0 where not counted."""


def detail(
    entry: Entry, voice: Voice, among: Sequence[Counts], points: Sequence[Point]
) -> dict[str, object]:
    """The values of one question. *among*: every bar of the report, whose axis it shares."""
    shown = entry.shown or Shown(entry.question.key)
    steps = shown.histogram or ()
    options = () if isinstance(entry.question, Words) else entry.question.options
    return {
        "topic": entry.question.topic,
        "text": entry.text,
        "words": entry.shown is None,
        "said": voice.said(entry, "below"),
        "bar": segments(shown.counts, among) if shown.counts else (),
        "cells": balance(entry),
        "ends": both_ends(entry),
        "rows": list(rows(entry)),
        "counted": bool(shown.counts or shown.option_counts),
        "n": shown.n,
        "steps": [
            (option.text, count, round(100 * count / max(steps)))
            for option, count in zip(options, steps, strict=False)
        ],
        "mean": decimal(shown.mean),
        "median": decimal(shown.median),
        "unable": shown.cant_say,
        "own": voice.own(entry),
        "mark": mark(entry, among),
        "gap": voice.gap(entry),
        "points": [
            {
                "closed": point.closed,
                "bar": segments(point.counts, [each.counts for each in points]),
                "counts": list(point.counts),
                "n": point.n,
            }
            for point in points
        ],
    }


def balance(entry: Entry) -> list[Cell]:
    """A bipolar question as its steps in order, alike in width: nothing is averaged.

    Empty where it is another question, or where no step may be named.
    """
    question, shown = entry.question, entry.shown
    if not isinstance(question, Choice) or not question.bipolar:
        return []
    if shown is None or not shown.options:
        return []
    counts = dict(zip(shown.options, shown.option_counts or (), strict=False))
    return [(o.key in shown.options, counts.get(o.key, 0)) for o in question.options]


def both_ends(entry: Entry) -> tuple[Localised, ...]:
    """What the first and the last step of a bipolar question say, where it is drawn."""
    question = entry.question
    if not balance(entry) or isinstance(question, Words):
        return ()
    return question.options[0].text, question.options[-1].text


def mark(entry: Entry, among: Sequence[Counts]) -> float | None:
    """Where the broker's own answer lies on the scale that is drawn, in per cent of its width.

    Under its band of the bar, or under its step of a balance. Only there: next to a sentence
    it would look measured.
    """
    question, own, steps = entry.question, entry.own, balance(entry)
    if not isinstance(own, tuple) or isinstance(question, Words):
        return None
    if steps:
        keys = [option.key for option in question.options]
        return round((keys.index(own[0]) + 0.5) * 100 / len(keys), 2)
    mine = band(question, own)
    if mine is None or entry.shown is None or entry.shown.counts is None:
        return None
    return place(mine.value, entry.shown.counts, among)

"""What a check-in still needs before people see it: lengths, placeholders, tone, minutes.

A file that cannot be used at all is refused when it is read; what is found here would only
read badly, or be cut on a platform.
"""

import re
from collections.abc import Iterator

from dialogues.checkin import CheckIn, Fact, Multi, Number, Question, Words
from dialogues.messages import Localised

MOST_WORDS = 20
MOST_SECONDS = 120
FEWEST_QUESTIONS = 3
OPTION = 48
"""Characters of an option that a phone shows on one button (Slack takes 75)."""
TOPIC = 40
"""The same for a topic, which stands on a button behind a number."""
TITLE = 40
PURPOSE = 150
"""Two dozen of them still are a list for a chat."""
NAMED = re.compile(r"\{[^{}]*\}?|\}")
PLACEHOLDERS = frozenset({"{broker}", "{org}"})


def faults(checkin: CheckIn) -> Iterator[str]:
    """What to mend, a sentence each, with the question it is in."""
    for name, text, most in (
        ("title", checkin.title, TITLE),
        ("purpose", checkin.purpose, PURPOSE),
    ):
        yield from _text(f'its "{name}"', text, most, frozenset())
    for question in checkin.questions:
        where = f'question "{question.key}"'
        for fault in _question(question):
            yield f"{where}: {fault}"
        if checkin.about == "group" and question.claim is not None:
            yield f'{where}: the check-in is about no one person, so no "claim" is said: remove it'
        if checkin.applies.broker != "internal" and "{org}" in _asked(question):
            yield f'{where}: only a broker from inside has an organisation for "{{org}}"'
    yield from _length(checkin)


def _question(question: Question) -> Iterator[str]:
    for wording in (question.text, question.mirror, *_other(question)):
        if wording is not None:
            yield from _text('its "text"', wording, 0, PLACEHOLDERS)
            for language, text in _both(wording):
                count = len(text.split())
                if count > MOST_WORDS:
                    yield f"{count} words in {language}: use at most {MOST_WORDS}"
    yield from _text('its "topic"', question.topic, TOPIC, frozenset())
    if question.claim is not None:
        yield from _claim(question, question.claim)
    if question.mirror is not None and any(w.mirror is None for w in question.wordings):
        yield "a wording has no mirror: add mirror.en, mirror.id to it"
    if isinstance(question, Number):
        yield from _text('its "low"', question.low, OPTION, frozenset())
        yield from _text('its "high"', question.high, OPTION, frozenset())
    if not isinstance(question, Words):
        for option in question.options:
            yield from _text(f'option "{option.key}"', option.text, OPTION, frozenset())
            if isinstance(question, Multi) and option.key == "none" and not option.alone:
                yield 'option "none" can be chosen beside others: add alone = true to it'
        for language in ("en", "id"):
            shown = [option.text.in_language(language).casefold() for option in question.options]
            if len(set(shown)) < len(shown):
                yield f"two options read the same in {language}"


def _claim(question: Question, claim: Localised) -> Iterator[str]:
    yield from _text('its "claim"', claim, 0, frozenset())
    if getattr(question, "reversed", False) or question.kind in ("choice", "multi", "words"):
        yield 'its "claim" is never said of such a question: remove it'
    for language, text in _both(claim):
        if text.endswith("."):
            yield f'its "claim" in {language} ends the sentence itself: remove the full stop'


def _text(where: str, text: Localised, most: int, placeholders: frozenset[str]) -> Iterator[str]:
    for language, words in _both(text):
        if "!" in words:
            yield f"{where} in {language} has an exclamation mark: remove it"
        if most and len(words) > most:
            yield f"{where} in {language} has {len(words)} characters: use at most {most}"
        for found in NAMED.findall(words):
            if found not in placeholders:
                known = " or ".join(sorted(placeholders)) or "none here"
                yield f'{where} in {language} has the placeholder "{found}": use {known}'


def _length(checkin: CheckIn) -> Iterator[str]:
    for facts in checkin.situations():
        where = _where(facts)
        count, seconds = len(checkin.asked(facts)), checkin.seconds(facts)
        if count < FEWEST_QUESTIONS:
            yield f"it asks {count} questions {where}: ask at least {FEWEST_QUESTIONS}"
        if checkin.confidence == "sealed" and seconds > MOST_SECONDS:
            yield f"it takes {seconds} seconds {where}: leave a question out"


def _where(facts: frozenset[Fact]) -> str:
    return f"where {', '.join(sorted(facts))} is true" if facts else "where no condition is true"


def _other(question: Question) -> Iterator[Localised | None]:
    for wording in question.wordings:
        yield wording.text
        yield wording.mirror


def _asked(question: Question) -> str:
    said = [question.text, question.mirror, *_other(question)]
    return " ".join(text.en + text.id for text in said if text is not None)


def _both(text: Localised) -> tuple[tuple[str, str], ...]:
    return (("en", text.en), ("id", text.id))

"""What an answer is, and what counts as one: a rule a kind of question.

An answer is a tuple of option keys, or words, or None for "can't say" and "skip".
It looks the same in a ballot, in a command's form and in a test.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dialogues.checkin import CheckIn, Choice, Multi, Number, Question, Scale, Words

Answer = tuple[str, ...] | str | None
Answers = Mapping[str, Answer]


class Band(StrEnum):
    """Where a scored answer lies, in the item's own direction (DESIGN 5)."""

    FAVOURABLE = "favourable"
    MIDDLE = "middle"
    UNFAVOURABLE = "unfavourable"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something is no answer, as a template's key; `limit` where a number helps.

    `option`: the key of the one it is about.
    """

    key: str
    limit: int = 0
    option: str = ""


def is_scored(question: Question) -> bool:
    """Whether a question has favourable and unfavourable answers: no choice, no bipolar item."""
    return isinstance(question, Scale | Number) and not question.bipolar


def band(question: Question, answer: Answer) -> Band | None:
    """The band of a scored answer; None for "can't say" and for questions without bands.

    Steps 1-2, 3, 4-5; for 0-10: 0-4, 5-7, 8-10; turned round for reversed items.
    """
    if not isinstance(question, Scale | Number) or question.bipolar or not answer:
        return None
    step = int(answer[0])
    low, high = (2, 4) if isinstance(question, Scale) else (4, 8)
    if low < step < high:
        return Band.MIDDLE
    return Band.FAVOURABLE if (step >= high) is not question.reversed else Band.UNFAVOURABLE


def check(question: Question, answer: Answer) -> Fault | None:
    """What is wrong with *answer*, or None. "Can't say" and "skip" fit every question."""
    if answer is None:
        return None
    if isinstance(question, Words):
        if not isinstance(answer, str):
            return Fault("answer.tap")
        return Fault("answer.too_long", question.most) if len(answer) > question.most else None
    most = question.most if isinstance(question, Multi) else 1
    keys = {option.key for option in question.options}
    if isinstance(answer, str) or not answer or not set(answer) <= keys:
        return Fault("answer.tap")
    if len(set(answer)) < len(answer) or len(answer) > most:
        return Fault("answer.too_many", most)
    return lonely(answer, [option.key for option in question.options if option.alone])


def lonely(answer: Collection[str], alone: Iterable[str]) -> Fault | None:
    """What is wrong where one of *alone*, such as "none", was chosen beside others."""
    met = [key for key in alone if key in answer] if len(answer) > 1 else []
    return Fault("answer.alone", option=met[0]) if met else None


def tidy(text: str) -> str:
    """Typed words as they are kept: no control characters, no space around, never None."""
    kept = "".join(c for c in text if c in "\n\t" or c.isprintable() or ord(c) == 0x200D)
    return "\n".join(line.rstrip() for line in kept.strip().splitlines())


def largest(checkin: CheckIn) -> int:
    """Bytes that the largest possible answers take as JSON: the measure of the padding.

    A character takes up to four bytes in UTF-8, and JSON escapes at most double that
    for the ones it must escape.
    """
    size = 2
    for question in checkin.questions:
        size += len(question.key) + 6
        match question:
            case Words(most=most):
                size += 4 * most + 64
            case Multi(options=options) | Scale(options=options) | Number(options=options):
                size += sum(len(option.key) + 3 for option in options)
            case Choice(options=options):
                size += max(len(option.key) for option in options) + 5
    return size

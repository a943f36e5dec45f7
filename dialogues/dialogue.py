"""What a dialogue is made of: items, a draft, moves, screens. `engine` moves through it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dialogues.answers import Answer, Answers, Fault

END, LOOK, CHANGE, WITHDRAW, SENT, START = "~end", "~look", "~change", "~withdraw", "~sent", ""
"""Places that are no question. A question's key never begins with "~"."""


class State(StrEnum):
    """Where a ballot or a form stands. Kept inside the seal, never in clear."""

    NOTHING = "nothing"
    DRAFT = "draft"
    CAST = "cast"
    LATER = "later"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Item:
    """What the engine needs to know of a question: `kind` is one, many or words.

    `most` is the number of options for many, of characters for words; words may have
    options that can be tapped instead. An item that is not `optional` has no "can't say"
    and no "skip".
    """

    key: str
    kind: str
    options: tuple[str, ...] = ()
    most: int = 1
    optional: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """Everything known of one person's way through one form. Its repr says nothing.

    The last four are the shell's: whether reminders are wanted, when to ask again, when
    it was touched, and which messages show it. They live here because they are sealed.
    """

    state: State = State.NOTHING
    place: str = START
    answers: Answers = field(default_factory=dict)
    partial: tuple[str, ...] = ()
    receipt: str = ""
    pass_on: bool = False
    quiet: bool = False
    later_at: str = ""
    touched: str = ""
    shown: tuple[str, ...] = ()


class Act(StrEnum):
    """What a button can do, beside picking an option."""

    BEGIN = "begin"
    LATER = "later"
    DECLINE = "decline"
    PICK = "pick"
    DONE = "done"
    UNABLE = "unable"
    BACK = "back"
    LOOK = "look"
    SEND = "send"
    STOP = "stop"
    CHANGE = "change"
    CHANGE_ONE = "one"
    LEAVE = "leave"
    WITHDRAW = "withdraw"
    WITHDRAW_YES = "gone"
    PASS_ON = "passon"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, repr=False)
class Move:
    """A tap: `key` is the question on whose screen the button stood, "" on any other."""

    act: Act
    key: str = ""
    option: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """Words typed while a form was open."""

    body: str


@dataclass(frozen=True, slots=True, repr=False)
class Whole:
    """A whole form handed in: keys missing from it were left empty."""

    answers: Mapping[str, Answer]


class Screen(StrEnum):
    """What to show after a move."""

    INVITATION = "invitation"
    QUESTION = "question"
    END = "end"
    LOOK = "look"
    SENT = "sent"
    CHANGE = "change"
    CHANGED = "changed"
    WITHDRAW = "withdraw"
    WITHDRAWN = "withdrawn"
    LATER = "later"
    DECLINED = "declined"
    QUIET = "quiet"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, repr=False)
class Turn:
    """The outcome of a move. `faults` maps keys to what was wrong: then nothing changed."""

    draft: Draft
    screen: Screen
    faults: Mapping[str, Fault] = field(default_factory=dict)

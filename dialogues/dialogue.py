"""What a dialogue is made of: items, a draft, moves, screens. `engine` moves through it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dialogues.answers import Answer, Answers, Fault, lonely

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
    and no "skip". Those of `alone` are never chosen beside another.
    """

    key: str
    kind: str
    options: tuple[str, ...] = ()
    most: int = 1
    optional: bool = True
    alone: tuple[str, ...] = ()

    def fault(self, value: Answer) -> Fault | None:
        """Why *value*, handed in whole, is no answer here."""
        if value is None:
            return None if self.optional else Fault("answer.needed")
        if self.kind == "words":
            if not isinstance(value, str) or not value:
                return Fault("answer.empty")
            return Fault("answer.too_long", self.most) if len(value) > self.most else None
        if isinstance(value, str) or not value or not set(value) <= set(self.options):
            return Fault("answer.tap")
        most = self.most if self.kind == "many" else 1
        if len(set(value)) > most:
            return Fault("answer.too_many", most)
        return lonely(value, self.alone)

    def toggled(self, partial: tuple[str, ...], option: str) -> tuple[str, ...]:
        """*partial* after a tap on *option*; what is chosen alone clears the rest, and back."""
        chosen = (set(partial) & set(self.options)) ^ {option}
        if option in chosen:
            chosen = {option} if option in self.alone else chosen - set(self.alone)
        return tuple(o for o in self.options if o in chosen)


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

"""The broker's reply to the group: what they heard, what is promised, what becomes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from dialogues.markup import cut
from dialogues.messages import Label, Say, say

HEARD, WORDS = 600, 150
"""The longest summary of what was heard, and the longest action."""
MOST_ACTIONS = 3
LATEST = timedelta(days=731)
"""How far ahead a date may lie."""
LINE = 90
"""How much of an action the next invitation shows."""
RUN = 5
"""So many words in a row are a quotation."""


class Owner(StrEnum):
    """Who sees to an action."""

    BROKER = "broker"
    PARTNERS = "partners"


class Became(StrEnum):
    """What became of an action. A changed one is asked about again at its new date."""

    OPEN = "open"
    DONE = "done"
    NOT_YET = "not_yet"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a broker answered to the group after a review."""

    review: int
    member: int
    heard: str = field(repr=False)
    talk_on: date | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Action:
    """One thing promised after a review about *member*. Only targets can be without a date."""

    id: int
    review: int
    member: int
    text: str = field(repr=False)
    owner: Owner
    until: date | None
    became: Became


def told(reply: Reply, actions: Iterable[Action], broker: Label) -> Say:
    """A reply as everybody reads it."""
    return say(
        "reply/block",
        broker=broker,
        heard=reply.heard,
        actions=[{"text": a.text, "owner": a.owner.value, "until": a.until or ""} for a in actions],
        talk=reply.talk_on or "",
    )


def to_ask(actions: Iterable[Action], today: date, undated: date | None = None) -> list[Action]:
    """The actions whose date has come and of which nobody has said what became.

    *undated*: the day for those without one, which are asked about once.
    """
    return [a for a in actions if (day := _asked_on(a, undated)) is not None and day <= today]


def _asked_on(action: Action, undated: date | None) -> date | None:
    if action.until is None:
        return undated if action.became is Became.OPEN else None
    return action.until if action.became in (Became.OPEN, Became.CHANGED) else None


def opening(actions: Iterable[Action]) -> tuple[Say, ...]:
    """With what the next check-in opens: each action and what became of it, a line each."""
    return tuple(
        say(f"phrase.promised_{a.became}", text=cut(a.text, LINE), until=a.until or "")
        for a in list(actions)[:MOST_ACTIONS]
    )


def owner_of(words: str, broker: str) -> Owner:
    """Whose an action is that names its owner in free words."""
    names = {name for name in broker.casefold().split() if len(name) > 1}
    mentioned = {word.strip(".,;:()") for word in words.casefold().split()}
    return Owner.BROKER if names & mentioned or "broker" in mentioned else Owner.PARTNERS


def quoted(text: str, comments: Sequence[str]) -> str:
    """The first words of *text* that stand in a row in a comment, too; "" where none do."""
    mine = text.split()
    runs = {run for comment in comments for run in _runs(comment.split())}
    for start, run in enumerate(_runs(mine)):
        if run in runs:
            return " ".join(mine[start : start + RUN])
    return ""


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    bare = [word.casefold().strip(".,;:!?()[]“”\"'’") for word in words]
    return [tuple(bare[at : at + RUN]) for at in range(len(bare) - RUN + 1)]

"""A round as one person sees it: everything a screen of it needs."""

from dataclasses import dataclass
from functools import cached_property

from bot.concerning import among_several, left_out
from bot.scene import House, role
from dialogues.bounds import Bounds
from dialogues.checkin import Question
from dialogues.dialogue import Act, Item
from dialogues.engine import items
from dialogues.messages import Ability, Button, Localised, Message, Say, say
from dialogues.model import Confidence, Partnership, Review, Round
from dialogues.tokens import RoundToken, write


@dataclass(frozen=True)
class Showing:
    """A round as one person sees it."""

    house: House
    review: Review
    round: Round
    partnership: Partnership
    broker: str | Localised
    bounds: Bounds
    asked: int
    organisations: int
    names: tuple[str, ...]
    rare: frozenset[str]
    ability: Ability
    operator: str
    home: str = ""
    settled: Say | None = None
    promised: tuple[Say, ...] = ()

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions asked in this round."""
        return self.round.checkin.asked(self.round.facts)

    @cached_property
    def same(self) -> dict[tuple[int, int, bool], Message]:
        """Questions that were put already, by number, how many there are, and whether cast."""
        return {}

    @cached_property
    def form(self) -> tuple[Item, ...]:
        """The same, as the engine has them."""
        return items(self.questions)

    def wording(self, question: Question) -> Localised:
        """The wording for this round's audience."""
        return question.worded(self.round.facts, self.round.mirror)

    @cached_property
    def facts(self) -> dict[str, object]:
        """What every message about the round can mention."""
        by_name = self.round.confidence is Confidence.NAMED
        return {
            "partnership": self.partnership.name,
            "aim": self.partnership.purpose,
            "title": self.round.checkin.title,
            "broker": self.broker,
            "org": self.home,
            "named_broker": isinstance(self.broker, str),
            "term": role(self.partnership),
            "count": len(self.questions),
            "minutes": self.round.checkin.minutes(self.round.facts),
            "closes": self.round.closes_at,
            "asked": self.asked,
            "organisations": self.organisations,
            "needed": 0 if by_name else self.bounds.needed or 0,
            "from_organisations": 2 if self.bounds.pairwise else 3,
            "formal": self.review.purpose == "formal",
            "mirror": self.round.mirror,
            "several": among_several(self.round.checkin),
            "named": by_name,
            "about": self.review.assignment_id is not None,
            "unasked": left_out(self.review.unasked, self.broker),
            "settled": self.settled or "",
            "promised": self.promised,
            "operator": self.operator,
            "strong": self.house.keyring.strong,
        }

    def button(self, label: str, act: Act, question: int = -1, option: int = -1) -> Button:
        """A button with one of our labels."""
        return Button(
            say(f"label.{label}"), write(RoundToken(self.round.id, act, question, option))
        )

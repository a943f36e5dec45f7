"""What every command and every step has at hand."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dialogues.answers import Fault
from dialogues.checkin import Question, Words
from dialogues.library import LANGUAGES, Library
from dialogues.messages import Ability, Incoming, Localised, Message, Say, Spot, say
from dialogues.model import Assignment, Member, Partnership, Person, Role
from dialogues.texts import Reader, Texts
from dialogues.tries import Tries
from storage import partnerships, people
from storage.keyring import Keyring
from storage.store import Unit

ZONE = "Asia/Jakarta"
"""The zone of somebody of whom nothing is known yet."""


@dataclass(frozen=True)
class After:
    """What is left to do once a transaction is committed: messages sent directly.

    Each goes to a person by id, or to the spot it names itself; a Person stands for
    somebody who is not kept any more. `scrub`: no copy of what was deleted stays behind.
    """

    direct: Sequence[tuple[int | Person, Message]] = field(default_factory=tuple)
    scrub: bool = False


@dataclass(frozen=True)
class House:
    """What lives as long as the process: texts, check-ins, keys, how links are made.

    `address`: where browsers reach Titian, "" where they don't.
    """

    library: Library
    texts: Texts
    keyring: Keyring
    operator: str = ""
    founding_open: bool = False
    links: Callable[[str], Sequence[str]] = lambda code: [code]
    groups: Callable[[], Sequence[str]] = lambda: ()
    door: Callable[[str], str] = lambda installation: ""
    ability: Callable[[str], Ability] = lambda installation: Ability()
    address: str = ""
    tries: Tries = field(default_factory=Tries)

    def receipt(self, language: str) -> str:
        """Three words, 33 bits; the ballot box sees to it that they are unique in a round."""
        return " ".join(secrets.choice(self.library.words[language]) for _ in range(3))


@dataclass
class Scene:
    """One event: who acts, where, when, for which partnership, in which transaction.

    `withdrawn`: the messages known to ballots that this command had made blank before it.
    """

    house: House
    unit: Unit
    now: datetime
    person: Person
    spot: Spot
    incoming: Incoming | None = None
    partnership: Partnership | None = None
    member: Member | None = None
    mentions: Mapping[str, str] = field(default_factory=dict)
    after: list["After"] = field(default_factory=list)
    withdrawn: Sequence[str] = ()

    @property
    def language(self) -> str:
        """The language of the reply."""
        return language_of(self.person, self.partnership)

    @property
    def zone(self) -> ZoneInfo:
        """The person's zone, else the partnership's."""
        return zone_of(self.person, self.partnership)

    @property
    def today(self) -> date:
        """The date where the person is."""
        return self.now.astimezone(self.zone).date()

    @property
    def ability(self) -> Ability:
        """What the platform of this event can show."""
        return self.house.ability(self.spot.installation)

    @property
    def reader(self) -> Reader:
        """For whom the reply is worded."""
        return Reader(self.language, self.zone, self.now)

    @property
    def group(self) -> Partnership:
        """The partnership, where a command has made sure that there is one."""
        assert self.partnership is not None
        return self.partnership

    def enter(self, partnership_id: int) -> None:
        """Go on in one partnership."""
        self.partnership = partnerships.partnership(self.unit, partnership_id)
        self.member = next(
            (
                m
                for m in partnerships.memberships(self.unit, self.person.id)
                if m.partnership_id == partnership_id
            ),
            None,
        )

    def holds(self, roles: frozenset[Role]) -> bool:
        """Whether the person has one of *roles* here; no roles asked, everybody may."""
        return not roles or (self.member is not None and bool(roles & self.member.roles))

    def renew(self) -> None:
        """Read the person again after a change."""
        self.person = people.person_by_id(self.unit, self.person.id)


def spoken(language: str | None) -> str | None:
    """The language we speak behind a platform's code ("id-ID"), or None."""
    short = (language or "").split("-")[0].casefold()
    return short if short in LANGUAGES else None


def language_of(person: Person, partnership: Partnership | None = None) -> str:
    """The language of a person, else the group's, else English."""
    return spoken(person.language) or spoken(partnership.language if partnership else None) or "en"


def zone_of(person: Person, partnership: Partnership | None = None) -> ZoneInfo:
    """The zone somebody chose, else the group's."""
    return ZoneInfo(person.zone or (partnership.zone if partnership else ZONE))


def term(partnership: Partnership) -> Localised:
    """The broker in a sentence, where no name is said: "our partnership broker"."""
    return Localised(en=f"our {partnership.term_en}", id=f"{partnership.term_id} kita")


def role(partnership: Partnership) -> Localised:
    """The group's bare word for the role."""
    return Localised(en=partnership.term_en, id=partnership.term_id)


def broker_name(assignments: Sequence[Assignment], about: Assignment | None) -> str | None:
    """The one broker asked about, by name; None where texts use the group's term.

    Whoever had themself erased has no name.
    """
    if about is not None:
        return about.name or None
    named = {assignment.person_id: assignment.name for assignment in assignments if assignment.name}
    return next(iter(named.values())) if len(named) == 1 else None


def worded_fault(fault: Fault, question: Question | None = None) -> Say:
    """Why something typed or tapped was no answer, as a sentence; to which *question* of a file."""
    key = f"fault.{fault.key.split('.')[-1]}"
    if fault.option and question is not None and not isinstance(question, Words):
        meant = next(o for o in question.options if o.key == fault.option)
        return say(key, option=meant.text)
    return say(key, limit=fault.limit) if fault.limit else say(key)

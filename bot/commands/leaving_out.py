"""Who is left out of a review about to start: by name, the funder, a reporting line."""

from collections.abc import Sequence
from datetime import datetime

from bot.commands.command import Field
from bot.reviews import of_funders
from bot.starting import newcomers
from dialogues.answers import Answers
from dialogues.messages import Label, say
from dialogues.model import Assignment, Member, Partnership, Unasked
from storage import brokers
from storage.store import Unit

NOBODY = "-"


def fields(
    unit: Unit,
    group: Partnership,
    about: Assignment | None,
    seats: Sequence[Member],
    now: datetime,
) -> list[Field]:
    """Ticks for whoever is not asked, and for those in a reporting line to the broker."""
    funding = of_funders(unit, group.id)
    people: list[tuple[str, Label]] = [(str(m.id), m.name) for m in seats]
    if any(m.id in funding for m in seats):
        people.insert(0, (Unasked.FUNDER.value, say("label.the_funder")))
    new = tuple(str(m) for m in newcomers(unit, group.id, seats, now))
    line: list[tuple[str, Label]] = [(str(m.id), m.name) for m in near(unit, about, seats)]
    skip = say("label.nobody_left_out")
    found = [
        Field(
            "without",
            say("review/ask_without"),
            "many",
            tuple(people),
            default=new or (NOBODY,),
            optional=True,
            skip=skip,
        )
    ]
    if line:
        ask = say("review/ask_line")
        found.append(
            Field("line", ask, "many", tuple(line), default=(NOBODY,), optional=True, skip=skip)
        )
    return found


def near(unit: Unit, about: Assignment | None, seats: Sequence[Member]) -> list[Member]:
    """Who may be in a reporting line to the broker: colleagues, or people of who contracted."""
    if about is None:
        return []
    said = brokers.service_of(unit, about.id)
    theirs = said.home if said.home is not None else said.contracting
    return [m for m in seats if theirs is not None and m.organisation_id == theirs]


def members(unit: Unit, group: Partnership, given: Answers) -> set[int]:
    """Everybody who is not asked, whatever for."""
    whole = given.get("without")
    funder = isinstance(whole, tuple) and Unasked.FUNDER.value in whole
    funding = of_funders(unit, group.id) if funder else set()
    return _ticked(given, "without") | _ticked(given, "line") | funding


def kinds(unit: Unit, group: Partnership, seats: Sequence[Member], given: Answers) -> list[Unasked]:
    """The kinds that are left out, which everybody asked is told."""
    funding = of_funders(unit, group.id) & {m.id for m in seats}
    whole = bool(funding) and funding <= members(unit, group, given)
    found = [Unasked.FUNDER] if whole else []
    return [*found, Unasked.LINE] if _ticked(given, "line") else found


def _ticked(given: Answers, key: str) -> set[int]:
    value = given.get(key)
    return {int(v) for v in value if v.isdigit()} if isinstance(value, tuple) else set()

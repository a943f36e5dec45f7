"""What coordinators are offered: looked up once a day, told in one message, never started.

Each function runs inside one transaction.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.arranging import awake
from bot.beside import ENDED, SHARED
from bot.scene import House, term
from dialogues.cycle import Phase
from dialogues.disclosure import from_data
from dialogues.due import DAY
from dialogues.findings import fell
from dialogues.messages import Button, Message, say
from dialogues.model import (
    Assignment,
    Consent,
    Member,
    Partnership,
    Purpose,
    Review,
    ReviewState,
    Role,
)
from dialogues.offers import PULSE, Asked, Standing, Step, Term, due, settled
from storage import (
    brokers,
    offers,
    outbox,
    partnerships,
    people,
    results,
    reviews,
    rounds,
    schedules,
)
from storage.store import Unit


def has_to_look(
    house: House, unit: Unit, partnership_id: int, founded: datetime, now: datetime
) -> bool:
    """Whether `look` may have something to write. Reads only."""
    group = partnerships.partnership(unit, partnership_id)
    today = now.astimezone(ZoneInfo(group.zone)).date()
    standing = _standing(house, unit, group, founded)
    return any(settled(standing, today)) or due(standing, today) is not None


def look(house: House, unit: Unit, partnership_id: int, founded: datetime, now: datetime) -> None:
    """Settle what is over, and offer what is due where somebody can be told."""
    group = partnerships.partnership(unit, partnership_id)
    today = now.astimezone(ZoneInfo(group.zone)).date()
    for offer, state in settled(_standing(house, unit, group, founded), today):
        offers.settle(unit, offer.id, state)
    step = due(_standing(house, unit, group, founded), today)
    if step is None:
        return
    about = brokers.assignment(unit, step.assignment) if step.assignment is not None else None
    told = [
        (member, at)
        for member in _told(unit, group, about)
        if (at := awake(people.person_by_id(unit, member.person_id), group, now)) - now < DAY
    ]
    if not told:
        return  # nobody could read it today: tomorrow something else may be true
    made = offers.make_offer(unit, group.id, step, today)
    message = _worded(house, group, step, about, made)
    for member, at in told:
        key = f"offer:{made}:{today.isoformat()}:{member.id}"
        outbox.put(unit, key, message, at, person=member.person_id)


def _told(unit: Unit, group: Partnership, about: Assignment | None) -> Iterator[Member]:
    """The coordinators, but not one who serves as broker and would be asked about (R8)."""
    serving = {a.person_id for a in brokers.history(unit, group.id) if about in (None, a)}
    for member in partnerships.with_role(unit, group.id, Role.COORDINATOR):
        if member.person_id not in serving:
            yield member


def _worded(
    house: House, group: Partnership, step: Step, about: Assignment | None, made: int
) -> Message:
    checkin = house.library.checkins[step.checkin]
    text = say(
        "offer/ask",
        why=step.why.value,
        title=checkin.title,
        purpose=checkin.purpose,
        count=len(checkin.questions),
        minutes=checkin.minutes(()),
        broker=about.name if about else term(group),
        partnership=group.name,
        phase=say(f"phrase.phase_{group.phase.value}"),
        ends=about.ends if about and about.ends else "",
    )
    here = f"c:@{group.id} offer"
    buttons = [
        Button(say(f"label.offer_{what}"), f"{here} {what} {made}")
        for what in ("start", "later", "never")
    ]
    return Message(text, tuple(buttons))


def _standing(house: House, unit: Unit, group: Partnership, founded: datetime) -> Standing:
    zone = ZoneInfo(group.zone)
    started = reviews.reviews(unit, group.id)
    running = (ReviewState.PLANNED, ReviewState.OPEN)
    coming = schedules.schedules(unit, group.id)
    return Standing(
        founded.astimezone(zone).date(),
        group.phase,
        _phase_since(unit, group, zone),
        tuple(_term(a) for a in brokers.history(unit, group.id) if a.name),
        tuple(_asked(r, zone) for r in started if r.state is not ReviewState.CANCELLED),
        tuple(offers.offers(unit, group.id)),
        frozenset(house.library.checkins),
        frozenset(s.checkin_id for s in coming),
        min((s.due_at.astimezone(zone).date() for s in coming), default=None),
        group.paused,
        any(review.state in running for review in started),
        tuple(_fell(unit, started, zone)),
    )


def _fell(unit: Unit, started: Iterable[Review], zone: ZoneInfo) -> Iterator[tuple[int, date]]:
    """From the latest pulse about each service, once its coordinators have it."""
    latest: dict[int, Review] = {}
    for review in started:
        about, learn = review.assignment_id, review.purpose is Purpose.LEARN
        if review.checkin_id == PULSE and learn and about is not None and review.state in ENDED:
            known = latest.setdefault(about, review)
            latest[about] = max(known, review, key=lambda r: r.opens_at)
    for about, review in latest.items():
        made = rounds.rounds(unit, review.id) if review.state in SHARED else []
        found = results.result(unit, made[0].id) if made else None
        if found is not None and fell(from_data(found[0])):
            yield about, review.opens_at.astimezone(zone).date()


def _term(service: Assignment) -> Term:
    agreed = service.consent is Consent.AGREED
    return Term(service.id, service.kind, service.starts, service.ends, agreed)


def _asked(review: Review, zone: ZoneInfo) -> Asked:
    day = review.opens_at.astimezone(zone).date()
    return Asked(review.checkin_id, review.assignment_id, day, review.purpose is Purpose.FORMAL)


def _phase_since(unit: Unit, group: Partnership, zone: ZoneInfo) -> date | None:
    """When the phase last changed, from the log of settings."""
    for at, _, name, before, after in reversed(partnerships.settings_log(unit, group.id)):
        if name == "phase" and Phase(before) is not Phase(after):
            return at.astimezone(zone).date()
    return None

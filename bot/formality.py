"""A formal review's way: who reads, what else played a part, the talk, the conclusion."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.arranging import awake
from bot.concerning import persons
from dialogues import due
from dialogues.messages import Button, Message, Say, say
from dialogues.model import (
    Assignment,
    Member,
    Partnership,
    Purpose,
    Review,
    ReviewState,
    Role,
    Seat,
)
from storage import brokers, formal, outbox, partnerships, people, results, reviews, rounds, timers
from storage.formal import Formal
from storage.store import Unit

ALONE, COORDINATORS, PAIR = "broker", "coord", "pair"
"""Who reads after the broker, by the keys of `review-setup`."""
CONTEXT, FOLLOW_UP = "assignment-context", "follow-up"
WEEKS = timedelta(weeks=6)
"""When to ask whether anything changed, unless another day is agreed (domain b.5, no. 25)."""
MORNING = time(9)


def pair(unit: Unit, partnership_id: int, about: Assignment | None) -> list[Member]:
    """The line manager and the partners' representative, as far as they are here."""
    roles = {Role.LINE_MANAGER, Role.REPRESENTATIVE}
    found = partnerships.members(unit, partnership_id)
    return [m for m in found if roles & m.roles and not (about and m.id == about.member_id)]


def readers(unit: Unit, partnership_id: int, reading: str, about: Assignment | None) -> list[int]:
    """The members meant by a choice of readers, beside the broker and the coordinators."""
    return [m.id for m in pair(unit, partnership_id, about)] if reading == PAIR else []


def names(unit: Unit, settled: Formal) -> list[str]:
    """The readers by name."""
    found = (partnerships.member(unit, member).name for member in settled.readers)
    return [name for name in found if name]


def told(unit: Unit, review: Review, broker: object) -> Say | None:
    """What partners read of it in the invitation; None for any other review."""
    settled = formal.formal_of(unit, review.id)
    if settled is None:
        return None
    return say(
        "formal/settled",
        broker=broker,
        reading=settled.reading,
        names=names(unit, settled),
        talk=settled.talk,
        share=settled.share,
    )


def may_read(unit: Unit, review: Review, member: Member) -> bool:
    """Whether a shared report is for somebody who is not the broker."""
    settled = formal.formal_of(unit, review.id)
    if settled is None:
        return Role.COORDINATOR in member.roles
    if settled.reading == ALONE:
        return False
    return Role.COORDINATOR in member.roles or member.id in settled.readers


def share(
    unit: Unit, review: Review, message: Message, now: datetime, kind: str = "shared"
) -> bool:
    """Give the report to the readers. Returns whether coordinators get it as well."""
    settled = formal.formal_of(unit, review.id)
    if settled is None:
        return True
    for member in settled.readers:
        person = partnerships.member(unit, member)
        if person.name and Role.COORDINATOR not in person.roles:
            key = f"review:{review.id}:{kind}:{member}"
            outbox.put(unit, key, message, now, person=person.person_id)
    return settled.reading != ALONE


def after_close(unit: Unit, review: Review, group: Partnership, now: datetime) -> None:
    """The first part's close asks what else played a part; a follow-up's ends the whole."""
    if review.checkin_id == FOLLOW_UP and review.assignment_id is not None:
        for settled in formal.of_partnership(unit, group.id):
            lead = reviews.review(unit, settled.lead)
            if settled.concluded_at and lead.assignment_id == review.assignment_id:
                _followed_up(unit, settled)
    known = formal.formal_of(unit, review.id)
    if known is None or known.lead != review.id:
        return
    times = due.plan(now, timedelta(days=group.window_days), ZoneInfo(group.zone))
    part = reviews.new_review(
        unit,
        group.id,
        review.assignment_id,
        review.started_by,
        CONTEXT,
        Purpose.FORMAL,
        times.opens,
        times.closes,
        (),
        now,
    )
    formal.add_part(unit, review.id, part.id)
    timers.put(unit, f"review:{part.id}:open", "open", now, review=part.id)


def _followed_up(unit: Unit, settled: Formal) -> None:
    for part in formal.parts(unit, settled.lead):
        reviews.set_review(unit, part, state=ReviewState.FOLLOWED_UP)


def is_over(about: Assignment, day: date) -> bool:
    """Whether nobody can be asked any more on *day* what came of a review of that service."""
    return about.ends is not None and about.ends < day


def on_day(day: date, group: Partnership) -> datetime:
    """The morning of a day where the group is."""
    return datetime.combine(day, MORNING, ZoneInfo(group.zone))


def coordinating(unit: Unit, review: Review) -> Iterator[Member]:
    """The coordinators whom a review is not about (R8)."""
    about = persons(unit, review)
    for member in partnerships.with_role(unit, review.partnership_id, Role.COORDINATOR):
        if member.person_id not in about:
            yield member


def remind(unit: Unit, review_id: int, kind: str, now: datetime) -> None:
    """On the day of the talk, and on that of the follow-up: a word with what comes next."""
    review, settled = reviews.review(unit, review_id), formal.formal_of(unit, review_id)
    if settled is None or review.assignment_id is None:
        return
    if review.state in (ReviewState.CANCELLED, ReviewState.FOLLOWED_UP):
        return
    if kind == "talk" and settled.concluded_at is not None:
        return
    group = partnerships.partnership(unit, review.partnership_id)
    about = brokers.assignment(unit, review.assignment_id)
    over = kind == "follow" and is_over(about, now.astimezone(ZoneInfo(group.zone)).date())
    command = "review conclude" if kind == "talk" else f"review start {FOLLOW_UP}"
    label = "conclude" if kind == "talk" else "start_review"
    words = say(f"formal/{kind}_today", broker=about.name, partnership=group.name, over=over)
    buttons = () if over else (Button(say(f"label.{label}"), f"c:{command}"),)
    message = Message(words, buttons)
    if over:  # nobody serves any more whom it could ask about: the group looks at it itself
        _followed_up(unit, settled)
    for member in coordinating(unit, review):
        key = f"review:{review.id}:{kind}:{now:%Y%m%d}:{member.id}"
        outbox.put(unit, key, message, now, person=member.person_id)


def pass_on(unit: Unit, settled: Formal, now: datetime) -> None:
    """The conclusion: to the broker first, a day later to the readers, then to the partners."""
    lead = reviews.review(unit, settled.lead)
    group = partnerships.partnership(unit, lead.partnership_id)
    assert lead.assignment_id is not None
    broker = brokers.assignment(unit, lead.assignment_id)
    written = Message(say("formal/conclusion"), report=f"{lead.id} conclusion")
    key = f"review:{lead.id}:conclusion"
    outbox.put(unit, f"{key}:{broker.member_id}", written, now, person=broker.person_id)
    second = {m.id: m.person_id for m in coordinating(unit, lead)}
    for member in settled.readers:
        second[member] = partnerships.member(unit, member).person_id
    asked = {s.member_id: s for part in formal.parts(unit, lead.id) for s in _asked(unit, part)}
    for days, found in (1, second), (3, {m: s.person_id for m, s in asked.items()}):
        for member, person in found.items():
            someone = people.person_by_id(unit, person)
            if member != broker.member_id and someone.name:
                at = awake(someone, group, now + timedelta(days=days))
                outbox.put(unit, f"{key}:{member}", written, at, person=person)
                if settled.share == "full" and days > 1 and member not in second:
                    _whole(unit, settled, member, person, at)


def _asked(unit: Unit, review: int) -> list[Seat]:
    made = rounds.rounds(unit, review)
    return rounds.roster(unit, made[0].id) if made else []


def _whole(unit: Unit, settled: Formal, member: int, person: int, at: datetime) -> None:
    for part in formal.parts(unit, settled.lead):
        made = rounds.rounds(unit, part)
        found = results.result(unit, made[0].id) if made else None
        if found is not None and found[0].get("answered") is not None:
            news = say("phrase.preview_news")
            report = Message(say("report/coordinator"), preview=news, report=f"{part} partner")
            outbox.put(unit, f"review:{part}:whole:{member}", report, at, person=person)

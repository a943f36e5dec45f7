"""What follows a report: the broker's reply, and what everybody who was asked then reads.

The lines of the outbox hold only which review; the words are put in at delivery.
"""

from datetime import datetime

from bot import concerning, formality
from bot.arranging import awake
from bot.notices import tell
from dialogues.messages import Message, say
from dialogues.model import (
    Assignment,
    Confidence,
    Purpose,
    Review,
    ReviewState,
    Seat,
)
from dialogues.reply import Reply
from storage import (
    formal,
    outbox,
    partnerships,
    people,
    places,
    replies,
    results,
    reviews,
    rounds,
)
from storage.store import Unit

ENDED = (ReviewState.CLOSED, ReviewState.READ, ReviewState.SHARED, ReviewState.FOLLOWED_UP)
SAID, REPLY, GROUP = "said", "reply", "group"
"""What a line asks for: said and done, the reply alone, the reply for a linked group."""
NEWS = say("phrase.preview_news")
"""What a locked screen shows of it."""


def service_in(unit: Unit, review: Review, person: int) -> Assignment | None:
    """The service of somebody about whom an anonymous review was, once it has ended."""
    made = rounds.rounds(unit, review.id)
    if review.state not in ENDED or not made or made[0].confidence is not Confidence.SEALED:
        return None
    if results.result(unit, made[0].id) is None:
        return None
    found = concerning.concerned(unit, review)
    return next((a for a in found if a.person_id == person), None)


def reply_of(unit: Unit, review: int, member: int) -> Reply | None:
    """What one broker has replied."""
    return next((r for r in replies.replies(unit, review) if r.member == member), None)


def read_by_nobody(unit: Unit, review: Review) -> bool:
    """Whether a formal review's report stays with the broker alone."""
    settled = formal.formal_of(unit, review.id)
    return settled is not None and settled.reading == formality.ALONE


def all_replied(unit: Unit, review: Review) -> bool:
    """Whether nobody about whom a review was can still reply."""
    given = {reply.member for reply in replies.replies(unit, review.id)}
    return all(a.member_id in given for a in concerning.concerned(unit, review))


def tell_partners(unit: Unit, review: Review, now: datetime) -> None:
    """What they said and what is done about it, to everybody asked: once, in waking hours.

    Without a result only a reply. What partners read of a formal review was settled before:
    what is agreed in the end.
    """
    made = rounds.rounds(unit, review.id)
    if review.purpose is Purpose.FORMAL or made[0].confidence is not Confidence.SEALED:
        return
    found, given = results.result(unit, made[0].id), replies.replies(unit, review.id)
    if found is None:
        return
    if found[0].get("answered") is not None:
        said = Message(say("reply/said"), preview=NEWS, report=f"{review.id} {SAID}")
        _put(unit, review, SAID, said, now)
    elif given:
        told = Message(say("reply/told"), preview=NEWS, report=f"{review.id} {REPLY}")
        _put(unit, review, REPLY, told, now)
    if given:
        _show_group(unit, review, now)


def tell_reply(unit: Unit, review: Review, member: int, now: datetime) -> None:
    """A reply that comes after the report, or without one: to coordinators and everybody asked."""
    told = Message(say("reply/told"), preview=NEWS, report=f"{review.id} {REPLY} {member}")
    if formality.share(unit, review, told, now, REPLY):
        tell(unit, review, f"{REPLY}:{member}", told, now)
    if review.purpose is not Purpose.FORMAL:
        _put(unit, review, f"{REPLY}:{member}", told, now)
        _show_group(unit, review, now)


def _put(unit: Unit, review: Review, kind: str, message: Message, now: datetime) -> None:
    group = partnerships.partnership(unit, review.partnership_id)
    reading = {member.person_id for member in formality.coordinating(unit, review)}
    for seat in asked(unit, review):
        waits = outbox.still_waits(unit, _key(review, SAID, seat))
        if seat.person_id in reading:
            continue  # they get the report itself
        if kind == SAID or not waits:  # what still waits is worded with the reply in it
            person = people.person_by_id(unit, seat.person_id)
            at = awake(person, group, now)
            outbox.put(unit, _key(review, kind, seat), message, at, person=person.id)


def _key(review: Review, kind: str, seat: Seat) -> str:
    return f"review:{review.id}:{kind}:p{seat.member_id}"


def asked(unit: Unit, review: Review) -> list[Seat]:
    """Everybody who was asked as a partner and is still known, whether they answered or not."""
    made = rounds.rounds(unit, review.id)
    return [seat for seat in rounds.roster(unit, made[0].id) if seat.name]


def _show_group(unit: Unit, review: Review, now: datetime) -> None:
    """The linked groups' one notice now shows the reply, unless it is about something newer."""
    newer = (r for r in reviews.reviews(unit, review.partnership_id) if r.id > review.id)
    if any(r.state not in (ReviewState.PLANNED, ReviewState.CANCELLED) for r in newer):
        return
    given = len(replies.replies(unit, review.id))
    for place, spot, message in places.places(unit, review.partnership_id):
        shown = Message(
            say("group/replied"), replaces=message, at=spot, report=f"{review.id} {GROUP}"
        )
        key = f"review:{review.id}:group/replied:{given}:{place}"
        outbox.put(unit, key, shown, now, place=place)

"""What was promised after a review: asked about at its date, and said when the next one opens."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import formality
from bot.arranging import awake
from bot.scene import zone_of
from dialogues.due import DAY
from dialogues.messages import Button, Message, Say, say
from dialogues.model import Confidence, Member, Partnership, Person, Review, ReviewState
from dialogues.reply import Action, Owner, opening, owner_of, to_ask
from dialogues.when import MIDNIGHT, wall
from storage import formal, nudges, outbox, partnerships, people, replies, reviews, rounds, timers
from storage.formal import Target
from storage.store import Unit

HELD = timedelta(days=7)
"""When a paused group is looked at again."""
LOOK_AHEAD = 10
"""How many of a person's days are looked at for one without another message."""
ANSWERS = ("done", "not_yet", "changed")


def ring(unit: Unit, review: Review, days: Iterable[date | None]) -> None:
    """Look at what was promised in the morning of each of *days*, where the review's group is."""
    group = partnerships.partnership(unit, review.partnership_id)
    for day in days:
        if day is not None:
            at = formality.on_day(day, group)
            timers.put(unit, f"review:{review.id}:action:{day}", "action", at, review=review.id)


def from_targets(
    unit: Unit, review: Review, member: int, targets: Sequence[Target], follow: date
) -> None:
    """What was agreed at the end of a formal review is looked after like what is promised.

    What has no date of its own is asked about on *follow*, the day of the follow-up.
    """
    broker = partnerships.member(unit, member).name
    for target in targets:
        owner = owner_of(target.owner, broker)
        replies.promise(unit, review.id, member, target.text, owner, target.until)
    ring(unit, review, [target.until or follow for target in targets])


def ask(unit: Unit, review_id: int, now: datetime) -> None:
    """Ask what became of the actions whose date has come: the broker, or the coordinators."""
    review = reviews.review(unit, review_id)
    group = partnerships.partnership(unit, review.partnership_id)
    if review.state is ReviewState.CANCELLED:
        return
    today = now.astimezone(ZoneInfo(group.zone)).date()
    settled = formal.formal_of(unit, review_id)
    undated = settled.follow_up_on if settled is not None else None
    due = to_ask(replies.actions(unit, review_id), today, undated)
    if due and (group.paused or group.crisis):
        again = f"review:{review_id}:action:{today}:held"
        timers.put(unit, again, "action", now + HELD, review=review_id)
        return
    for action in due:
        for member in owners(unit, review, action):
            key = f"review:{review_id}:action:{action.id}:{action.until}:{member.id}"
            if not outbox.was_put(unit, key):
                person = people.person_by_id(unit, member.person_id)
                at = _free(unit, person, group, key, now)
                outbox.put(unit, key, asking(group, action, member.name), at, person=person.id)


def asking(group: Partnership, action: Action, name: str) -> Message:
    """The question, with its three answers."""
    here = f"c:@{group.id} action"
    buttons = [Button(say(f"label.{what}"), f"{here} {what} {action.id}") for what in ANSWERS]
    values = {"text": action.text, "until": action.until or "", "partnership": group.name}
    own = action.owner is Owner.BROKER
    return Message(say("action/ask", own=own, name=name, **values), tuple(buttons))


def owners(unit: Unit, review: Review, action: Action) -> Iterator[Member]:
    """Who is asked about an action: the broker while they take part; else coordinators (R8)."""
    if action.owner is Owner.PARTNERS:
        yield from formality.coordinating(unit, review)
        return
    here = partnerships.members(unit, review.partnership_id)
    yield from (m for m in here if m.id == action.member)


def _free(unit: Unit, person: Person, group: Partnership, key: str, now: datetime) -> datetime:
    """Waking hours of the first day on which nothing else that Titian begins reaches somebody."""
    zone = zone_of(person, group)
    first = at = awake(person, group, now)
    for _ in range(LOOK_AHEAD):
        day = at.astimezone(zone).date()
        begins, ends = wall(day, MIDNIGHT, zone), wall(day + DAY, MIDNIGHT, zone)
        waits = nudges.due_between(unit, person.id, begins, ends)
        if not waits and nudges.take(unit, person.id, day, key):
            return at
        at = awake(person, group, ends)
    return first


def opening_of(unit: Unit, round_id: int) -> tuple[Say, ...]:
    """What was promised after the review before of the same broker, and what became of it."""
    round_ = rounds.find_round(unit, round_id)
    if round_ is None or round_.confidence is Confidence.PRIVATE:
        return ()
    return opening(replies.promised_before(unit, round_.review_id))

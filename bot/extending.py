"""A review's end put off: timers and reminders follow, and everybody asked is told once."""

from datetime import datetime

from bot import answering
from bot.arranging import arrange_all, awake
from bot.notices import notice
from bot.scene import House
from dialogues.due import Times
from dialogues.messages import Message
from dialogues.model import Review
from storage import outbox, partnerships, people, reviews, rounds, timers
from storage.store import Unit


def put_off(
    house: House, unit: Unit, review: Review, times: Times, told: Message, now: datetime
) -> None:
    """Move the end of an open review, and all that hangs on it, to *times*.

    A reminder or signal that has gone out already is not repeated.
    """
    review = reviews.set_review(unit, review.id, closes_at=times.closes, extended=True)
    timers.move(unit, f"review:{review.id}:close", times.closes)
    if times.signal is not None:
        timers.move(unit, f"review:{review.id}:signal", times.signal)
    made = rounds.rounds(unit, review.id)
    for round_ in made:
        rounds.set_round(unit, round_.id, closes_at=times.closes)
    for round_ in rounds.rounds(unit, review.id):
        arrange_all(unit, round_, now)
    _tell(unit, review, told, now)
    view = answering.showing(house, unit, rounds.rounds(unit, review.id)[0], "")
    notice(unit, view, "group/open", now, ":extended")


def _tell(unit: Unit, review: Review, told: Message, now: datetime) -> None:
    partnership = partnerships.partnership(unit, review.partnership_id)
    for seat in rounds.asked(unit, review.id):
        person = people.person_by_id(unit, seat.person_id)
        key = f"review:{review.id}:extended:{seat.member_id}"
        at = awake(person, partnership, now)
        outbox.put(unit, key, told, at, person=person.id)

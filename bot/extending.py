"""A review's end put off: timers and reminders follow, and everybody asked is told once."""

from datetime import datetime

from bot.answering import awake
from bot.notices import notice
from bot.scene import House, zone_of
from dialogues.due import Times
from dialogues.messages import Message
from dialogues.model import Review, Round
from storage import outbox, partnerships, people, reviews, rounds
from storage.store import Unit


def put_off(
    house: House, unit: Unit, review: Review, times: Times, told: Message, now: datetime
) -> None:
    """Move the end of an open review, and all that hangs on it, to *times*.

    A reminder or signal that has gone out already is not repeated.
    """
    review = reviews.set_review(unit, review.id, closes_at=times.closes, extended=True)
    outbox.move_timer(unit, f"review:{review.id}:close", times.closes)
    if times.signal is not None:
        outbox.move_timer(unit, f"review:{review.id}:signal", times.signal)
    made = rounds.rounds(unit, review.id)
    for round_ in made:
        rounds.set_round(unit, round_.id, closes_at=times.closes)
        _remind(unit, round_, times)
    _tell(unit, review, told, now)
    notice(house, unit, review, rounds.rounds(unit, review.id)[0], "group/open", now, ":extended")


def _remind(unit: Unit, round_: Round, times: Times) -> None:
    """Everybody's reminder, whether they have answered or not: it is decided when it is due."""
    assert times.remind is not None
    partnership = partnerships.partnership(unit, round_.partnership_id)
    for seat in rounds.roster(unit, round_.id):
        person = people.person_by_id(unit, seat.person_id)
        at = awake(person, zone_of(person, partnership), times.remind)
        outbox.put_off(unit, f"round:{round_.id}:remind:{seat.member_id}", at)


def _tell(unit: Unit, review: Review, told: Message, now: datetime) -> None:
    partnership = partnerships.partnership(unit, review.partnership_id)
    for seat in rounds.asked(unit, review.id):
        person = people.person_by_id(unit, seat.person_id)
        key = f"review:{review.id}:extended:{seat.member_id}"
        at = awake(person, zone_of(person, partnership), now)
        outbox.put(unit, key, told, at, person=person.id)

"""`review close`: a day's notice to everybody, not before half of the window (F02)."""

from collections.abc import Sequence
from datetime import datetime

from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.forms import confirm_buttons
from bot.oneself import about_oneself
from bot.scene import Scene
from dialogues import due
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import Review, ReviewState, Seat
from storage import outbox, reviews, rounds, timers


def running(scene: Scene, *states: ReviewState) -> list[Review]:
    """The reviews in one of *states*, but none about the person themself (R8)."""
    found = [r for r in reviews.reviews(scene.unit, scene.group.id) if r.state in states]
    mine = [r for r in found if not about_oneself(scene, r)]
    if found and not mine:
        raise Refusal("fault.about_you")
    return mine


def which(scene: Scene, *states: ReviewState) -> Field:
    """The field for one of several reviews; the only one is not asked for."""
    found = running(scene, *states)
    if not found:
        raise Refusal("review/none_open")
    titles = scene.house.library.checkins
    options = tuple((str(r.id), titles[r.checkin_id].title) for r in found)
    default = (str(found[0].id),) if len(found) == 1 else None
    return Field("review", say("review/ask_which"), "one", options, default=default)


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which review."""
    return (which(scene, ReviewState.OPEN),)


def _at(scene: Scene, given: Answers) -> tuple[Review, datetime]:
    review = reviews.review(scene.unit, int(one(given, "review") or 0))
    made = rounds.rounds(scene.unit, review.id)
    seats = rounds.roster(scene.unit, made[0].id)
    # Once: asked again, half of what is left would become half of a half, without a notice.
    if any(outbox.was_put(scene.unit, _notice(review, seat)) for seat in seats):
        raise Refusal("review/ends_anyway", closes=review.closes_at)
    at = due.early_close(review.opens_at, review.closes_at, scene.now, made[0].live)
    if at is None:
        raise Refusal("review/ends_anyway", closes=review.closes_at)
    return review, at


def _notice(review: Review, seat: Seat) -> str:
    return f"review:{review.id}:early:{seat.round_id}:{seat.member_id}"


def confirm(scene: Scene, given: Answers) -> Message:
    """When it would close."""
    review, at = _at(scene, given)
    title = scene.house.library.checkins[review.checkin_id].title
    asked = len(rounds.roster(scene.unit, rounds.rounds(scene.unit, review.id)[0].id))
    return Message(
        say("review/confirm_close", title=title, closes=at, asked=asked),
        confirm_buttons("close_then"),
    )


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Tell everybody the new end; the clock closes it then."""
    review, at = _at(scene, given)
    title = scene.house.library.checkins[review.checkin_id].title
    reviews.set_review(scene.unit, review.id, closes_at=at)
    told = Message(
        say("review/closing_early", title=title, partnership=scene.group.name, closes=at)
    )
    for round_ in rounds.rounds(scene.unit, review.id):
        rounds.set_round(scene.unit, round_.id, closes_at=at)
    for seat in rounds.asked(scene.unit, review.id):
        outbox.put(scene.unit, _notice(review, seat), told, scene.now, person=seat.person_id)
    timers.move(scene.unit, f"review:{review.id}:close", at)
    return reply("review/will_close", title=title, closes=at)


COMMAND = Command("review close", run, COORDINATOR, fields=fields, confirm=confirm)

"""`review cancel`: ended without a result; nothing is revealed, everybody is told (R10, F13)."""

from collections.abc import Sequence

from bot.closing import cancel_review
from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.forms import confirm_buttons
from bot.commands.review_close import which
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message, say
from dialogues.model import ReviewState
from storage import outbox, reviews, rounds


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which review."""
    return (which(scene, ReviewState.OPEN, ReviewState.PLANNED),)


def confirm(scene: Scene, given: Answers) -> Message:
    """What would be lost."""
    review = reviews.review(scene.unit, int(one(given, "review") or 0))
    title = scene.house.library.checkins[review.checkin_id].title
    return Message(say("review/confirm_cancel", title=title), confirm_buttons("cancel_it"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Ended; each person asked is told once."""
    review = reviews.review(scene.unit, int(one(given, "review") or 0))
    title = scene.house.library.checkins[review.checkin_id].title
    told = Message(say("review/cancelled_told", title=title, partnership=scene.group.name))
    for seat in rounds.asked(scene.unit, review.id):
        key = f"review:{review.id}:cancelled:{seat.member_id}"
        outbox.put(scene.unit, key, told, scene.now, person=seat.person_id)
    scene.after.append(cancel_review(scene.house, scene.unit, review.id, scene.now))
    return reply("review/cancelled", title=title)


COMMAND = Command("review cancel", run, COORDINATOR, fields=fields, confirm=confirm)

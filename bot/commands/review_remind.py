"""`review remind`: one more reminder, to whoever has not answered; nobody learns to how many."""

from collections.abc import Sequence

from bot.arranging import remind_again, reminded_again
from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.forms import only_buttons
from bot.commands.review_close import which
from bot.holding import is_held
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Localised, Message, say
from dialogues.model import Review, ReviewState
from storage import reviews, rounds


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which review."""
    return (which(scene, ReviewState.OPEN),)


def _meant(scene: Scene, given: Answers) -> tuple[Review, Localised]:
    review = reviews.review(scene.unit, int(one(given, "review") or 0))
    title = scene.house.library.checkins[review.checkin_id].title
    made = rounds.rounds(scene.unit, review.id)
    if is_held(scene.group, review.checkin_id):
        raise Refusal("partnership/is_paused", partnership=scene.group.name)
    if made[0].live:
        raise Refusal("review/remind_live", title=title, closes=review.closes_at)
    if any(reminded_again(scene.unit, round_) for round_ in made):
        raise Refusal("review/remind_once", title=title, closes=review.closes_at)
    return review, title


def confirm(scene: Scene, given: Answers) -> Message:
    """Whom it reaches, and what stays unknown."""
    review, title = _meant(scene, given)
    asking = say("review/confirm_remind", title=title, closes=review.closes_at)
    return Message(asking, only_buttons("remind_them"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Put for everybody alike; who needs it is decided when it is due."""
    review, title = _meant(scene, given)
    for round_ in rounds.rounds(scene.unit, review.id):
        remind_again(scene.unit, round_, scene.now)
    return reply("review/reminded", title=title)


COMMAND = Command("review remind", run, COORDINATOR, fields=fields, rest="review", confirm=confirm)

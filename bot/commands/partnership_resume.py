"""`partnership resume`: check-ins start again, and what waited for people goes out."""

from collections.abc import Sequence

from bot.commands.command import COORDINATOR, Command, button, reply
from bot.commands.forms import only_buttons
from bot.commands.partnership_pause import set_paused
from bot.commands.scheduled import line, standing
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import ReviewState
from storage import reviews, rounds


def confirm(scene: Scene, given: Answers) -> Message:
    """Whom it reaches: those asked in what is open."""
    not_while_reviewed(scene)
    if not scene.group.paused:
        raise Refusal("partnership/not_paused", partnership=scene.group.name)
    found = reviews.reviews(scene.unit, scene.group.id)
    asked = {
        seat.member_id
        for review in found
        if review.state is ReviewState.OPEN
        for seat in rounds.asked(scene.unit, review.id)
    }
    asking = say("partnership/confirm_resume", partnership=scene.group.name, asked=len(asked))
    return Message(asking, only_buttons("resume_group"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """On again; what comes by itself next is said."""
    set_paused(scene, False, crisis=False)
    coming = [line(scene, schedule) for schedule in standing(scene)]
    start = button("start_review", "review start")
    return reply("partnership/resumed", start, partnership=scene.group.name, coming=coming)


COMMAND = Command("partnership resume", run, COORDINATOR, confirm=confirm)

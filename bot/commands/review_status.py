"""`review status`: what is open and until when. Never how many have answered (F01)."""

from collections.abc import Sequence

from bot import answering
from bot.commands.command import COORDINATOR, Command, button, reply
from bot.oneself import about_oneself
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message
from dialogues.model import ReviewState
from storage import people, reviews, rounds


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Planned and open reviews."""
    lines = []
    for review in reviews.reviews(scene.unit, scene.group.id):
        if review.state not in (ReviewState.PLANNED, ReviewState.OPEN):
            continue
        if about_oneself(scene, review):
            continue
        made = rounds.rounds(scene.unit, review.id)
        title = scene.house.library.checkins[review.checkin_id].title
        facts = answering.showing(scene.house, scene.unit, made[0], "").facts if made else {}
        lines.append(
            {
                "title": title,
                "open": review.state is ReviewState.OPEN,
                "opens": review.opens_at,
                "closes": review.closes_at,
                "asked": facts.get("asked", 0),
                "needed": facts.get("needed", 0),
                "unreachable": _unreachable(scene, review.id),
            }
        )
    buttons = (
        button("close_early", "review close"),
        button("extend", "review extend"),
        button("cancel_review", "review cancel"),
    )
    return reply(
        "review/status",
        *(buttons if lines else (button("start_review", "review start"),)),
        lines=lines,
        partnership=scene.group.name,
    )


def _unreachable(scene: Scene, review: int) -> int:
    """How many of those asked cannot be written to: a number, and no names during a check-in."""
    asked = (seat.person_id for seat in rounds.asked(scene.unit, review))
    return len(people.out_of_reach(scene.unit, asked))


COMMAND = Command("review status", run, COORDINATOR, aliases=("review",))

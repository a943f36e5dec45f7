"""The form of the commands that read a report: which review, and what of it."""

from collections.abc import Sequence

from bot.commands.command import Field
from bot.scene import Scene
from dialogues.messages import say
from dialogues.model import Review, ReviewState

ENDED = (ReviewState.CLOSED, ReviewState.READ, ReviewState.SHARED, ReviewState.FOLLOWED_UP)
LABELS = {
    "chat": "summary",
    "page": "whole_report",
    "guide": "talk_questions",
    "data": "figures",
}


def report_fields(scene: Scene, found: Sequence[Review]) -> Sequence[Field]:
    """The latest of *found* and its summary, unless something else was typed or tapped."""
    titles = scene.house.library.checkins
    options = tuple((str(r.id), titles[r.checkin_id].title) for r in found)
    default = (str(found[0].id),) if found else ("-",)
    pages = tuple((page, say(f"label.{label}")) for page, label in LABELS.items())
    return (
        Field("review", say("review/ask_which"), "one", options, default=default),
        Field("page", say("review/ask_which"), "one", pages, default=("chat",)),
    )

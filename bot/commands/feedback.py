"""`feedback`: the broker's own reports: summary, whole page, questions for the talk, figures.

They stay the broker's after the service, and after they have left the partnership (domain d.23).
"""

from collections.abc import Sequence

from bot.commands.command import Command, Field, one
from bot.commands.reading import ENDED, report_fields
from bot.oneself import about_oneself
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import Review, ReviewState
from storage import brokers, partnerships, reviews


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which report, and what of it; the latest summary is the default."""
    return report_fields(scene, _mine(scene))


def _mine(scene: Scene) -> list[Review]:
    """Reviews about this person only: a successor cannot read a predecessor's (domain d.23)."""
    served = brokers.served(scene.unit, scene.person.id)
    groups = served if scene.partnership is None else [scene.group.id]
    found = [r for group in groups for r in reviews.reviews(scene.unit, group)]
    found = [r for r in found if r.state in ENDED and about_oneself(scene, r)]
    return sorted(found, key=lambda r: r.id, reverse=True)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The report; opening it counts as having read it."""
    found = next((r for r in _mine(scene) if str(r.id) == one(given, "review")), None)
    if found is None:
        known = partnerships.memberships(scene.unit, scene.person.id)
        raise Refusal("feedback/none" if known else "fault.not_enrolled")
    if found.state is ReviewState.CLOSED:
        reviews.set_review(scene.unit, found.id, state=ReviewState.READ)
    page = one(given, "page") or "chat"
    return [Message(say(f"report/{page}"), report=f"{found.id} broker")]


COMMAND = Command("feedback", run, fields=fields, rest="page", keywords={"of": "review"})

"""`feedback`: the broker's own reports: the summary, the whole page, questions for the talk."""

from collections.abc import Sequence

from bot.commands.command import BROKER, Command, Field, one
from bot.commands.reading import ENDED, report_fields
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import Review, ReviewState
from storage import brokers, reviews

PAGES = {"chat": "report/chat", "page": "report/page", "guide": "report/guide"}


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which report, and what of it; the latest summary is the default."""
    return report_fields(scene, _mine(scene))


def _mine(scene: Scene) -> list[Review]:
    """Reviews about this person only: a successor cannot read a predecessor's (domain d.23)."""
    found = []
    for review in reviews.reviews(scene.unit, scene.group.id):
        if review.state not in ENDED or review.assignment_id is None:
            continue
        if brokers.assignment(scene.unit, review.assignment_id).person_id == scene.person.id:
            found.append(review)
    return found


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The report; opening it counts as having read it."""
    found = next((r for r in _mine(scene) if str(r.id) == one(given, "review")), None)
    if found is None:
        raise Refusal("feedback/none")
    if found.state is ReviewState.CLOSED:
        reviews.set_review(scene.unit, found.id, state=ReviewState.READ)
    key = PAGES[one(given, "page") or "chat"]
    return [Message(say(key), report=f"{found.id} broker")]


COMMAND = Command("feedback", run, BROKER, fields=fields, rest="page", keywords={"of": "review"})

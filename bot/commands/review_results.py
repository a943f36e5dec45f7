"""`review results`: the coordinators' copy of the latest report, once the broker has had it."""

from collections.abc import Sequence

from bot import formality
from bot.commands.command import Command, Field, one, reply
from bot.commands.reading import ENDED, report_fields
from bot.oneself import about_oneself
from bot.reports import readable_by_coordinators
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import Review, Role
from storage import reviews


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which review; the latest is the default."""
    return report_fields(scene, _ended(scene))


def _ended(scene: Scene) -> list[Review]:
    return [r for r in reviews.reviews(scene.unit, scene.group.id) if r.state in ENDED]


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The report, or when it will be there."""
    found = next((r for r in _ended(scene) if str(r.id) == one(given, "review")), None)
    if found is None:
        raise Refusal("review/no_results")
    if about_oneself(scene, found):
        raise Refusal("fault.about_you")
    assert scene.member is not None
    if not formality.may_read(scene.unit, found, scene.member):
        raise Refusal("formal/not_for_you")
    if not readable_by_coordinators(found):
        return reply("review/broker_first", share_at=found.share_at or found.closes_at)
    page = one(given, "page") or "chat"
    return [Message(say(f"report/{page}"), report=f"{found.id} coordinator")]


READERS = frozenset({Role.COORDINATOR, Role.LINE_MANAGER, Role.REPRESENTATIVE})

COMMAND = Command(
    "review results",
    run,
    READERS,
    fields=fields,
    rest="page",
    keywords={"of": "review"},
    aliases=("results",),
)

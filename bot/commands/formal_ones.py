"""The formal reviews that a command can be about: shared, about somebody else, not concluded."""

from bot.commands.command import Field, one
from bot.oneself import about_oneself
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import say
from dialogues.model import Review, ReviewState
from storage import brokers, formal, reviews
from storage.formal import Formal

BEFORE = (ReviewState.PLANNED, ReviewState.SETTING_UP)
AFTER = (ReviewState.CLOSED, ReviewState.READ, ReviewState.SHARED)


def of_others(scene: Scene) -> list[tuple[Formal, Review]]:
    """The formal reviews that are about somebody else, the latest first (R8)."""
    found = []
    for settled in formal.of_partnership(scene.unit, scene.group.id):
        review = reviews.review(scene.unit, settled.lead)
        if review.state is not ReviewState.CANCELLED and not about_oneself(scene, review):
            found.append((settled, review))
    return found


def which(scene: Scene) -> Field:
    """Which one; the only one is not asked for. Raises Refusal."""
    open_ones = [(s, r) for s, r in of_others(scene) if r.state in AFTER and s.concluded_at is None]
    if not open_ones:
        raise Refusal("formal/none")
    options = tuple((str(s.lead), _broker(scene, r)) for s, r in open_ones)
    default = (options[0][0],) if len(options) == 1 else None
    return Field("review", say("review/ask_which"), "one", options, default=default)


def _broker(scene: Scene, review: Review) -> str:
    assert review.assignment_id is not None
    return brokers.assignment(scene.unit, review.assignment_id).name


def running(scene: Scene, given: Answers) -> Formal:
    """The one that was chosen. Raises Refusal where it is none of theirs."""
    for settled, _ in of_others(scene):
        if str(settled.lead) == one(given, "review"):
            return settled
    raise Refusal("formal/none")

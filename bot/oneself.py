"""A coordinator who is the broker keeps their hands off a review about themself (R8)."""

from bot.scene import Scene
from dialogues.errors import Refusal
from dialogues.model import Review, ReviewState
from storage import brokers, reviews


def about_oneself(scene: Scene, review: Review) -> bool:
    """Whether a review is about the person who asks."""
    if review.assignment_id is None:
        return False
    return brokers.assignment(scene.unit, review.assignment_id).person_id == scene.person.id


def not_while_reviewed(scene: Scene) -> None:
    """People and settings are left alone while a review about oneself is open. Raises Refusal."""
    for review in reviews.reviews(scene.unit, scene.group.id):
        if review.state is ReviewState.OPEN and about_oneself(scene, review):
            raise Refusal("fault.about_you")

"""A coordinator who is the broker keeps their hands off a review about themself (R8)."""

from bot import concerning
from bot.scene import Scene
from dialogues.errors import Refusal
from dialogues.model import Review, ReviewState
from storage import reviews


def about_oneself(scene: Scene, review: Review) -> bool:
    """Whether a review is about the person who asks, alone or among several brokers."""
    checkin = scene.house.library.checkins.get(review.checkin_id)
    return scene.person.id in concerning.persons(scene.unit, review, checkin)


def not_while_reviewed(scene: Scene) -> None:
    """People and settings are left alone while a review about oneself is open. Raises Refusal."""
    for review in reviews.reviews(scene.unit, scene.group.id):
        if review.state is ReviewState.OPEN and about_oneself(scene, review):
            raise Refusal("fault.about_you")

"""What the commands that change or end a service share: whose, and what becomes of reviews."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from bot.closing import cancel_review
from bot.commands.command import Field, one
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Button, Message, say
from dialogues.model import Assignment, Review, ReviewState
from storage import brokers, outbox, reviews


def which(scene: Scene, ask: str) -> Field:
    """The field for one of those who serve or will; the only one is not asked for.

    Raises:
        Refusal: Nobody serves.
    """
    found = brokers.appointments(scene.unit, scene.group.id, scene.today)
    if not found:
        appoint = Button(say("label.appoint"), "c:broker appoint")
        raise Refusal("broker/nobody", partnership=scene.group.name, buttons=(appoint,))
    names = [a.name for a in found]
    options = tuple(
        (f"a{a.id}", a.name)
        if names.count(a.name) == 1
        else (f"a{a.id}", say("phrase.service", broker=a.name, starts=a.starts))
        for a in found
    )
    default = (options[0][0],) if len(options) == 1 else None
    return Field("who", say(ask), "one", options, default=default)


def chosen(scene: Scene, given: Answers) -> Assignment | None:
    """The service meant, or the only one; None until it is known."""
    found = brokers.appointments(scene.unit, scene.group.id, scene.today)
    meant = one(given, "who") or (f"a{found[0].id}" if len(found) == 1 else "")
    return next((a for a in found if f"a{a.id}" == meant), None)


def settled(scene: Scene, given: Answers) -> Assignment:
    """The same, at the end. Raises Refusal for one that ended meanwhile, and in a review (R8)."""
    not_while_reviewed(scene)
    found = chosen(scene, given)
    if found is None:
        raise Refusal("fault.stale")
    return found


def about(scene: Scene, service: Assignment) -> list[Review]:
    """The reviews about a service that were started."""
    found = reviews.reviews(scene.unit, scene.group.id)
    return [r for r in found if r.assignment_id == service.id]


def too_late(scene: Scene, service: Assignment, last: date) -> list[Review]:
    """What is planned about a service for days after its *last*."""
    zone = ZoneInfo(scene.group.zone)
    return [
        review
        for review in about(scene, service)
        if review.state is ReviewState.PLANNED and review.opens_at.astimezone(zone).date() > last
    ]


def end(scene: Scene, service: Assignment, last: date) -> None:
    """End a service with *last*. What is planned for later is cancelled; what is open goes on."""
    for review in too_late(scene, service, last):
        scene.after.append(cancel_review(scene.house, scene.unit, review.id, scene.now))
    brokers.set_last_day(scene.unit, service.id, last)


def is_open(scene: Scene, service: Assignment) -> bool:
    """Whether a review about a service is open."""
    return any(review.state is ReviewState.OPEN for review in about(scene, service))


def tell(scene: Scene, service: Assignment, message: Message) -> Sequence[Message]:
    """Tell the broker, unless they did it themself."""
    if service.person_id != scene.person.id:
        key = f"{message.say.key}:{service.id}:{scene.now.timestamp():.0f}"
        outbox.put(scene.unit, key, message, scene.now, person=service.person_id)
    return ()

"""The broker's consent: asked after showing what will be asked, given or withdrawn at any time."""

from collections.abc import Sequence

from bot import concerning
from bot.closing import cancel_review, cancel_round
from bot.commands.appointing import facts
from bot.commands.command import Command, button, one, reply
from bot.commands.command import Field as FormField
from bot.scene import Scene, role
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Button, Message, say
from dialogues.model import Assignment, Consent, Partnership, ReviewState, Role
from storage import brokers, outbox, partnerships, reviews

NOTHING = "-"


def fields(scene: Scene, given: Answers) -> Sequence[FormField]:
    """What is said, and to which assignment; nothing asks how things stand."""
    return (FormField("what", say("phrase.field_what"), "words", default=NOTHING),)


def ask(scene: Scene, assignment: Assignment, by: str = "") -> Sequence[Message]:
    """The question, with everything the assignment says; *by*: who recorded it, if not this one."""
    return [asking(assignment, scene.group, by or scene.person.name)]


def asking(assignment: Assignment, group: Partnership, by: str) -> Message:
    """The same, as a message for whoever was appointed."""
    return Message(
        say("consent/ask", partnership=group.name, term=role(group), by=by, **facts(assignment)),
        (
            button("agree", f"consent yes {assignment.id}"),
            button("see_questions", "catalogue responsibilities"),
            button("not_right", f"consent wrong {assignment.id}"),
            button("no", f"consent no {assignment.id}"),
        ),
    )


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Keep the answer, tell the coordinators; a withdrawal cancels an open review."""
    if one(given, "what") == NOTHING:
        return _standing(scene)
    what, _, number = (one(given, "what") or "").partition(" ")
    found = _mine(scene, number)
    scene.enter(found.partnership_id)
    word = {"yes": Consent.AGREED, "no": Consent.DECLINED, "stop": Consent.WITHDRAWN}.get(what)
    if what == "wrong":
        _tell(scene, found, "consent/told_wrong")
        return reply("consent/wrong")
    over = found.ends is not None and found.ends < scene.today
    if word is None or (over and word is not Consent.WITHDRAWN):
        raise Refusal("fault.stale")  # of an ended service only what is still open can be stopped
    if word is Consent.DECLINED and found.consent is Consent.AGREED:
        word = Consent.WITHDRAWN
    brokers.set_consent(scene.unit, found.id, word, scene.now)
    cancelled, goes_on = (False, False) if word is Consent.AGREED else _without(scene, found)
    _tell(scene, found, f"consent/told_{word.value}", cancelled=cancelled, goes_on=goes_on)
    return reply(
        f"consent/{word.value}",
        *((_stop(found),) if word is Consent.AGREED else ()),
        partnership=scene.group.name,
        cancelled=cancelled,
        goes_on=goes_on,
    )


def _standing(scene: Scene) -> Sequence[Message]:
    """How things stand with every service, with the way to change it. Raises Refusal for none."""
    found = []
    for membership in partnerships.memberships(scene.unit, scene.person.id):
        group = partnerships.partnership(scene.unit, membership.partnership_id)
        for service in brokers.appointments(scene.unit, group.id, scene.today):
            if service.person_id != scene.person.id:
                continue
            if service.consent is Consent.AGREED:
                told = say("consent/standing", partnership=group.name)
                found.append(Message(told, (_stop(service),)))
            else:
                found.append(asking(service, group, ""))
    if not found:
        raise Refusal("consent/none")
    return found


def _stop(service: Assignment) -> Button:
    return button("stop_consent", f"consent stop {service.id}")


def _without(scene: Scene, found: Assignment) -> tuple[bool, bool]:
    """End what asks about the broker. What asks about several goes on while two have agreed.

    Returns:
        Whether something open or planned is cancelled, and whether something goes on.
    """
    cancelled = goes_on = False
    for review in reviews.reviews(scene.unit, found.partnership_id):
        if review.state not in (ReviewState.OPEN, ReviewState.PLANNED):
            continue
        checkin = scene.house.library.checkins[review.checkin_id]
        together = review.assignment_id is None and concerning.among_several(checkin)
        left = concerning.agreed(scene.unit, found.partnership_id, scene.today)
        if together and len(left) > 1:
            own = concerning.own_view(scene.unit, review, found.person_id)
            if own is not None:
                scene.after.append(cancel_round(scene.house, scene.unit, own, scene.now))
            goes_on = True
        elif together or review.assignment_id == found.id:
            scene.after.append(cancel_review(scene.house, scene.unit, review.id, scene.now))
            cancelled = True
    return cancelled, goes_on


def _mine(scene: Scene, number: str) -> Assignment:
    for membership in partnerships.memberships(scene.unit, scene.person.id):
        for found in brokers.history(scene.unit, membership.partnership_id):
            if str(found.id) == number and found.person_id == scene.person.id:
                return found
    raise Refusal("fault.stale")


def _tell(scene: Scene, assignment: Assignment, key: str, **more: object) -> None:
    message = Message(say(key, broker=assignment.name, partnership=scene.group.name, **more))
    for coordinator in partnerships.with_role(
        scene.unit, assignment.partnership_id, Role.COORDINATOR
    ):
        if coordinator.person_id != assignment.person_id:
            name = f"{key}:{assignment.id}:{coordinator.id}:{scene.now.timestamp():.0f}"
            outbox.put(scene.unit, name, message, scene.now, person=coordinator.person_id)


COMMAND = Command("consent", run, fields=fields, rest="what", hidden=True, aliases=("persetujuan",))

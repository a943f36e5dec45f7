"""The broker's consent: asked after showing what will be asked, given or withdrawn at any time."""

from collections.abc import Sequence

from bot.closing import cancel_review
from bot.commands.command import Command, button, one, reply
from bot.commands.command import Field as FormField
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import Assignment, Consent, ReviewState, Role
from storage import brokers, outbox, partnerships, reviews


def fields(scene: Scene, given: Answers) -> Sequence[FormField]:
    """What is said, and to which assignment."""
    return (FormField("what", say("phrase.field_what"), "words"),)


def ask(scene: Scene, assignment: Assignment, by: str = "") -> Sequence[Message]:
    """The question, with everything the assignment says; *by*: who recorded it, if not this one."""
    return [asking(assignment, scene.group.name, by or scene.person.name)]


def asking(assignment: Assignment, partnership: str, by: str) -> Message:
    """The same, as a message for whoever was appointed."""
    return Message(
        say("consent/ask", partnership=partnership, by=by, **described(assignment)),
        (
            button("agree", f"consent yes {assignment.id}"),
            button("see_questions", "catalogue responsibilities"),
            button("not_right", f"consent wrong {assignment.id}"),
            button("no", f"consent no {assignment.id}"),
        ),
    )


def described(assignment: Assignment) -> dict[str, object]:
    """An assignment's facts, for any text."""
    return {
        "broker": assignment.name,
        "kind": assignment.kind.value,
        "home": assignment.home or "",
        "contractor": assignment.contractor.value if assignment.contractor else "",
        "contracting": assignment.contracting or "",
        "tasks": [say(f"phrase.task_{task.value}") for task in assignment.tasks],
        "aims": assignment.aims,
        "starts": assignment.starts,
        "ends": assignment.ends or "",
        "consent": assignment.consent.value,
    }


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Keep the answer, tell the coordinators; a withdrawal cancels an open review."""
    what, _, number = (one(given, "what") or "").partition(" ")
    found = _mine(scene, number)
    scene.enter(found.partnership_id)
    word = {"yes": Consent.AGREED, "no": Consent.DECLINED, "stop": Consent.WITHDRAWN}.get(what)
    if what == "wrong":
        _tell(scene, found, "consent/told_wrong")
        return reply("consent/wrong")
    if word is None:
        raise Refusal("fault.stale")
    if word is Consent.DECLINED and found.consent is Consent.AGREED:
        word = Consent.WITHDRAWN
    brokers.set_consent(scene.unit, found.id, word, scene.now)
    if word is not Consent.AGREED:
        for review in reviews.reviews(scene.unit, found.partnership_id):
            if review.assignment_id == found.id and review.state in (
                ReviewState.OPEN,
                ReviewState.PLANNED,
            ):
                scene.after.append(cancel_review(scene.house, scene.unit, review.id, scene.now))
    _tell(scene, found, f"consent/told_{word.value}")
    return reply(
        f"consent/{word.value}",
        *((button("stop_consent", f"consent stop {found.id}"),) if word is Consent.AGREED else ()),
        partnership=scene.group.name,
    )


def _mine(scene: Scene, number: str) -> Assignment:
    for membership in partnerships.memberships(scene.unit, scene.person.id):
        for found in brokers.assignments(scene.unit, membership.partnership_id, scene.today):
            if str(found.id) == number and found.person_id == scene.person.id:
                return found
    raise Refusal("fault.stale")


def _tell(scene: Scene, assignment: Assignment, key: str) -> None:
    message = Message(say(key, broker=assignment.name, partnership=scene.group.name))
    for coordinator in partnerships.with_role(
        scene.unit, assignment.partnership_id, Role.COORDINATOR
    ):
        if coordinator.person_id != assignment.person_id:
            name = f"{key}:{assignment.id}:{coordinator.id}:{scene.now.timestamp():.0f}"
            outbox.put(scene.unit, name, message, scene.now, person=coordinator.person_id)


COMMAND = Command("consent", run, fields=fields, rest="what", hidden=True)

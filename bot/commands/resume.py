"""`resume`: messages come again after `stop`, and what waited for an answer is shown."""

from collections.abc import Sequence

from bot.commands import consent
from bot.commands.command import Command, button, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message
from dialogues.model import Assignment, Consent
from storage import brokers, partnerships, people, rounds


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Undo `stop`; a question for consent that came meanwhile is asked now."""
    people.set_person(scene.unit, scene.person.id, stopped=False)
    waiting = bool(rounds.open_rounds(scene.unit, scene.person.id))
    buttons = (button("my_checkins", "checkin"),) if waiting else ()
    messages = reply("stop/resumed", *buttons, waiting=waiting)
    if scene.person.stopped:
        for assignment in _asked(scene):
            scene.enter(assignment.partnership_id)
            messages.append(consent.asking(assignment, scene.group, ""))
    return messages


def _asked(scene: Scene) -> list[Assignment]:
    return [
        assignment
        for membership in partnerships.memberships(scene.unit, scene.person.id)
        for assignment in brokers.appointments(scene.unit, membership.partnership_id, scene.today)
        if assignment.person_id == scene.person.id and assignment.consent is Consent.ASKED
    ]


COMMAND = Command("resume", run, aliases=("lanjut",))

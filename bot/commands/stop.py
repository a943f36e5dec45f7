"""`stop`: no more messages that nobody asked for. Open check-ins are still found."""

from collections.abc import Sequence

from bot.commands.command import Command, button, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message
from storage import people, rounds


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """At once, on every app of the person, without asking back: `resume` undoes it."""
    people.set_person(scene.unit, scene.person.id, stopped=True)
    waiting = bool(rounds.open_rounds(scene.unit, scene.person.id))
    return reply(
        "stop/stopped",
        *((button("my_checkins", "checkin"),) if waiting else ()),
        button("write_again", "resume"),
        waiting=waiting,
    )


COMMAND = Command("stop", run, aliases=("berhenti",))

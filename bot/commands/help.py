"""`help`: what somebody can do here, by their roles."""

from collections.abc import Sequence

from bot.commands.command import Command, button, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message
from dialogues.model import Role
from storage import partnerships


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The list, shorter for partners, longer for coordinators."""
    mine = partnerships.memberships(scene.unit, scene.person.id)
    roles = {role for m in mine for role in m.roles}
    buttons = [button("my_checkins", "checkin"), button("privacy", "privacy")]
    if Role.COORDINATOR in roles:
        buttons += [button("start_review", "review start"), button("status", "review status")]
    if Role.BROKER in roles:
        buttons.append(button("my_reports", "feedback"))
    return reply(
        "help/help",
        *buttons,
        coordinator=Role.COORDINATOR in roles,
        broker=Role.BROKER in roles,
        enrolled=bool(mine),
    )


COMMAND = Command("help", run)

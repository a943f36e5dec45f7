"""`privacy`: who can see what, in ten lines, with the group's own numbers."""

from collections.abc import Sequence

from bot.commands.command import Command, reply
from bot.commands.forms import candidates
from bot.commands.partnership_set import logged
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import Message
from storage import partnerships


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The ten lines."""
    mine = candidates(scene, frozenset())
    if scene.partnership is None and len(mine) == 1:
        scene.enter(mine[0].partnership_id)
    group = scene.partnership
    changes = partnerships.settings_log(scene.unit, group.id) if group else []
    return reply(
        "help/privacy",
        operator=scene.house.operator,
        strong=scene.house.keyring.strong,
        minimum=group.minimum if group else 5,
        protect=group.protect.value if group else "organisation",
        partnership=group.name if group else "",
        changes=[
            {
                "at": at,
                "by": by,
                "name": logged(name, before)[0],
                "before": logged(name, before)[1],
                "after": logged(name, after)[1],
            }
            for at, by, name, before, after in changes[-5:]
        ],
    )


COMMAND = Command("privacy", run)

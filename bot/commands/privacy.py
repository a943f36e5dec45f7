"""`privacy`: who can see what, in ten lines, with the group's own numbers."""

from collections.abc import Sequence

from bot.commands.command import Command, button, reply
from bot.commands.forms import candidates
from bot.commands.partnership_set import logged
from bot.reviews import asked
from bot.scene import Scene, term
from dialogues.answers import Answers
from dialogues.bounds import LEAST_MINIMUM, Bounds, bounds
from dialogues.messages import Label, Localised, Message, say
from dialogues.model import Protect
from storage import brokers, partnerships


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The ten lines."""
    mine = candidates(scene, frozenset())
    if scene.partnership is None and len(mine) == 1:
        scene.enter(mine[0].partnership_id)
    group = scene.partnership
    changes = partnerships.settings_log(scene.unit, group.id) if group else []
    ready, broker = _now(scene)
    return reply(
        "help/privacy",
        button("mydata", "mydata"),
        button("forget_me", "forget me"),
        operator=scene.house.operator,
        strong=scene.house.keyring.strong,
        partnership=group.name if group else "",
        broker=broker,
        minimum=ready.minimum,
        asked=ready.roster,
        organisations=ready.organisations,
        needed=ready.needed or 0,
        together=ready.t,
        protect=ready.protect.value,
        changes=[
            {
                "at": at,
                "by": by or say("phrase.somebody_gone"),
                "name": logged(name, before)[0],
                "before": logged(name, before)[1],
                "after": logged(name, after)[1],
            }
            for at, by, name, before, after in changes[-5:]
        ],
    )


def _now(scene: Scene) -> tuple[Bounds, Label]:
    """What a check-in would need if it started now, and who reads its result first."""
    group = scene.partnership
    if group is None:
        nobody = Localised(en="the broker", id="broker")
        return bounds((), Protect.ORGANISATION, LEAST_MINIMUM), nobody
    serving = brokers.assignments(scene.unit, group.id, scene.today)
    only = serving[0] if len(serving) == 1 else None
    seats = asked(scene.unit, group.id, only)
    ready = bounds((m.organisation_id for m in seats), group.protect.value, group.minimum)
    return ready, only.name if only else term(group)


COMMAND = Command("privacy", run)

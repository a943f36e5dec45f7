"""`partnership show`: the checklist: who has joined, who the broker is, what can start."""

from collections.abc import Sequence

from bot.commands.command import ANYBODY_ENROLLED, Command, button, reply
from bot.reviews import asked
from bot.scene import Scene, role
from dialogues.answers import Answers
from dialogues.bounds import bounds
from dialogues.messages import Message, say
from dialogues.model import Consent, Role
from storage import brokers, partnerships


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The same checklist each time, as things stand now."""
    group = scene.group
    serving = brokers.assignments(scene.unit, group.id, scene.today)
    coming = brokers.appointments(scene.unit, group.id, scene.today)
    agreed = [a for a in serving if a.consent is Consent.AGREED]
    seats = asked(scene.unit, group.id, serving[0] if len(serving) == 1 else None)
    ready = bounds((m.organisation_id for m in seats), group.protect.value, group.minimum)
    buttons = []
    if scene.holds(frozenset({Role.COORDINATOR})):
        buttons = [
            button("start_review", "review start"),
            button("links_again", "invite"),
            button("link_group", "group"),
            button("people", "people"),
            button("settings", "partnership set"),
        ]
        if not coming:
            buttons.insert(1, button("appoint", "broker appoint"))
    return reply(
        "partnership/show",
        *buttons,
        paused=group.paused,
        term=role(group),
        crisis=group.crisis,
        kind=say(f"phrase.collaboration_{group.kind.value}") if group.kind else "",
        phase=say(f"phrase.phase_{group.phase.value}"),
        partnership=group.name,
        organisations=len(partnerships.organisations(scene.unit, group.id)),
        joined=len(seats),
        from_organisations=len({m.organisation_id for m in seats}),
        needed=ready.needed or max(group.minimum, ready.t + 3),
        enough=ready.needed is not None,
        brokers=[
            {
                "name": a.name,
                "consent": a.consent.value,
                "since": a.consent_at.astimezone(scene.zone).date() if a.consent_at else "",
            }
            for a in coming
        ],
        invited=brokers.invited(scene.unit, group.id, scene.now),
        ready=ready.needed is not None and bool(agreed),
        purpose=group.purpose,
    )


COMMAND = Command("partnership show", run, ANYBODY_ENROLLED, aliases=("partnership",))

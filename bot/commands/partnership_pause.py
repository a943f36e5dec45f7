"""`partnership pause`: nothing starts, nobody is invited or reminded; what is open goes on.

`partnership pause crisis` says why: what asks whether the broker is even-handed, or one from
outside committed, can then still be started on request.
"""

from collections.abc import Sequence

from bot.arranging import arrange_all
from bot.commands import fitting
from bot.commands.command import COORDINATOR, Command, Field, button, one, reply
from bot.commands.forms import only_buttons
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.checkin import CheckIn
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import Review, ReviewState
from dialogues.offers import CRISIS
from storage import partnerships, reviews, rounds, schedules

PAUSE, TROUBLE = "pause", "crisis"


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Whether it is for a crisis; not asked for."""
    kinds = tuple((kind, say(f"label.{kind}_group")) for kind in (PAUSE, TROUBLE))
    return (Field("why", say("partnership/ask_pause"), "one", kinds, default=(PAUSE,)),)


def _is_crisis(scene: Scene, given: Answers) -> bool:
    """What is meant. Raises Refusal where it is so already."""
    not_while_reviewed(scene)
    crisis = one(given, "why") == TROUBLE
    if scene.group.paused and (scene.group.crisis or not crisis):
        resume = button("resume_group", "partnership resume")
        key = "partnership/in_crisis" if scene.group.crisis else "partnership/is_paused"
        raise Refusal(key, partnership=scene.group.name, buttons=(resume,))
    return crisis


def confirm(scene: Scene, given: Answers) -> Message:
    """What will not happen any more, and what still will."""
    crisis = _is_crisis(scene, given)
    asking = say(
        "partnership/confirm_pause",
        partnership=scene.group.name,
        open=any(r.state is ReviewState.OPEN for r in _reviews(scene)),
        planned=any(r.state is ReviewState.PLANNED for r in _reviews(scene))
        or bool(schedules.schedules(scene.unit, scene.group.id)),
        crisis=crisis,
        still=[checkin.title for checkin in still_on_request(scene)],
    )
    return Message(asking, only_buttons(f"{TROUBLE if crisis else PAUSE}_group"))


def still_on_request(scene: Scene) -> list[CheckIn]:
    """What can be asked in a crisis of this group."""
    known = scene.house.library.checkins
    return [known[c] for c in sorted(CRISIS) if c in known and fitting.about(scene, known[c])]


def _reviews(scene: Scene) -> list[Review]:
    return reviews.reviews(scene.unit, scene.group.id)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Kept and logged for every member; what waits in open check-ins goes on waiting."""
    crisis = _is_crisis(scene, given)
    set_paused(scene, True, crisis=crisis)
    still = still_on_request(scene) if crisis else []
    checks = [
        button(f"check_{checkin.id.replace('-', '_')}", f"review start {checkin.id}")
        for checkin in still
    ]
    resume = button("resume_group", "partnership resume")
    return reply(
        "partnership/paused",
        *checks,
        resume,
        partnership=scene.group.name,
        still=[checkin.title for checkin in still],
    )


def set_paused(scene: Scene, paused: bool, *, crisis: bool) -> None:
    """Change it, and all that waits for people with it."""
    not_while_reviewed(scene)
    by = scene.person.name
    for name, value in (("paused", paused), ("crisis", crisis)):
        partnerships.set_partnership(scene.unit, scene.group.id, name, value, by, scene.now)
    scene.enter(scene.group.id)
    for review in _reviews(scene):
        if review.state is ReviewState.OPEN:
            for round_ in rounds.rounds(scene.unit, review.id):
                arrange_all(scene.unit, round_, scene.now)


COMMAND = Command("partnership pause", run, COORDINATOR, fields=fields, rest="why", confirm=confirm)

"""`broker end`: somebody serves as broker no more. The history and the reports stay."""

from collections.abc import Sequence
from datetime import date

from bot.commands import serving
from bot.commands.appointing import read_date, shown_date
from bot.commands.command import COORDINATOR, Command, Field, button, one, reply
from bot.commands.forms import confirm_buttons
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Mendable
from dialogues.messages import Message, say
from dialogues.model import Assignment, Role
from storage import partnerships


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Whose, and the last day: today unless said otherwise."""
    return [
        serving.which(scene, "broker/ask_end"),
        Field(
            "to",
            say("broker/ask_last"),
            read=read_date,
            shown=shown_date,
            default=scene.today.isoformat(),
        ),
    ]


def _read(scene: Scene, given: Answers) -> tuple[Assignment, date]:
    found = serving.settled(scene, given)
    last = date.fromisoformat(one(given, "to") or scene.today.isoformat())
    if last < found.starts:
        raise Mendable("broker/not_begun", broker=found.name, starts=found.starts)
    if found.ends is not None and last > found.ends:
        raise Mendable("broker/ended_by", broker=found.name, ends=found.ends)
    return found, last


def confirm(scene: Scene, given: Answers) -> Message:
    """Until when, what goes on, and what the person stays."""
    found, last = _read(scene, given)
    member = partnerships.member(scene.unit, found.member_id)
    asking = say(
        "broker/confirm_end",
        broker=found.name,
        partnership=scene.group.name,
        last=last,
        open=serving.is_open(scene, found),
        planned=len(serving.too_late(scene, found, last)),
        alone=member.roles <= {Role.BROKER},
        organisation=member.organisation if Role.PARTNER in member.roles else "",
    )
    return Message(asking, confirm_buttons("end_it"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Ended with that day; the broker hears it, with the way to their reports."""
    found, last = _read(scene, given)
    serving.end(scene, found, last)
    told = say("broker/ended_told", partnership=scene.group.name, by=scene.person.name, last=last)
    serving.tell(scene, found, Message(told))
    appoint = button("appoint", "broker appoint")
    return reply("broker/ended", appoint, broker=found.name, last=last)


COMMAND = Command(
    "broker end",
    run,
    COORDINATOR,
    fields=fields,
    keywords=dict.fromkeys(("at", "on", "to"), "to"),
    rest="who",
    who="who",
    confirm=confirm,
)

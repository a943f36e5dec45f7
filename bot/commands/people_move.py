"""`people move NAME to ORGANISATION`: counted there from the next check-in on."""

from collections.abc import Sequence

from bot import leaving
from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.forms import confirm_buttons
from bot.commands.people_remove import chosen, who
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.model import Member, Organisation
from storage import outbox, partnerships


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Who, and where to."""
    own = partnerships.organisations(scene.unit, scene.group.id)
    there = tuple((str(organisation.id), organisation.name) for organisation in own)
    return who(scene, "people/ask_move"), Field("of", say("people/ask_where"), "one", there)


def _meant(scene: Scene, given: Answers) -> tuple[Member, Organisation]:
    member = chosen(scene, given)
    own = partnerships.organisations(scene.unit, scene.group.id)
    found = next((o for o in own if str(o.id) == one(given, "of")), None)
    if found is None:
        raise Refusal("fault.stale")
    if found.id == member.organisation_id:
        raise Refusal("people/there", name=member.name, organisation=found.name)
    return member, found


def confirm(scene: Scene, given: Answers) -> Message:
    """From where to where, and what goes on unchanged."""
    member, there = _meant(scene, given)
    asking = say(
        "people/confirm_move",
        name=member.name,
        before=member.organisation or "",
        organisation=there.name,
        open=leaving.asked_now(scene.unit, member),
    )
    return Message(asking, confirm_buttons("move_them"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Moved, and told to whoever it is about."""
    member, there = _meant(scene, given)
    partnerships.enrol(scene.unit, scene.group.id, member.person_id, there.id, (), scene.now)
    values = {
        "partnership": scene.group.name,
        "organisation": there.name,
        "open": leaving.asked_now(scene.unit, member),
    }
    if member.person_id != scene.person.id:
        told = Message(say("people/told_moved", by=scene.person.name, **values))
        key = f"moved:{member.id}:{scene.now.timestamp():.0f}"
        outbox.put(scene.unit, key, told, scene.now, person=member.person_id)
    return reply("people/moved", name=member.name, **values)


COMMAND = Command(
    "people move",
    run,
    COORDINATOR,
    fields=fields,
    rest="who",
    who="who",
    keywords={"to": "of", "ke": "of"},
    confirm=confirm,
)

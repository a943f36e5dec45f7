"""`broker appoint`: record who the broker is, from where and for what; consent is asked."""

from collections.abc import Sequence
from datetime import date

from bot.commands import consent, invite
from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues import when
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Label, Message, say
from dialogues.model import Contractor, Engagement, Kind, Member, Task
from storage import brokers, outbox, partnerships
from storage.brokers import Service


def read_date(scene: Scene, text: str) -> str:
    """A date somebody typed, kept as ISO."""
    try:
        return when.read_date(text, scene.today).isoformat()
    except when.Unreadable:
        raise Refusal("fault.date", words=text) from None


def shown_date(scene: Scene, kept: str) -> Label:
    """A kept date, said back in full."""
    return when.say_date(date.fromisoformat(kept), scene.language, scene.today)


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Who, inside or independent, whose or contracted by whom, and what is optional."""
    organisations = tuple(
        (str(o.id), o.name) for o in partnerships.organisations(scene.unit, scene.group.id)
    )
    members = tuple((f"m{m.id}", m.name) for m in partnerships.members(scene.unit, scene.group.id))
    kinds = tuple((k.value, say(f"label.kind_{k.value}")) for k in Kind)
    asked = [
        Field("who", say("broker/ask_who"), "words", members, most=80),
        Field("kind", say("broker/ask_kind"), "one", kinds),
    ]
    kind = one(given, "kind")
    if kind == Kind.INTERNAL.value:
        asked.append(Field("of", say("broker/ask_home"), "one", organisations))
    if kind == Kind.EXTERNAL.value:
        contractors = tuple((c.value, say(f"label.by_{c.value}")) for c in Contractor)
        asked.append(
            Field(
                "by", say("partnership/ask_contractor"), "one", (*contractors[1:], *organisations)
            )
        )
    letter = "i" if kind == Kind.INTERNAL.value else "e"
    tasks = tuple((t.value, say(f"phrase.task_{t.value}")) for t in Task if t.value[0] == letter)
    forms = tuple((e.value, say(f"phrase.engagement_{e.value}")) for e in Engagement)
    first = Engagement.PART_OF_JOB if kind == Kind.INTERNAL.value else Engagement.CONTRACTED
    return [
        *asked,
        Field(
            "from",
            say("broker/ask_from"),
            read=read_date,
            shown=shown_date,
            default=scene.today.isoformat(),
        ),
        Field(
            "to",
            say("broker/ask_to"),
            read=read_date,
            shown=shown_date,
            optional=True,
            skip=say("label.open_ended"),
        ),
        Field(
            "tasks",
            say("broker/ask_tasks"),
            "many",
            tasks,
            optional=True,
            skip=say("label.not_specified"),
        ),
        Field("form", say("broker/ask_form"), "one", forms, default=(first.value,)),
        Field("aims", say("broker/ask_aims"), most=500, optional=True),
    ]


def confirm(scene: Scene, given: Answers) -> Message:
    """What will be recorded, before the broker hears of it."""
    from bot.commands.forms import confirm_buttons

    person, name, service = _read(scene, given)
    return Message(
        say(
            "broker/confirm",
            broker=name,
            here=person is not None,
            partnership=scene.group.name,
            **_described(scene, service),
        ),
        confirm_buttons("record"),
    )


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Record the appointment and ask the broker; somebody not here yet gets a link."""
    not_while_reviewed(scene)
    person, name, service = _read(scene, given)
    if person is None:
        link = invite.broker(scene, name, service)
        return [*reply("broker/link", broker=name), link]
    made = brokers.appoint(scene.unit, scene.group.id, person, service, scene.now)
    found = brokers.assignment(scene.unit, made)
    if person == scene.person.id:
        return consent.ask(scene, found)
    message = consent.asking(found, scene.group.name, scene.person.name)
    outbox.put(scene.unit, f"consent:{made}", message, scene.now, person=person)
    return reply("broker/asked", broker=name, partnership=scene.group.name)


def _read(scene: Scene, given: Answers) -> tuple[int | None, str, Service]:
    who = one(given, "who") or ""
    members = partnerships.members(scene.unit, scene.group.id)
    member: Member | None = next((m for m in members if f"m{m.id}" == who), None)
    person = member.person_id if member else None
    starts = date.fromisoformat(one(given, "from") or scene.today.isoformat())
    until = one(given, "to")
    ends = date.fromisoformat(until) if until else None
    if ends is not None and ends <= starts:
        raise Refusal("fault.ends_first")
    for known in brokers.assignments(scene.unit, scene.group.id, starts):
        if person is not None and known.person_id == person:
            raise Refusal("fault.serving", broker=known.name)
    by = one(given, "by") or ""
    tasks = given.get("tasks")
    service = Service(
        Kind(one(given, "kind") or Kind.EXTERNAL.value),
        starts,
        int(one(given, "of") or 0) or None,
        (Contractor.ORGANISATION if by.isdigit() else Contractor(by)) if by else None,
        int(by) if by.isdigit() else None,
        Engagement(one(given, "form") or Engagement.CONTRACTED.value),
        tuple(Task(t) for t in tasks) if isinstance(tasks, tuple) else (),
        one(given, "aims") or "",
        ends,
    )
    return person, member.name if member else who.lstrip("@"), service


def _described(scene: Scene, service: Service) -> dict[str, object]:
    names = {o.id: o.name for o in partnerships.organisations(scene.unit, scene.group.id)}
    return {
        "kind": service.kind.value,
        "home": names.get(service.home or 0, ""),
        "contractor": service.contractor.value if service.contractor else "",
        "contracting": names.get(service.contracting or 0, ""),
        "tasks": [say(f"phrase.task_{t.value}") for t in service.tasks],
        "aims": service.aims,
        "starts": service.starts,
        "ends": service.ends or "",
    }


COMMAND = Command(
    "broker appoint",
    run,
    COORDINATOR,
    fields=fields,
    keywords={k: k for k in ("kind", "of", "by", "from", "to", "tasks", "form", "aims")},
    rest="who",
    who="who",
    confirm=confirm,
)

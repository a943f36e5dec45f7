"""What the commands that say how a broker serves share: the fields, and how they are read."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.commands.command import Field, one
from bot.scene import Scene
from dialogues import when
from dialogues.answers import Answer, Answers
from dialogues.errors import Mendable, Refusal
from dialogues.messages import Label, say
from dialogues.model import Assignment, Contractor, Engagement, Kind, Task
from dialogues.service import Service, fits, overlapping
from storage import brokers, partnerships

FAR = 30
"""Years from now beyond which a date is taken for a slip of the finger."""
KEYWORDS = {k: k for k in ("kind", "of", "by", "from", "to", "tasks", "form", "share", "aims")}


def read_date(scene: Scene, text: str) -> str:
    """A date somebody typed, kept as ISO."""
    try:
        day = when.read_date(text, scene.today)
    except when.Unreadable:
        raise Refusal("fault.date", words=text) from None
    return not_far(day, scene.today, text).isoformat()


def not_far(day: date, today: date, text: str) -> date:
    """*day*, typed as *text*. Raises Refusal for one whose year can only be mistyped."""
    if abs(day.year - today.year) > FAR:
        raise Refusal("fault.far_date", words=text, years=FAR)
    return day


def shown_date(scene: Scene, kept: str) -> Label:
    """A kept date, said back in full."""
    if not kept:
        return say("label.open_ended")
    return when.say_date(date.fromisoformat(kept), scene.language, scene.today)


def shown_words(scene: Scene, kept: str) -> Label:
    """Kept words, or that there are none."""
    return kept or say("phrase.nothing")


def kind_field() -> Field:
    """From inside one of the organisations, or independent."""
    kinds = tuple((k.value, say(f"label.kind_{k.value}")) for k in Kind)
    return Field("kind", say("broker/ask_kind"), "one", kinds, branches=True)


def terms(scene: Scene, given: Answers, known: Service | None = None) -> list[Field]:
    """Whose or contracted by whom, from when to when, for what. *known*: asked for nothing that
    can stay as it is there.
    """
    organisations = tuple(
        (str(o.id), o.name) for o in partnerships.organisations(scene.unit, scene.group.id)
    )
    kind = Kind(one(given, "kind") or "") if one(given, "kind") else None
    same = known is not None and known.kind is kind
    stays = _stays(known, {key for key, _ in organisations}) if known and same else {}
    asked = []
    if kind is Kind.INTERNAL:
        asked.append(
            Field("of", say("broker/ask_home"), "one", organisations, default=stays.get("of"))
        )
    if kind is Kind.EXTERNAL:
        contractors = tuple((c.value, say(f"label.by_{c.value}")) for c in Contractor)
        options: tuple[tuple[str, Label], ...] = (*contractors[1:], *organisations)
        ask = say("partnership/ask_contractor")
        asked.append(Field("by", ask, "one", options, default=stays.get("by")))
    tasks = tuple((t.value, say(f"phrase.task_{t.value}")) for t in Task if kind and fits(t, kind))
    forms = tuple((e.value, say(f"phrase.engagement_{e.value}")) for e in Engagement)
    first = Engagement.PART_OF_JOB if kind is Kind.INTERNAL else Engagement.CONTRACTED
    skip = say("label.not_specified")
    found = [
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
            default=_last_day(known),
        ),
        Field(
            "tasks",
            say("broker/ask_tasks"),
            "many",
            tasks,
            optional=True,
            skip=skip,
            default=stays.get("tasks"),
        ),
        Field(
            "form",
            say("broker/ask_form"),
            "one",
            forms,
            default=stays.get("form", (first.value,)),
        ),
        Field(
            "share",
            say("broker/ask_share"),
            most=100,
            optional=True,
            shown=shown_words,
            default=known.share if known else "",
        ),
        Field(
            "aims",
            say("broker/ask_aims"),
            most=500,
            optional=True,
            shown=shown_words,
            default=known.aims if known else None,
        ),
    ]
    # What goes without saying follows from the kind.
    if kind is not None:
        return found
    return [replace(field, default=None, after="kind") for field in found]


def _last_day(known: Service | None) -> str | None:
    if known is None:
        return None
    return known.ends.isoformat() if known.ends else ""


def _stays(known: Service, organisations: set[str]) -> Mapping[str, Answer]:
    found: dict[str, Answer] = {"tasks": tuple(t.value for t in known.tasks)}
    if known.engagement:
        found["form"] = (known.engagement.value,)
    by = str(known.contracting) if known.contracting else ""
    if known.contractor and known.contractor is not Contractor.ORGANISATION:
        by = known.contractor.value
    if str(known.home) in organisations:
        found["of"] = (str(known.home),)
    if by in organisations or (by and not by.isdigit()):
        found["by"] = (by,)
    return found


def read_service(scene: Scene, given: Answers) -> Service:
    """Everything given as a service. Raises Refusal where the last day comes before the first."""
    starts = date.fromisoformat(one(given, "from") or scene.today.isoformat())
    until = one(given, "to")
    ends = date.fromisoformat(until) if until else None
    if ends is not None and ends <= starts:
        raise Mendable("fault.ends_first", starts=starts)
    kind = Kind(one(given, "kind") or Kind.EXTERNAL.value)
    by = one(given, "by") or "" if kind is Kind.EXTERNAL else ""
    home = one(given, "of") if kind is Kind.INTERNAL else None
    tasks = given.get("tasks")
    return Service(
        kind,
        starts,
        int(home or 0) or None,
        (Contractor.ORGANISATION if by.isdigit() else Contractor(by)) if by else None,
        int(by) if by.isdigit() else None,
        Engagement(one(given, "form") or Engagement.CONTRACTED.value),
        tuple(t for t in map(Task, tasks) if fits(t, kind)) if isinstance(tasks, tuple) else (),
        one(given, "aims") or "",
        ends,
        one(given, "share") or "",
    )


def not_twice(scene: Scene, person: int, service: Service, but: int | None = None) -> None:
    """One person serves once at a time. Raises Refusal with what works."""
    known = [a for a in brokers.history(scene.unit, scene.group.id) if a.id != but]
    other = overlapping(known, person, service.starts, service.ends)
    if other is not None:
        raise Mendable(
            "broker/serving", broker=other.name, starts=other.starts, ends=other.ends or ""
        )


def described(scene: Scene, service: Service) -> dict[str, object]:
    """A service's facts before it is kept, for any text."""
    names = {o.id: o.name for o in partnerships.organisations(scene.unit, scene.group.id)}
    return {
        "kind": service.kind.value,
        "home": names.get(service.home or 0, ""),
        "contractor": service.contractor.value if service.contractor else "",
        "contracting": names.get(service.contracting or 0, ""),
        **_rest(service),
    }


def facts(assignment: Assignment) -> dict[str, object]:
    """An assignment's facts, for any text."""
    return {
        "broker": assignment.name,
        "kind": assignment.kind.value,
        "home": assignment.home or "",
        "contractor": assignment.contractor.value if assignment.contractor else "",
        "contracting": assignment.contracting or "",
        **_rest(assignment),
        "consent": assignment.consent.value,
    }


def _rest(of: Service | Assignment) -> dict[str, object]:
    return {
        "engagement": say(f"phrase.engagement_{of.engagement.value}") if of.engagement else "",
        "tasks": [say(f"phrase.task_{task.value}") for task in of.tasks],
        "aims": of.aims,
        "share": of.share,
        "starts": of.starts,
        "ends": of.ends or "",
    }

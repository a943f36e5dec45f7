"""`partnership new`: four questions, then links to pass on (DESIGN 6, journeys)."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.commands import consent, invite, partnership_show
from bot.commands.codes import find_by_code
from bot.commands.command import Command, Field, button, one, reply
from bot.commands.timezone import ZONES, read_zone
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, Say, say
from dialogues.model import Contractor, Engagement, Kind, Role, Standing
from dialogues.service import Service
from storage import brokers, partnerships, people
from storage.brokers import Code

MOST_ORGANISATIONS = 40
OPEN = "open"


def found(scene: Scene, code: str) -> Sequence[Message]:
    """A founding code was opened: offer to begin."""
    return reply("start/founding", button("set_up", f"partnership new code {code}"))


def read_code(scene: Scene, text: str) -> str:
    """A founding code that is good now."""

    def look() -> Code | None:
        found = brokers.find_code(scene.unit, text, scene.now)
        return found if found is not None and found.partnership_id is None else None

    return find_by_code(scene, look, "join/bad_code").code


def read_lines(scene: Scene, text: str) -> str:
    """Names of organisations, one a line or separated by semicolons."""
    names = [" ".join(n.split()) for n in text.replace(";", "\n").splitlines()]
    names = list({n.casefold(): n for n in names if n}.values())
    if not names or any(len(n) > 80 for n in names) or len(names) > MOST_ORGANISATIONS:
        raise Refusal("fault.organisations", limit=MOST_ORGANISATIONS)
    return "\n".join(names)


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Name, organisations, language and zone, the broker: what is clear is not asked."""
    code = OPEN if scene.house.founding_open else one(given, "code")
    asked = [
        Field("code", say("partnership/ask_code"), read=read_code, default=code),
        Field("name", say("partnership/ask_name"), most=80),
        Field("organisations", say("partnership/ask_organisations"), most=4000, read=read_lines),
        Field("settings", _settings(scene, given), "one", SETTINGS, branches=True),
    ]
    if one(given, "settings") == "language":
        asked.append(Field("language", say("partnership/ask_language"), "one", LANGUAGES))
    if one(given, "settings") == "zone":
        asked.append(Field("zone", say("timezone/ask_group"), "words", ZONES, read=read_zone))
    who = say("partnership/ask_broker")
    asked.append(Field("broker", who, "one", BROKER, branches=True))
    return [*asked, *_broker(scene, given)]


SETTINGS = tuple(
    (k, say(f"label.{n}"))
    for k, n in (("ok", "thats_right"), ("language", "language"), ("zone", "time_zone"))
)
LANGUAGES = (("en", say("label.language_en")), ("id", say("label.language_id")))
BROKER = tuple((k, say(f"label.broker_{k}")) for k in ("inside", "independent", "me", "nobody"))


def _settings(scene: Scene, given: Answers) -> Say:
    return say("partnership/ask_settings", language=scene.language, now=scene.now)


def _broker(scene: Scene, given: Answers) -> Sequence[Field]:
    who = one(given, "broker")
    names = (one(given, "organisations") or "").splitlines()
    homes = tuple((str(i), n) for i, n in enumerate(names))
    asked: list[Field] = []
    if who in ("inside", "independent"):
        asked.append(Field("broker_name", say("partnership/ask_broker_name"), most=80))
    if who == "inside":
        asked.append(Field("home", say("partnership/ask_home"), "one", homes))
    if who == "me":
        independent = (("none", say("label.broker_independent")),)
        mine = say("partnership/ask_my_home")
        asked.append(Field("home", mine, "one", (*homes, *independent), branches=True))
    if who == "independent" or (who == "me" and one(given, "home") == "none"):
        by = say("partnership/ask_contractor")
        asked.append(Field("by", by, "one", CONTRACTORS, branches=True))
        if one(given, "by") == "organisation":
            asked.append(Field("contracting", say("partnership/ask_contracting"), "one", homes))
    return asked


CONTRACTORS = tuple((c.value, say(f"label.by_{c.value}")) for c in Contractor)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Everything in one transaction: the group, its organisations, its coordinator, the links."""
    code = one(given, "code")
    if code != OPEN and not brokers.use_code(scene.unit, read_code(scene, code or "")):
        raise Refusal("join/bad_code")
    language = one(given, "language") or scene.language
    zone = one(given, "zone") or scene.zone.key
    made = partnerships.new_partnership(
        scene.unit, one(given, "name") or "", language, zone, scene.now
    )
    organisations = [
        partnerships.add_organisation(scene.unit, made.id, name, None, Standing.PARTNER)[0]
        for name in (one(given, "organisations") or "").splitlines()
    ]
    people.set_person(
        scene.unit,
        scene.person.id,
        language=scene.person.language or scene.language,
        zone=scene.person.zone or zone,
        consent_version="1",
        consent_at=scene.now,
    )
    scene.renew()
    partnerships.enrol(scene.unit, made.id, scene.person.id, None, (Role.COORDINATOR,), scene.now)
    scene.enter(made.id)
    forward = [invite.forward(scene, organisation.id) for organisation in organisations]
    asking: Sequence[Message] = ()
    who = one(given, "broker")
    if who != "nobody":
        service = _service(scene, given, [o.id for o in organisations])
        if who == "me":
            own = brokers.appoint(scene.unit, made.id, scene.person.id, service, scene.now)
            scene.enter(made.id)
            asking = consent.ask(scene, brokers.assignment(scene.unit, own))
        else:
            forward.append(invite.broker(scene, one(given, "broker_name") or "", service))
    done = reply("partnership/made", partnership=made.name, links=len(forward))
    return [*done, *forward, *asking, *partnership_show.run(scene, {})]


def _service(scene: Scene, given: Answers, organisations: Sequence[int]) -> Service:
    def chosen(key: str) -> int | None:
        value = one(given, key)
        return organisations[int(value)] if value is not None and value.isdigit() else None

    starts = scene.now.astimezone(ZoneInfo(scene.group.zone)).date()
    home = chosen("home")
    if home is not None:
        return Service(Kind.INTERNAL, starts, home, engagement=Engagement.PART_OF_JOB)
    by = one(given, "by")
    return Service(
        Kind.EXTERNAL,
        starts,
        contractor=Contractor(by) if by else None,
        contracting=chosen("contracting"),
        engagement=Engagement.CONTRACTED,
    )


COMMAND = Command("partnership new", run, fields=fields, rest="name", keywords={"code": "code"})

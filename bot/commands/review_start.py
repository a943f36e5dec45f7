"""`review start`: shows what it will do and to how many, and waits for a tap."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import concerning
from bot.commands import fitting, leaving_out, setting_up
from bot.commands.command import COORDINATOR, Command, Field, button, one, reply
from bot.commands.forms import confirm_buttons
from bot.reviews import asked, facts_of
from bot.scene import Scene, term
from bot.starting import asked_lately
from dialogues import due, when
from dialogues.answers import Answers
from dialogues.bounds import bounds
from dialogues.checkin import CheckIn
from dialogues.daysoff import DaysOff
from dialogues.errors import Refusal
from dialogues.messages import Label, Message, Say, say
from dialogues.model import Assignment, Member, Purpose
from dialogues.reply import LATEST
from storage import reviews, timers

NOW = "now"


def read_window(scene: Scene, text: str) -> str:
    """How long it stays open, kept as seconds."""
    try:
        window = when.read_duration(text)
    except when.Unreadable:
        raise Refusal("fault.duration", words=text) from None
    if not due.SHORTEST <= window <= due.LONGEST:
        raise Refusal("fault.window", words=text)
    return str(int(window.total_seconds()))


def read_start(scene: Scene, text: str) -> str:
    """When it opens, kept as ISO."""
    zone = ZoneInfo(scene.group.zone)
    try:
        opens = when.read_moment(text, scene.now, zone)
    except when.Unreadable as error:
        key = "fault.past" if error.why == "past" else "fault.moment"
        raise Refusal(key, words=text) from None
    if opens > scene.now + LATEST:
        raise Refusal("fault.too_far", words=text)
    return opens.isoformat()


def shown_window(scene: Scene, kept: str) -> Label:
    """A kept window, said back."""
    return when.say_duration(timedelta(seconds=int(kept)), scene.language)


def shown_start(scene: Scene, kept: str) -> Label:
    """A kept start, said back in full."""
    return (
        say("phrase.at_once") if kept == NOW else say("phrase.at", at=datetime.fromisoformat(kept))
    )


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Check-in and broker where they are not clear; the rest has defaults that can be changed."""
    checkin = meant(scene, given)
    if checkin is not None:
        fitting.must_fit(scene, checkin, "review start")
    serving = fitting.about(scene, checkin)
    purposes = tuple((p.value, say(f"phrase.purpose_{p.value}")) for p in Purpose)
    window = str(int(timedelta(days=scene.group.window_days).total_seconds()))
    found = [fitting.field(scene), *fitting.which(serving, checkin)]
    seats = _seats(scene, given)
    return [
        *found,
        Field(
            "for", say("review/ask_window"), read=read_window, shown=shown_window, default=window
        ),
        Field("purpose", say("review/ask_purpose"), "one", purposes, default=("learn",)),
        Field("at", say("review/ask_start"), read=read_start, shown=shown_start, default=NOW),
        *leaving_out.fields(scene.unit, scene.group, chosen(scene, given), seats, scene.now),
        *setting_up.fields(scene, given, checkin),
    ]


NOBODY = "-"


def meant(scene: Scene, given: Answers) -> CheckIn | None:
    """The check-in that was chosen, once it was."""
    return scene.house.library.checkins.get(one(given, "checkin") or "")


def chosen(scene: Scene, given: Answers) -> Assignment | None:
    """The service it is about: the one chosen, or the only one it can be about."""
    serving = fitting.about(scene, meant(scene, given))
    chosen = one(given, "about")
    only = serving[0] if len(serving) == 1 else None
    return next((a for a in serving if str(a.id) == chosen), only)


def _seats(scene: Scene, given: Answers) -> list[Member]:
    return asked(scene.unit, scene.group.id, chosen(scene, given), meant(scene, given))


def checked(scene: Scene, given: Answers) -> tuple[CheckIn, Assignment | None, due.Times]:
    """Everything that must hold before a review can be planned. Raises Refusal."""
    checkin = scene.house.library.checkins[one(given, "checkin") or ""]
    about = chosen(scene, given)
    shared = concerning.sharing(scene.unit, scene.group.id, scene.today)
    brokers_ = shared if concerning.among_several(checkin) else [about]
    if any(a is not None and a.person_id == scene.person.id for a in brokers_):
        link = button("make_the_link", "invite coordinator")
        raise Refusal("review/about_you", buttons=(link,))
    without = leaving_out.members(scene.unit, scene.group, given)
    setting_up.must_start(scene, given, checkin, about, without)
    start = one(given, "at") or NOW
    opens = scene.now if start == NOW else datetime.fromisoformat(start)
    window = timedelta(seconds=int(one(given, "for") or 0))
    zone = ZoneInfo(scene.group.zone)
    return checkin, about, due.plan(opens, window, zone, scene.group.reminders)


def confirm(scene: Scene, given: Answers) -> Message:
    """What will happen, to how many, until when, and who reads it."""
    checkin, about, times = checked(scene, given)
    left_out = leaving_out.members(scene.unit, scene.group, given)
    seats = [m for m in _seats(scene, given) if m.id not in left_out]
    ready = bounds(
        (m.organisation_id for m in seats), scene.group.protect.value, scene.group.minimum
    )
    zone = ZoneInfo(scene.group.zone)
    off = DaysOff(scene.group.country)
    at_once = one(given, "at") in (None, NOW)
    reminders = [when.waking(at, zone, holidays=off) for at in times.reminders]
    facts = facts_of(scene.unit, scene.group, checkin, about, scene.today)
    asking: Say = say(
        "review/confirm",
        title=checkin.title,
        count=len(checkin.asked(facts)),
        minutes=checkin.minutes(facts),
        broker=about.name if about else term(scene.group),
        about=about is not None,
        partnership=scene.group.name,
        formal=one(given, "purpose") == Purpose.FORMAL.value,
        asked=len(seats),
        organisations=len({m.organisation_id for m in seats}),
        named=checkin.confidence == "named",
        several=concerning.among_several(checkin),
        needed=ready.needed or 0,
        parts=[c.title for c in setting_up.parts(scene, given, checkin, about)],
        settled=setting_up.settled(scene, given, about) if about else "",
        at_once=at_once,
        opens=times.opens,
        closes=times.closes,
        reminders=[at for at in reminders if at < times.closes],
        share=due.share(times.closes, zone),
        lately=asked_lately(scene.unit, scene.group, [m.id for m in seats], scene.now)
        if one(given, "purpose") != Purpose.FORMAL.value
        else None,
        unasked=concerning.left_out(
            leaving_out.kinds(scene.unit, scene.group, _seats(scene, given), given),
            about.name if about else term(scene.group),
        ),
        names=[f"{m.name} ({m.organisation})" if m.organisation else m.name for m in seats],
        left_out=[m.name for m in _seats(scene, given) if m.id in left_out],
    )
    preview = button("as_partner", f"catalogue {checkin.id}")
    more = [("who_is_asked", "~one:without")]
    if leaving_out.near(scene.unit, about, _seats(scene, given)):
        more.append(("reporting_line", "~one:line"))
    first, *others = confirm_buttons("start", *more)
    return Message(asking, (first, preview, *others))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Plan it; the clock opens it, at once or at its time."""
    checkin, about, times = checked(scene, given)
    assert scene.member is not None
    review = reviews.new_review(
        scene.unit,
        scene.group.id,
        about.id if about else None,
        scene.member.id,
        checkin.id,
        Purpose(one(given, "purpose") or Purpose.LEARN.value),
        times.opens,
        times.closes,
        leaving_out.members(scene.unit, scene.group, given),
        scene.now,
        leaving_out.kinds(scene.unit, scene.group, _seats(scene, given), given),
    )
    setting_up.plan(scene, given, review, about)
    key = f"review:{review.id}:open"
    timers.put(scene.unit, key, "open", times.opens, review=review.id)
    return reply(
        "review/started",
        button("status", "review status"),
        title=checkin.title,
        partnership=scene.group.name,
        at_once=one(given, "at") in (None, NOW),
        opens=times.opens,
        closes=times.closes,
    )


COMMAND = Command(
    "review start",
    run,
    COORDINATOR,
    fields=fields,
    rest="checkin",
    who="about",
    keywords={key: key for key in ("for", "purpose", "at", "about", "without", "line")},
    confirm=confirm,
)

"""`partnership set`: the group's settings. Open rounds keep what they were opened with."""

from collections.abc import Mapping, Sequence

from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.timezone import ZONES, read_zone
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.cycle import Collaboration, Phase
from dialogues.errors import Refusal
from dialogues.messages import Label, Message, Say, say
from dialogues.model import Protect, ReviewState
from dialogues.tokens import number
from storage import partnerships, reviews

SMALLEST = 5
MOST = 60
NAMES = {
    "name": "name",
    "language": "language",
    "zone": "zone",
    "kind": "kind",
    "phase": "phase",
    "purpose": "purpose",
    "protect": "protect",
    "minimum": "minimum",
    "window": "window_days",
    "reminders": "reminders",
    "term": "term_en",
    "listener": "listener",
}


def read_minimum(scene: Scene, text: str) -> str:
    """At least five: it can only be raised above that (R2)."""
    if not SMALLEST <= (number(text) or 0) <= MOST:
        raise Refusal("fault.minimum", limit=SMALLEST, most=MOST)
    return text


def read_reminders(scene: Scene, text: str) -> str:
    """None to three a check-in."""
    if text not in ("0", "1", "2", "3"):
        raise Refusal("fault.reminders", words=text)
    return text


def read_days(scene: Scene, text: str) -> str:
    """Days a review is open, 1 to 60."""
    if not 1 <= (number(text) or 0) <= MOST:
        raise Refusal("fault.days", limit=MOST)
    return text


def read_term(scene: Scene, text: str) -> str:
    """The group's word for the role, kept for one language or, with a stroke, for both."""
    words = [" ".join(part.split()) for part in text.split("/")]
    if len(words) > 2 or not all(words) or any(len(word) > 40 for word in words):
        raise Refusal("fault.term", limit=40)
    return " / ".join(words)


CHOICES: Mapping[str, tuple[tuple[str, Say], ...]] = {
    "language": (("en", say("label.language_en")), ("id", say("label.language_id"))),
    "kind": tuple((c.value, say(f"phrase.collaboration_{c.value}")) for c in Collaboration),
    "phase": tuple((p.value, say(f"phrase.phase_{p.value}")) for p in Phase),
    "protect": tuple((p.value, say(f"phrase.protect_{p.value}")) for p in Protect),
}
"""The values of settings that are chosen, with their words."""


LOGGED = {**NAMES, "paused": "paused", "crisis": "crisis"}
"""Every setting that the log may name."""
SAID = {
    **CHOICES,
    "paused": (("True", say("phrase.paused_yes")), ("False", say("phrase.paused_no"))),
    "crisis": (("True", say("phrase.paused_yes")), ("False", say("phrase.paused_no"))),
}


def logged(column: str, value: str) -> tuple[Say, Label]:
    """A setting and a value of it, in words."""
    what = next((n for n, c in LOGGED.items() if c == column), "term")
    shown: Label = value or say("phrase.nothing")
    return _named(what), dict(SAID.get(what, ())).get(value, shown)


def _named(what: str) -> Say:
    """A setting's name; "kind" alone would be that of a broker."""
    return say("phrase.field_collaboration" if what == "kind" else f"phrase.field_{what}")


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which setting, then its value."""
    options = tuple((name, _named(name)) for name in NAMES)
    asked = [Field("setting", say("partnership/ask_setting"), "one", options)]
    what = one(given, "setting")
    if what is not None:
        asked.append(_value(scene, what))
    return asked


def _value(scene: Scene, what: str) -> Field:
    ask = say(f"partnership/set_{what}")
    match what:
        case "language" | "protect" | "phase" | "kind":
            return Field("value", ask, "one", CHOICES[what])
        case "zone":
            return Field("value", ask, "words", ZONES, read=read_zone)
        case "minimum":
            return Field("value", ask, read=read_minimum)
        case "reminders":
            return Field("value", ask, read=read_reminders)
        case "term":
            return Field("value", ask, read=read_term)
        case "window":
            return Field("value", ask, read=read_days)
        case "listener":
            return Field("value", ask, optional=True, skip=say("label.nobody"), most=80)
    return Field("value", ask, most=300 if what == "purpose" else 80)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Keep it and log it; a coordinator who is the broker waits until the round is over (R8)."""
    group = scene.group
    not_while_reviewed(scene)
    what, value = one(given, "setting") or "", one(given, "value") or ""
    kept: object = int(value) if what in ("minimum", "window", "reminders") else value
    by = scene.person.name
    column = NAMES[what]
    if what == "term":
        english, _, indonesian = value.partition(" / ")
        if indonesian:
            partnerships.set_partnership(scene.unit, group.id, "term_en", english, by, scene.now)
            column, kept = "term_id", indonesian
        else:
            column = "term_id" if scene.language == "id" else "term_en"
    partnerships.set_partnership(scene.unit, group.id, column, kept, by, scene.now)
    scene.enter(group.id)
    running = any(r.state is ReviewState.OPEN for r in reviews.reviews(scene.unit, group.id))
    setting, shown = logged(NAMES[what], value)
    return reply("partnership/set", setting=setting, value=shown, running=running)


COMMAND = Command(
    "partnership set",
    run,
    COORDINATOR,
    fields=fields,
    rest="setting",
    keywords=dict.fromkeys(NAMES, "=setting"),
)

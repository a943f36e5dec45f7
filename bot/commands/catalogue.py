"""`catalogue [ID]`: what can be asked; every question before agreeing to it (domain d.22)."""

from collections.abc import Sequence

from bot.commands import fitting
from bot.commands.command import Command, one, reply
from bot.commands.command import Field as FormField
from bot.scene import Scene, term
from dialogues.answers import Answers
from dialogues.checkin import CheckIn, Words
from dialogues.cycle import Phase
from dialogues.messages import Button, Localised, Message, say
from dialogues.model import Assignment
from storage import brokers, partnerships

FIRST, ALL = "-", "all"


def fields(scene: Scene, given: Answers) -> Sequence[FormField]:
    """Which check-in; the list of what fits now is the default, `all` is the other list."""
    options = tuple((c.id, c.title) for c in scene.house.library.checkins.values())
    others = ((ALL, say("label.all_others")),)
    ask = say("phrase.field_checkin")
    return (FormField("id", ask, "one", options, typed=others, default=(FIRST,)),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """A list, or one with its questions."""
    wanted = one(given, "id") or FIRST
    found = scene.house.library.checkins.get(wanted)
    if found is not None:
        return _one(scene, found)
    first, others = _parts(scene)
    listed = others if wanted == ALL else first
    turn = ("all_others", f"catalogue {ALL}") if listed is first else ("back", "catalogue")
    return reply(
        "catalogue/list",
        *(Button(checkin.title, f"c:catalogue {checkin.id}") for checkin in listed),
        Button(say(f"label.{turn[0]}"), f"c:{turn[1]}"),
        others=listed is others,
        fitting=scene.partnership is not None,
        lines=[
            {
                "title": checkin.title,
                "purpose": checkin.purpose,
                "count": max(len(checkin.asked(facts)) for facts in checkin.situations()),
                "minutes": _minutes(checkin),
            }
            for checkin in listed
        ],
    )


def _parts(scene: Scene) -> tuple[Sequence[CheckIn], Sequence[CheckIn]]:
    """What fits the person's group now, and all others; without a group, what most groups use."""
    mine = partnerships.memberships(scene.unit, scene.person.id)
    if scene.partnership is None and len(mine) == 1:
        scene.enter(mine[0].partnership_id)
    checkins = scene.house.library.checkins.values()
    if scene.partnership is not None:
        offered = fitting.offer(scene)
        if offered.now:
            return offered.now, [c for c in checkins if c not in offered.now]
    usual = [c for c in checkins if c.about == "broker" and Phase.MANAGING.value in c.phases]
    return usual, [c for c in checkins if c not in usual]


def _minutes(checkin: CheckIn) -> int:
    return max(checkin.minutes(facts) for facts in checkin.situations())


def _one(scene: Scene, checkin: CheckIn) -> Sequence[Message]:
    word: str | Localised = term(scene.partnership) if scene.partnership else OUR_BROKER
    serving = _serving(scene)
    lines = [
        {
            "text": question.text,
            "options": [] if isinstance(question, Words) else [o.text for o in question.options],
            "words": isinstance(question, Words),
        }
        for question in checkin.questions
    ]
    back = Button(say("label.all_checkins"), "c:catalogue")
    return reply(
        "catalogue/one",
        back,
        title=checkin.title,
        purpose=checkin.purpose,
        minutes=_minutes(checkin),
        lines=lines,
        broker=serving.name if serving else word,
        org=(serving.home or "") if serving else "",
    )


def _serving(scene: Scene) -> Assignment | None:
    """The broker, for somebody of one partnership with one broker."""
    mine = partnerships.memberships(scene.unit, scene.person.id)
    if len(mine) != 1:
        return None
    found = brokers.assignments(scene.unit, mine[0].partnership_id, scene.today)
    return found[0] if len(found) == 1 else None


OUR_BROKER = Localised(en="the broker", id="broker")

COMMAND = Command("catalogue", run, fields=fields, rest="id", aliases=("catalog", "katalog"))

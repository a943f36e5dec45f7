"""`catalogue [ID]`: what can be asked; every question before agreeing to it (domain d.22)."""

from collections.abc import Sequence

from bot.commands.command import Command, one, reply
from bot.commands.command import Field as FormField
from bot.scene import Scene, term
from dialogues.answers import Answers
from dialogues.checkin import CheckIn, Words
from dialogues.messages import Button, Localised, Message, say
from storage import brokers, partnerships


def fields(scene: Scene, given: Answers) -> Sequence[FormField]:
    """Which check-in; the list is the default."""
    options = tuple((c.id, c.title) for c in scene.house.library.checkins.values())
    return (FormField("id", say("phrase.field_checkin"), "one", options, default=("-",)),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The list, or one with its questions."""
    found = scene.house.library.checkins.get(one(given, "id") or "-")
    if found is not None:
        return _one(scene, found)
    buttons = []
    lines = []
    for checkin in scene.house.library.checkins.values():
        lines.append(
            {
                "title": checkin.title,
                "purpose": checkin.purpose,
                "count": len(checkin.questions),
                "minutes": checkin.minutes(()),
            }
        )
        buttons.append(Button(checkin.title, f"c:catalogue {checkin.id}"))
    return reply("catalogue/list", *buttons, lines=lines)


def _one(scene: Scene, checkin: CheckIn) -> Sequence[Message]:
    word: str | Localised = term(scene.partnership) if scene.partnership else OUR_BROKER
    serving = _serving(scene)
    if len(serving) == 1:
        word = serving[0]
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
        minutes=checkin.minutes(()),
        lines=lines,
        broker=word,
    )


def _serving(scene: Scene) -> list[str]:
    """The broker by name, for somebody of one partnership with one broker."""
    mine = partnerships.memberships(scene.unit, scene.person.id)
    if len(mine) != 1:
        return []
    found = brokers.assignments(scene.unit, mine[0].partnership_id, scene.today)
    return [assignment.name for assignment in found]


OUR_BROKER = Localised(en="the broker", id="broker")

COMMAND = Command("catalogue", run, fields=fields, rest="id", aliases=("catalog", "katalog"))

"""`checkin`: my open check-ins: begin, continue, change, withdraw."""

from collections.abc import Sequence
from dataclasses import replace

from bot import answering, pages, screens
from bot.commands.command import Command, one, reply
from bot.commands.command import Field as FormField
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Button, Message, say
from dialogues.model import Round
from dialogues.tokens import number
from storage import rounds


def fields(scene: Scene, given: Answers) -> Sequence[FormField]:
    """Which one, and how: typed by buttons only."""
    return (FormField("which", say("phrase.field_which"), default="-"),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The only open check-in as it stands, or a list of several."""
    action, _, meant = (one(given, "which") or "-").partition(" ")
    chosen = number(meant)
    mine = rounds.open_rounds(scene.unit, scene.person.id)
    if chosen is not None:
        mine = [(r, m) for r, m in mine if r.id == chosen]
        if not mine:
            return _ended(scene, chosen)
        round_, member = mine[0]
        if action == "who":
            return _who(scene, round_)
        if action == "page":
            return _page(scene, round_, member)
    if not mine:
        return reply("checkin/none", stopped=scene.person.stopped)
    if len(mine) > 1:
        buttons = []
        for round_, _member in mine:
            label = say(
                "label.checkin",
                title=round_.checkin.title,
                partnership=answering.showing(scene.house, scene.unit, round_, "").partnership.name,
            )
            buttons.append(Button(label, f"c:checkin show {round_.id}"))
        return [Message(say("checkin/which"), tuple(buttons), options=len(buttons))]
    round_, member = mine[0]
    return [
        answering.resume_message(scene.house, scene.unit, round_, member, scene.spot.installation)
    ]


def _ended(scene: Scene, chosen: int) -> Sequence[Message]:
    round_ = rounds.find_round(scene.unit, chosen)
    if round_ is None or rounds.seat_of(scene.unit, chosen, scene.person.id) is None:
        raise Refusal("fault.not_asked")
    view = answering.showing(scene.house, scene.unit, round_, "")
    return [answering.ended(scene.house, scene.unit, view)]


def _who(scene: Scene, round_: Round) -> Sequence[Message]:
    view = answering.showing(scene.house, scene.unit, round_, scene.spot.installation)
    seats = rounds.roster(scene.unit, round_.id)
    back = Button(say("label.back"), f"c:checkin show {round_.id}")
    names = [seat.name or say("phrase.somebody_gone") for seat in seats]
    return [Message(say("checkin/who_sees", names=names, **view.facts), (back,))]


def _page(scene: Scene, round_: Round, member: int) -> Sequence[Message]:
    view = answering.showing(scene.house, scene.unit, round_, scene.spot.installation)
    draft = answering.open_state(scene.house, scene.unit, round_, member)
    if draft is None:
        return [Message(say("checkin/unreadable", **view.facts))]
    form = pages.whole_form(view, draft, scene.reader, {})
    message = screens.on_a_page(view, draft)
    if view.ability.types:
        one_by_one = Button(say("label.one_by_one"), f"c:checkin show {round_.id}")
        message = replace(message, buttons=(one_by_one,), round_id=None)
    return [replace(message, form=form)]


COMMAND = Command("checkin", run, fields=fields, rest="which", aliases=("checkins",))

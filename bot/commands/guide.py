"""The conversation guide: a check-in's questions as an agenda for a talk without numbers."""

from collections.abc import Sequence

from bot.commands.command import ANYBODY_ENROLLED, Command, Field, one, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.checkin import Words
from dialogues.messages import Localised, Message, say


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which check-in's questions."""
    options = tuple((c.id, c.title) for c in scene.house.library.checkins.values())
    return (Field("id", say("review/ask_checkin"), "one", options),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """45 minutes, with the questions turned towards the group."""
    checkin = scene.house.library.checkins[one(given, "id") or ""]
    word = Localised(en=f"the {scene.group.term_en}", id=scene.group.term_id)
    topics = [q.topic for q in checkin.questions if not isinstance(q, Words)]
    return reply("report/agenda", title=checkin.title, topics=topics, broker=word)


COMMAND = Command("guide", run, ANYBODY_ENROLLED, fields=fields, rest="id", hidden=True)

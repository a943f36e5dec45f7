"""The [Not right] button under "Sari joined": the coordinator ends a membership just made."""

from collections.abc import Sequence

from bot import leaving
from bot.commands.command import COORDINATOR, Command, one
from bot.commands.command import Field as FormField
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from storage import partnerships


def fields(scene: Scene, given: Answers) -> Sequence[FormField]:
    """Which member."""
    return (FormField("member", say("phrase.field_who"), "words"),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Ended from the next round on: rosters of open rounds are frozen."""
    not_while_reviewed(scene)
    number = one(given, "member") or ""
    mine = partnerships.members(scene.unit, scene.group.id)
    found = next((m for m in mine if str(m.id) == number), None)
    if found is None or (scene.member is not None and found.id == scene.member.id):
        raise Refusal("fault.stale")
    return leaving.end_of(scene, found)


COMMAND = Command("wrong", run, COORDINATOR, fields=fields, rest="member", hidden=True)

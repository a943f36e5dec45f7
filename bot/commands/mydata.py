"""`mydata`: a file with everything kept about somebody, and a word on what cannot be found."""

import json
from collections.abc import Sequence
from dataclasses import replace

from bot.commands.command import Command, button, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import File, Message, say
from storage import partnerships, reflections
from storage.kept import kept


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The file goes to the person's own chat, and is not kept."""
    texts = scene.house.texts
    found = {
        "made_at": scene.now,
        "not_in_here": texts.label(say("phrase.cannot_be_found"), scene.reader),
        **kept(scene.unit, scene.person.id),
        "reflections_as_broker": _reflections(scene),
    }
    body = json.dumps(found, ensure_ascii=False, indent=2, default=lambda at: at.isoformat())
    name = texts.label(say("label.mydata_file"), scene.reader)
    file = File(f"{name}.json", "application/json", body.encode())
    (message,) = reply("mydata/here", button("forget_me", "forget me"))
    return [replace(message, files=(file,))]


def _reflections(scene: Scene) -> list[dict[str, object]]:
    """What only this person can have opened: never a part of anything else."""
    unit, keyring = scene.unit, scene.house.keyring
    return [
        {
            "partnership": _group(scene, member),
            "day": one.day,
            "answers": dict(one.answers),
        }
        for member in reflections.members(unit, scene.person.id)
        for one in reflections.read(unit, keyring, member).kept
    ]


def _group(scene: Scene, member: int) -> str:
    of = partnerships.member(scene.unit, member).partnership_id
    return partnerships.partnership(scene.unit, of).name


COMMAND = Command("mydata", run, aliases=("datasaya",))

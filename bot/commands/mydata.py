"""`mydata`: a file with everything kept about somebody, and a word on what cannot be found."""

import json
from collections.abc import Sequence
from dataclasses import replace

from bot.commands.command import Command, button, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.messages import File, Message, say
from storage.kept import kept


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The file goes to the person's own chat, and is not kept."""
    texts = scene.house.texts
    found = {
        "made_at": scene.now,
        "not_in_here": texts.label(say("phrase.cannot_be_found"), scene.reader),
        **kept(scene.unit, scene.person.id),
    }
    body = json.dumps(found, ensure_ascii=False, indent=2, default=lambda at: at.isoformat())
    name = texts.label(say("label.mydata_file"), scene.reader)
    file = File(f"{name}.json", "application/json", body.encode())
    (message,) = reply("mydata/here", button("forget_me", "forget me"))
    return [replace(message, files=(file,))]


COMMAND = Command("mydata", run, aliases=("datasaya",))

"""`link`: one person on two apps. A code made on one is written to Titian on the other."""

from collections.abc import Sequence
from dataclasses import replace

from bot.commands.codes import find_by_code
from bot.commands.command import Command, Field, button, one, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from storage import links, outbox, people, reflections

NEW = "new"


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """A code from the other app; without one, a code for it."""
    return (Field("code", say("phrase.field_code"), default=NEW),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Make a code, ask once more, or make the two one."""
    text = one(given, "code") or NEW
    if text == NEW:
        return reply("link/code", code=links.make_link(scene.unit, scene.person.id, scene.now))
    agreed = text.casefold().startswith("yes ")
    code = text[4:] if agreed else text
    other = find_by_code(
        scene, lambda: links.linked_person(scene.unit, code, scene.now), "link/bad_code"
    )
    if other == scene.person.id or links.share_an_app(scene.unit, other, scene.person.id):
        raise Refusal("link/same_app")
    if not agreed:
        yes, no = button("link_us", f"link yes {code}"), button("not_me", "start")
        return reply("link/ask", yes, no, name=people.person_by_id(scene.unit, other).name)
    reflections.join(scene.unit, scene.house.keyring, scene.person.id, other)
    kept = links.one_person(scene.unit, scene.person.id, other)
    if kept is None:
        raise Refusal("link/open")
    told = Message(say("link/told", name=scene.person.name), (button("help", "help"),))
    for spot in people.spots(scene.unit, kept):
        if spot != scene.spot:
            key = f"linked:{spot.installation}:{spot.chat}:{scene.now.timestamp():.0f}"
            outbox.put(scene.unit, key, replace(told, at=spot), scene.now, person=kept)
    return reply("link/linked", button("my_checkins", "checkin"))


COMMAND = Command("link", run, fields=fields, rest="code", aliases=("tautkan",))

"""`partnership term [WORD]`: take over the name for the role that a group has chosen."""

from collections.abc import Sequence

from bot.commands.command import COORDINATOR, Command, Field, button, one, reply
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.checkin import Choice, Option
from dialogues.messages import Localised, Message, say
from storage import partnerships

OTHER = "other"


def _options(scene: Scene) -> Sequence[Option]:
    asked = scene.house.library.checkins["terminology"].questions
    question = next(q for q in asked if q.key == "term")
    assert isinstance(question, Choice)
    return [option for option in question.options if option.key != OTHER]


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """One of the words the group was asked about; any other is set with `partnership set term`."""
    options = tuple((option.key, option.text) for option in _options(scene))
    return (Field("term", say("partnership/ask_term"), "one", options),)


def word(option: Option) -> Localised:
    """An option as it stands inside a sentence: no capital, no explanation behind it."""
    texts = (option.text.en, option.text.id)
    english, indonesian = (text[0].lower() + text[1:].partition(" (")[0] for text in texts)
    return Localised(en=english, id=indonesian)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """From now on every text says it, in both languages; the log of settings names who chose it."""
    not_while_reviewed(scene)
    option = next(o for o in _options(scene) if o.key == one(given, "term"))
    chosen = word(option)
    for column, value in (("term_en", chosen.en), ("term_id", chosen.id)):
        partnerships.set_partnership(
            scene.unit, scene.group.id, column, value, scene.person.name, scene.now
        )
    scene.enter(scene.group.id)
    return reply("partnership/term", button("status", "review status"), term=chosen)


COMMAND = Command("partnership term", run, COORDINATOR, fields=fields, rest="term")

"""[Done], [Not yet] and [Changed] under the question what became of something promised."""

from collections.abc import Sequence
from datetime import date

from bot import promises
from bot.commands.command import Command, Field, one, reply
from bot.commands.feedback_reply import read_until
from bot.commands.review_talk import shown_day
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Button, Message, say
from dialogues.model import Review, Role
from dialogues.reply import WORDS, Action, Became
from dialogues.tokens import number
from storage import replies, reviews

CHANGED, NOTHING = "changed", "-"


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """What is said, of which action; a changed one in which words, until when."""
    what = Field("what", say("phrase.field_what"), default=NOTHING)
    if (one(given, "what") or "").split(" ")[0] != CHANGED:
        return [what]
    _, action = _meant(scene, given)
    skip = say("label.as_it_was")
    text = say("action/ask_text", text=action.text)
    until = say("action/ask_until", until=action.until or "")
    return [
        what,
        Field("text", text, most=WORDS, optional=True, skip=skip),
        Field("until", until, read=read_until, shown=shown_day, optional=True, skip=skip),
    ]


def _meant(scene: Scene, given: Answers) -> tuple[Review, Action]:
    """Raises Refusal for what is somebody else's to say, or gone."""
    _, _, meant = (one(given, "what") or "").partition(" ")
    chosen = number(meant)
    action = replies.action(scene.unit, chosen) if chosen is not None else None
    if action is None:
        raise Refusal("fault.stale")
    review = reviews.review(scene.unit, action.review)
    asked = promises.owners(scene.unit, review, action)
    if scene.person.id not in {member.person_id for member in asked}:
        raise Refusal("action/not_yours")
    scene.enter(review.partnership_id)  # typed, it may have come by another group
    return review, action


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Noted without a name; the next check-in opens with it."""
    review, action = _meant(scene, given)
    what = (one(given, "what") or "").split(" ")[0]
    if what not in promises.ANSWERS:
        raise Refusal("fault.stale")
    if what != CHANGED:
        replies.settle(scene.unit, action.id, Became(what))
        further: tuple[Button, ...] = ()
        if what == Became.NOT_YET:
            token = f"c:@{scene.group.id} action {CHANGED} {action.id}"
            further = (Button(say("label.another_day"), token),)
        return reply(f"action/{what}", *further, text=action.text)
    text, until = one(given, "text") or action.text, one(given, "until")
    day = date.fromisoformat(until) if until else action.until
    if (text, day) == (action.text, action.until):
        return reply("action/as_it_was", text=text)
    replies.change(scene.unit, action.id, text, day)
    promises.ring(scene.unit, review, [day])
    return reply("action/changed", text=text, until=day or "")


COMMAND = Command(
    "action",
    run,
    frozenset({Role.BROKER, Role.COORDINATOR}),
    fields=fields,
    rest="what",
    hidden=True,
)

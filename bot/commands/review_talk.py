"""`review talk on DATE`: the day of the talk about a formal review, told to whoever takes part."""

from collections.abc import Sequence
from datetime import date

from bot import formality
from bot.commands.command import COORDINATOR, Command, Field, button, one, reply
from bot.commands.formal_ones import running, which
from bot.commands.review_schedule import read_coming_day
from bot.scene import Scene
from dialogues import when
from dialogues.answers import Answers
from dialogues.messages import Label, Message, say
from storage import brokers, formal, outbox, partnerships, reviews, timers


def shown_day(scene: Scene, kept: str) -> Label:
    """A kept day, said back."""
    return when.say_date(date.fromisoformat(kept), scene.language, scene.today)


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which review, and which day."""
    day = Field("on", say("formal/ask_talk"), read=read_coming_day, shown=shown_day)
    return (which(scene), day)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Kept; the broker and the readers are told, and coordinators are reminded on the day."""
    settled = running(scene, given)
    day = date.fromisoformat(one(given, "on") or "")
    formal.set_talk(scene.unit, settled.lead, day)
    review = reviews.review(scene.unit, settled.lead)
    assert review.assignment_id is not None
    about = brokers.assignment(scene.unit, review.assignment_id)
    told = Message(
        say("formal/talk_told", broker=about.name, partnership=scene.group.name, day=day)
    )
    people = {about.person_id} | {
        partnerships.member(scene.unit, member).person_id for member in settled.readers
    }
    for person in people - {scene.person.id}:
        key = f"review:{review.id}:talk:{day}:{person}"
        outbox.put(scene.unit, key, told, scene.now, person=person)
    at = formality.on_day(day, scene.group)
    timers.put(scene.unit, f"review:{review.id}:talk", "talk", at, review=review.id)
    conclude = button("conclude", "review conclude")
    return reply("formal/talk_set", conclude, broker=about.name, day=day, count=len(people))


COMMAND = Command("review talk", run, COORDINATOR, fields=fields, keywords={"on": "on"}, rest="on")

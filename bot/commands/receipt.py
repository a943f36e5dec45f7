"""`receipt`: look whether a receipt is among those that were counted."""

from collections.abc import Sequence

from bot.commands.command import Command, one, reply
from bot.commands.command import Field as FormField
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.due import RECEIPTS
from dialogues.messages import Message, say
from storage import partnerships, results, reviews, rounds


def fields(scene: Scene, given: Answers) -> Sequence[FormField]:
    """The three words."""
    return (FormField("words", say("receipt/ask"), "words"),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Found in which check-in, or not; nobody else learns that somebody looked."""
    words = " ".join((one(given, "words") or "").casefold().split())
    for membership in partnerships.memberships(scene.unit, scene.person.id):
        for review in reviews.reviews(scene.unit, membership.partnership_id):
            for round_ in rounds.rounds(scene.unit, review.id):
                recent = round_.closed_at and scene.now - round_.closed_at < RECEIPTS
                if recent and words in results.receipts(scene.unit, round_.id):
                    return reply("receipt/found", words=words, title=round_.checkin.title)
    still_open = bool(rounds.open_rounds(scene.unit, scene.person.id))
    return reply("receipt/not_found", words=words, still_open=still_open)


COMMAND = Command("receipt", run, fields=fields, rest="words")

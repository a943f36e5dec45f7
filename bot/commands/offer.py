"""[Start], [Later] and [Never] under an offer. Starting only opens the form of `review start`."""

from collections.abc import Sequence

from bot.commands import forms, review_start
from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from dialogues.offers import LATER, Offer, OfferState
from dialogues.tokens import number
from storage import brokers, offers


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """What is said, and to which offer."""
    return (Field("what", say("phrase.field_what")),)


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """An offer answered before, by whichever coordinator, is said to be settled."""
    what, _, meant = (one(given, "what") or "").partition(" ")
    chosen = number(meant)
    offer = offers.find_offer(scene.unit, scene.group.id, chosen) if chosen is not None else None
    if offer is None or what not in ("start", "later", "never"):
        raise Refusal("fault.stale")
    if offer.state not in (OfferState.OPEN, OfferState.LATER) or _about_oneself(scene, offer):
        raise Refusal("offer/settled", partnership=scene.group.name)
    if what == "later":
        again = scene.today + LATER
        offers.settle(scene.unit, offer.id, OfferState.LATER, again)
        return reply("offer/later", again=again)
    if what == "never":
        offers.settle(scene.unit, offer.id, OfferState.NEVER)
        return reply("offer/never")
    raw = {"checkin": offer.checkin}
    if offer.assignment is not None:
        raw["about"] = str(offer.assignment)
    return forms.start(scene, review_start.COMMAND, raw)


def _about_oneself(scene: Scene, offer: Offer) -> bool:
    if offer.assignment is None:
        return False
    return brokers.assignment(scene.unit, offer.assignment).person_id == scene.person.id


COMMAND = Command("offer", run, COORDINATOR, fields=fields, rest="what", hidden=True)

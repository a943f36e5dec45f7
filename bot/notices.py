"""What coordinators and linked groups are told about a review."""

from collections.abc import Collection
from datetime import datetime

from bot import concerning
from bot.showing import Showing
from dialogues.messages import Message, say
from dialogues.model import Confidence, Review, Role
from storage import outbox, partnerships, places, results
from storage.store import Unit


def tell(
    unit: Unit,
    review: Review,
    kind: str,
    message: Message,
    now: datetime,
    about: Collection[int] | None = None,
) -> None:
    """Tell every coordinator, once a *kind*, but not one whom the review is *about* (R8)."""
    about = concerning.persons(unit, review) if about is None else about
    for member in partnerships.with_role(unit, review.partnership_id, Role.COORDINATOR):
        if member.person_id not in about:
            key = f"review:{review.id}:{kind}:{member.id}"
            outbox.put(unit, key, message, now, person=member.person_id)


def notice(unit: Unit, view: Showing, key: str, now: datetime, changed: str = "") -> None:
    """The linked groups' one notice, edited in place. *changed*: what is new in a known one.

    What a few are asked by name is no matter of the group's.
    """
    if view.round.confidence is not Confidence.SEALED:
        return
    found = results.result(unit, view.round.id)
    answered = found[0].get("answered") if found else None
    values = {**view.facts, "answered": answered or 0, "enough": answered is not None}
    for place, spot, message in places.places(unit, view.review.partnership_id):
        fresh = key == "group/open" and not changed
        text = Message(say(key, **values), replaces=None if fresh else message, at=spot)
        name = f"review:{view.review.id}:{key}{changed}:{place}"
        outbox.put(unit, name, text, now, place=place)

"""What coordinators and linked groups are told about a review."""

from datetime import datetime

from bot import answering
from bot.scene import House
from dialogues.messages import Message, say
from dialogues.model import Review, Role, Round
from storage import brokers, outbox, partnerships, results
from storage.store import Unit


def tell(unit: Unit, review: Review, kind: str, message: Message, now: datetime) -> None:
    """Tell every coordinator, once a *kind*, but not one whom the review is about (R8)."""
    about = brokers.assignment(unit, review.assignment_id) if review.assignment_id else None
    for member in partnerships.with_role(unit, review.partnership_id, Role.COORDINATOR):
        if about is None or member.person_id != about.person_id:
            key = f"review:{review.id}:{kind}:{member.id}"
            outbox.put(unit, key, message, now, person=member.person_id)


def notice(
    house: House,
    unit: Unit,
    review: Review,
    round_: Round,
    key: str,
    now: datetime,
    changed: str = "",
) -> None:
    """The linked groups' one notice, edited in place. *changed*: what is new in a known one."""
    view = answering.showing(house, unit, round_, "")
    found = results.result(unit, round_.id)
    answered = found[0].get("answered") if found else None
    values = {**view.facts, "answered": answered or 0, "enough": answered is not None}
    for place, spot, message in partnerships.places(unit, review.partnership_id):
        fresh = key == "group/open" and not changed
        text = Message(say(key, **values), replaces=None if fresh else message, at=spot)
        name = f"review:{review.id}:{key}{changed}:{place}"
        outbox.put(unit, name, text, now, place=place)

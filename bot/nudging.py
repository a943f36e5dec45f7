"""One reminder a day and four a month: what is open and not answered, in one message.

What a person needs is seen in memory. The day is noted for everybody alike, whether a
message goes out or not (DESIGN 4, B08).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import answering
from bot.scene import House, zone_of
from dialogues.dialogue import State
from dialogues.due import DAY
from dialogues.messages import Button, Message, say
from dialogues.model import Round, RoundState
from dialogues.when import MIDNIGHT, wall
from storage import nudges, partnerships, people, rounds
from storage.outbox import Post
from storage.store import Unit

REMINDER = "checkin/reminder"


@dataclass(frozen=True)
class Nudge:
    """The rounds looked at, and what is to be said; None: passed over."""

    rounds: frozenset[int] = frozenset()
    message: Message | None = None


def together(house: House, unit: Unit, post: Post, now: datetime) -> Nudge:
    """All of a person's reminders of one day as one, at the moment of the first."""
    assert post.round_id is not None and post.person_id is not None
    person = people.find_person(unit, post.person_id)
    first = rounds.find_round(unit, post.round_id)
    seen = frozenset({post.round_id})
    if person is None or first is None or first.state is not RoundState.OPEN:
        return Nudge(seen)
    zone = zone_of(person, partnerships.partnership(unit, first.partnership_id))
    day = now.astimezone(zone).date()
    if not nudges.take(unit, person.id, day, post.key):
        return Nudge(seen)
    due = seen | nudges.due_on(unit, person.id, wall(day + DAY, MIDNIGHT, zone))
    mine = [(r, member) for r, member in rounds.open_rounds(unit, person.id) if r.id in due]
    waiting = [r for r, member in mine if _waits(house, unit, r, member)]
    return Nudge(frozenset(r.id for r, _ in mine) | seen, _worded(unit, waiting))


def _waits(house: House, unit: Unit, round_: Round, member: int) -> bool:
    draft = answering.open_state(house, unit, round_, member)
    return draft is not None and not draft.quiet and draft.state not in (State.CAST, State.DECLINED)


def _worded(unit: Unit, waiting: Sequence[Round]) -> Message | None:
    if not waiting:
        return None
    if len(waiting) == 1:
        return Message(say(REMINDER), round_id=waiting[0].id)
    lines, buttons = [], []
    for round_ in reversed(waiting):
        group = partnerships.partnership(unit, round_.partnership_id).name
        title = round_.checkin.title
        lines.append({"title": title, "partnership": group, "closes": round_.closes_at})
        label = say("label.checkin", title=title, partnership=group)
        buttons.append(Button(label, f"c:checkin show {round_.id}"))
    told = say("checkin/reminders", lines=lines)
    return Message(told, tuple(buttons), preview=say("phrase.preview"))

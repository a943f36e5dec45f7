"""Whether a review may start now: asked by a coordinator's tap and by a schedule alike."""

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import concerning
from bot.holding import is_held
from bot.reviews import asked
from dialogues import due
from dialogues.bounds import bounds, missing
from dialogues.checkin import CheckIn
from dialogues.errors import Refusal
from dialogues.messages import Button, say
from dialogues.model import Assignment, Consent, Member, Partnership, ReviewState
from dialogues.offers import MONTH, PULSE
from storage import brokers, reviews, rounds
from storage.store import Unit


def newcomers(
    unit: Unit, partnership_id: int, seats: Sequence[Member], now: datetime
) -> tuple[int, ...]:
    """Who starts unticked: joined lately and never asked before, once a group has had a review.

    DESIGN 3, domain d.4: somebody new cannot judge what was before them.
    """
    before = rounds.ever_asked(unit, partnership_id)
    return tuple(
        m.id for m in seats if before and m.id not in before and now - m.joined_at < due.NEWCOMER
    )


def may_start(
    unit: Unit,
    group: Partnership,
    checkin: CheckIn,
    about: Assignment | None,
    left_out: Collection[int],
    now: datetime,
) -> None:
    """Everything that must hold before a review can be planned. Raises Refusal."""
    if is_held(group, checkin.id):
        resume = Button(say("label.resume_group"), "c:partnership resume")
        key = "partnership/in_crisis" if group.crisis else "partnership/is_paused"
        raise Refusal(key, partnership=group.name, buttons=(resume,))
    today = now.astimezone(ZoneInfo(group.zone)).date()
    if about is None and checkin.about == "broker":
        raise no_broker(unit, group, now)
    if about is not None and about.consent is not Consent.AGREED:
        raise Refusal("review/no_consent", broker=about.name)
    if about is None and concerning.among_several(checkin):
        agreed = concerning.agreed(unit, group.id, today)
        if len(agreed) < 2:
            names = [a.name for a in concerning.sharing(unit, group.id, today) if a not in agreed]
            raise Refusal("review/not_two", names=names, title=checkin.title)
    _not_too_soon(unit, group, checkin, about, now)
    _shared_first(unit, group, checkin)
    seats = [m for m in asked(unit, group.id, about, checkin) if m.id not in left_out]
    if checkin.confidence == "named":
        if not seats:
            raise Refusal("review/nobody_by_name", title=checkin.title)
        return
    ready = bounds((m.organisation_id for m in seats), group.protect.value, group.minimum)
    if ready.needed is None:
        raise Refusal(
            "review/too_few",
            joined=len(seats),
            organisations=len({m.organisation_id for m in seats}),
            missing=missing(ready),
            sizes=list(ready.sizes),
            pairwise=ready.pairwise,
            buttons=(
                Button(say("label.conversation_guide"), f"c:guide {checkin.id}"),
                Button(say("label.add_people"), "c:invite"),
            ),
        )


def no_broker(unit: Unit, group: Partnership, now: datetime) -> Refusal:
    """That there is nobody to ask about: yet, or at all."""
    today = now.astimezone(ZoneInfo(group.zone)).date()
    coming = [
        {"name": a.name, "starts": a.starts} for a in brokers.appointments(unit, group.id, today)
    ]
    return Refusal(
        "review/no_broker",
        invited=brokers.invited(unit, group.id, now),
        coming=coming,
        buttons=(Button(say("label.appoint"), "c:broker appoint"),),
    )


def _not_too_soon(
    unit: Unit, group: Partnership, checkin: CheckIn, about: Assignment | None, now: datetime
) -> None:
    person = about.person_id if about else None
    for planned in reviews.reviews(unit, group.id):
        if planned.state is ReviewState.PLANNED and planned.checkin_id == checkin.id:
            of = planned.assignment_id
            other = brokers.assignment(unit, of).person_id if of is not None else None
            if other == person:
                raise Refusal("review/one_planned", title=checkin.title, opens=planned.opens_at)
    last = rounds.last_close(unit, group.id, checkin.id, person)
    if last is None:
        return
    still_open, at = last
    if still_open:
        raise Refusal("review/one_open", title=checkin.title, closes=at)
    if at is not None and now < at + due.BETWEEN:
        raise Refusal("review/too_soon", title=checkin.title, again=at + due.BETWEEN)


def _shared_first(unit: Unit, group: Partnership, checkin: CheckIn) -> None:
    """No new pulse before the last result was shared: people answer less when nothing follows."""
    if checkin.id != PULSE:
        return
    for review in reviews.reviews(unit, group.id):
        if review.state in (ReviewState.CLOSED, ReviewState.READ) and review.share_at:
            raise Refusal("review/share_first", title=checkin.title, share=review.share_at)


def asked_lately(
    unit: Unit, group: Partnership, members: Collection[int], now: datetime
) -> datetime | None:
    """When somebody of *members* was last asked here, if that was within a month.

    Only in this group: in which others somebody takes part is nobody's business here.
    """
    last = reviews.last_asked(unit, group.id, members)
    return last if last is not None and now - last < MONTH else None

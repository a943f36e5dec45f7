"""A review's end: closed with a Result, cancelled without one, or unreadable.

Each function runs inside one transaction; what must happen outside it is returned.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import answering, concerning, formality
from bot.notices import notice, tell
from bot.scene import After, House
from bot.showing import Showing
from dialogues import due
from dialogues.again import Before
from dialogues.bounds import Bounds, bounds
from dialogues.dialogue import Draft, State
from dialogues.disclosure import Ballot, disclose, earlier, from_data, to_data
from dialogues.errors import KeyLost
from dialogues.messages import Message, Spot, say
from dialogues.model import (
    Assignment,
    Audience,
    Confidence,
    Person,
    ReviewState,
    Round,
    RoundState,
    Seat,
)
from storage import outbox, partnerships, results, reviews, rounds, timers
from storage.ballots import (
    Box,
    delete_ballots,
    seal_comments,
)
from storage.keyring import comment_key
from storage.sealing import open_box
from storage.store import Unit


def close_review(house: House, unit: Unit, review_id: int, now: datetime) -> After:
    """The close, one transaction: open all, the gate, keep the Result, delete the rest."""
    review = reviews.review(unit, review_id)
    if review.state is not ReviewState.OPEN:
        return After()
    direct: list[tuple[int, Message]] = []
    views: dict[int, Showing] = {}
    lost = False
    made = rounds.rounds(unit, review_id)
    for round_ in made:
        if rounds.standing(unit, round_.id, alone=True)[0] is RoundState.OPEN:
            try:
                told, views[round_.id] = _close_round(house, unit, round_, now)
            except KeyLost:
                lost = lost or round_.audience is not Audience.BROKER
                seats = rounds.roster(unit, round_.id)
                state = RoundState.UNREADABLE
                told, views[round_.id] = _end_round(house, unit, round_, state, now, seats)
            direct += told
    partnership = partnerships.partnership(unit, review.partnership_id)
    zone = ZoneInfo(partnership.zone)
    if lost:
        reviews.set_review(unit, review_id, state=ReviewState.CANCELLED)
        view = _view(house, unit, made[0], views)
        tell(unit, review, "unreadable", Message(say("review/unreadable", **view.facts)), now)
        return After(direct)
    # Where it is about nobody, nobody has a right to read first.
    by_name = made[0].confidence is Confidence.NAMED
    about = [] if by_name else concerning.concerned(unit, review, made=made)
    share_at = due.share(now, zone) if about else now
    review = reviews.set_review(unit, review_id, state=ReviewState.CLOSED, share_at=share_at)
    timers.put(unit, f"review:{review_id}:share", "share", share_at, review=review_id)
    if not by_name:  # else everybody told gets it at once, by the timer above
        view = replace(_view(house, unit, made[0], views), review=review)
        _after_close(unit, view, about, now)
    formality.after_close(unit, review, partnership, now)
    return After(direct)


def _view(house: House, unit: Unit, first: Round, views: dict[int, Showing]) -> Showing:
    """The round that was asked *first*, as it is now."""
    if (known := views.get(first.id)) is not None:
        return known
    return answering.showing(house, unit, first, "")


def _after_close(unit: Unit, view: Showing, about: Sequence[Assignment], now: datetime) -> None:
    review = view.review
    found = results.result(unit, view.round.id)
    answered = found[0].get("answered") if found else None
    values = {**view.facts, "answered": answered or 0, "enough": answered is not None}
    for broker in about:
        news = say("phrase.preview_news")
        report = Message(say("report/chat"), preview=news, report=f"{review.id} broker")
        key = f"review:{review.id}:report:{broker.member_id}"
        outbox.put(unit, key, report, now, person=broker.person_id)
    closed = Message(say("review/closed", share_at=review.share_at, **values))
    tell(unit, review, "closed", closed, now, {broker.person_id for broker in about})
    notice(unit, view, "group/closed", now)


def _close_round(
    house: House, unit: Unit, round_: Round, now: datetime
) -> tuple[list[tuple[int, Message]], Showing]:
    box = open_box(unit, house.keyring, round_)
    seats = rounds.roster(unit, round_.id)
    for seat in seats:
        if not seat.name:  # whoever was forgotten has no ballot, whatever came at that moment
            box.write(seat.member_id, Draft())
    drafts, _ = box.open_all()
    cast = [draft for draft in drafts if draft.state is State.CAST]
    receipts = [draft.receipt for draft in cast]
    if round_.confidence is Confidence.NAMED:
        found = {seat.member_id: box.found(seat.member_id) for seat in seats}
        named = {
            str(member): dict(draft.answers)
            for member, draft in found.items()
            if draft is not None and draft.state is State.CAST
        }
        results.save_result(unit, round_.id, {"named": named}, None, None, receipts)
    else:
        result = disclose(
            round_.checkin,
            round_.facts,
            _bounds(round_, seats),
            [Ballot(draft.answers, draft.pass_on) for draft in cast],
            random.SystemRandom().shuffle,
            list(_before(unit, round_, seats)),
        )
        sealed = None
        if result.comments:
            sealed = seal_comments(house.keyring, comment_key(round_.id), result.comments)
        until = (now + due.COMMENTS).date() if sealed else None
        results.save_result(unit, round_.id, to_data(result), sealed, until, receipts)
    return _end_round(house, unit, round_, RoundState.CLOSING, now, seats, _shown(box, seats))


def _bounds(round_: Round, seats: Sequence[Seat]) -> Bounds:
    return bounds((s.organisation_id for s in seats), round_.protect.value, round_.minimum)


def _before(unit: Unit, round_: Round, seats: Sequence[Seat]) -> Iterator[Before]:
    """What was shown of the same check-in before, and who came and went since (R7)."""
    now = {seat.person_id for seat in seats}
    for old in rounds.earlier(unit, round_):
        found = results.result(unit, old.id)
        if found is None:
            continue
        result, then = from_data(found[0]), rounds.roster(unit, old.id)
        people = {seat.person_id for seat in then}
        # Whoever is on no roster any more, having asked to be forgotten, has left as well.
        left = len(people - now) + result.asked - len(people)
        yield earlier(result, _bounds(old, then).t, len(now - people), left)


def _shown(box: Box, seats: Sequence[Seat]) -> list[tuple[int, str]]:
    """Messages that only a ballot knows to show the dialogue, each with its reader."""
    found = []
    for seat in seats:
        draft = box.found(seat.member_id)
        found += [(seat.person_id, mark) for mark in draft.shown] if draft else []
    return found


def _end_round(
    house: House,
    unit: Unit,
    round_: Round,
    state: RoundState,
    now: datetime,
    seats: Sequence[Seat],
    shown: Sequence[tuple[int, str]] = (),
) -> tuple[list[tuple[int, Message]], Showing]:
    """Delete all that is bound to the round; every message about it gets one and the same end.

    Returns:
        What only a ballot knew where to send, and the round as it is now.
    """
    delete_ballots(unit, round_.id)
    outbox.forget_round(unit, round_.id)
    rounds.set_round(unit, round_.id, state=state, closed_at=now)
    ended = replace(round_, state=state, closed_at=now)
    view = answering.showing(house, unit, ended, "", seats)
    text = answering.ended(house, unit, view)
    persons = {seat.member_id: seat.person_id for seat in seats}
    known: set[str] = set()
    edits = []
    for member, installation, chat, message in results.open_messages(unit, round_.id):
        known.add(f"{installation}|{chat}|{message}")
        edit = Message(text.say, (), None, message, Spot(installation, chat))
        key = f"closed:{round_.id}:{member}:{installation}"
        edits.append(outbox.line(key, edit, now, person=persons[member], priority=6))
    outbox.put_all(unit, edits)
    results.forget_messages(unit, round_.id)
    direct = []
    for person, mark in shown:
        if mark not in known:
            installation, chat, message = mark.split("|", 2)
            direct.append((person, Message(text.say, (), None, message, Spot(installation, chat))))
    return direct, view


def cancel_review(house: House, unit: Unit, review_id: int, now: datetime) -> After:
    """End a review without a result: keys go, nothing is revealed (R10)."""
    direct: list[tuple[int | Person, Message]] = []
    for round_ in rounds.rounds(unit, review_id):
        direct += cancel_round(house, unit, round_, now).direct
    timers.forget_review(unit, review_id)
    reviews.set_review(unit, review_id, state=ReviewState.CANCELLED)
    made = rounds.rounds(unit, review_id)
    if made:
        notice(unit, answering.showing(house, unit, made[0], ""), "group/cancelled", now)
    return After(direct)


def cancel_round(house: House, unit: Unit, round_: Round, now: datetime) -> After:
    """End one round of a review without a result, where it is open."""
    if rounds.standing(unit, round_.id, alone=True)[0] is not RoundState.OPEN:
        return After()
    seats = rounds.roster(unit, round_.id)
    shown: Sequence[tuple[int, str]] = ()
    with suppress(KeyLost):
        box = open_box(unit, house.keyring, round_)
        box.open_all()
        shown = _shown(box, seats)
    return After(_end_round(house, unit, round_, RoundState.CANCELLED, now, seats, shown)[0])

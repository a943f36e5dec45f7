"""A check-in's dialogue: open one ballot, take one step, seal it again.

The transaction here writes the ballot and a keyed note of the event, and no row that
names a person (DESIGN 4, B06): the reply leaves after the commit, not by the outbox.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import formality, pages, promises, screens
from bot.arranging import awake
from bot.scene import House, broker_name, language_of, spoken, term, worded_fault, zone_of
from bot.showing import Showing
from dialogues import comments
from dialogues.bounds import bounds
from dialogues.dialogue import Act, Draft, Move, Screen, State, Turn, Typed
from dialogues.engine import advance, show, waits_for_words
from dialogues.errors import KeyLost
from dialogues.messages import Filled, Message, Spot, Tap, Text, say
from dialogues.model import Person, Round, RoundState, Seat
from dialogues.numbering import typed_option
from dialogues.texts import Reader
from dialogues.tokens import RoundToken
from storage import brokers, partnerships, results, reviews, rounds
from storage.ballots import Box
from storage.sealing import open_box
from storage.store import Unit

SHOWN = 3
"""How many messages a ballot remembers as showing its dialogue."""


@dataclass(frozen=True)
class Seated:
    """Somebody on the roster of a round, the round as they see it, the message they have for it."""

    person: Person
    member: int
    view: Showing
    kept: str | None


def showing(
    house: House,
    unit: Unit,
    round_: Round,
    installation: str,
    seats: Sequence[Seat] | None = None,
) -> Showing:
    """Everything a screen of *round_* needs; its *seats* are read where they are not known."""
    partnership = partnerships.partnership(unit, round_.partnership_id)
    review = reviews.review(unit, round_.review_id)
    seats = rounds.roster(unit, round_.id) if seats is None else seats
    known = brokers.history(unit, partnership.id)
    about = (
        brokers.assignment(unit, review.assignment_id) if review.assignment_id is not None else None
    )
    name = broker_name(known, about)
    names = {s.name for s in seats if s.name} | {s.organisation for s in seats if s.organisation}
    names |= {o.name for o in partnerships.organisations(unit, partnership.id)}
    naming = name if name is not None else term(partnership)
    return Showing(
        house,
        review,
        round_,
        partnership,
        naming,
        bounds((s.organisation_id for s in seats), round_.protect.value, round_.minimum),
        len(seats),
        len({s.organisation_id for s in seats}),
        tuple(sorted(names)),
        comments.rare(spoken(s.language) or partnership.language for s in seats),
        house.ability(installation),
        house.operator,
        (about.home or "") if about is not None else "",
        formality.told(unit, review, naming),
    )


def seat(house: House, unit: Unit, spot: Spot, round_id: int, person: Person) -> Seated | None:
    """Somebody in a round; None where they are not asked in it."""
    round_ = rounds.find_round(unit, round_id)
    member = rounds.seat_of(unit, round_id, person.id) if round_ else None
    if round_ is None or member is None:
        return None
    view = showing(house, unit, round_, spot.installation)
    kept = results.open_message(unit, round_id, member, spot.installation)
    return Seated(person, member, view, kept)


def step(
    seat: Seated,
    unit: Unit,
    spot: Spot,
    event: Tap | Text | Filled,
    move: RoundToken | None,
    key: str,
    message: str | None,
    now: datetime,
) -> list[Message]:
    """One step of one person in one round, and the reply.

    Who they are was found out before, in another transaction: this one asks the database
    nothing about a person (T12).
    """
    person, member, view = seat.person, seat.member, seat.view
    house, round_ = view.house, view.round
    reader = Reader(language_of(person, view.partnership), zone_of(person, view.partnership), now)
    if round_.state is not RoundState.OPEN:
        return [replace(ended(house, unit, view), replaces=message)]
    try:
        box = open_box(unit, house.keyring, round_)
    except KeyLost:
        return [replace(Message(say("checkin/unreadable", **view.facts)), replaces=message)]
    before = box.read(member, take=True)
    if before is None:
        return [Message(say("checkin/unreadable", **view.facts))]
    if isinstance(event, Filled) and (warnings := pages.unwarned(view, event)):
        form = pages.whole_form(view, pages.refilled(before, event), reader, warnings, warned=True)
        return [Message(say("fault.form"), form=form, round_id=round_.id, replaces=message)]
    if box.has_seen(key):
        turn = show(view.form, before)
    else:
        turn = _turn(view, box, before, event, move, reader)
    screen = None if isinstance(event, Text) else message
    after = _noted(turn, before, person, view, spot, screen, now)
    if after != before:
        box.write(member, after)
    faults = {
        q.key: worded_fault(turn.faults[q.key], q) for q in view.questions if q.key in turn.faults
    }
    if isinstance(event, Filled) and faults:
        form = pages.whole_form(view, pages.refilled(before, event), reader, faults)
        return [Message(say("fault.form"), form=form, round_id=round_.id, replaces=message)]
    typed = event.body if isinstance(event, Text) else ""
    reply = screens.screen(view, replace(turn, draft=after), typed=typed)
    where = message if isinstance(event, Tap | Filled) else _where(after, spot) or seat.kept
    erase = message if isinstance(event, Text) and not faults and view.ability.erases else None
    return [replace(reply, replaces=where, erases=erase)]


def _turn(
    view: Showing,
    box: Box,
    before: Draft,
    event: Tap | Text | Filled,
    token: RoundToken | None,
    reader: Reader,
) -> Turn:
    def fresh() -> str:
        # Not the reader's: a language that few use would say that one of them took part (A15).
        while box.holds(words := view.house.receipt(view.partnership.language)):
            continue
        return words

    match event:
        case Filled():
            return advance(view.form, *pages.taken(view, before, event), fresh)
        case Text(body=body):
            move = _typed_pick(view, before, body, reader)
            return advance(view.form, before, move or Typed(body), fresh)
        case Tap():
            move = token.move(view.form) if token else None
            if move is None:
                return show(view.form, before)
            return advance(view.form, before, move, fresh)


def _typed_pick(view: Showing, draft: Draft, body: str, reader: Reader) -> Move | None:
    question = next((q for q in view.questions if q.key == draft.place), None)
    option = typed_option(question, body, reader.language) if question else None
    return Move(Act.PICK, draft.place, option) if option else None


def _noted(
    turn: Turn,
    before: Draft,
    person: Person,
    view: Showing,
    spot: Spot,
    message: str | None,
    now: datetime,
) -> Draft:
    draft = turn.draft
    if turn.screen is Screen.LATER:
        later = awake(person, view.partnership, now + timedelta(days=1))
        draft = replace(draft, later_at=later.isoformat())
    elif draft.state in (State.CAST, State.DECLINED):
        draft = replace(draft, later_at="")
    shown = draft.shown
    if message is not None:
        mark = mark_of(spot, message)
        shown = (*[m for m in draft.shown if m != mark][-(SHOWN - 1) :], mark)
    if draft == before and shown == before.shown:
        return before
    return replace(draft, touched=now.isoformat(), shown=shown)


def mark_of(spot: Spot, message: str) -> str:
    """A message as a ballot remembers it."""
    return f"{spot.installation}|{spot.chat}|{message}"


def with_mark(draft: Draft, mark: str) -> Draft:
    """A draft that remembers where its dialogue is shown, for the closed text at the end."""
    return replace(draft, shown=(*draft.shown[-(SHOWN - 1) :], mark))


def note_shown(house: House, unit: Unit, round_: Round, member: int, mark: str) -> None:
    """Seal a ballot again with where its dialogue is shown."""
    with suppress(KeyLost):
        if rounds.moved_on(unit, round_):
            return
        box = open_box(unit, house.keyring, round_)
        draft = box.read(member, take=True)
        if draft is not None:
            box.write(member, with_mark(draft, mark))


def _where(draft: Draft, spot: Spot) -> str | None:
    for mark in reversed(draft.shown):
        installation, chat, message = mark.split("|", 2)
        if (installation, chat) == (spot.installation, spot.chat):
            return message
    return None


def ended(house: House, unit: Unit, view: Showing) -> Message:
    """What an ended round shows to whoever comes late: the same to everybody in it."""
    match view.round.state:
        case RoundState.CANCELLED:
            return Message(say("checkin/cancelled", **view.facts))
        case RoundState.UNREADABLE:
            return Message(say("checkin/unreadable", **view.facts))
    asked = rounds.rounds(unit, view.round.review_id)[0] if view.round.mirror else view.round
    found = results.result(unit, asked.id)
    answered = found[0].get("answered") if found else None
    return screens.closed_text(view, answered)


def waiting_round(
    house: House, unit: Unit, person: int, words_only: bool
) -> tuple[int, bool] | None:
    """The round to which typed words belong: the one touched last among those on a question.

    Returns:
        The round and whether it waits for words; None where nobody asked anything.
    """
    found: list[tuple[bool, str, int]] = []
    for round_, member in rounds.open_rounds(unit, person):
        try:
            draft = open_box(unit, house.keyring, round_).read(member)
        except KeyLost:
            continue
        if draft is None or draft.state not in (State.DRAFT, State.CAST):
            continue
        view = showing(house, unit, round_, "")
        if not any(q.key == draft.place for q in view.questions):
            continue
        words = waits_for_words(view.form, draft)
        if words or not words_only:
            found.append((words, draft.touched, round_.id))
    if not found:
        return None
    words, _, round_id = max(found, key=lambda f: (f[0], f[1]))
    return round_id, words


def open_state(house: House, unit: Unit, round_: Round, member: int) -> Draft | None:
    """One person's draft, for `checkin` and for reminders; None where it cannot be read."""
    try:
        return open_box(unit, house.keyring, round_).read(member)
    except KeyLost:
        return None


def resume_message(
    house: House, unit: Unit, round_: Round, member: int, installation: str
) -> Message:
    """The message `checkin` shows for one open round: where somebody stands, no receipt."""
    view = showing(house, unit, round_, installation)
    view = replace(view, promised=promises.opening_of(unit, round_.id))
    draft = open_state(house, unit, round_, member)
    if draft is None:
        return Message(say("checkin/unreadable", **view.facts))
    return screens.screen(view, show(view.form, draft), fresh=False)

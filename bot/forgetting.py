"""`forget me`, step by step: ballots first and by themselves, then everything else at once."""

from collections.abc import Container, Sequence

from bot import answering, leaving
from bot.ballots_first import BallotsFirst
from bot.closing import cancel_review
from bot.scene import After, House, Scene
from dialogues.dialogue import Draft
from dialogues.messages import Message, Spot, say
from dialogues.model import Member, Person, ReviewState, Role, Round
from storage import (
    forgetting,
    partnerships,
    reflections,
    results,
    reviews,
    rounds,
    sealing,
)
from storage.keyring import comment_key, forgotten_key, reflection_key
from storage.store import Unit

Seats = Sequence[tuple[Round, int]]
RUNNING = (ReviewState.PLANNED, ReviewState.SETTING_UP, ReviewState.OPEN)


def withdraw(house: House, unit: Unit, seats: Seats) -> Sequence[str]:
    """Make ballots blank, as if never touched, and write nothing else.

    The whole round is sealed again: one row by itself, just before its person's rows go,
    would say that they had begun.

    Returns:
        The messages that they knew to show their dialogue.
    """
    shown: list[str] = []
    for seat, member in seats:
        found = rounds.find_round(unit, seat.id)
        draft = answering.open_state(house, unit, found, member) if found else None
        if found is not None and draft is not None and draft != Draft():
            shown += draft.shown
            sealing.renew(unit, house.keyring, found.id, {member: _blank})
    return shown


def _blank(_: Draft) -> Draft:
    return Draft()


def forget(scene: Scene) -> None:
    """Everything about the person goes. `scene.after` is what others and open chats see.

    Raises:
        Refusal: A group would be left without a coordinator.
        BallotsFirst: A ballot of an open check-in is not blank.
    """
    unit, person = scene.unit, scene.person
    mine = partnerships.memberships(unit, person.id)
    for member in mine:
        leaving.not_the_last(unit, member)
    seats = rounds.open_rounds(unit, person.id)
    if any(_touched(scene, seat, member) for seat, member in seats):
        raise BallotsFirst(lambda own: withdraw(scene.house, own, seats))
    about = forgetting.reviews_about(unit, person.id)
    led = {reviews.review(unit, review).partnership_id for review in about}
    told = [line for member in mine for line in _told(scene, member, led)]
    scene.after.append(After([*told, *_edits(scene, seats)], scrub=True))
    ended = [made for review in about for made in _take_along(scene, review)]
    own = reflections.forget(unit, person.id)
    forgetting.forget(unit, person.id, scene.now)
    # Outside the database: an older copy of it that is put back must forget them too.
    scene.house.keyring.make(forgotten_key(person.id, int(scene.now.timestamp())))
    for name in (*map(comment_key, ended), *map(reflection_key, own)):
        scene.house.keyring.destroy(name)


def _touched(scene: Scene, seat: Round, member: int) -> bool:
    draft = answering.open_state(scene.house, scene.unit, seat, member)
    return draft is not None and draft != Draft()


def _take_along(scene: Scene, review: int) -> Sequence[int]:
    """A broker takes their reports along: one that is open is cancelled, ended ones are gone."""
    if reviews.review(scene.unit, review).state in RUNNING:
        scene.after.append(cancel_review(scene.house, scene.unit, review, scene.now))
    return forgetting.take_results(scene.unit, review)


def _told(scene: Scene, member: Member, led: Container[int]) -> list[tuple[int | Person, Message]]:
    """The coordinators hear it directly: a name on its way would be a name that is kept."""
    group = partnerships.partnership(scene.unit, member.partnership_id)
    broker = group.id in led or leaving.serves(scene, member)
    told = Message(say("forget/told", name=member.name, partnership=group.name, broker=broker))
    return [
        (coordinator.person_id, told)
        for coordinator in partnerships.with_role(scene.unit, group.id, Role.COORDINATOR)
        if coordinator.id != member.id
    ]


def _edits(scene: Scene, seats: Seats) -> list[tuple[int | Person, Message]]:
    """Open check-ins in the person's own chats, on every app, end with a word."""
    marks = list(scene.withdrawn)
    for seat, member in seats:
        for of, installation, chat, message in results.open_messages(scene.unit, seat.id):
            if of == member:
                marks.append(answering.mark_of(Spot(installation, chat), message))
    edits: list[tuple[int | Person, Message]] = []
    for mark in dict.fromkeys(marks):
        installation, chat, message = mark.split("|", 2)
        told = Message(say("forget/gone"), replaces=message, at=Spot(installation, chat))
        edits.append((scene.person, told))
    return edits

"""Answers that keep their name: kept so after the close, and read by those who were told."""

from collections.abc import Iterator

from bot.scene import House
from bot.screens import answer_label
from dialogues.answers import Answers
from dialogues.messages import Say, say
from dialogues.model import Review, Round, Seat
from storage import brokers, partnerships, results, rounds
from storage.store import Unit


def answers_of(unit: Unit, round_: Round) -> Iterator[tuple[Seat, Answers]]:
    """What everybody in a closed named round said, in the roster's order."""
    kept = results.result(unit, round_.id)
    named = kept[0].get("named", {}) if kept else {}
    for seat in rounds.roster(unit, round_.id):
        plain = named.get(str(seat.member_id))
        if plain is not None:
            yield seat, {k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()}


def report(house: House, unit: Unit, review: Review, round_: Round) -> Say:
    """A named round as it is read: each person, each question."""
    group = partnerships.partnership(unit, review.partnership_id)
    about = brokers.assignment(unit, review.assignment_id) if review.assignment_id else None
    people = []
    for seat, answers in answers_of(unit, round_):
        lines = []
        for question in round_.checkin.asked(round_.facts):
            label = answer_label(question, answers.get(question.key))
            lines.append([question.topic, label if isinstance(label, list) else [label]])
        people.append({"name": seat.name or say("phrase.somebody_gone"), "lines": lines})
    return say(
        "report/named",
        partnership=group.name,
        title=round_.checkin.title,
        broker=about.name if about else "",
        people=people,
    )

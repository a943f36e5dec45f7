"""What stands beside a result: earlier ones of the same (R7), and the other direction.

Only what this report's readers were given anyway: a review for learning shows nothing of a
formal one and the other way round, and nothing is shown before its own readers had it.
"""

from collections.abc import Iterator

from dialogues.disclosure import from_data
from dialogues.history import Past
from dialogues.model import Assignment, Confidence, Purpose, Review, ReviewState, Round
from storage import brokers, formal, results, reviews, rounds
from storage.store import Unit

SHARED = frozenset({ReviewState.SHARED, ReviewState.FOLLOWED_UP})
ENDED = SHARED | {ReviewState.CLOSED, ReviewState.READ}
OTHER_DIRECTION = "enabling-conditions"


def earlier(unit: Unit, review: Review, round_: Round, about: Assignment | None) -> Iterator[Past]:
    """Results of the same check-in about the same broker in the same kind of assignment.

    Formal reviews have none: each has readers of its own.
    """
    if about is None or review.purpose is Purpose.FORMAL:
        return
    for old in rounds.earlier(unit, round_):
        before = reviews.review(unit, old.review_id)
        sealed = old.confidence is Confidence.SEALED and old.id < round_.id
        if not sealed or before.state not in SHARED or before.purpose is not review.purpose:
            continue
        assert before.assignment_id is not None and old.closed_at is not None
        kept = results.result(unit, old.id)
        if kept is not None and brokers.assignment(unit, before.assignment_id).kind is about.kind:
            yield Past(old.closed_at, old.checkin, from_data(kept[0]))


def other_direction(unit: Unit, review: Review, reads_first: bool) -> Review | None:
    """The latest review of what partners give this broker's role, in the same assignment.

    *reads_first*: for the broker, who has it from its close on.
    """
    if review.assignment_id is None or review.checkin_id == OTHER_DIRECTION:
        return None
    settled, states = formal.formal_of(unit, review.id), ENDED if reads_first else SHARED
    for other in reviews.reviews(unit, review.partnership_id):
        alike = other.checkin_id == OTHER_DIRECTION and other.purpose is review.purpose
        same = alike and other.assignment_id == review.assignment_id and other.state in states
        if same and formal.formal_of(unit, other.id) == settled:
            return other
    return None

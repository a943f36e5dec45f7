"""`review readers`: who reads a formal report beside the broker. Fixed once somebody is asked."""

from collections.abc import Sequence

from bot import formality
from bot.commands.command import COORDINATOR, Command, Field, button, one, reply
from bot.commands.formal_ones import BEFORE, of_others
from bot.oneself import not_while_reviewed
from bot.scene import Scene
from dialogues.answers import Answers
from dialogues.checkin import Choice
from dialogues.errors import Refusal
from dialogues.messages import Message, say
from storage import brokers, formal

KEEP = "-"


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Another choice of readers; without one they are only shown."""
    asked = scene.house.library.checkins["review-setup"].questions
    question = next(q for q in asked if q.key == "readers")
    assert isinstance(question, Choice)
    options = tuple((o.key, o.text) for o in question.options)
    return (
        Field("readers", say("formal/asked", text=question.text), "one", options, default=(KEEP,)),
    )


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """The readers by name. Whoever was invited was told who reads: it stays so."""
    not_while_reviewed(scene)
    found = of_others(scene)
    if not found:
        raise Refusal("formal/none_at_all")
    settled, review = found[0]
    assert review.assignment_id is not None
    about = brokers.assignment(scene.unit, review.assignment_id)
    wanted = one(given, "readers") or KEEP
    planned = review.state in BEFORE
    if wanted != KEEP and not planned:
        raise Refusal("formal/readers_told", broker=about.name)
    if wanted != KEEP:
        chosen = formality.readers(scene.unit, scene.group.id, wanted, about)
        if wanted == formality.PAIR and not chosen:
            raise Refusal("formal/nobody_to_read", buttons=INVITE)
        formal.set_readers(scene.unit, settled.lead, wanted, chosen)
        settled = formal.formal_of(scene.unit, settled.lead) or settled
    kinds = [(formality.COORDINATORS, "readers_coord"), (formality.PAIR, "readers_pair")]
    buttons = [button(label, f"review readers {kind}") for kind, label in kinds]
    return reply(
        "formal/readers",
        *(buttons if planned else ()),
        broker=about.name,
        reading=settled.reading,
        names=formality.names(scene.unit, settled),
        planned=planned,
    )


INVITE = (
    button("link_line_manager", "invite line_manager"),
    button("link_representative", "invite representative"),
)

COMMAND = Command("review readers", run, COORDINATOR, fields=fields, rest="readers")

"""`review conclude`: what was agreed, in writing: to the broker, the readers, the partners."""

from collections.abc import Sequence
from datetime import date

from bot import formality, promises
from bot.commands.command import COORDINATOR, Command, Field, one, reply
from bot.commands.formal_ones import running, which
from bot.commands.forms import confirm_buttons
from bot.commands.review_schedule import read_coming_day
from bot.commands.review_talk import shown_day
from bot.scene import Scene
from dialogues import when
from dialogues.answers import Answers
from dialogues.errors import Refusal
from dialogues.messages import Label, Message, say
from dialogues.model import ReviewState
from storage import brokers, formal, reviews, timers
from storage.formal import Target

MOST_TARGETS, LENGTH = 5, 1500


def read_targets(scene: Scene, text: str) -> str:
    """A line a target: what; who; until when. Kept as typed, once every line can be read."""
    _targets(scene, text)
    return text


def _targets(scene: Scene, text: str) -> list[Target]:
    found = []
    for line in text.splitlines():
        words, *rest = (part.strip() for part in line.strip().lstrip("-•").split(";"))
        if not words:
            continue
        owner, until = (*rest, "", "")[:2]
        found.append(Target(words, owner, _day(scene, until, line) if until else None))
    if not found or len(found) > MOST_TARGETS:
        raise Refusal("formal/targets_unclear", most=MOST_TARGETS, words="")
    return found


def _day(scene: Scene, text: str, line: str) -> date:
    try:
        return when.read_day(text, scene.today)
    except when.Unreadable:
        raise Refusal("formal/targets_unclear", most=MOST_TARGETS, words=line.strip()) from None


def shown_targets(scene: Scene, kept: str) -> Label:
    """The targets, said back."""
    return "; ".join(target.text for target in _targets(scene, kept))


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """Which review, the targets, and when to ask whether anything changed."""
    later = (scene.today + formality.WEEKS).isoformat()
    return (
        which(scene),
        Field("targets", say("formal/ask_targets", most=MOST_TARGETS), most=LENGTH,
              read=read_targets, shown=shown_targets),
        Field("follow", say("formal/ask_follow"), read=read_coming_day, shown=shown_day,
              default=later),
    )  # fmt: skip


def confirm(scene: Scene, given: Answers) -> Message:
    """What is written down, and who reads it when. Raises Refusal before the report is shared."""
    settled = running(scene, given)
    review = reviews.review(scene.unit, settled.lead)
    if review.state is not ReviewState.SHARED:
        raise Refusal("formal/not_shared", share_at=review.share_at or review.closes_at)
    assert review.assignment_id is not None
    about = brokers.assignment(scene.unit, review.assignment_id)
    follow = date.fromisoformat(one(given, "follow") or "")
    targets = _targets(scene, one(given, "targets") or "")
    asking = say(
        "formal/confirm",
        broker=about.name,
        targets=lines(targets),
        undated=any(target.until is None for target in targets),
        follow=follow,
        over=formality.is_over(about, follow),
        names=formality.names(scene.unit, settled),
        full=settled.share == "full",
    )
    return Message(asking, confirm_buttons("conclude"))


def lines(targets: Sequence[Target]) -> list[dict[str, object]]:
    """Targets as a template lists them."""
    return [{"text": t.text, "owner": t.owner, "until": t.until or ""} for t in targets]


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Kept and passed on: the broker at once, the others on the next days."""
    settled = running(scene, given)
    targets = _targets(scene, one(given, "targets") or "")
    follow = date.fromisoformat(one(given, "follow") or "")
    formal.conclude(scene.unit, settled.lead, targets, follow, scene.now)
    lead = reviews.review(scene.unit, settled.lead)
    assert lead.assignment_id is not None
    about = brokers.assignment(scene.unit, lead.assignment_id)
    promises.from_targets(scene.unit, lead, about.member_id, targets, follow)
    formality.pass_on(scene.unit, running(scene, given), scene.now)
    at = formality.on_day(follow, scene.group)
    timers.put(scene.unit, f"review:{settled.lead}:follow", "follow", at, review=settled.lead)
    over = formality.is_over(about, follow)
    return reply("formal/concluded", follow=follow, over=over)


COMMAND = Command(
    "review conclude",
    run,
    COORDINATOR,
    fields=fields,
    rest="targets",
    keywords={"follow": "follow"},
    confirm=confirm,
)

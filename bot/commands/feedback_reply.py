"""`feedback reply`: the broker answers the group: what they heard, what will be done, the talk."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from bot import following, promises
from bot.commands.command import BROKER, Command, Field, one
from bot.commands.forms import confirm_buttons
from bot.commands.review_schedule import read_coming_day
from bot.commands.review_talk import shown_day
from bot.replies import talk_file
from bot.reports import report_of
from bot.reviews import share_review
from bot.scene import Scene
from dialogues import reply
from dialogues.answers import Answers
from dialogues.errors import Mendable, Refusal
from dialogues.messages import Button, Label, Localised, Message, say
from dialogues.model import Assignment, Purpose, Review, ReviewState
from dialogues.reply import HEARD, LATEST, MOST_ACTIONS, WORDS, Action, Became, Owner, Reply
from storage import replies, reviews
from storage.store import Unit

NONE = "-"


def read_until(scene: Scene, text: str) -> str:
    """A day within the next two years, kept as ISO."""
    kept = read_coming_day(scene, text)
    today = scene.now.astimezone(ZoneInfo(scene.group.zone)).date()
    if date.fromisoformat(kept) > today + LATEST:
        raise Refusal("fault.too_far", words=text)
    return kept


def shown_review(scene: Scene, kept: str) -> Label:
    """A review by its check-in."""
    found = next((r for r in _mine(scene) if str(r.id) == kept), None)
    return _title(scene, found) if found is not None else kept


def fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """What was heard, up to three actions, the day of the talk. All at once on one page.

    What is promised in a formal review is agreed in the talk and written down with
    `review conclude`.
    """
    mine = _mine(scene)
    latest = next((str(r.id) for r in mine if not _given(scene, r)), None)
    which = Field(
        "review", say("review/ask_which"), default=latest or _last(mine), shown=shown_review
    )
    if one(given, "review") is None:
        return [which]
    review, _ = _open(scene, given)
    found = [which, Field("heard", say("reply/ask_heard"), most=HEARD)]
    if review.purpose is Purpose.FORMAL:
        return found
    talk = Field("day", say("reply/ask_talk"), read=read_until, shown=shown_day, optional=True)
    return [*found, *_actions(scene, given), talk]


def _actions(scene: Scene, given: Answers) -> Iterator[Field]:
    owners = tuple((owner.value, say(f"label.owner_{owner}")) for owner in Owner)
    page = not scene.ability.types
    for number in range(1, MOST_ACTIONS + 1):
        more = number > 1
        ask = say("reply/ask_action", number=number)
        skip = say("label.no_more_actions") if more else None
        yield Field(f"action{number}", ask, most=WORDS, optional=more, skip=skip, branches=not page)
        if one(given, f"action{number}") is None and not page:
            return
        who = say("reply/ask_owner", number=number)
        yield Field(f"owner{number}", who, "one", owners, optional=page and more)
        when = say("reply/ask_until", number=number)
        yield Field(
            f"until{number}", when, read=read_until, shown=shown_day, optional=page and more
        )


def _mine(scene: Scene) -> list[Review]:
    of_group = reviews.reviews(scene.unit, scene.group.id)
    return [r for r in of_group if following.service_in(scene.unit, r, scene.person.id)]


def _last(mine: Sequence[Review]) -> str:
    return str(mine[0].id) if mine else NONE


def _given(scene: Scene, review: Review) -> bool:
    service = following.service_in(scene.unit, review, scene.person.id)
    assert service is not None
    return following.reply_of(scene.unit, review.id, service.member_id) is not None


def _open(scene: Scene, given: Answers) -> tuple[Review, Assignment]:
    """The review that is replied to. Raises Refusal with what there is instead."""
    review = next((r for r in _mine(scene) if str(r.id) == one(given, "review")), None)
    if review is None:
        raise Refusal("reply/none")
    service = following.service_in(scene.unit, review, scene.person.id)
    assert service is not None
    if _given(scene, review):
        read = Button(say("label.read_again"), f"c:feedback of {review.id}")
        raise Refusal("reply/already", title=_title(scene, review), buttons=(read,))
    if following.read_by_nobody(scene.unit, review):
        raise Refusal("reply/for_you_alone")
    return review, service


def _title(scene: Scene, review: Review) -> Localised:
    return scene.house.library.checkins[review.checkin_id].title


def _drafted(scene: Scene, given: Answers, review: Review, member: int) -> Reply:
    day = one(given, "day")
    talk_on = date.fromisoformat(day) if day else None
    return Reply(review.id, member, one(given, "heard") or "", talk_on, scene.now)


def _promised(given: Answers, review: Review, member: int) -> Iterator[Action]:
    """The actions as they stand in the form. Raises Mendable for one without owner or date."""
    for number in range(1, MOST_ACTIONS + 1):
        text = one(given, f"action{number}")
        if text is None:
            continue
        owner, until = one(given, f"owner{number}"), one(given, f"until{number}")
        if owner is None or until is None:
            missing = [f"{k}{number}" for k, v in (("owner", owner), ("until", until)) if not v]
            buttons = tuple(Button(say(f"phrase.field_{key}"), f"~one:{key}") for key in missing)
            raise Mendable("reply/incomplete", text=text, buttons=buttons)
        day = date.fromisoformat(until)
        yield Action(0, review.id, member, text, Owner(owner), day, Became.OPEN)


def confirm(scene: Scene, given: Answers) -> Message:
    """The whole reply as the group will read it. Raises Mendable where it quotes a comment."""
    review, service = _open(scene, given)
    drafted = _drafted(scene, given, review, service.member_id)
    actions = list(_promised(given, review, service.member_id))
    report = report_of(scene.house, scene.unit, review, "broker", scene.person.id)
    for text in (drafted.heard, *(action.text for action in actions)):
        if words := reply.quoted(text, report.result.comments):
            raise Mendable("reply/quoting", words=words)
    formal = review.purpose is Purpose.FORMAL
    asking = say(
        "reply/confirm",
        block=reply.told(drafted, actions, service.name),
        formal=formal,
        asked=len(following.asked(scene.unit, review)),
        alone=review.state is not ReviewState.SHARED,
    )
    return Message(asking, confirm_buttons("send_reply"))


def run(scene: Scene, given: Answers) -> Sequence[Message]:
    """Kept and passed on, with the report where nobody else has it yet."""
    unit = scene.unit
    review, service = _open(scene, given)
    drafted = _drafted(scene, given, review, service.member_id)
    actions = list(_promised(given, review, service.member_id))
    _keep(unit, drafted, actions)
    promises.ring(unit, review, [action.until for action in actions])
    alone = review.state in (ReviewState.CLOSED, ReviewState.READ)
    waits = alone and not following.all_replied(unit, review)
    if not alone:
        following.tell_reply(unit, review, service.member_id, scene.now)
    elif not waits:
        share_review(scene.house, unit, review.id, scene.now)
    sent = Message(say("reply/sent", waits=waits, share_at=review.share_at or scene.now))
    if drafted.talk_on is None:
        return [sent]
    texts, reader = scene.house.texts, scene.reader
    return [replace(sent, files=(talk_file(texts.label, scene.group, drafted, reader),))]


def _keep(unit: Unit, drafted: Reply, actions: Sequence[Action]) -> None:
    replies.give(
        unit, drafted.review, drafted.member, drafted.heard, drafted.talk_on, drafted.given_at
    )
    for action in actions:
        replies.promise(unit, action.review, action.member, action.text, action.owner, action.until)


COMMAND = Command(
    "feedback reply",
    run,
    BROKER,
    fields=fields,
    keywords={"of": "review"},
    confirm=confirm,
)

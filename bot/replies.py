"""Reports with what follows them: the broker's reply, worded at delivery like the report itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import concerning, following, promises
from bot.calendars import day_file
from bot.following import GROUP, REPLY, SAID
from bot.reports import BROKER, COORDINATOR, Reports, report_of
from dialogues.messages import Button, File, Label, Message, Say, Spot, say
from dialogues.model import Partnership, Person, Purpose, Review, ReviewState
from dialogues.reply import Reply, told
from dialogues.report import PARTNER
from dialogues.sentences import Voice
from dialogues.texts import Reader
from storage import partnerships, replies, reviews
from storage.store import Unit

Prepared = tuple[Message, Reader, Callable[[], tuple[File, ...]]]
SUMMARIES = ("report/chat", "report/coordinator")
INVITATION = "checkin/invitation"


class Replies(Reports):
    """Words messages, with a report and what was replied to it inside where they are asked for."""

    def _prepare(self, unit: Unit, message: Message, person: Person | None, to: Spot) -> Prepared:
        number, _, what = message.report.partition(" ")
        if what.split(" ")[0] in (SAID, REPLY, GROUP):
            review = reviews.review(unit, int(number))
            group = partnerships.partnership(unit, review.partnership_id)
            reader = self._reader(person, group)
            return self._following(unit, message, review, group, reader)
        prepared, reader, files = super()._prepare(unit, message, person, to)
        if message.say.key in SUMMARIES and what in (BROKER, COORDINATOR):
            review = reviews.review(unit, int(number))
            return self._with_reply(unit, prepared, review, what, person, reader, files)
        return prepared, reader, files

    def _invitation(self, unit: Unit, round_id: int, installation: str, key: str) -> Message:
        """With what was promised last time, where it is the first message."""
        message = super()._invitation(unit, round_id, installation, key)
        if key != INVITATION:
            return message
        values = {**message.say.values, "promised": promises.opening_of(unit, round_id)}
        return replace(message, say=Say(INVITATION, values))

    def _following(
        self, unit: Unit, message: Message, review: Review, group: Partnership, reader: Reader
    ) -> Prepared:
        _, what, *of = message.report.split(" ")
        given = replies.replies(unit, review.id)
        given = [reply for reply in given if not of or str(reply.member) == of[0]]
        report = report_of(self._house, unit, review, PARTNER)
        voice = Voice(report.broker, False, report.home)
        concerned = concerning.concerned(unit, review)
        values: dict[str, object] = {
            "partnership": group.name,
            "title": report.title,
            "broker": report.broker,
            "about": bool(concerned),
            "several": len(concerned) > 1,
            "replies": [_block(unit, reply) for reply in given],
        }
        if what == SAID:
            values["strengths"] = [voice.said(e, "list") for e in report.strengths]
            values["talk"] = [voice.said(e, "list") for e in report.worth_talking]
            further = (*report.named, *report.changed)
            values["further"] = [voice.said(e, "list") for e in further]
        files = self._days(unit, review, given, reader)
        worded = replace(message, say=say(message.say.key, **values))
        return worded, reader, lambda: files if what != GROUP else ()

    def _with_reply(
        self,
        unit: Unit,
        message: Message,
        review: Review,
        who: str,
        person: Person | None,
        reader: Reader,
        files: Callable[[], tuple[File, ...]],
    ) -> Prepared:
        """The report, with the replies under it; for the broker with the way to one."""
        given = replies.replies(unit, review.id)
        listener, buttons = "", message.buttons
        service = following.service_in(unit, review, person.id) if person else None
        if who == BROKER and service is not None:
            group = partnerships.partnership(unit, review.partnership_id)
            mine = [reply for reply in given if reply.member == service.member_id]
            if not mine and group.listener != service.name and _alone(review):
                listener = group.listener
            here = {member.id for member in partnerships.members(unit, group.id)}
            may = service.member_id in here and not following.read_by_nobody(unit, review)
            if not mine and may:
                token = f"c:@{group.id} feedback reply of {review.id}"
                buttons = (Button(say("label.reply"), token), *buttons)
        elif who == BROKER:
            return message, reader, files
        if not given and not listener:
            return replace(message, buttons=buttons), reader, files
        told_whole = say(
            "reply/with_report",
            report=message.say,
            listener=listener,
            replies=[_block(unit, reply) for reply in given],
        )
        days = self._days(unit, review, given, reader)
        message = replace(message, say=told_whole, buttons=buttons)
        return message, reader, lambda: (*files(), *days)

    def _days(
        self, unit: Unit, review: Review, given: Sequence[Reply], reader: Reader
    ) -> tuple[File, ...]:
        group = partnerships.partnership(unit, review.partnership_id)
        return tuple(
            talk_file(self._house.texts.label, group, reply, reader)
            for reply in given
            if reply.talk_on is not None
        )


def talk_file(
    label: Callable[[Label, Reader], str], group: Partnership, reply: Reply, reader: Reader
) -> File:
    """The day of the talk for a calendar."""
    assert reply.talk_on is not None
    title = label(say("label.talk_title", partnership=group.name), reader)
    uid = f"review-{reply.review}-{reply.member}@titian"
    name = label(say("label.talk_file"), reader)
    return day_file(name, title, reply.talk_on, uid, reply.given_at)


def _block(unit: Unit, reply: Reply) -> Say:
    """A reply as everybody reads it; in a formal review what is promised is agreed in the talk."""
    review = reviews.review(unit, reply.review)
    formal = review.purpose is Purpose.FORMAL
    found = [] if formal else replies.actions(unit, reply.review)
    name = partnerships.member(unit, reply.member).name
    return told(reply, [a for a in found if a.member == reply.member], name)


def _alone(review: Review) -> bool:
    return review.state in (ReviewState.CLOSED, ReviewState.READ)

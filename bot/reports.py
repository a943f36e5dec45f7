"""Messages worded for their reader, and reports put into them at the last moment.

A report is never kept on its way: the outbox holds only "the report of review 12".
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import answering, beside, by_name, concerning, screens, signing
from bot.formality import is_over
from bot.printing import Print
from bot.scene import House, language_of, zone_of
from dialogues.answers import Answers
from dialogues.disclosure import from_data
from dialogues.history import Past
from dialogues.messages import File, Message, Outgoing, Say, Spot, say
from dialogues.model import Confidence, Partnership, Person, Review, ReviewState
from dialogues.ports import Clock
from dialogues.report import Report, build
from dialogues.texts import Reader
from storage import brokers, formal, partnerships, places, results, reviews, rounds
from storage.ballots import open_comments
from storage.keyring import comment_key
from storage.store import Store, Unit

BROKER, COORDINATOR = "broker", "coordinator"
ALIKE = timedelta(seconds=1)
"""For so long an invitation may be as it was: another process may change the round."""


class Reports:
    """Words messages, with a report inside where one is asked for."""

    def __init__(self, house: House, store: Store, clock: Clock) -> None:
        self._house = house
        self._store = store
        self._clock = clock
        self._last: dict[tuple[int, str, str], tuple[datetime, Message]] = {}

    async def word(self, message: Message, person: Person | None, to: Spot) -> Outgoing:
        """*message* for *person* (None: a group, in its partnership's language) at *to*."""
        if message.report or _late(message) or person is None:
            message, reader, files = await self._store.read(
                lambda unit: self._prepare(unit, message, person, to)
            )
        else:
            reader, files = self._reader(person, None), lambda: ()
        texts = self._house.texts
        attached = await asyncio.to_thread(files) if message.report else message.files
        return Outgoing(
            to,
            texts.word(message.say, reader),
            tuple((texts.label(b.label, reader), b.token) for b in message.buttons),
            attached,
            message.replaces,
            texts.label(message.preview, reader) if message.preview else "",
            message.form,
            message.round_id,
            message.erases,
            reader.language,
            message.options,
        )

    def _reader(self, person: Person | None, partnership: Partnership | None) -> Reader:
        now = self._clock.now()
        if person is not None:
            return Reader(language_of(person, partnership), zone_of(person, partnership), now)
        assert partnership is not None
        return Reader(partnership.language, ZoneInfo(partnership.zone), now)

    def _prepare(
        self, unit: Unit, message: Message, person: Person | None, to: Spot
    ) -> tuple[Message, Reader, Callable[[], tuple[File, ...]]]:
        none: tuple[File, ...] = ()
        if message.report:
            number, _, who = message.report.partition(" ")
            review = reviews.review(unit, int(number))
            partnership = partnerships.partnership(unit, review.partnership_id)
            reader = self._reader(person, partnership)
            return self._report(unit, message, review, who, reader, person)
        partnership_id = places.place_of(unit, to) if person is None else None
        group = partnerships.partnership(unit, partnership_id) if partnership_id else None
        reader = self._reader(person, group)
        if _late(message):
            message = self._invited(unit, message, to.installation)
        return message, reader, lambda: none

    def _invited(self, unit: Unit, message: Message, installation: str) -> Message:
        """What everybody in a round is sent alike: put together once a second, not for each."""
        assert message.round_id is not None
        now, kind = self._clock.now(), (message.round_id, installation, message.say.key)
        recent = {k: known for k, known in self._last.items() if abs(now - known[0]) <= ALIKE}
        if kind not in recent:
            built = self._invitation(unit, message.round_id, installation, message.say.key)
            recent[kind] = now, built
        self._last = recent
        return recent[kind][1]

    def _invitation(self, unit: Unit, round_id: int, installation: str, key: str) -> Message:
        round_ = rounds.find_round(unit, round_id)
        assert round_ is not None
        return screens.invitation(answering.showing(self._house, unit, round_, installation), key)

    def _report(
        self,
        unit: Unit,
        message: Message,
        review: Review,
        who: str,
        reader: Reader,
        person: Person | None,
    ) -> tuple[Message, Reader, Callable[[], tuple[File, ...]]]:
        if who == "conclusion":
            return replace(message, say=conclusion(unit, review)), reader, tuple
        first = rounds.rounds(unit, review.id)[0]
        if first.confidence is Confidence.NAMED:
            told = by_name.report(self._house, unit, review, first)
            return replace(message, say=told, buttons=()), reader, tuple
        report = report_of(self._house, unit, review, who, person.id if person else None)
        made = Print(report, who, self._house.texts, reader)
        if not report.released and message.say.key == "report/data":
            message = replace(message, say=say("report/chat"))  # there is nothing to count
        files: Callable[[], tuple[File, ...]] = tuple
        match message.say.key:
            case "report/guide":
                message = replace(message, say=report.guide(who))
            case "report/page":
                link = self._link(report, who, person)
                message = replace(message, say=link, buttons=report.further(who))
                files = lambda: (made.web(),)  # noqa: E731
            case "report/data":
                files = made.figures
            case _:
                message = replace(message, say=report.chat(who), buttons=report.buttons(who))
                if report.released:
                    files = lambda: (made.picture(), made.paper())  # noqa: E731
        return message, reader, files

    def _link(self, report: Report, who: str, person: Person | None) -> Say:
        """The page's message, with a link where there are a result and a browser's way to us."""
        address = self._house.address
        if not address or person is None or not report.released:
            return say("report/page", link="")
        now = self._clock.now()
        token = signing.issue(self._house.keyring, report.review.id, person.id, who == BROKER, now)
        until = now + signing.LASTS
        return say("report/page", link=f"{address}/report/{token}", until=until)


def conclusion(unit: Unit, review: Review) -> Say:
    """What was agreed after a formal review."""
    settled = formal.formal_of(unit, review.id)
    assert settled is not None and review.assignment_id is not None
    targets = [{"text": t.text, "owner": t.owner, "until": t.until or ""} for t in settled.targets]
    about, follow = brokers.assignment(unit, review.assignment_id), settled.follow_up_on
    return say(
        "formal/conclusion",
        partnership=partnerships.partnership(unit, review.partnership_id).name,
        broker=about.name,
        targets=targets,
        follow=follow or "",
        over=follow is not None and is_over(about, follow),
    )


def _late(message: Message) -> bool:
    """Whether a message was kept by its name only, to be built for where it is read."""
    return message.say.key in screens.BUILT_LATE and not message.say.values


def report_of(
    house: House, unit: Unit, review: Review, who: str, person: int | None = None
) -> Report:
    """A review's report from its Result and the public facts: nothing else is read.

    Beside it stand earlier Results of the same and what was said in the other direction.
    *person*: who reads it; among several brokers each finds only their own view beside it.
    """
    round_ = rounds.rounds(unit, review.id)[0]
    about = brokers.assignment(unit, review.assignment_id) if review.assignment_id else None
    other: Report | None = None
    past: tuple[Past, ...] = ()
    if who in (BROKER, COORDINATOR):
        past = tuple(beside.earlier(unit, review, round_, about))
        found = beside.other_direction(unit, review, who == BROKER)
        other = _built(house, unit, found, None) if found else None
    mirror = _mirror(unit, review, person)
    return replace(_built(house, unit, review, mirror), past=past, other=other)


def _built(house: House, unit: Unit, review: Review, mirror: Answers | None) -> Report:
    round_ = rounds.rounds(unit, review.id)[0]
    kept = results.result(unit, round_.id)
    assert kept is not None
    body, sealed = kept
    comments = open_comments(house.keyring, comment_key(round_.id), sealed)
    return build(
        result=from_data(body, comments),
        checkin=round_.checkin,
        facts=round_.facts,
        review=review,
        partnership=partnerships.partnership(unit, review.partnership_id),
        assignment=brokers.assignment(unit, review.assignment_id) if review.assignment_id else None,
        mirror=mirror,
        ended=not comments and results.had_comments(unit, round_.id),
    )


def _mirror(unit: Unit, review: Review, person: int | None) -> Answers | None:
    own = concerning.own_view(unit, review, person)
    return next((answers for _, answers in by_name.answers_of(unit, own)), None) if own else None


def readable_by_coordinators(review: Review) -> bool:
    """Whether the broker's time alone with the report is over."""
    return review.state in (ReviewState.SHARED, ReviewState.FOLLOWED_UP)

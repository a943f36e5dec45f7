"""Messages worded for their reader, and reports put into them at the last moment.

A report is never kept on its way: the outbox holds only "the report of review 12".
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot import answering, screens
from bot.pictures import picture
from bot.scene import House, language_of, zone_of
from dialogues.answers import Answers
from dialogues.charts import draw
from dialogues.disclosure import from_data
from dialogues.messages import File, Message, Outgoing, Spot, say
from dialogues.model import Audience, Partnership, Person, Review, ReviewState
from dialogues.ports import Clock
from dialogues.report import Report, build
from dialogues.texts import Reader
from storage import brokers, partnerships, results, reviews, rounds
from storage.ballots import open_comments
from storage.keyring import comment_key
from storage.store import Store, Unit

BROKER, COORDINATOR = "broker", "coordinator"


class Reports:
    """Words messages, with a report inside where one is asked for."""

    def __init__(self, house: House, store: Store, clock: Clock) -> None:
        self._house = house
        self._store = store
        self._clock = clock

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
            return self._report(unit, message, review, who, reader)
        partnership_id = partnerships.place_of(unit, to) if person is None else None
        group = partnerships.partnership(unit, partnership_id) if partnership_id else None
        reader = self._reader(person, group)
        if _late(message):
            assert message.round_id is not None
            round_ = rounds.find_round(unit, message.round_id)
            assert round_ is not None
            view = answering.showing(self._house, unit, round_, to.installation)
            message = screens.invitation(view, message.say.key)
        return message, reader, lambda: none

    def _report(
        self, unit: Unit, message: Message, review: Review, who: str, reader: Reader
    ) -> tuple[Message, Reader, Callable[[], tuple[File, ...]]]:
        report = report_of(self._house, unit, review, who)
        texts = self._house.texts
        told, page, chart = report.chat(who), report.page(who), report.chart(who)

        def files() -> tuple[File, ...]:
            found = []
            if message.say.key == "report/page":
                html = texts.page(*page, reader)
                name = texts.label(say("label.report_file"), reader)
                found.append(File(f"{name}.html", "text/html", html.encode()))
            elif report.released and message.say.key != "report/guide":
                svg = draw(chart, texts, reader)
                name = texts.label(say("label.picture_file"), reader)
                about = texts.label(say("label.picture_of"), reader)
                found.append(File(f"{name}.png", "image/png", picture(svg), about))
            return tuple(found)

        if message.say.key == "report/guide":
            message = replace(message, say=report.guide(who))
        elif message.say.key != "report/page":
            message = replace(message, say=told, buttons=report.buttons(who))
        return message, reader, files


def _late(message: Message) -> bool:
    """Whether a message was kept by its name only, to be built for where it is read."""
    return message.say.key in screens.BUILT_LATE and not message.say.values


def report_of(house: House, unit: Unit, review: Review, who: str) -> Report:
    """A review's report from its Result and the public facts: nothing else is read."""
    made = rounds.rounds(unit, review.id)
    round_ = made[0]
    kept = results.result(unit, round_.id)
    assert kept is not None
    body, sealed = kept
    comments = open_comments(house.keyring, comment_key(round_.id), sealed)
    result = from_data(body, comments)
    partnership = partnerships.partnership(unit, review.partnership_id)
    about = brokers.assignment(unit, review.assignment_id) if review.assignment_id else None
    return build(
        result=result,
        checkin=round_.checkin,
        facts=round_.facts,
        review=review,
        partnership=partnership,
        assignment=about,
        mirror=_mirror(unit, review),
        ended=not comments and results.had_comments(unit, round_.id),
    )


def _mirror(unit: Unit, review: Review) -> Answers | None:
    for round_ in rounds.rounds(unit, review.id):
        if round_.audience is Audience.BROKER:
            kept = results.result(unit, round_.id)
            if kept and kept[0].get("cast"):
                return {
                    key: tuple(value) if isinstance(value, list) else value
                    for key, value in kept[0]["answers"].items()
                }
    return None


def readable_by_coordinators(review: Review) -> bool:
    """Whether the broker's time alone with the report is over."""
    return review.state in (ReviewState.SHARED, ReviewState.FOLLOWED_UP)

"""Two partnerships in one Titian, somebody for each role in both, and plays that are undone.

Everything goes through the real conversation and its real transactions; each is looked at
before it would be committed and then taken back, so that one town serves every play.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from dialogues.messages import Address, Command, Event, Incoming, Message, Spot
from dialogues.model import Consent, Contractor, Kind, Role, Sector, Standing
from dialogues.offers import Step, Why
from dialogues.reply import Owner
from dialogues.service import Service
from storage import brokers, offers, partnerships, people, replies, reviews
from storage.store import Unit
from tests.attacks import play
from tests.conftest import World

Row = tuple[Any, ...]

WRITES = re.compile(r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) \"?(\w+)")
CANARY = "Kormoran"
"""In every name and text of the foreign partnership, and nowhere else."""
NOBODY = "none"
ROLES = (*(role.value for role in Role), NOBODY)
OWN, FOREIGN = "own", "foreign"
ELSEWHERE = "T0ELSEWHERE"
"""Another workspace: the same user ids mean other people there."""
IN_PASSING = frozenset({"inbox", "dialogue"})
"""Tables in which a play may leave a row of whoever plays, whatever becomes of it."""
REFUSED = frozenset({"fault.not_allowed", "fault.not_enrolled"})


class Undone(Exception):
    """Carries what a transaction would have given."""

    def __init__(self, given: Any) -> None:
        super().__init__()
        self.given = given


@dataclass
class Play:
    """What became of one event: keys and words of what was said, and every row that changed."""

    keys: list[str] = field(default_factory=list)
    words: str = ""
    changed: dict[str, str] = field(default_factory=dict)
    strange: set[str] = field(default_factory=set)
    """The tables of which a row changed that belongs, or points, to the foreign partnership."""

    @property
    def refused(self) -> bool:
        return bool(REFUSED & set(self.keys))

    @property
    def wrote(self) -> set[str]:
        return set(self.changed) - IN_PASSING

    @property
    def reaches(self) -> bool:
        """Whether anything of the foreign partnership was told or touched."""
        return bool(self.strange) or CANARY in self.words or CANARY in str(self.changed)


def user(place: str, role: str) -> str:
    """Whoever has *role* in the own or the foreign partnership."""
    return f"{place}-{role}"


class Town:
    """The world, and plays in it."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.group: dict[str, int] = {}
        self._keys = count(1)
        self._play = Play()
        self._runner = asyncio.Runner()
        self._before: Mapping[str, frozenset[Row]] = {}
        self.foreign: dict[str, frozenset[Any]] = {}
        """The first primary keys of the rows that belong to the foreign partnership."""
        self._written: set[str] = set()

    # ---- founding --------------------------------------------------------------------------
    def set_up(self) -> None:
        self._runner.run(self._set_up())

    def close(self) -> None:
        self._runner.run(self.world.stop())
        self._runner.close()

    async def _set_up(self) -> None:
        await self.world.start()
        store = self.world.app.store
        keys: list[Mapping[str, frozenset[Any]]] = []
        for place, name in ((OWN, "Water for Bima"), (FOREIGN, f"{CANARY} Delta")):
            mark = CANARY if place == FOREIGN else "Own"
            group = await store.transact(lambda unit, p=place, n=name: self._found(unit, p, n))  # type: ignore[misc]
            self.group[place] = group
            boss = user(place, "coordinator")
            await self._reviewed(place)
            await self.world.says(boss, "/review start role-clarity for 7d purpose learn")
            await self.world.taps(boss, "Start")
            every = "/review schedule effectiveness-pulse every 3 months on wednesday at 09:00"
            await self.world.says(boss, every)
            await self.world.taps(boss, "Let it come")
            await store.transact(lambda unit, g=group, m=mark: self._leave_traces(unit, g, m))  # type: ignore[misc]
            await self.world.forward(seconds=1)
            keys.append(await store.read(first_keys))
        self.foreign = {table: keys[1][table] - keys[0][table] for table in keys[0]}
        for role in ROLES:
            await self._hello(user(OWN, role))
        await store.read(lambda unit: self._remember(unit))
        self._watch()

    async def _reviewed(self, place: str) -> None:
        """A check-in that eight people answer, closed and told."""
        boss = user(place, "coordinator")
        await self.world.says(boss, "/review start responsibilities for 6h purpose learn")
        await self.world.taps(boss, "Start")
        await self.world.forward(seconds=1)
        for number in range(8):
            await play.answer(self.world, user(place, f"more{number}"))
        await self.world.forward(hours=6, minutes=5)

    def _found(self, unit: Unit, place: str, name: str) -> int:
        now = self.world.clock.now()
        mark = CANARY if place == FOREIGN else "Own"
        made = partnerships.new_partnership(unit, name, "en", "Asia/Makassar", now)
        partnerships.set_partnership(unit, made.id, "purpose", f"{mark} purpose", mark, now)
        sector, standing = Sector.GOVERNMENT, Standing.PARTNER
        homes = [
            partnerships.add_organisation(unit, made.id, f"{mark} {o}", sector, standing)[0].id
            for o in ("Alpha", "Beta", "Gamma", "Delta")
        ]
        several = {f"more{number}": Role.PARTNER for number in range(8)}
        for called, role in ({role.value: role for role in Role} | several).items():
            home = (
                homes[len(called) % 4 if called == "partner" else int(called[-1]) % 4]
                if (role is Role.PARTNER)
                else None
            )
            person = self._person(unit, user(place, called), f"{mark} {called}")
            partnerships.enrol(unit, made.id, person, home, (role,), now)
            if role is Role.BROKER:
                service = Service(Kind.EXTERNAL, now.date(), contractor=Contractor.PARTNERSHIP)
                agreed = (Consent.AGREED, now)
                brokers.appoint(unit, made.id, person, service, now, agreed)
        self._person(unit, user(place, NOBODY), f"{mark} nobody")
        return made.id

    def _person(self, unit: Unit, who: str, name: str) -> int:
        address, spot = Address("playground", "", who), Spot("playground", who)
        zone, now = "Asia/Makassar", self.world.clock.now()
        self.world.person(who, name)
        return people.know(unit, address, spot, name, now, "en", zone).id

    def _leave_traces(self, unit: Unit, group: int, mark: str) -> None:
        """What buttons name by number: a reply with a promise, an offer, a link."""
        now = self.world.clock.now()
        today, until = now.date(), now.date() + timedelta(days=30)
        (member,) = partnerships.with_role(unit, group, Role.BROKER)
        (about,) = brokers.assignments(unit, group, today)
        review = reviews.reviews(unit, group)[0]
        replies.give(unit, review.id, member.id, f"{mark} heard", None, now)
        replies.promise(unit, review.id, member.id, f"{mark} promise", Owner.BROKER, until)
        step = Step(Why.PHASE, "arrangement", about.id, today, until)
        offers.make_offer(unit, group, step, today)
        home = partnerships.organisations(unit, group)[0].id
        brokers.make_code(unit, group, now, f"{mark} coordinator", organisation=home)

    async def _hello(self, who: str) -> None:
        """The same user id in another workspace is somebody else, and met before."""
        await self.world.app.conversation.handle(self._incoming(who, Command("help"), ELSEWHERE))

    # ---- playing ---------------------------------------------------------------------------
    def plays(self, who: str, event: Event, workspace: str = "", chat: str = "") -> Play:
        """*who* does something, in private or in the group *chat*; nothing of it is kept."""
        self._play = done = Play()
        replies = self._runner.run(
            self.world.app.conversation.handle(self._incoming(who, event, workspace, chat))
        )
        done.words = "\n".join(f"{r.text} {r.buttons} {r.form}" for r in replies)
        return done

    def says(self, who: str, text: str, workspace: str = "") -> Play:
        return self.plays(who, Command(text), workspace)

    def do(self, work: Any) -> Any:
        """Change the town for good."""
        run, self._play = self._kept, Play()
        done = self._runner.run(run(work))
        self._runner.run(self.world.app.store.read(self._remember))
        return done

    def look(self, work: Any) -> Any:
        return self._runner.run(self.world.app.store.read(work))

    def _incoming(self, who: str, event: Event, workspace: str, group: str = "") -> Incoming:
        own = who if not workspace else f"{workspace}-{who}"
        chat = Spot("playground", group or own)
        sender = Address("playground", workspace, who)
        return Incoming(f"play {next(self._keys)}", sender, chat, not group, event, name=who)

    def _watch(self) -> None:
        """From here on what a transaction does is noted and undone."""
        store, talk = self.world.app.store, self.world.app.conversation
        self._kept = kept = store.transact
        worded = talk._reports.word

        def inside(work: Any, unit: Unit) -> None:
            self._written.clear()
            given = work(unit)
            unit.flush()
            self._note(unit)
            raise Undone(given)

        sa.event.listen(store._writer, "before_cursor_execute", self._written_to)

        async def transact(work: Any) -> Any:
            try:
                await kept(lambda unit: inside(work, unit))
            except Undone as undone:
                return undone.given

        async def word(message: Message, person: Any, to: Spot) -> Any:
            self._play.keys.append(message.say.key)
            return await worded(message, person, to)

        async def nothing(*_: object) -> None:
            """What would be sent to others, or written again, belongs to what is undone."""

        store.transact = transact  # type: ignore[method-assign]
        store.transact_ballot = transact  # type: ignore[method-assign]
        talk._reports.word = word  # type: ignore[method-assign]
        talk._direct = talk._renew = nothing
        talk._ring = lambda: None

    def _written_to(self, _: Any, __: Any, statement: str, *___: Any) -> None:
        if found := WRITES.match(statement):
            self._written.add(found[1])

    def _remember(self, unit: Unit) -> None:
        self._before = rows(unit, SQLModel.metadata.tables)

    def _note(self, unit: Unit) -> None:
        for table, now in rows(unit, set(self._written)).items():
            changed = now ^ self._before[table]
            if changed:
                self._play.changed[table] = str(sorted(changed, key=str))
            if table not in IN_PASSING and any(self._is_foreign(table, r) for r in changed):
                self._play.strange.add(table)

    def _is_foreign(self, name: str, row: Row) -> bool:
        table = SQLModel.metadata.tables[name]
        for column, value in zip(table.columns, row, strict=True):
            ids = {self.foreign[key.column.table.name] for key in column.foreign_keys}
            if column.primary_key and len(table.primary_key) == 1:
                ids.add(self.foreign[name])
            if any(value in found for found in ids):
                return True
        return False


def first_keys(unit: Unit) -> Mapping[str, frozenset[Any]]:
    """The first primary key of every row."""
    found = {}
    for name, table in SQLModel.metadata.tables.items():
        (first, *_) = table.primary_key.columns
        found[name] = frozenset(unit.connection().execute(sa.select(first)).scalars())
    return found


def rows(unit: Unit, tables: Iterable[str]) -> Mapping[str, frozenset[Row]]:
    link = unit.connection()
    named = {
        table: ", ".join(f'"{c.name}"' for c in SQLModel.metadata.tables[table].columns)
        for table in tables
    }
    return {
        table: frozenset(map(tuple, link.execute(sa.text(f"SELECT {columns} FROM {table}"))))
        for table, columns in named.items()
    }

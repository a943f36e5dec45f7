"""Many people invited at once, on both platforms, by a Titian that may be killed at any moment."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.app import App
from bot.clock import SystemClock
from bot.reviews import fill_boxes, open_review
from bot.settings import settings_from
from dialogues.messages import Address, Spot
from dialogues.model import Partnership, Purpose, Role, Standing
from storage import partnerships, people, reviews
from storage.store import Unit
from tests.doubles.slack_double import SlackDouble
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.waiting import until

ROOT = Path(__file__).parents[2]
MASTER_KEY = "5a" * 32
SELDOM = 0.1
"""Each look at what is left to be sent opens a connection."""
FLYING = "SELECT count(*) FROM outbox WHERE state = 'sending'"
DOUBTFUL = """
SELECT p.name FROM outbox o JOIN person p ON p.id = o.person_id
WHERE o.repeated OR o.state = 'unknown'
"""
WAITING = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'claimed', 'sending')"
GROUP = 10
"""People in one partnership, a coordinator beside them."""


@dataclass
class Tally:
    """What became of a campaign: people by how often they heard, and how many in doubt."""

    fault: str
    tries: int = 0
    lost: int = 0
    doubled: int = 0
    unknown: int = 0
    in_flight: int = 0
    slowest: float = 0.0
    """Seconds from a start to its first message, the longest of all starts."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.fault,
            self.tries + other.tries,
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.unknown + other.unknown,
            self.in_flight + other.in_flight,
            max(self.slowest, other.slowest),
        )

    def __str__(self) -> str:
        numbers = f"{self.tries:>5}  {self.lost:>4}  {self.doubled:>7}  {self.unknown:>7}"
        return f"{self.fault:<34}  {numbers}  {self.in_flight:>9}  {self.slowest:>7.1f}"


HEAD = f"{'fault':<34}  tries  lost  doubled  unknown  in flight  resumed"


@dataclass
class Campaign:
    """Invitations to *size* people, spread over the platforms."""

    folder: Path
    tg: TelegramDouble
    slack: SlackDouble
    size: int
    url: str
    """Of the database."""
    platforms: tuple[str, ...] = ("telegram", "slack")
    in_flight: int = 0
    """Messages that were on their way at a kill: whether they arrived is not known."""
    kills: int = 0
    slowest: float = 0.0
    bot: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.settings = {
            "TITIAN_OPERATOR": "Yayasan Contoh",
            "TITIAN_DATABASE_URL": self.url,
            **({} if self.url.startswith("sqlite") else {"TITIAN_MASTER_KEY": MASTER_KEY}),
            "TITIAN_KEYRING": f"file:{self.folder / 'keyring'}",
            "TITIAN_TELEGRAM_TOKEN": self.tg.token,
            "TITIAN_TELEGRAM_API_URL": f"http://127.0.0.1:{self.tg.port}",
            "TITIAN_SLACK_BOT_TOKEN": self.slack.bot_token,
            "TITIAN_SLACK_APP_TOKEN": self.slack.app_token,
            "TITIAN_SLACK_API_URL": self.slack.api_url,
            "TITIAN_PORT": "0",
        }
        names = [f"P{number}" for number in range(self.size)]
        at = dict(zip(names, cycle(self.platforms), strict=False))
        self.on_slack = {n: self.slack.user(n) for n in names if at[n] == "slack"}
        self.on_telegram = {n: self.tg.user(n) for n in names if n not in self.on_slack}
        for user in self.on_telegram.values():
            user.chat.started = True

    async def prepare(self) -> None:
        """Open a live check-in in as many partnerships as it takes: everybody is invited now."""
        app = App(settings_from(self.settings), SystemClock(), "")
        now = app.clock.now()
        names = [*self.on_telegram, *self.on_slack]
        try:
            for at in range(0, self.size, GROUP):
                some = names[at : at + GROUP]
                await app.store.transact(lambda unit, s=some: self._open(app, unit, s, now))  # type: ignore[misc]
            await app.store.transact(lambda unit: fill_boxes(app.house, unit))
        finally:
            app.store.close()

    def _open(self, app: App, unit: Unit, names: list[str], now: datetime) -> None:
        group = partnerships.new_partnership(unit, f"With {names[0]}", "en", "Asia/Makassar", now)
        homes = self._homes(unit, group)
        members = []
        for number, name in enumerate(names):
            person = people.know(unit, *self._address(name), name, now, "en", "Asia/Makassar")
            home = homes[number % len(homes)]
            enrolled = partnerships.enrol(unit, group.id, person.id, home, (Role.PARTNER,), now)
            members.append(enrolled)
        review = reviews.new_review(
            unit,
            group.id,
            None,
            members[0].id,
            "responsibilities",
            Purpose.LEARN,
            now,
            now + timedelta(hours=10),
            (),
            now,
        )
        open_review(app.house, unit, review, (), now)

    def _homes(self, unit: Unit, group: Partnership) -> list[int]:
        named = (f"Organisation {n}" for n in range(4))
        added = (
            partnerships.add_organisation(unit, group.id, name, None, Standing.PARTNER)
            for name in named
        )
        return [organisation.id for organisation, _ in added]

    def _address(self, name: str) -> tuple[Address, Spot]:
        if name in self.on_telegram:
            ident = str(self.on_telegram[name].id)
            return Address("telegram", "", ident), Spot("telegram", ident)
        user = self.on_slack[name]
        return Address("slack", user.team, user.id), Spot("slack", user.id)

    def heard(self) -> Counter[str]:
        """How many messages each person got."""
        got = Counter({n: _sent(u.chat.log) for n, u in self.on_telegram.items()})
        got.update({name: len(user.seen()) for name, user in self.on_slack.items()})
        return got

    def start(self, process: str = "run") -> None:
        """Titian, or one of its parts, in a process of its own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TITIAN_")}
        with (self.folder / "log").open("ab") as log:
            self.bot = subprocess.Popen(
                [sys.executable, "-m", "bot", process],
                cwd=ROOT,
                env={**kept, **self.settings},
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    async def going(self, patience: float = 60.0) -> None:
        """Wait until something is sent, and note how long that took."""
        before, began = self.heard().total(), time.monotonic()

        def begun() -> bool:
            return self.heard().total() > before or self.done

        await until(begun, patience, self.state, SELDOM)
        if self.heard().total() > before:
            self.slowest = max(self.slowest, time.monotonic() - began)

    async def kill(self) -> None:
        """SIGKILL, at once; and see whose message was on its way."""
        assert self.bot is not None
        self.bot.send_signal(signal.SIGKILL)
        await asyncio.to_thread(self.bot.wait)
        self.kills += 1
        self.in_flight += int(self.asked(FLYING)[0][0])

    async def killed_often(self, times: int, chance: random.Random) -> None:
        """Start, let it send a little, kill, again."""
        for _ in range(times):
            if self.done:
                break
            self.start()
            await self.going()
            await asyncio.sleep(chance.random() * 0.2)
            await self.kill()
        self.start()

    @property
    def waiting(self) -> int:
        """How many lines have not ended."""
        return int(self.asked(WAITING)[0][0])

    def asked(self, query: str) -> Sequence[sa.Row[Any]]:
        """What the database says, with a connection of its own."""
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.connect() as link:
            return link.execute(sa.text(query)).all()

    @property
    def done(self) -> bool:
        """Whether nothing is left to be sent."""
        return self.waiting == 0

    async def end(self, patience: float = 60.0) -> None:
        """Wait until nothing is left to be sent, then stop."""
        await until(lambda: self.done, patience, self.state, SELDOM)
        await self.stop()

    async def stop(self) -> None:
        """SIGTERM, or at least an end."""
        if self.bot is None or self.bot.poll() is not None:
            return
        self.bot.terminate()
        try:
            await asyncio.to_thread(self.bot.wait, 10)
        except subprocess.TimeoutExpired:
            self.bot.kill()
            self.bot.wait()
            raise

    @property
    def said(self) -> str:
        """What it logged."""
        return (self.folder / "log").read_text(errors="replace")

    def state(self) -> str:
        """Where it stands, for a failure."""
        return f"{self.heard().total()} sent, {self.waiting} wait; {self.said[-1500:]}"

    def tally(self, fault: str, tries: int) -> Tally:
        """Count. In doubt is what the outbox itself says may have arrived."""
        got = self.heard()
        everybody = (*self.on_telegram, *self.on_slack)
        odd = {name for name in everybody if got[name] != 1}
        doubt = {row[0] for row in self.asked(DOUBTFUL)}
        lost = sum(got[name] == 0 for name in odd - doubt)
        doubled = sum(got[name] > 1 for name in odd - doubt)
        in_flight = self.in_flight or len(doubt)
        return Tally(fault, tries, lost, doubled, len(odd & doubt), in_flight, self.slowest)


def _sent(log: list[tuple[str, Any]]) -> int:
    """Messages that were not taken back."""
    return sum({"sent": 1, "deleted": -1}.get(what, 0) for what, _ in log)

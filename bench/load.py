"""Two hundred partnerships of twelve people who answer at once, on both platforms: `make load`.

One process on SQLite, then two web and two worker processes on PostgreSQL. Everybody taps
through a whole check-in at their own pace; each tap comes as Telegram and Slack bring it, by
HTTP and signed, and is timed from the moment it was planned for, so that waiting for a turn
counts. Exit code 1 where a limit is broken.
"""

import asyncio
import itertools
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.load_house import lost, opened, settings, two_databases
from bench.load_people import EACH, Lines, Platforms, Somebody, request

GROUPS = 200
SPREAD, PAUSE = 40.0, (8.0, 20.0)
"""Within how many seconds everybody begins: at thirty a second, Telegram's most, the invitations
need as long; and how long somebody reads before the next tap: a check-in takes them a minute and a
half, of the two that it may."""
ACK, P99, STALL, MEMORY = 3.0, 0.5, 0.1, 200.0
CORES = sorted(os.sched_getaffinity(0))


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
            f"{100 * self.cpu / self.took:>5.0f} {1000 * self.cpu / len(self.waits):>6.2f} "
            f"{self.late * 1000:>6.0f}"
        )


HEAD = (
    f"{'':<34} {'taps':>6} {'p50':>6} {'p99':>6} {'max':>6} {'failed':>6} {'lost':>5} "
    f"{'stall':>6} {'MB':>6} {'CPU %':>5} {'a tap':>6} {'late':>6}"
)
HOW = f"""\
{GROUPS} partnerships of {EACH} people, half on each platform; milliseconds, from the moment a tap
was planned for to its acknowledgement. Whoever taps, both platforms, the script and PostgreSQL
are on core {CORES[-1]}. One process of Titian has core {CORES[0]} for itself; four use all cores.
They begin within {SPREAD:.0f} s, as the invitations come; they read {PAUSE[0]:.0f} to
{PAUSE[1]:.0f} s before each tap.
"stall": the longest that Titian's loop was away from a task that wakes every 5 ms. "MB": the peak
of its largest process. "CPU %": what all its processes took of one core, "a tap": in milliseconds
of it. "late": by how much the script itself was late with a tap at most; that counts against
Titian, and so does whatever else runs on the machine: only CPU is the same on a busy one."""


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


class Process:
    """One process of Titian, which says of itself how long its loop was away."""

    def __init__(self, kind: str, env: dict[str, str], port: int, cores: list[int]) -> None:
        self.port = port
        self._child = subprocess.Popen(
            [sys.executable, "-m", "bench.load_host", kind, *map(str, cores)],
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
    crowd = await asyncio.to_thread(opened, plain, GROUPS)
    cores = CORES[:1] if len(kinds) == 1 else CORES
    processes = [Process(kind, env, free(), cores) for kind in kinds]
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(wanted: list[str]) -> int:
    """Both runs, or those named: sqlite, postgresql."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped
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

"""One process of Titian under load: `titian run`, and how long its loop was away, said at its end.

It counts from SIGUSR1 to SIGUSR2, and prints at its end: stall in seconds, peak memory in MB,
seconds of CPU.
"""

import asyncio
import os
import resource
import signal
import sys
import time

from bench.waits import watched
from bot import dumps
from bot.app import serve
from bot.logs import set_up
from bot.processes import Process
from bot.settings import read_settings, secrets


async def main(kind: str) -> None:
    """Run until SIGTERM."""
    settings = read_settings()
    set_up(settings.log, secrets(settings))
    dumps.keep_out()
    began = 0.0
    said: tuple[float, float, float] | None = None

    def note() -> None:
        nonlocal began
        stall.worst, began = 0.0, time.process_time()

    def freeze() -> None:
        nonlocal said
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        said = stall.worst, memory, time.process_time() - began

    loop = asyncio.get_running_loop()
    async with watched() as stall:
        loop.add_signal_handler(signal.SIGUSR1, note)
        loop.add_signal_handler(signal.SIGUSR2, freeze)
        await serve(settings, Process(kind))
    assert said is not None
    print(*said, flush=True)


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(core) for core in sys.argv[2:]})
    asyncio.run(main(sys.argv[1]))

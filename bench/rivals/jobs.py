"""The same number of jobs by procrastinate, which do nothing: prints seconds.

It runs in an environment of its own, since its pins differ from ours.
"""

import asyncio
import logging
import sys
import time

import procrastinate

AT_ONCE = 4


async def main(uri: str, jobs: int) -> float:
    """Seconds from the first job to the last."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=uri))
    done = 0

    @app.task(queue="bench")
    async def job(number: int) -> None:
        nonlocal done
        done += 1

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for number in range(jobs):
            await job.defer_async(number=number)
        began = time.perf_counter()
        await app.run_worker_async(
            queues=["bench"],
            wait=False,
            concurrency=AT_ONCE,
            install_signal_handlers=False,
            delete_jobs="always",
        )
        cost = time.perf_counter() - began
    assert done == jobs, done
    return cost


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(asyncio.run(main(sys.argv[1], int(sys.argv[2]))))

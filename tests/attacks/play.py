"""A review played for attackers: eight partners of four organisations, and their canaries."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage import reviews
from storage.store import Store, Unit

Opener = Callable[..., Awaitable[Any]]
"""The fixture `opened`."""
PEOPLE = ("sari", "joko", "maria", "anna", "hasan", "lin", "yohana", "tom")
COMMENT = "kanarifogel"
"""In every comment, and nowhere else in the world."""
NAME = "Wiedehopf"
"""In everybody's name."""
CHOSEN = '"a":{'
"""How a draft with its answers begins where it is not sealed (`plain_draft`)."""
RECEIPT = "river cedar"
"""In every receipt (fixture `world`)."""


async def set_up(world: Any) -> None:
    """A partnership with a broker and everybody."""
    await world.founded(PEOPLE, lambda user: f"{user.title()} {NAME}")


async def start_review(world: Any, window: str) -> None:
    """A review, open for *window*; under a day there are no reminders."""
    await world.says("budi", f"/review start responsibilities for {window}")
    await world.taps("budi", "Start")


async def answer(world: Any, user: str, words: str = "", value: str = "4") -> None:
    """Somebody fills in the whole page."""
    await world.taps(user, "All on one page")
    values: dict[str, Any] = dict.fromkeys(("r1", "r2_fit", "r2_new", "r3", "r4"), (value,))
    values |= {"next": ("r2",)} | ({"text": words} if words else {})
    await world.fills(user, values)


async def up_to_the_words(world: Any, user: str) -> None:
    """Somebody answers step by step, as far as the question for words."""
    for label in ("Begin", "Agree", "Agree", "Agree", "Agree", "Agree"):
        await world.taps(user, label)
    await world.taps(user, "Getting the greatest benefit and impact")


async def answer_by_taps(world: Any, user: str, words: str) -> None:
    """Somebody answers step by step and types their comment."""
    await up_to_the_words(world, user)
    await world.says(user, words)
    await world.taps(user, "Send my answers")


async def close(world: Any) -> None:
    """Until the review has closed."""
    await almost_close(world)
    await world.forward(minutes=2)


async def almost_close(world: Any) -> None:
    """Until a minute before the review closes."""

    def work(unit: Unit) -> timedelta:
        now: datetime = world.clock.now()
        return reviews.review(unit, 1).closes_at - timedelta(minutes=1) - now

    left = await world.app.store.read(work)
    await world.forward(seconds=left.total_seconds())


async def jump(world: Any, by: timedelta) -> None:
    """Time goes by while the server is down, and then it looks once: quicker than `forward`."""
    world.clock.move(by)
    await world.app.ticker.tick()


async def reminders(world: Any) -> list[datetime]:
    """When reminders of the open review go out, in order."""
    query = "SELECT DISTINCT not_before FROM outbox WHERE key LIKE '%:remind:%' ORDER BY 1"
    found = [at for (at,) in await look(world.app.store, query)]
    times = [datetime.fromisoformat(at) if isinstance(at, str) else at for at in found]
    return [at if at.tzinfo else at.replace(tzinfo=UTC) for at in times]


async def look(store: Store, query: str) -> list[Any]:
    """What a query finds."""
    found = await store.read(lambda unit: unit.connection().execute(sa.text(query)).all())
    return [tuple(row) for row in found]


async def tables(store: Store) -> dict[str, list[str]]:
    """Every row of every table, as text."""

    def work(unit: Unit) -> dict[str, list[str]]:
        link = unit.connection()
        return {
            name: sorted(map(str, link.execute(sa.text(f"SELECT * FROM {name}")).all()))
            for name in sa.inspect(link).get_table_names()
        }

    return await store.read(work)


def files(folder: Path) -> dict[str, bytes]:
    """Every file below *folder*, the way a thief copies it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def holding(folder: Path, *canaries: str) -> list[str]:
    """Which files hold one of *canaries* in clear."""
    found = files(folder)
    return [n for n, content in found.items() if any(c.encode() in content for c in canaries)]

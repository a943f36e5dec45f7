"""What can be counted while a review is open: nothing (T19, T21, F01)."""

from datetime import timedelta
from typing import Any

import pytest
import structlog

from dialogues.errors import RetryLater, Unreachable
from tests.attacks import play
from tests.attacks.play import PEOPLE, Opener


async def test_status_and_results_say_the_same_after_each_answer(opened: Opener) -> None:
    world = await opened()
    said: set[tuple[str, str]] = set()

    async def ask() -> None:
        await world.says("budi", "/review status")
        status = world.last("budi")
        await world.says("budi", "/review results")
        said.add((status, world.last("budi")))

    await ask()
    for user in PEOPLE:
        await play.answer(world, user)
        await ask()
    await world.says("tom", "/checkin")
    await world.taps("tom", "Withdraw")
    await world.taps("tom", "Yes, withdraw them")
    await ask()
    assert len(said) == 1


async def test_the_one_signal_never_changes_once_it_is_said(opened: Opener) -> None:
    """F01: computed once, at three quarters, whatever happens afterwards."""
    world = await opened(window="1d")
    for user in PEOPLE[:5]:
        await play.answer(world, user)
    await play.jump(world, timedelta(hours=72))
    before = [m.text for m in world.room.transcript("budi")]
    assert sum("enough" in text for text in before) == 1
    await world.says("sari", "/checkin")
    await world.taps("sari", "Withdraw")
    await world.taps("sari", "Yes, withdraw them")
    await play.jump(world, timedelta(hours=6))
    assert [m.text for m in world.room.transcript("budi")] == before


CASTS = {"nobody": (), "half": PEOPLE[::2], "all": PEOPLE}


def sends(world: Any) -> dict[str, float]:
    """What the metrics tell of messages, by what became of them."""
    counted = world.app.meter.registry.collect()
    return {
        f"{sample.name} {sample.labels}": sample.value
        for family in counted
        if family.name == "titian_sends"
        for sample in family.samples
        if sample.name.endswith("_total")
    }


async def reminded(
    opened: Opener, casts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, failing: bool
) -> tuple[dict[str, list[str]], list[str], set[str]]:
    """The rows and the log just after a reminder run, and who was reminded."""
    said: list[str] = []

    def keep(_: Any, __: str, line: Any) -> Any:
        said.append(str({k: v for k, v in line.items() if k != "timestamp"}))
        raise structlog.DropEvent

    world = await opened(window="1d")
    structlog.configure(processors=[keep], cache_logger_on_first_use=False)
    sending = world.room.send
    faults = iter([RetryLater(30), Unreachable(), RetryLater(3600)])

    async def send(outgoing: Any) -> str:
        if failing and "I can tell" in outgoing.text and (fault := next(faults, None)):
            raise fault
        sent: str = await sending(outgoing)
        return sent

    for user in casts:
        await play.answer(world, user)
    before = sends(world)
    with monkeypatch.context() as patch:
        patch.setattr(world.room, "send", send)
        await play.jump(world, (await play.reminders(world))[-1] - world.clock.now())
        for _ in range(4):
            await play.jump(world, timedelta(minutes=20))
    counted = [f"{name} {n - before.get(name, 0.0)}" for name, n in sends(world).items()]
    found = await play.tables(world.app.store)
    found["metrics"] = sorted(counted)
    del found["inbox"]  # a row a tap, which says nothing of whose
    for table in ("ballot", "open_message"):  # sealed, and ids by chance
        found[table] = [str(len(found[table]))]
    whole = await play.look(world.app.store, "SELECT DISTINCT key_number FROM ballot")
    found["numbers"] = [str(whole)]
    structlog.reset_defaults()
    told = {u for u in PEOPLE if any("I can tell" in m.text for m in world.room.transcript(u))}
    return found, said, told


@pytest.mark.parametrize("failing", [False, True], ids=["fine", "with failures"])
async def test_a_reminder_run_leaves_the_same_whoever_has_answered(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, failing: bool
) -> None:
    """T21: only the private messages differ, also where the platform was away."""
    runs = [await reminded(opened, casts, monkeypatch, failing) for casts in CASTS.values()]
    rows, logs, told = zip(*runs, strict=True)
    assert [len(reached) + failing * bool(reached) for reached in told] == [8, 4, 0]
    assert told[1] <= set(PEOPLE[1::2])
    assert {table for table in rows[0] if rows[0][table] != rows[2][table]} == set()
    assert rows[0] == rows[1] == rows[2]
    assert logs[0] == logs[1] == logs[2]

"""A round's life against real storage: the close, crashes in it, reminders, lost keys."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dialogues.model import ReviewState, RoundState
from storage import reviews, rounds
from storage.ballots import destroy_keys
from storage.store import Unit

PEOPLE = ("sari", "joko", "maria", "anna", "hasan", "lin", "yohana", "tom")
CANARY = "kanarifogel"


async def set_up(world: Any) -> None:
    await world.founded(PEOPLE)


async def begin(world: Any) -> None:
    await set_up(world)
    await world.says("budi", "/review start responsibilities for 7d")
    await world.taps("budi", "Start")


async def answer(world: Any, user: str, words: str = "") -> None:
    await world.taps(user, "All on one page")
    values: dict[str, Any] = dict.fromkeys(("r1", "r2_fit", "r2_new", "r3", "r4"), ("4",))
    values |= {"next": ("r2",)} | ({"text": words} if words else {})
    await world.fills(user, values)


async def count(world: Any, table: str) -> int:
    query = sa.text(f"SELECT count(*) FROM {table}")
    found = await world.app.store.read(lambda unit: unit.connection().execute(query).scalar())
    return int(found)


async def state(world: Any) -> tuple[ReviewState, list[RoundState], list[bool]]:
    def look(unit: Unit) -> tuple[ReviewState, list[RoundState], list[bool]]:
        made = rounds.rounds(unit, 1)
        gone = [round_.destroyed_at is not None for round_ in made]
        return reviews.review(unit, 1).state, [round_.state for round_ in made], gone

    found: tuple[ReviewState, list[RoundState], list[bool]] = await world.app.store.read(look)
    return found


async def test_at_the_opening_everybody_has_a_row_and_all_rows_are_alike(world: Any) -> None:
    await begin(world)
    assert await count(world, "ballot") == len(PEOPLE) + 1
    before = await everything(world)
    await answer(world, "sari")
    after = await everything(world)
    changed = {table for table in after if after[table] != before[table]}
    assert changed <= {"ballot", "inbox", "open_message"}


async def everything(world: Any) -> dict[str, Any]:
    def look(unit: Unit) -> dict[str, Any]:
        names = sa.inspect(unit.connection()).get_table_names()
        return {
            name: sorted(
                map(str, unit.connection().execute(sa.text(f"SELECT * FROM {name}")).all())
            )
            for name in names
        }

    found: dict[str, Any] = await world.app.store.read(look)
    return found


@pytest.mark.usefixtures("seldom")
async def test_the_close_leaves_a_result_and_nothing_else(world: Any) -> None:
    await begin(world)
    for user in PEOPLE:
        await answer(world, user, CANARY if user in ("anna", "tom") else "")
    await world.forward(days=8)
    assert await state(world) == (ReviewState.CLOSED, [RoundState.CLOSED] * 2, [True, True])
    for table in ("ballot", "open_message"):
        assert await count(world, table) == 0
    bound = "outbox WHERE round_id IS NOT NULL", "timer WHERE round_id IS NOT NULL"
    assert [await count(world, table) for table in bound] == [0, 0]
    assert await count(world, "receipt") == len(PEOPLE)
    keys = set(world.app.house.keyring.names())
    assert keys == {"inbox", "round-1-comments"}
    assert CANARY in world.last("ratna")
    stored = b"".join(p.read_bytes() for p in world.folder.glob("titian.db*"))
    assert CANARY.encode() not in stored


@pytest.mark.usefixtures("seldom")
async def test_a_crash_between_the_close_and_the_end_of_the_keys_is_finished_later(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(world)
    for user in PEOPLE[:6]:
        await answer(world, user)

    def fall(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as crash:
        crash.setattr("bot.timekeeping.destroy_keys", fall)
        with pytest.raises(RuntimeError, match="killed"):
            await world.forward(days=8)
    closing = (ReviewState.CLOSED, [RoundState.CLOSING] * 2, [False, False])
    assert await state(world) == closing
    assert await count(world, "result") == 2
    await world.app.ticker.tick()
    assert (await state(world))[1:] == ([RoundState.CLOSED] * 2, [True, True])
    assert not [n for n in world.app.house.keyring.names() if "seal" in n or "slot" in n]
    assert await count(world, "result") == 2


@pytest.mark.usefixtures("seldom")
async def test_a_crash_inside_the_close_changes_nothing(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(world)
    for user in PEOPLE[:6]:
        await answer(world, user)

    def fall(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as crash:
        crash.setattr("bot.closing._after_close", fall)
        with pytest.raises(RuntimeError, match="killed"):
            await world.forward(days=8)
    assert (await state(world))[0] is ReviewState.OPEN
    assert await count(world, "ballot") == len(PEOPLE) + 1
    await world.app.ticker.tick()
    assert (await state(world))[0] is ReviewState.CLOSED
    assert await count(world, "result") == 2


async def test_a_crash_before_the_ballots_are_filled_is_mended_by_the_next_tick(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_up(world)
    await world.says("budi", "/review start responsibilities for 7d")

    def fall(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as crash:
        crash.setattr("bot.reviews.fill_boxes", fall)
        await world.room.tap("budi", world.carrying("budi", "Start"), "Start")
        with pytest.raises(RuntimeError, match="killed"):
            await world.app.ticker.tick()
    await world.app.ticker.tick()
    assert await count(world, "ballot") == len(PEOPLE) + 1


@pytest.mark.usefixtures("seldom")
async def test_a_lost_key_ends_the_round_as_unreadable_and_guesses_nothing(world: Any) -> None:
    await begin(world)
    await answer(world, "sari")
    destroy_keys(world.app.house.keyring, 1)
    await world.says("joko", "/checkin")
    assert "its key is gone" in world.last("joko")
    await world.forward(days=8)
    review, states, gone = await state(world)
    assert review is ReviewState.CANCELLED
    assert states[0] is RoundState.UNREADABLE and all(gone)
    assert await count(world, "result") <= 1
    assert "can no longer be read" in world.last("budi")


async def test_reminders_go_to_those_who_have_not_answered_and_both_ends_look_alike(
    world: Any,
) -> None:
    await begin(world)
    await answer(world, "sari")
    await world.taps("joko", "Not this time")
    await world.forward(days=5)
    reminded = [u for u in PEOPLE if "I can tell that you have not" in world.last(u)]
    assert set(reminded) == set(PEOPLE) - {"sari", "joko"}
    query = sa.text("SELECT DISTINCT state, body, holder FROM outbox WHERE key LIKE '%:remind:%'")
    rows = await world.app.store.read(lambda unit: unit.connection().execute(query).all())
    assert len(rows) == 1


async def test_later_asks_once_more_the_next_working_day(world: Any) -> None:
    await begin(world)
    await world.taps("sari", "Later")
    await world.forward(days=1)
    assert "I can tell" not in world.last("sari")
    await world.forward(days=2)
    assert "I can tell that you have not" in world.last("sari")


@pytest.mark.usefixtures("seldom")
async def test_the_coordinator_hears_once_whether_it_is_enough_and_never_a_number(
    world: Any,
) -> None:
    await begin(world)
    for user in PEOPLE[:5]:
        await answer(world, user)
    await world.forward(days=6)
    told = [
        m.text for m in world.room.transcript("budi") if "enough" in m.text and "yet" not in m.text
    ]
    assert len(told) == 1 and " 5 " not in told[0] and " 8 " not in told[0]


async def test_withdrawing_consent_cancels_the_open_review(world: Any) -> None:
    await begin(world)
    await answer(world, "sari")
    await world.taps("ratna", "Stop check-ins about me")
    review, states, _ = await state(world)
    assert review is ReviewState.CANCELLED
    assert states == [RoundState.CANCELLED] * 2
    assert await count(world, "ballot") == 0
    assert await count(world, "result") == 0
    assert not [n for n in world.app.house.keyring.names() if n.startswith("round")]
    assert "withdrawn" in world.last("budi")


async def test_a_restart_in_the_middle_goes_on_at_the_same_question(
    tmp_path: Path, world: Any
) -> None:
    await begin(world)
    for label in ("Begin", "Agree", "Disagree"):
        await world.taps("sari", label)
    again = type(world)(world.folder)
    again.app.house.keyring._keys = world.app.house.keyring._keys
    again.clock.move(world.clock.now() - again.clock.now())
    await again.start()
    await again.app.introduce()
    await again.says("sari", "/checkin")
    assert "3 of 7" in again.last("sari")
    await again.taps("sari", "Agree")
    assert "4 of 7" in again.last("sari")
    await again.stop()


@pytest.mark.usefixtures("seldom")
async def test_a_whole_review_on_either_database(
    database_url: str, tmp_path: Path, world: Any
) -> None:
    other = type(world)(tmp_path / "other", database_url=database_url)
    (tmp_path / "other").mkdir(exist_ok=True)
    await other.start()
    await begin(other)
    for user in PEOPLE:
        await answer(other, user)
    await other.forward(days=8)
    assert await state(other) == (ReviewState.CLOSED, [RoundState.CLOSED] * 2, [True, True])
    assert "What your partners said" in other.last("ratna")
    assert await count(other, "ballot") == 0
    await other.forward(days=4)
    assert "What partners said" in other.last("budi")
    await other.stop()


@pytest.mark.usefixtures("seldom")
async def test_a_coordinator_who_is_the_broker_hears_nothing_as_coordinator(world: Any) -> None:
    """R8: no signal, no status, no settings while a review about oneself is open."""
    await set_up(world)
    await world.says("budi", "/invite coordinator")
    code = world.codes("budi")[-1]
    await world.says("ratna", f"/join {code}")
    await world.taps("ratna", "Join")
    await world.says("ratna", "/review start responsibilities")
    assert "would be about you" in world.last("ratna")
    await world.says("budi", "/review start responsibilities for 7d")
    await world.taps("budi", "Start")
    for text in ("/review close", "/review cancel", "/partnership set minimum 9", "/invite Alpha"):
        await world.says("ratna", text)
        assert "This is about you" in world.last("ratna"), text
    await world.says("ratna", "/review status")
    assert "No review is open" in world.last("ratna")
    await world.forward(days=6)
    assert not [m for m in world.room.transcript("ratna") if "answers yet" in m.text]

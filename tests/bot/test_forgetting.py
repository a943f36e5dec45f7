"""`forget me` and `mydata` in a whole Titian: at once, also while a check-in is open."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from bot import answering
from dialogues.dialogue import Draft
from storage import outbox, rounds
from storage.store import Unit

pytestmark = pytest.mark.usefixtures("seldom")

ALL = ("sari", "joko", "maria", "anna", "hasan", "lin", "yohana", "tom")


async def begin(world: Any) -> None:
    await world.founded(ALL, lambda user: f"{user.title()} {user.upper()}")
    await world.says("budi", "/review start responsibilities for 7d")
    await world.taps("budi", "Start")


async def answer(world: Any, user: str) -> None:
    await world.taps(user, "All on one page")
    values: dict[str, Any] = dict.fromkeys(("r1", "r2_fit", "r2_new", "r3", "r4"), ("4",))
    await world.fills(user, values | {"next": ("r2",)})


async def forget(world: Any, user: str) -> None:
    await world.says(user, "/forget me")
    await world.taps(user, "Yes, erase everything")


async def everything(world: Any) -> str:
    def look(unit: Unit) -> str:
        link = unit.connection()
        tables = sa.inspect(link).get_table_names()
        return str([link.execute(sa.text(f"SELECT * FROM {table}")).all() for table in tables])

    found: str = await world.app.store.read(look)
    return found


async def drafts(world: Any) -> dict[str, Draft | None]:
    def look(unit: Unit) -> dict[str, Draft | None]:
        round_ = rounds.find_round(unit, 1)
        assert round_ is not None
        house = world.app.house
        return {
            seat.name: answering.open_state(house, unit, round_, seat.member_id)
            for seat in rounds.roster(unit, 1)
        }

    found: dict[str, Draft | None] = await world.app.store.read(look)
    return found


async def test_a_cast_ballot_becomes_an_untouched_one_and_the_name_is_gone(
    database_url: str, tmp_path: Any, world: Any
) -> None:
    (tmp_path / "other").mkdir()
    other = type(world)(tmp_path / "other", database_url=database_url)
    await other.start()
    await begin(other)
    for user in ALL:
        await answer(other, user)
    await forget(other, "sari")
    assert "erased" in other.last("sari")
    assert (await drafts(other))[""] == Draft()
    assert "SARI" not in await everything(other)
    await other.forward(days=8)
    assert "7 of 8 people" in other.last("ratna")
    assert not any("I can tell" in m.text for m in other.room.transcript("sari"))
    await other.stop()


async def test_ballots_are_written_by_themselves_and_before_anything_else(world: Any) -> None:
    """T12: a transaction that writes a ballot writes no row that names a person."""
    await begin(world)
    await answer(world, "sari")
    await world.says("sari", "/forget me")
    written: list[set[str]] = [set()]

    def note(_: Any, __: Any, sql: str, *___: Any) -> None:
        verb, *rest = sql.split()
        if verb in ("INSERT", "UPDATE", "DELETE"):
            written[-1].add(rest[1] if verb in ("INSERT", "DELETE") else rest[0])

    def end(_: Any) -> None:
        written.append(set())

    engine = world.app.store._writer
    for name, hook in (("before_cursor_execute", note), ("commit", end), ("rollback", end)):
        event.listen(engine, name, hook)
    await world.room.tap(
        "sari", world.carrying("sari", "Yes, erase everything"), "Yes, erase everything"
    )
    for name, hook in (("before_cursor_execute", note), ("commit", end), ("rollback", end)):
        event.remove(engine, name, hook)
    with_ballots = [tables for tables in written if "ballot" in tables]
    assert with_ballots == [{"ballot", "round"}]
    first_erasing = next(n for n, tables in enumerate(written) if "account" in tables)
    assert written.index({"ballot", "round"}) < first_erasing


async def test_a_crash_after_the_ballots_is_finished_by_the_next_tap(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(world)
    await answer(world, "sari")
    await world.says("sari", "/forget me")

    def fall(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as crash:
        crash.setattr("storage.forgetting.forget", fall)
        with pytest.raises(RuntimeError, match="killed"):
            await world.taps("sari", "Yes, erase everything")
    assert (await drafts(world))["Sari SARI"] == Draft()
    await world.taps("sari", "Yes, erase everything")
    assert "SARI" not in await everything(world)


async def test_every_app_of_the_person_is_forgotten_and_shows_it(world: Any) -> None:
    await begin(world)
    await world.taps("sari", "Begin")
    await forget(world, "sari")
    texts = [m.text for m in world.room.transcript("sari")]
    assert sum("everything about you is erased" in text for text in texts) == 1
    assert not any("1 of 7" in text for text in texts)


async def test_who_comes_back_is_new_and_not_asked_in_the_open_check_in(world: Any) -> None:
    await begin(world)
    await forget(world, "sari")
    code = world.codes("budi")[0]
    await world.says("sari", f"/join {code}")
    await world.taps("sari", "Join")
    await world.says("sari", "/checkin")
    assert "No check-in is open" in world.last("sari")


async def test_what_was_claimed_for_somebody_forgotten_is_sent_to_nobody(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(world)
    await world.says("budi", "/coordinator add sari")
    await world.room.tap("budi", world.carrying("budi", "Make coordinator"), "Make coordinator")
    delivery = world.app.delivery
    (claimed,) = await world.app.store.transact(
        lambda unit: outbox.claim(unit, world.clock.now(), "me")
    )
    await world.room.type("sari", "/forget me")
    label = "Yes, erase everything"
    await world.room.tap("sari", world.carrying("sari", label), label)
    world.person("eve", "Eve")
    await world.room.type("eve", "/start")
    await delivery._deliver(claimed)
    for user in ("sari", "eve"):
        assert not any("made you a coordinator" in m.text for m in world.room.transcript(user))


async def test_a_broker_takes_the_reports_along_with_their_comments(world: Any) -> None:
    await begin(world)
    for user in ALL:
        await world.taps(user, "All on one page")
        values: dict[str, Any] = dict.fromkeys(("r1", "r2_fit", "r2_new", "r3", "r4"), ("4",))
        await world.fills(user, values | {"next": ("r2",), "text": "Berani"})
    await world.forward(days=8)
    assert "round-1-comments" in set(world.app.house.keyring.names())
    assert "Berani" in world.last("ratna")
    await forget(world, "ratna")
    assert "round-1-comments" not in set(world.app.house.keyring.names())
    assert "RATNA" not in await everything(world)
    await world.forward(days=4)
    await world.says("budi", "/review results")
    assert "There is no result" in world.last("budi")
    assert not any("What partners said" in m.text for m in world.room.transcript("budi"))


async def test_the_only_person_of_a_group_may_go(world: Any) -> None:
    world.person("budi", "Budi BUDI")
    await world.says("budi", "/partnership new Water")
    await world.says("budi", "Alpha\nBeta")
    for label in ("That's right", "Nobody yet"):
        await world.taps("budi", label)
    await forget(world, "budi")
    assert "BUDI" not in await everything(world)
    world.person("sari", "Sari")
    code = world.codes("budi")[0]
    await world.says("sari", f"/join {code}")
    assert "A coordinator invites you" in world.last("sari")


async def test_the_file_is_json_and_holds_no_answer(world: Any) -> None:
    await begin(world)
    await answer(world, "sari")
    await world.says("sari", "/mydata")
    (file,) = world.room.transcript("sari")[-1].files
    assert file.name == "my data.json" and file.kind == "application/json"
    found = json.loads(file.content)
    assert found["profile"]["name"] == "Sari SARI"
    assert found["profile"]["consent"]["version"] == "1"
    assert found["asked_in"][0]["state"] == "open"
    assert "anonymous check-ins are not in this file" in found["not_in_here"]
    assert "river cedar" not in file.content.decode() and "JOKO" not in file.content.decode()

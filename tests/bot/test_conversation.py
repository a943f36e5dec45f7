"""The handler: repeated, stale and foreign input changes nothing; each group is apart."""

from dataclasses import replace
from typing import Any

import pytest

from dialogues.messages import Address, Command, Filled, Incoming, Outgoing, Spot, Tap
from storage import partnerships, people
from tests.bot.test_rounds import begin, count

pytestmark = pytest.mark.usefixtures("seldom")


def tap(user: str, token: str, key: str, message: str = "m") -> Incoming:
    spot = Spot("playground", user)
    return Incoming(key, Address("playground", "", user), spot, True, Tap(token), message, user)


def command(user: str, text: str, key: str) -> Incoming:
    spot = Spot("playground", user)
    return Incoming(key, Address("playground", "", user), spot, True, Command(text), "m", user)


async def found(world: Any, user: str, name: str) -> list[str]:
    world.person(user, user.title())
    await world.says(user, f"/partnership new {name}")
    await world.says(user, "Alpha\nBeta\nGamma")
    await world.taps(user, "That's right")
    await world.taps(user, "Nobody yet")
    codes: list[str] = world.codes(user)
    return codes


async def groups(world: Any) -> int:
    def look(unit: Any) -> int:
        mine = people.person_with_user(unit, "playground", "budi")
        return len(partnerships.memberships(unit, mine)) if mine else 0

    number: int = await world.app.store.read(look)
    return number


async def test_an_event_delivered_twice_is_one_event(world: Any) -> None:
    codes = await found(world, "budi", "Water")
    world.person("sari", "Sari")
    handle = world.app.conversation.handle
    assert await handle(command("sari", f"join {codes[0]}", "k1"))
    assert not await handle(command("sari", f"join {codes[0]}", "k1"))
    token = f"c:join yes {codes[0]}"
    assert await handle(tap("sari", token, "k2"))
    again: list[Outgoing] = await handle(tap("sari", token, "k3"))
    assert "already" in again[0].text


@pytest.mark.parametrize(
    "token",
    ["", "r:1:pick:0:3", "r:99:begin", "f:77:pick:checkin:x", "c:", "w:5", "nonsense", "r:x:y"],
)
async def test_a_stale_or_strange_button_gets_one_sentence(world: Any, token: str) -> None:
    world.person("sari", "Sari")
    replies = await world.app.conversation.handle(tap("sari", token, "k"))
    assert len(replies) == 1
    assert "Traceback" not in replies[0].text and len(replies[0].text) < 300


async def test_a_double_tap_founds_one_partnership(world: Any) -> None:
    world.person("budi", "Budi")
    await world.says("budi", "/partnership new Water")
    await world.says("budi", "Alpha\nBeta")
    await world.taps("budi", "That's right")
    message = world.carrying("budi", "Nobody yet")
    token = dict(world.room.room.find("budi", message).buttons)["Nobody yet"]
    first = await world.app.conversation.handle(tap("budi", token, "k1", message))
    second = await world.app.conversation.handle(tap("budi", token, "k2", message))
    assert "set up" in first[0].text
    assert "no longer works" in second[0].text
    assert await groups(world) == 1


async def test_a_coordinator_of_two_partnerships_is_asked_which(world: Any) -> None:
    await found(world, "budi", "Water")
    await found(world, "budi", "Coast")
    await world.says("budi", "/people")
    assert "Which partnership" in world.last("budi")
    await world.taps("budi", "Coast")
    assert "Coast" in world.last("budi") and "Water" not in world.last("budi")


async def test_nothing_of_one_partnership_is_reached_from_another(world: Any) -> None:
    await found(world, "budi", "Water")
    await found(world, "eve", "Coast")
    handle = world.app.conversation.handle
    for number, text in enumerate(
        (
            "@1 people",
            "@1 review status",
            "@1 partnership set name Mine",
            "wrong 1",
            "consent yes 1",
        )
    ):
        replies = await handle(tap("eve", f"c:{text}", f"k{number}"))
        assert all("Water" not in reply.text for reply in replies), text
    name = await world.app.store.read(lambda unit: partnerships.partnership(unit, 1).name)
    assert name == "Water"


async def test_somebody_not_asked_cannot_answer(world: Any) -> None:
    """Not a stranger, and not a member who joined once it was open."""
    await begin(world)
    world.person("eve", "Eve")
    world.person("late", "Late")
    await world.says("late", f"/start {world.codes('budi')[0]}")
    await world.taps("late", "Join")
    before = await count(world, "ballot")
    for user in ("eve", "late"):
        for token in ("r:1:begin", "r:1:pick:0:3", "r:1:send", "c:checkin page 1"):
            replies = await world.app.conversation.handle(tap(user, token, f"{user} {token}"))
            assert "not among the people asked" in replies[0].text, (user, token)
            assert not replies[0].form
        page = Filled("w:1", {"r1": ("4",)})
        whole = replace(tap(user, "", f"{user} page"), event=page)
        replies = await world.app.conversation.handle(whole)
        assert "not among the people asked" in replies[0].text
    assert await count(world, "ballot") == before
    await world.forward(days=8)
    assert "Fewer people answered" in world.last("sari")


async def test_a_command_begun_is_not_lost_by_a_look_at_something_else(world: Any) -> None:
    world.person("budi", "Budi")
    await world.says("budi", "/partnership new Water")
    await world.says("budi", "/help")
    await world.says("budi", "Alpha\nBeta")
    assert "Question 3" in world.last("budi")


async def test_ten_thousand_characters_for_a_name_are_refused_and_the_form_stays(
    world: Any,
) -> None:
    world.person("budi", "Budi")
    await world.says("budi", "/partnership new")
    await world.says("budi", "x" * 10_000)
    assert "longer than 80" in world.last("budi")
    await world.says("budi", "Water")
    assert "Question 2" in world.last("budi")


async def test_founding_needs_a_code_where_it_is_not_open(tmp_path: Any, world: Any) -> None:
    closed = type(world)(tmp_path / "closed", founding="code")
    await closed.start()
    closed.person("budi", "Budi")
    await closed.says("budi", "/partnership new Water")
    assert "founding code" in closed.last("budi")
    await closed.says("budi", "WRONG234")
    assert "does not work" in closed.last("budi")
    await closed.stop()


async def test_an_old_button_never_means_another_form(world: Any) -> None:
    """[Leave] under one question is not [Yes, erase everything] under a later one."""
    world.person("budi", "Budi")
    await world.says("budi", "/partnership new Water")
    await world.says("budi", "Alpha\nBeta")
    for label in ("That's right", "Nobody yet"):
        await world.taps("budi", label)
    await world.says("budi", "/partnership set protect person")
    await world.says("budi", "/organisation add")
    first = world.carrying("budi", "Cancel")
    await world.says("budi", "/organisation add")
    await world.says("budi", "/broker appoint")
    await world.room.tap("budi", first, "Cancel")
    assert "Who is the broker" in world.last("budi")
    await world.says("budi", "Ratna")
    assert "Question 2" in world.last("budi")
    said = [m.text for m in world.room.transcript("budi")]
    assert not any("Nothing was changed" in text or "Cancelled" in text for text in said), said

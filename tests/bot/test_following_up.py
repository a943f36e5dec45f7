"""What becomes of a formal review in the end: followed up by asking, or by the group itself."""

from typing import Any

import pytest
import sqlalchemy as sa

pytestmark = pytest.mark.usefixtures("seldom")

PEOPLE = [f"u{number}" for number in range(8)]
LEAD = "SELECT state FROM review WHERE checkin_id = 'responsibilities'"


@pytest.fixture
async def concluded(world: Any) -> Any:
    """A formal review about ratna, asked live, shared and concluded; the follow-up in six weeks."""
    await world.founded(PEOPLE)
    await world.says("budi", "/review start responsibilities for 2h purpose formal")
    for label in ("No further ones", "The coordinator", "The coordinator"):
        await world.taps("budi", label)
    await world.taps("budi", "A short summary and the agreed actions")
    await world.taps("budi", "Start")
    for user in PEOPLE[:6]:
        await world.taps(user, "All on one page")
        await world.fills(user, {"r1": ("4",)})
    await world.forward(days=5)
    await world.says("budi", "/review conclude Decide within a week; all partners")
    assert "what became of each target without a date" in world.last("budi")
    await world.taps("budi", "Write down what was agreed")
    return world


async def state(world: Any, query: str = LEAD) -> set[str]:
    found = await world.app.store.read(
        lambda unit: unit.connection().execute(sa.text(query)).scalars().all()
    )
    return set(found)


async def test_it_is_followed_up_once_the_follow_up_has_closed(concluded: Any) -> None:
    assert await state(concluded) == {"shared"}
    await concluded.forward(days=43)
    assert any("it is time to ask whether" in m.text for m in concluded.room.transcript("budi"))
    await concluded.says("budi", "/review start follow-up for 2h")
    await concluded.taps("budi", "Start")
    assert await state(concluded) == {"shared"}, "asked is not yet followed up"
    await concluded.forward(hours=4)
    assert await state(concluded) == {"followed_up"}
    parts = "SELECT state FROM review WHERE checkin_id = 'enabling-conditions'"
    assert await state(concluded, parts) == {"followed_up"}


async def test_a_cancelled_follow_up_follows_nothing_up(concluded: Any) -> None:
    await concluded.forward(days=43)
    await concluded.says("budi", "/review start follow-up for 2h")
    await concluded.taps("budi", "Start")
    await concluded.says("budi", "/review cancel")
    await concluded.taps("budi", "Yes, cancel it")
    assert await state(concluded) == {"shared"}


async def test_after_the_service_the_group_goes_through_it_itself(concluded: Any) -> None:
    await concluded.says("budi", "/broker end")
    await concluded.taps("budi", "End the service")
    await concluded.forward(days=43)
    said = [m for m in concluded.room.transcript("budi") if "look at what was agreed" in m.text]
    assert len(said) == 1 and not said[0].buttons, "a button that would lead to a refusal"
    assert await state(concluded) == {"followed_up"}


async def test_a_target_without_a_date_is_asked_about_at_the_follow_up(concluded: Any) -> None:
    asked = "this was agreed for the partners. What became of it?"

    def told(user: str) -> list[Any]:
        return [m for m in concluded.room.transcript(user) if asked in m.text]

    await concluded.forward(days=41)
    assert not told("budi")
    await concluded.forward(days=4)
    (question,) = told("budi")
    assert "Decide within a week" in question.text and not told("ratna")
    await concluded.forward(days=30)
    assert len(told("budi")) == 1

"""Removing an organisation never leaves a broker half invited."""

from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("seldom")


async def test_the_link_of_a_broker_from_it_ends_with_it_and_that_is_said(world: Any) -> None:
    await world.founded([f"u{number}" for number in range(4)])
    await world.says(
        "budi",
        "/broker appoint Agus kind internal of Delta from 1 May 2027 to 1 March 2028"
        " tasks i1 aims none form seconded share none",
    )
    await world.taps("budi", "Record")
    code = world.codes("budi")[-1]
    await world.says("budi", "/organisation remove Delta")
    assert "So does the invitation as broker of Agus" in world.last("budi")
    await world.taps("budi", "Remove")
    world.person("agus", "Agus Salim")
    await world.says("agus", f"/start {code}")
    assert "This code does not work" in world.last("agus")

"""What people are promised follows where the keys are (DESIGN 4, T23)."""

from typing import Any

import pytest

from storage.keyring import MemoryKeyring
from tests.attacks import play
from tests.attacks.play import Opener

STRONG = {
    "en": ("After the close nobody can open single answers.", "nobody can tell who said what"),
    "id": (
        "Setelah penutupan, tidak seorang pun dapat membuka jawaban perorangan.",
        "siapa menjawab apa",
    ),
}
WEAK = {
    "en": (
        "Only a copy of the server's key store made during the check-in could open",
        "the key that opens them is deleted",
    ),
    "id": (
        "hanya dapat dibuka dengan salinan tempat penyimpanan kunci server",
        "kunci untuk membukanya dihapus",
    ),
}


async def told(world: Any, language: str) -> tuple[str, str]:
    """Who sees what and `privacy` together; and what stands below a receipt."""
    await world.says("sari", f"/language {language}")
    await world.says("sari", "/checkin who 1")
    seen = world.last("sari")
    await world.says("sari", "/privacy")
    both = f"{seen}\n{world.last('sari')}"
    await world.says("sari", "/checkin page 1")
    await world.fills("sari", dict.fromkeys(("r1", "r2_fit"), ("4",)))
    return both, world.last("sari")


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("strong", [True, False], ids=["memory", "file"])
async def test_the_sentence_is_the_keyrings(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, strong: bool, language: str
) -> None:
    world = await opened()
    assert not world.app.house.keyring.strong, "the worlds of attackers have a folder of keys"
    monkeypatch.setattr(type(world.app.house.keyring), "strong", strong)
    assert MemoryKeyring.strong
    both, below = await told(world, language)
    right, wrong = (STRONG, WEAK) if strong else (WEAK, STRONG)
    assert both.count(right[language][0]) == 2
    assert wrong[language][0] not in both
    assert right[language][1] in below
    assert wrong[language][1] not in below


async def test_a_closed_round_with_a_folder_of_keys_has_none_left(opened: Opener) -> None:
    world = await opened()
    await play.close(world)
    assert set(world.app.house.keyring.names()) <= {"house", "inbox", "links"}

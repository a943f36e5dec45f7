"""The report behind a link: its reader opens it once, in one browser; nobody else sees anything."""

import base64
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import signing, web
from dialogues.markup import plain
from storage.keyring import MemoryKeyring

pytestmark = pytest.mark.usefixtures("seldom")

PEOPLE = [f"u{number}" for number in range(8)]
ADDRESS = "https://titian.example"
SECRET = "Water for Bima"
LINK = re.compile(r"^https://titian\.example/report/[\w-]+$", re.MULTILINE)


@pytest.fixture
async def house(world: Any, tmp_path: Path) -> AsyncIterator[Any]:
    """A Titian that browsers reach, with a review that ratna has not read yet."""
    made = type(world)(tmp_path / "house", public_url=f"{ADDRESS}/")
    await made.start()
    await made.founded(PEOPLE)
    await reviewed(made, PEOPLE)
    yield made
    await made.stop()


async def reviewed(world: Any, people: list[str]) -> None:
    await world.says("budi", "/review start responsibilities for 2h purpose learn")
    await world.taps("budi", "Start")
    for user in people:
        await world.taps(user, "All on one page")
        await world.fills(user, {"r1": ("4",)})
    await world.forward(hours=3)


async def link(world: Any, user: str = "ratna", label: str = "The whole report") -> str:
    await world.taps(user, label)
    found = LINK.search(plain(world.last(user)))
    assert found, world.last(user)
    return found[0]


def browser(world: Any, **headers: str) -> httpx.AsyncClient:
    app = web.application(world.app._routes())
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=ADDRESS, headers=headers, follow_redirects=True
    )


def shows_nothing(answer: httpx.Response) -> bool:
    return SECRET not in answer.text and "Working relationships" not in answer.text


async def test_its_reader_opens_it_and_comes_back(house: Any) -> None:
    url = await link(house)
    async with browser(house) as own:
        before = await own.get(url)
        assert before.status_code == 200 and shows_nothing(before)
        assert '<form method="post">' in before.text and not own.cookies
        opened = await own.post(url)
        assert opened.status_code == 200 and SECRET in opened.text
        cookie = opened.history[0].headers["set-cookie"]
        assert {"httponly", "secure", "samesite=lax"} <= set(cookie.lower().split("; "))
        assert f"path={httpx.URL(url).path}".lower() in cookie.lower()
        await house.forward(days=6)
        assert SECRET in (await own.get(url)).text
        assert SECRET in (await own.post(url)).text, "twice does no harm"


async def test_looking_at_it_uses_nothing_up(house: Any) -> None:
    """A chat that shows a preview of a link, or somebody who only looks, burns nothing."""
    url = await link(house)
    async with browser(house) as preview, browser(house) as own:
        for _ in range(3):
            await preview.get(url)
            await preview.head(url)
        assert SECRET in (await own.post(url)).text


async def test_passed_on_it_opens_nothing(house: Any) -> None:
    url = await link(house)
    async with browser(house) as own, browser(house) as other:
        await own.post(url)
        for answer in (await other.get(url), await other.post(url)):
            assert shows_nothing(answer)
        assert (await other.post(url)).status_code == 403
        assert "opened in another browser" in (await other.post(url)).text
        assert not other.cookies
        assert SECRET in (await own.get(url)).text


async def test_a_cookie_is_good_for_its_own_link_only(house: Any) -> None:
    first, second = await link(house), await link(house)
    assert first != second
    async with browser(house) as own, browser(house) as other:
        await own.post(first)
        await other.post(second)
        (mark,) = [cookie.value for cookie in other.cookies.jar]
        path = httpx.URL(first).path
        with_it = await browser(house, Cookie=f"titian-report={mark}").get(path)
        assert shows_nothing(with_it)


async def test_when_its_time_is_over_it_says_so(house: Any) -> None:
    url = await link(house)
    async with browser(house, **{"Accept-Language": "id-ID,id;q=0.9"}) as own:
        await own.post(url)
        await house.forward(days=8)
        for answer in (await own.get(url), await own.post(url)):
            assert answer.status_code == 410 and shows_nothing(answer)
            assert '<html lang="id">' in answer.text


async def test_changed_or_cut_it_is_unknown(house: Any) -> None:
    url = await link(house)
    token = url.rpartition("/")[2]
    raw = bytearray(base64.urlsafe_b64decode(token + "=="))
    raw[8] ^= 1
    forged = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    async with browser(house) as own:
        for other in (forged, token[:-1], token + "A", token[:20], "x", "%00", "%E2%82%AC", "é"):
            for answer in (await own.get(f"/report/{other}"), await own.post(f"/report/{other}")):
                assert answer.status_code == 404 and shows_nothing(answer), other
                assert "<h1>" in answer.text


async def test_no_page_is_kept_or_found_or_told_of(house: Any) -> None:
    url = await link(house)
    async with browser(house) as own:
        answers = [await own.get(url), await own.post(url), await own.get("/report/x")]
    for answer in (*answers, *answers[1].history):
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_coordinator_gets_one_after_the_broker(house: Any) -> None:
    await house.forward(days=5)
    url = await link(house, "budi")
    async with browser(house) as own:
        assert SECRET in (await own.post(url)).text
        await house.says("budi", "/coordinator add U0")
        await house.taps("budi", "Make coordinator")
        await house.says("u0", "/coordinator remove Budi")
        await house.taps("u0", "Remove")
        assert shows_nothing(await own.get(url)), "who no longer may read it, reads it no longer"


async def test_without_a_result_there_is_no_link(world: Any, tmp_path: Path) -> None:
    made = type(world)(tmp_path / "house", public_url=ADDRESS)
    await made.start()
    await made.founded(PEOPLE)
    await reviewed(made, PEOPLE[:2])
    await made.says("ratna", "/feedback page")
    assert not LINK.search(plain(made.last("ratna")))
    keyring, now = made.app.house.keyring, made.clock.now()
    person = await made.app.store.read(lambda unit: _person(unit, "ratna"))
    token = signing.issue(keyring, 1, person, True, now)
    async with browser(made) as own:
        answer = await own.post(f"/report/{token}")
        assert answer.status_code == 404 and shows_nothing(answer)
        assert "no report to show" in answer.text
    await made.stop()


def _person(unit: Any, user: str) -> int:
    from dialogues.messages import Address
    from storage import people

    found = people.met(unit, Address("playground", "", user), None)
    assert found is not None
    return found.id


async def test_a_cancelled_review_shows_nothing(house: Any) -> None:
    await house.forward(days=70)
    await house.says("budi", "/review start leadership for 2h purpose learn")
    await house.taps("budi", "Start")
    await house.says("budi", "/review cancel")
    await house.taps("budi", "Yes, cancel it")
    person = await house.app.store.read(lambda unit: _person(unit, "ratna"))
    token = signing.issue(house.app.house.keyring, 2, person, True, house.clock.now())
    async with browser(house) as own:
        answer = await own.post(f"/report/{token}")
        assert answer.status_code == 404 and shows_nothing(answer)


async def test_without_a_public_address_there_is_no_page(world: Any) -> None:
    await world.founded(PEOPLE)
    await reviewed(world, PEOPLE)
    await world.taps("ratna", "The whole report")
    assert "/report/" not in world.last("ratna")
    async with browser(world) as own:
        assert (await own.get("/report/x")).status_code == 404


async def test_a_token_names_nobody_and_each_is_its_own(house: Any) -> None:
    keyring, now = MemoryKeyring(), house.clock.now()
    one, other = (signing.issue(keyring, 7, 9, True, now) for _ in range(2))
    assert one != other
    ticket = signing.read(keyring, one)
    assert ticket is not None and (ticket.review, ticket.person, ticket.broker) == (7, 9, True)
    assert not ticket.is_over(now) and ticket.is_over(now + timedelta(days=7))
    assert signing.read(MemoryKeyring(), one) is None
    assert not signing.is_opened(keyring, one, signing.opened(keyring, other))
    assert not signing.is_opened(keyring, one, "é")

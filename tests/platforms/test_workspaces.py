"""A review with people of two workspaces that installed Titian, and of one that did not."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col
from structlog.testing import capture_logs

from adapters.slack import pacing, tokens
from adapters.telegram.adapter import Telegram
from adapters.telegram.pacing import Pace
from bot import web
from bot.app import App
from bot.clock import SystemClock
from bot.processes import Process
from bot.settings import Settings, settings_from
from dialogues.messages import Message, say
from storage import outbox, people
from storage.store import Unit
from storage.tables import AccountRow, OutboxRow
from tests.adapters.spaces import Ground, installed, workspaces
from tests.conftest import fresh_database
from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_people import User as SlackUser
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.waiting import until
from tests.platforms.conftest import FREE, PATIENCE, Both, clicked, tapped
from tests.platforms.test_review import (
    answered_on_slack,
    founded,
    joined_on_slack,
    joined_on_telegram,
)

MASTER = "ab" * 32


class World:
    """Titian on Telegram and in two workspaces."""

    def __init__(self, both: Both, ground: Ground, folder: Path) -> None:
        self.both, self.ground, self.folder = both, ground, folder
        self.tg, self.one, self.two = both.tg, ground.one, ground.two

    async def install(self, double: SlackDouble) -> str:
        return await installed(self.ground.slack, self.ground.address, double)

    def clear(self) -> None:
        """Nobody had to refuse anything, and no token stands anywhere it can be read."""
        self.tg.assert_clean()
        for double in (self.one, self.two):
            double.assert_clean(warnings=True)
        grants = self.ground.slack.grants.values()
        secrets = [s.encode() for g in grants for s in (g.token, g.refresh) if s]
        secrets.append(self.ground.slack.client_secret.encode())
        assert len(secrets) > 1
        for file in self.folder.iterdir():
            if file.is_file():
                content = file.read_bytes()
                assert not [s for s in secrets if s in content], file.name


@pytest.fixture
async def world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, seldom: None
) -> AsyncIterator[World]:
    monkeypatch.setattr(pacing, "EVERY", 0.0)
    monkeypatch.setattr(tokens, "REMEMBERED", 0.0)
    sock = web.listen("127.0.0.1", 0)
    address = web.address(sock)
    async with (
        TelegramDouble("123456:double", limits=FREE) as tg,
        workspaces(address, **getattr(request, "param", {})) as ground,
    ):
        many = {
            "TITIAN_SLACK_BOT_TOKEN": "",
            "TITIAN_SLACK_API_URL": ground.slack.api_url,
            "TITIAN_SLACK_CLIENT_ID": ground.slack.client_id,
            "TITIAN_SLACK_CLIENT_SECRET": ground.slack.client_secret,
            "TITIAN_TELEGRAM_MODE": "polling",
            "TITIAN_MASTER_KEY": MASTER,
        }
        both = Both(tmp_path, tg, ground.one, sock, **many)
        url = f"http://127.0.0.1:{tg.port}"
        both.app.adapters["telegram"] = Telegram(tg.token, url, pace=Pace(0, 0, 0))
        await both.start()
        yield World(both, ground, tmp_path)
        await both.stop()


async def agreed(ratna: SlackUser, code: str, channel: Any) -> None:
    """The broker joins and agrees."""
    await ratna.command("/titian", f"join {code}", channel)
    await clicked(ratna, "Join", "I agree", channel)
    await ratna.click("I agree", channel=channel)


async def opened(world: World) -> None:
    budi = world.tg.user("Budi")
    await budi.send("/partnership set protect person")
    await budi.wait("Protection", timeout=PATIENCE)
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")


@pytest.mark.parametrize(
    "world", [{}, {"rotation": True, "lifetime": 60}], indirect=True, ids=["lasting", "renewed"]
)
async def test_one_workspace_leaves_in_the_middle_and_the_review_goes_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        await _left_in_the_middle(world)
    assert len([entry for entry in logs if entry["event"] == "workspace_gone"]) == 1
    grants = world.ground.slack.grants.values()
    secrets = [s for g in grants for s in (g.token, g.refresh) if s]
    assert not [s for s in secrets if s in f"{logs}{caplog.text}"]
    world.clear()


async def _left_in_the_middle(world: World) -> None:
    tg, one, two = world.tg, world.one, world.two
    await world.install(one)
    await world.install(two)
    budi = tg.user("Budi")
    codes = await founded(world.both, budi)
    here = {n: one.user(n, tz="Asia/Makassar") for n in ("Sari", "Joko", "Maria", "Anna")}
    there = {n: two.user(n, tz="Asia/Makassar") for n in ("Hasan", "Lin", "Yohana", "Tom")}
    ratna = one.user("Ratna Dewi", tz="Asia/Makassar")
    general, hall = one.channel("general", ratna), two.channel("hall")
    await agreed(ratna, codes[4], general)
    for number, name in enumerate(("Sari", "Joko", "Maria", "Anna")):
        await joined_on_slack(here[name], codes[number // 2], general)
    for number, name in enumerate(("Hasan", "Lin", "Yohana", "Tom")):
        await joined_on_slack(there[name], codes[2 + number // 2], hall)
    await opened(world)
    await asyncio.gather(*(answered_on_slack(there[n], False) for n in ("Hasan", "Lin")))
    await answered_on_slack(there["Yohana"], False)
    await world.ground.slack.uninstall(two)
    told = await budi.wait("no longer in the Slack workspace", timeout=PATIENCE)
    assert "Dinas PU" in told["text"] and "Water for Bima" in told["text"]
    await asyncio.gather(*(answered_on_slack(user, False) for user in here.values()))
    await world.both.forward(days=7, hours=9)
    for user in here.values():
        closed = await user.wait("Closed", PATIENCE)
        assert "7 of 8" in str(closed["blocks"])
    await ratna.wait("What your partners said", PATIENCE)
    assert len([m for m in budi.seen() if "no longer in the Slack" in m["text"]]) == 1


async def test_who_comes_back_is_reached_again(world: World) -> None:
    await world.install(world.two)
    codes = await founded(world.both, world.tg.user("Budi"))
    lin, hall = world.two.user("Lin", tz="Asia/Makassar"), world.two.channel("hall")
    await joined_on_slack(lin, codes[0], hall)
    await world.ground.slack.uninstall(world.two)
    await world.tg.user("Budi").wait("no longer in the Slack", timeout=PATIENCE)
    page = await world.install(world.two)
    assert "Titian is installed" in page
    for number, name in enumerate(("Sari", "Joko", "Maria", "Anna", "Hasan")):
        await joined_on_telegram(world.tg.user(name), codes[number % 4])
    ratna = world.two.user("Ratna Dewi", tz="Asia/Makassar")
    await agreed(ratna, codes[4], hall)
    await opened(world)
    await answered_on_slack(lin, False)
    world.clear()


async def test_coordinators_hear_of_a_missing_scope_once(world: World) -> None:
    tg, two = world.tg, world.two
    await world.install(two)
    budi, lin = tg.user("Budi"), two.user("Lin", tz="Asia/Makassar")
    codes = await founded(world.both, budi)
    await joined_on_slack(lin, codes[0], two.channel("hall", lin))
    two.scopes = frozenset({*(two.scopes or ())} - {"chat:write"})

    def greet(unit: Unit) -> None:
        person = people.person_with_user(unit, "slack:T0TWO", lin.id, two.team)
        assert person is not None
        message = Message(say("checkin/none", stopped=False))
        for number in range(2):
            now = world.both.clock.now()
            outbox.put(unit, f"greet:{number}", message, now, person=person)

    await world.both.app.store.transact(greet)
    world.both.app.ticker.ring()
    told = await budi.wait("I may not do all that I need", timeout=PATIENCE)
    assert "Dinas PU" in told["text"]
    await asyncio.sleep(0.5)
    assert len([m for m in budi.seen() if "I may not do" in m["text"]]) == 1


async def test_a_partner_of_another_workspace_needs_no_command(world: World) -> None:
    tg, one = world.tg, world.one
    await world.install(one)
    budi = tg.user("Budi")
    codes = await founded(world.both, budi)
    await budi.send("/invite coordinator")
    link = await budi.wait("as coordinator", timeout=PATIENCE)
    code = link["text"].split("?start=")[1][:8]
    ana = one.user("Ana", tz="Asia/Makassar")
    sari = one.user("Sari", team="T0ELSEWHERE", ident="U0SARI", tz="Asia/Makassar")
    shared = one.channel("water", ana)
    await joined_on_slack(ana, code, shared)
    ratna = one.user("Ratna Dewi", tz="Asia/Makassar")
    await agreed(ratna, codes[4], one.channel("general", ratna))
    for number, name in enumerate(("Joko", "Maria", "Anna", "Hasan", "Lin")):
        await joined_on_telegram(tg.user(name), codes[number % 4])
    await ana.command("/titian", "invite", shared)
    view = await ana.wait_modal(timeout=PATIENCE)
    wanted, people = [b["block_id"] for b in view["blocks"] if b["type"] == "input"]
    await ana.submit(**{wanted: "PT Tirta", people: ["Sari"]})
    assert "no channel here that we share" in ana.form_errors[people]
    shared.members.add(sari.id)
    await ana.submit(**{wanted: "PT Tirta", people: ["Sari"]})
    await clicked(sari, "Join", "take part")
    await opened(world)
    await answered_on_slack(sari, False)
    await looked(sari, "The four responsibilities")

    def accounts(unit: Unit) -> list[str]:
        rows = sa.select(col(AccountRow.workspace)).where(col(AccountRow.user) == sari.id)
        return list(unit.connection().execute(rows).scalars())

    assert await world.both.app.store.read(accounts) == ["T0ELSEWHERE"]
    assert not sari.errors
    world.clear()


async def looked(user: SlackUser, words: str) -> str:
    await user.open_home()
    await until(lambda: words in str(user.home), PATIENCE, lambda: str(user.home))
    return str(user.home)


async def test_a_shared_channel_has_one_home(world: World) -> None:
    tg, one, two = world.tg, world.one, world.two
    await world.install(one)
    await world.install(two)
    budi = tg.user("Budi")
    codes = await founded(world.both, budi)
    await budi.send("/invite coordinator")
    link = await budi.wait("as coordinator", timeout=PATIENCE)
    ana, lin = one.user("Ana"), two.user("Lin")
    here, there = one.channel("water", ana), two.channel("water", lin)
    await joined_on_slack(ana, link["text"].split("?start=")[1][:8], here)
    await added(one, here, ana)
    await clicked(ana, "Link to Water for Bima", "is linked to", here)
    two.channels[here.id] = there
    there.id = here.id
    await added(two, there, lin)
    await joined_on_slack(lin, codes[0], there)
    assert not [m for m in lin.seen(there) if "I am Titian. I read nothing" in str(m)]
    await two.event(
        {
            "type": "channel_unshared",
            "previously_connected_team_id": one.team,
            "channel": there.id,
            "is_ext_shared": False,
        },
        wait=True,
    )
    world.clear()


async def added(double: SlackDouble, channel: Any, by: SlackUser) -> None:
    """Put Titian into a channel."""
    await double.event(
        {
            "type": "member_joined_channel",
            "user": double.bot_id,
            "channel": channel.id,
            "channel_type": "C",
            "team": double.team,
            "inviter": by.id,
            "event_ts": double.ts(),
        },
        wait=True,
    )


async def test_the_organisation_is_proposed_after_the_workspace(world: World) -> None:
    await world.install(world.two)
    budi = world.tg.user("Budi")
    codes = await founded(world.both, budi)
    lin, sari = (world.two.user(name, tz="Asia/Makassar") for name in ("Lin", "Sari"))
    hall = world.two.channel("hall", lin, sari)
    await lin.command("/titian", f"join {codes[2]}", hall)
    await lin.wait("invites you to take part in Water for Bima, for PT Tirta", PATIENCE, hall)
    await clicked(lin, "Join for Dinas PU", "You take part", hall)
    told = await budi.wait("Lin joined", timeout=PATIENCE)
    assert "for Dinas PU" in told["text"]
    await sari.command("/titian", f"join yes {codes[2]} as 3", hall)  # not what was proposed
    told = await budi.wait("Sari joined", timeout=PATIENCE)
    assert "for PT Tirta" in told["text"]
    guest = world.two.user("Tom", tz="Asia/Makassar", is_restricted=True)
    await guest.command("/titian", f"join {codes[2]}", hall)
    asked = await guest.wait("invites you to take part in Water for Bima", PATIENCE, hall)
    assert "Join for" not in str(asked["blocks"])
    world.clear()


@asynccontextmanager
async def process(
    settings: Settings, kind: Process, sock: socket.socket | None = None
) -> AsyncIterator[App]:
    app, stop = App(settings, SystemClock(), settings.public_url, kind), asyncio.Event()
    running = asyncio.create_task(app.run(sock, stop))
    await until(lambda: app.status.get("slack") == "up", PATIENCE, lambda: app.status)
    try:
        yield app
    finally:
        stop.set()
        await running


async def test_processes_share_the_tokens(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "EVERY", 0.0)
    monkeypatch.setattr(tokens, "REMEMBERED", 0.0)
    sock = web.listen("127.0.0.1", 0)
    address = web.address(sock)
    async with AsyncExitStack() as stack:
        databases = [stack.enter_context(fresh_database(postgres)) for _ in range(2)]
        ground = await stack.enter_async_context(workspaces(address, rotation=True, lifetime=60))
        given = {
            "TITIAN_OPERATOR": "Yayasan Contoh",
            "TITIAN_DATABASE_URL": databases[0],
            "TITIAN_KEYRING": databases[1],
            "TITIAN_MASTER_KEY": MASTER,
            "TITIAN_SLACK_API_URL": ground.slack.api_url,
            "TITIAN_SLACK_CLIENT_ID": ground.slack.client_id,
            "TITIAN_SLACK_CLIENT_SECRET": ground.slack.client_secret,
            "TITIAN_SLACK_SIGNING_SECRET": ground.one.secret,
            "TITIAN_PUBLIC_URL": address,
        }
        settings = settings_from(given)
        front = await stack.enter_async_context(process(settings, Process.WEB, sock))
        worker = await stack.enter_async_context(process(settings, Process.WORKER))
        await installed(ground.slack, address, ground.one)
        lin = ground.one.user("Lin")
        await lin.command("/titian", "start")
        await lin.wait("Hello Lin", PATIENCE)

        def greet(unit: Unit) -> None:
            person = people.person_with_user(unit, "slack:T0ONE", lin.id, ground.one.team)
            message, now = Message(say("checkin/none", stopped=False)), worker.clock.now()
            outbox.put(unit, f"greet:{now}", message, now, person=person)

        await front.store.transact(greet)
        await lin.wait("No check-in is open", PATIENCE)
        assert ground.slack.violations == []  # no refresh token was used by both
        await ground.slack.uninstall(ground.one)
        await front.store.transact(greet)
        spent = sa.select(col(OutboxRow.state)).order_by(col(OutboxRow.id))
        states: Sequence[str] = ()
        end = time.monotonic() + PATIENCE
        while list(states) != ["sent", "failed"]:
            assert time.monotonic() < end, states
            states = await front.store.read(lambda unit: unit.execute(spent).scalars().all())
            await asyncio.sleep(0.05)

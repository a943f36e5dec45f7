"""`/healthz`, `/readyz`, `/metrics`: how the house stands, and nothing about anybody."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import web
from bot.health import Metered
from dialogues.errors import NotNow, RetryLater, Unreachable
from dialogues.messages import Outgoing
from tests.bot.test_forgetting import ALL, answer, begin
from tests.conftest import World
from tests.doubles.waiting import PATIENCE, until

pytestmark = pytest.mark.usefixtures("seldom")

LABELS = {
    "platform": {"playground", "slack", "telegram"},
    "state": {"pending", "claimed", "sending", "sent", "failed", "unknown", "open", "closed"},
    "end": {"sent", "later", "too_many", "unreachable", "unknown", "gone", "failed"},
}


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = web.application(world.app.health.routes())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def numbers(http: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    text = (await http.get("/metrics")).text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_bucket")
    }


async def test_what_is_counted_is_what_was_done(world: World, http: httpx.AsyncClient) -> None:
    await begin(world)
    await answer(world, "sari")
    found = await numbers(http)
    assert found["titian_rounds", "open"] == 2
    assert found["titian_outbox", "sent"] >= len(ALL)
    assert found[("titian_outbox_oldest_due_seconds",)] == 0
    assert found["titian_sends_total", "sent", "playground"] > 0
    await world.forward(days=8)
    assert (await numbers(http))["titian_rounds", "closed"] == 2


async def test_no_label_tells_of_anybody(world: World, http: httpx.AsyncClient) -> None:
    await begin(world)
    await answer(world, "sari")
    world.app.meter.ended("slack:T0SECRET", "sent")
    text = (await http.get("/metrics")).text
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for name, value in sample.labels.items():
                assert name == "le" or value in LABELS[name], sample
    assert "T0SECRET" not in text and "Water" not in text and "SARI" not in text


async def test_how_long_a_decision_took_is_counted_by_platform(
    world: World, http: httpx.AsyncClient
) -> None:
    class Slow:
        async def handle(self, incoming: object) -> tuple[()]:
            return ()

        async def sent(self, outgoing: object, message: str) -> None:
            return None

    handler = Metered(Slow(), world.app.meter)
    incoming = type("Incoming", (), {"chat": type("Spot", (), {"installation": "telegram"})})
    await handler.handle(incoming)  # type: ignore[arg-type]
    found = await numbers(http)
    assert found["titian_updates_total", "telegram"] == 1
    assert found["titian_ack_seconds_count", "telegram"] == 1


async def test_what_a_platform_says_is_counted(
    world: World, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [RetryLater(1, asked=True), RetryLater(1), Unreachable()]

    await world.founded(ALL)
    sent = world.room.send

    async def send(outgoing: Outgoing) -> str:
        if faults and outgoing.round_id is not None:
            raise faults.pop(0)
        return await sent(outgoing)

    monkeypatch.setattr(world.room, "send", send)
    await world.says("budi", "/review start responsibilities for 7d")
    await world.taps("budi", "Start")
    text = (await http.get("/metrics")).text
    for end in ("too_many", "later", "unreachable"):
        assert f'titian_sends_total{{end="{end}",platform="playground"}} 1.0' in text


async def test_it_is_not_shown_to_whoever_comes_through_a_proxy(http: httpx.AsyncClient) -> None:
    assert (await http.get("/metrics")).status_code == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert (await http.get("/metrics", headers={header: "1.2.3.4"})).status_code == 404


async def test_ready_means_database_keyring_and_lanes(
    tmp_path: Path, world: World, http: httpx.AsyncClient
) -> None:
    said = await http.get("/readyz")
    assert said.status_code == 200
    assert said.json() == {"database": "up", "keyring": "up", "lanes": "up"}
    world.app.status["telegram"] = "down: NetworkError"
    said = await http.get("/readyz")
    assert said.status_code == 503 and said.json()["lanes"] == "down"
    assert (await http.get("/healthz")).json()["parts"]["telegram"] == "down: NetworkError"
    del world.app.status["telegram"]
    other = World(tmp_path / "other", keyring=f"file:{tmp_path / 'keyring'}")
    routes = web.application(other.app.health.routes())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(routes), base_url="http://127.0.0.1"
    ) as client:
        assert (await client.get("/readyz")).status_code == 200
        (tmp_path / "keyring" / "house.key").unlink()
        assert (await client.get("/readyz")).json()["keyring"] == "lost"
        (other.folder / "titian.db").write_bytes(b"not a database " * 400)
        said = await client.get("/readyz")
        assert said.status_code == 503 and said.json()["database"] == "away"
        assert (await client.get("/metrics")).status_code == 503
    other.app.store.close()


def test_the_names_are_prometheus(world: World) -> None:
    names = [family.name for family in world.app.meter.registry.collect()]
    assert names and all(re.fullmatch(r"titian_[a-z_]+", name) for name in names)


async def test_a_part_that_runs_again_counts_as_up_again(
    world: World, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.WELL", 0.05)
    tries = 0

    async def run() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise NotNow
        await asyncio.Event().wait()

    keeping = asyncio.create_task(world.app._keep("clock", run))
    await asyncio.sleep(0)
    assert (await http.get("/readyz")).status_code == 503
    await until(lambda: world.app.status.get("clock") == "up", PATIENCE, lambda: world.app.status)
    assert (await http.get("/readyz")).status_code == 200
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)

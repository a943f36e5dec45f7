"""A partnership with an open check-in, for comparisons that answer it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot import answering
from bot.app import App
from bot.clock import SystemClock
from bot.conversation import Conversation
from bot.reviews import fill_boxes, open_review
from bot.settings import Settings
from dialogues.messages import Address, Spot
from dialogues.model import Purpose, Role, Standing
from dialogues.ports import Adapter
from storage import partnerships, people, reviews, rounds
from storage.store import Store, Unit


@dataclass
class Opened:
    """A house in which a check-in is open."""

    app: App
    conversation: Conversation
    store: Store

    async def check(self, round_id: int, people_asked: int, answers: int) -> None:
        """See that everybody's answers are in their ballots, and close. Raises AssertionError."""

        def work(unit: Unit) -> None:
            round_ = rounds.find_round(unit, round_id)
            assert round_ is not None
            seats = rounds.roster(unit, round_id)
            drafts = [
                answering.open_state(self.app.house, unit, round_, s.member_id) for s in seats
            ]
            assert [len(d.answers) for d in drafts if d] == [answers] * people_asked

        await self.store.read(work)
        self.store.close()


async def opened(
    folder: Path,
    adapters: Mapping[str, Adapter],
    installation: str,
    people_asked: int,
    keyring: str = "memory:",
) -> tuple[Opened, int]:
    """A house on SQLite with an open check-in of *people_asked* people; and the round's id.

    Their users are "1000", "1001" and so on; for Slack "U1000" in the workspace "T1". The last
    one is the coordinator, who is not asked.
    """
    house = built(folder, adapters, keyring)
    now = house.app.clock.now()
    group, starter = await house.store.transact(
        lambda unit: founded(unit, installation, people_asked, now)
    )
    return house, await begun(house, group, starter)


def built(folder: Path, adapters: Mapping[str, Adapter], keyring: str) -> Opened:
    """A house on SQLite in which nobody is yet, or what an earlier one left there."""
    url = f"sqlite:///{folder / 'titian.db'}"
    settings = Settings(database_url=url, keyring=keyring, playground="off", operator="Bench")
    app = App(settings, SystemClock(), "")
    app.adapters.update(adapters)
    return Opened(app, app.conversation, app.store)


def founded(unit: Unit, installation: str, people_asked: int, now: datetime) -> tuple[int, int]:
    """A partnership of six organisations, and its coordinator."""
    workspace, sign = ("T1", "U") if installation == "slack" else ("", "")
    group = partnerships.new_partnership(unit, "Water for Bima", "en", "Asia/Makassar", now)
    homes = [
        partnerships.add_organisation(unit, group.id, f"Org {n}", None, Standing.PARTNER)[0].id
        for n in range(6)
    ]
    members = []
    for number in range(people_asked + 1):
        user = f"{sign}{1000 + number}"
        address, spot = Address(installation, workspace, user), Spot(installation, user)
        known = people.know(unit, address, spot, f"P{number}", now, "en", "Asia/Makassar")
        role = Role.PARTNER if number < people_asked else Role.COORDINATOR
        home = homes[number % len(homes)]
        members.append(partnerships.enrol(unit, group.id, known.id, home, (role,), now))
    return group.id, members[-1].id


async def begun(house: Opened, group: int, starter: int) -> int:
    """Start a check-in that all partners are asked in; its round."""
    app, now = house.app, house.app.clock.now()

    def start(unit: Unit) -> int:
        review = reviews.new_review(
            unit,
            group,
            None,
            starter,
            "responsibilities",
            Purpose.LEARN,
            now,
            now + timedelta(days=7),
            (),
            now,
        )
        open_review(app.house, unit, review, (), now)
        return rounds.rounds(unit, review.id)[0].id

    round_id = await house.store.transact(start)
    await house.store.transact(lambda unit: fill_boxes(app.house, unit))
    return round_id

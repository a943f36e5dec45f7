"""What `titian demo` leaves behind: the last report in every form and both languages."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from bot import concerning
from bot.app import App
from bot.beside import ENDED
from bot.printing import Print
from bot.reports import BROKER, report_of
from bot.scene import zone_of
from dialogues.library import LANGUAGES
from dialogues.messages import Address
from dialogues.texts import Reader
from storage import partnerships, people, reviews
from storage.store import Unit


async def write_reports(app: App, users: list[str], out: Path) -> None:
    """Write the last report about each of *users*, the first one's under the plain names."""
    for user in users:
        prints = await app.store.read(lambda unit, u=user: dict(_prints(app, unit, u)))  # type: ignore[misc]
        name = "report" if user == users[0] else f"report-{user}"
        await asyncio.to_thread(_write, prints, out, name)


def _write(prints: dict[str, Print], out: Path, name: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for language, made in prints.items():
        for file in (made.web(), made.picture(), made.paper(), *made.figures()):
            (out / f"{name}.{language}{Path(file.name).suffix}").write_bytes(file.content)


def _prints(app: App, unit: Unit, user: str) -> Iterator[tuple[str, Print]]:
    met = (people.met(unit, Address(name, "", user), None) for name in app.adapters)
    person = next((each for each in met if each is not None), None)
    assert person is not None, f"{user} was never there"
    groups = [member.partnership_id for member in partnerships.memberships(unit, person.id)]
    of_group = [review for group in groups for review in reviews.reviews(unit, group)]
    ended = [r for r in of_group if r.state in ENDED]
    last = next(r for r in ended if person.id in concerning.persons(unit, r))
    group = partnerships.partnership(unit, last.partnership_id)
    report = report_of(app.house, unit, last, BROKER, person.id)
    for language in LANGUAGES:
        reader = Reader(language, zone_of(person, group), app.clock.now())
        yield language, Print(report, BROKER, app.house.texts, reader)

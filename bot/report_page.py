"""The report in a browser, behind a link that only its reader opens.

A chat previews links and people pass them on, so looking at a link does nothing: its page
has one button. The first browser in which it is tapped keeps a signed cookie, and the link
is used up; from then on it opens there and nowhere else, until its time is over. That a
link was used is noted as a keyed hash, as an event is (`storage.ballots.has_seen`): no row
says who read what.
"""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot import concerning, formality, signing
from bot.beside import ENDED
from bot.printing import Print
from bot.reports import BROKER, COORDINATOR, readable_by_coordinators, report_of
from bot.scene import House, language_of, zone_of
from dialogues.disclosure import from_data
from dialogues.library import LANGUAGES
from dialogues.messages import say
from dialogues.model import Confidence, Person, Round
from dialogues.ports import Clock
from dialogues.texts import Reader
from storage import partnerships, people, results, reviews, rounds
from storage.ballots import has_seen
from storage.store import Store, Unit

PATH = "/report/"
COOKIE = "titian-report"
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}


class ReportPage:
    """Serves `/report/TOKEN`."""

    def __init__(self, house: House, store: Store, clock: Clock) -> None:
        self._house = house
        self._store = store
        self._clock = clock

    def routes(self) -> list[BaseRoute]:
        """Look at a link; open it."""
        path = PATH + "{token}"
        return [
            Route(path, self.look, methods=["GET", "HEAD"]),
            Route(path, self.open, methods=["POST"]),
        ]

    async def look(self, request: Request) -> Response:
        """The report, where this browser opened it; else the page with the button."""
        token, ticket, now = self._asked(request)
        if ticket is None:
            return self._said(request, "page_unknown", 404)
        if ticket.is_over(now):
            return self._said(request, "page_over", 410)
        if not signing.is_opened(self._house.keyring, token, request.cookies.get(COOKIE, "")):
            return self._said(request, "page_closed", 200, button=True)
        made = await self._store.read(lambda unit: self._print(unit, ticket, now))
        if made is None:
            return self._said(request, "page_gone", 404)
        return HTMLResponse(await asyncio.to_thread(made.html), headers=HEADERS)

    async def open(self, request: Request) -> Response:
        """Use the link up, and let this browser keep that it did."""
        token, ticket, now = self._asked(request)
        if ticket is None:
            return self._said(request, "page_unknown", 404)
        if ticket.is_over(now):
            return self._said(request, "page_over", 410)
        keyring, mark = self._house.keyring, f"report page {ticket.once.hex()}"
        used = await self._store.transact(lambda unit: has_seen(unit, keyring, mark, now.date()))
        if used and not signing.is_opened(keyring, token, request.cookies.get(COOKIE, "")):
            return self._said(request, "page_used", 403)
        answer = RedirectResponse(request.url.path, 303, HEADERS)
        answer.set_cookie(
            COOKIE,
            signing.opened(keyring, token),
            max_age=int(signing.LASTS.total_seconds()),
            path=request.url.path,
            secure=self._house.address.startswith("https:"),
            httponly=True,
            samesite="lax",
        )
        return answer

    def _asked(self, request: Request) -> tuple[str, signing.Ticket | None, datetime]:
        token: str = request.path_params["token"]
        return token, signing.read(self._house.keyring, token), self._clock.now()

    def _print(self, unit: Unit, ticket: signing.Ticket, now: datetime) -> Print | None:
        """The report, if its reader may still read it."""
        person = people.find_person(unit, ticket.person)
        if person is None or not may_open(unit, ticket, person):
            return None
        review = reviews.review(unit, ticket.review)
        group = partnerships.partnership(unit, review.partnership_id)
        reader = Reader(language_of(person, group), zone_of(person, group), now)
        who = BROKER if ticket.broker else COORDINATOR
        report = report_of(self._house, unit, review, who, person.id)
        return Print(report, who, self._house.texts, reader)

    def _said(self, request: Request, key: str, status: int, *, button: bool = False) -> Response:
        """One sentence, in the browser's language, and nothing of the report."""
        reader = Reader(_language(request), ZoneInfo("UTC"), self._clock.now())
        values = {"said": say(f"report/{key}"), "button": button}
        page = self._house.texts.page("report_link.html.j2", values, reader)
        return HTMLResponse(page, status, HEADERS)


def may_open(unit: Unit, ticket: signing.Ticket, person: Person) -> bool:
    """Whether *person* may read now what the link was made for; as in the chat."""
    review = reviews.review(unit, ticket.review)
    made = rounds.rounds(unit, review.id)
    if not made or made[0].confidence is Confidence.NAMED or not _is_released(unit, made[0]):
        return False
    concerned = person.id in concerning.persons(unit, review)
    if ticket.broker:
        return concerned and review.state in ENDED
    if concerned or not readable_by_coordinators(review):
        return False
    own = partnerships.memberships(unit, person.id)
    here = [member for member in own if member.partnership_id == review.partnership_id]
    return any(formality.may_read(unit, review, member) for member in here)


def _is_released(unit: Unit, round_: Round) -> bool:
    kept = results.result(unit, round_.id)
    return kept is not None and from_data(kept[0]).released


def _language(request: Request) -> str:
    """The first language a browser asks for that we speak."""
    asked = request.headers.get("Accept-Language", "").lower().split(",")
    return next((part.strip()[:2] for part in asked if part.strip()[:2] in LANGUAGES), "en")

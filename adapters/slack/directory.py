"""Who somebody is: Slack's payloads carry ids and handles only."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import faults

KEPT = 3_600.0
MOST = 10_000
UNSEEN = frozenset({"user_not_visible", "user_not_found"})
"""What Slack says of somebody of another workspace with whom Titian shares no channel."""


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What Slack says about somebody. `human` is false of bots and of whoever has left.

    `team` is the workspace of somebody from another one: of them Slack may tell no language.
    A `guest` is in the workspace, and not of whatever organisation it is. Nobody can be
    written to who is not `met`: no channel is shared with them.
    """

    name: str
    language: str | None = None
    zone: str | None = None
    human: bool = True
    team: str = ""
    guest: bool = False
    met: bool = True


class Directory:
    """People by their user ids, each asked for once an hour."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: dict[str, tuple[Person, float]] = {}

    def known(self, user: str) -> Person | None:
        """Somebody asked for before."""
        found = self._known.get(user)
        return found[0] if found else None

    async def people(self, handles: Mapping[str, str], limit: float) -> dict[str, Person]:
        """People, by id, within *limit* seconds.

        Args:
            handles: Each id with the name to fall back on, where Slack does not answer in
                time; it is then asked again the next time.
        """
        since = time.monotonic() - KEPT
        missing = [u for u in handles if u not in self._known or self._known[u][1] < since]
        missing += [u for u in handles if u not in missing and not self._known[u][0].met]
        asking = [asyncio.create_task(self._ask(user)) for user in missing]
        try:
            if asking:
                await asyncio.wait(asking, timeout=limit)
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        found = {user: self.known(user) or Person(name) for user, name in handles.items()}
        return {user: replace(p, name=p.name or handles[user]) for user, p in found.items()}

    async def _ask(self, user: str) -> None:
        try:
            answer = await self._client.users_info(user=user, include_locale=True)
        except faults.SDK as error:
            if faults.code(error) in UNSEEN:
                self._keep(user, Person("", met=False))
            return
        info = answer["user"] or {}
        profile = info.get("profile") or {}
        name = profile.get("real_name") or info.get("real_name") or profile.get("display_name")
        gone = info.get("deleted") or info.get("is_bot") or user == "USLACKBOT"
        person = Person(
            name or info.get("name") or "",
            info.get("locale"),
            info.get("tz"),
            not gone,
            # Only people of other workspaces are, or are not, strangers.
            str(info.get("team_id") or "") if "is_stranger" in info else "",
            bool(info.get("is_restricted") or info.get("is_ultra_restricted")),
            not info.get("is_stranger"),
        )
        self._keep(user, person)

    def _keep(self, user: str, person: Person) -> None:
        while len(self._known) >= MOST:
            self._known.pop(next(iter(self._known)))
        self._known.pop(user, None)
        self._known[user] = person, time.monotonic()

"""Somebody's own page on Slack: the app's Home tab, made anew whenever it is shown.

Nothing of a page is kept here, only who has theirs open.
"""

from collections import OrderedDict
from collections.abc import Sequence

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import faults
from adapters.slack.blocks import Json
from adapters.slack.lanes import Lanes
from adapters.slack.outgoing import parts
from dialogues.messages import Incoming, Outgoing
from dialogues.ports import Handler

log = structlog.get_logger()
BLOCKS = 100
REMEMBERED = 10_000


def view(shown: Sequence[Outgoing]) -> Json:
    """The parts of a page as a Home view, a line between them."""
    made: list[Json] = []
    for part in shown:
        blocks = [block for piece in parts(part) for block in piece.blocks]
        line = [{"type": "divider"}] if made else []
        if len(made) + len(line) + len(blocks) > BLOCKS:
            break
        made += [*line, *blocks]
    return {"type": "home", "blocks": made}


class Homes:
    """The pages of everybody who has opened theirs since Titian started."""

    def __init__(self, client: AsyncWebClient, handler: Handler, lanes: Lanes) -> None:
        self._client = client
        self._handler = handler
        self._lanes = lanes
        self._opened: OrderedDict[str, Incoming] = OrderedDict()
        self._waiting: set[str] = set()

    def remember(self, event: Incoming) -> None:
        """Somebody has opened their page: from now on it is kept up to date."""
        user = event.sender.user
        self._opened.pop(user, None)
        self._opened[user] = event
        if len(self._opened) > REMEMBERED:
            self._opened.popitem(last=False)

    def renew(self, user: str) -> None:
        """Something may have changed for *user*: show it, after all they wait for already."""
        if user in self._opened and user not in self._waiting:
            self._waiting.add(user)
            self._lanes.start(user, lambda: self._renew(user))

    async def publish(self, user: str, shown: Sequence[Outgoing]) -> None:
        """Put a page in place; one that is lost comes with the next opening."""
        if not shown:
            return
        try:
            await self._client.views_publish(user_id=user, view=view(shown))
        except faults.SDK as error:
            log.info("home_not_shown", part="slack", error=faults.code(error))

    async def _renew(self, user: str) -> None:
        self._waiting.discard(user)
        event = self._opened.get(user)
        if event is not None:
            await self.publish(user, await self._handler.handle(event))

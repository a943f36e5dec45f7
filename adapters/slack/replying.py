"""The replies to an event, sent after it was acknowledged."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from adapters.slack.modals import Carrier
from adapters.slack.outgoing import Part, parts
from adapters.slack.sending import Sending
from dialogues.errors import DeliveryError, MessageGone, RetryLater
from dialogues.messages import Incoming, Outgoing, Spot
from dialogues.ports import Handler

log = structlog.get_logger()
TRIES = 4
LONGEST_PATIENCE = 30.0


class Replies:
    """Sends what was decided. A reply that is lost loses a sentence, never an answer."""

    def __init__(self, sending: Sending, handler: Handler) -> None:
        self._sending = sending
        self._handler = handler

    def learn(self, user: str, channel: str) -> None:
        """The direct message with somebody."""
        self._sending.learn(user, channel)

    def fleeting(self, reply: Outgoing, home: Spot) -> bool:
        """Whether a reply may stand where only its reader sees it, and only for now.

        A check-in may not: it is edited later.
        """
        return (
            reply.to == home
            and reply.replaces is None
            and reply.round_id is None
            and not reply.files
        )

    async def to_command(self, url: str, more: Sequence[Part], replies: Sequence[Outgoing]) -> None:
        """What comes after the answer to a command: *more* of that answer, other replies."""
        if more and not await self._sending.respond(url, more, replace=False):
            log.info("reply_lost", part="slack")
        await self.send(replies)

    async def to_tap(self, event: Incoming, url: str, replies: Sequence[Outgoing]) -> None:
        """The replies to a button; *url* leads to its message where only one person sees it."""
        for reply in replies:
            here = bool(url) and reply.replaces is not None and reply.replaces == event.message
            loose = replace(reply, replaces=None) if here else reply
            seen = bool(url) and self.fleeting(loose, event.chat)
            if not (seen and await self._sending.respond(url, parts(reply), replace=here)):
                await self._send(loose)

    async def to_form(self, carrier: Carrier, replies: Sequence[Outgoing]) -> None:
        """The replies to a modal opened from *carrier*."""
        for reply in replies:
            here = carrier.ephemeral and reply.replaces == carrier.message
            await self._send(replace(reply, replaces=None) if here else reply)

    async def send(self, replies: Sequence[Outgoing]) -> None:
        """Replies with nothing special about them."""
        for reply in replies:
            await self._send(reply)

    async def _send(self, reply: Outgoing) -> None:
        for _ in range(TRIES):
            try:
                message = await self._sending.send(reply)
            except MessageGone:
                reply = replace(reply, replaces=None)
            except RetryLater as patience:
                if patience.seconds > LONGEST_PATIENCE:
                    break
                await asyncio.sleep(patience.seconds)
            except DeliveryError as error:
                log.info("reply_lost", part="slack", error=type(error).__name__)
                return
            else:
                await self._handler.sent(reply, message)
                return
        log.warning("reply_lost", part="slack", error="RetryLater")

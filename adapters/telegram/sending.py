"""One message to Telegram, and every way in which that can end."""

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import aiohttp
import structlog
from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from adapters.telegram.asking import NEVER_LEFT
from adapters.telegram.outgoing import CHOICE, LONGEST_CAPTION, keyboard, parts, shown
from adapters.telegram.pacing import Pace
from dialogues.errors import DeliveryError, MessageGone, RetryLater, UnknownOutcome, Unreachable
from dialogues.messages import File, Outgoing, Spot
from dialogues.numbering import numbered

log = structlog.get_logger()
T = TypeVar("T")
TRIES = 4
LONGEST_WAIT = 30.0
# The library announces that its number of seconds becomes a timedelta: both are read here.
warnings.filterwarnings("ignore", r"Deprecated since version v22\.2: .*`retry_after`")
GONE = (
    "message to edit not found",
    "message_id_invalid",
    "message can't be edited",
    "no text in the message",
)
NOBODY = ("chat not found", "user is deactivated", "peer_id_invalid", "not enough rights")
SEND, EDIT, PHOTO, DOCUMENT = "SendMessage", "EditMessageText", "SendPhoto", "SendDocument"
"""Telegram reads method names in any case; in its own case the library wants its method used,
which makes a message object of every answer and takes twice as long."""


class NoTopic(DeliveryError):
    """The topic is closed or gone: the group itself may hear it."""


class SameAgain(Exception):
    """The message shows already what it was to show."""


class Sending:
    """Sends, edits and erases. What goes wrong is said in the errors of `dialogues.errors`."""

    def __init__(self, bot: Bot, pace: Pace, moved: Callable[[Spot, str], Awaitable[None]]) -> None:
        """*moved* is told when a group turns out to go on in another chat."""
        self._bot = bot
        self._pace = pace
        self._moved = moved

    async def send(self, outgoing: Outgoing, urgent: bool = False) -> str:
        """See Adapter.send. A group that moved is followed; an *urgent* one goes first."""
        try:
            return await self._send(outgoing, outgoing.to, urgent)
        except ChatMigrated as migrated:
            await self._moved(outgoing.to, str(migrated.new_chat_id))
            there = Spot(outgoing.to.installation, str(migrated.new_chat_id), outgoing.to.thread)
            return await self._send(outgoing, there, urgent)

    async def _send(self, outgoing: Outgoing, to: Spot, urgent: bool) -> str:
        outgoing = numbered(outgoing, CHOICE)
        texts = parts(outgoing.text)
        buttons = keyboard(outgoing.buttons, outgoing.options)
        under = buttons if len(texts) == 1 else None
        if outgoing.replaces is not None:
            last = await self._edit(to, outgoing.replaces, texts[0], under)
        elif outgoing.preview:
            last = await self._unveil(to, outgoing.preview, texts[0], under, urgent)
        else:
            last = await self._new(to, texts[0], under, urgent)
        for number, text in enumerate(texts[1:], 2):
            under = buttons if number == len(texts) else None
            last = await self._surely(partial(self._new, to, text, under, urgent))
        for file in outgoing.files:
            await self._surely(partial(self._file, to, file, urgent))
        if outgoing.erases is not None:
            await self._erase(to, outgoing.erases)
        return last

    async def _surely(self, request: Callable[[], Awaitable[T]]) -> T:
        """What follows a part that has arrived: tried again here, since all of it would come twice.

        Raises:
            UnknownOutcome: It could not be sent; what came before it stands.
        """
        for _ in range(TRIES):
            try:
                return await request()
            except RetryLater as patience:
                await asyncio.sleep(min(patience.seconds, LONGEST_WAIT))
            except DeliveryError:
                break
        raise UnknownOutcome

    async def _new(self, to: Spot, text: str, under: str | None, urgent: bool) -> str:
        await self._pace.wait(to.chat, urgent)
        said = {"chat_id": to.chat, **shown(text, under)}
        try:
            sent = await self._ask(to, SEND, {**said, **_topic(to)})
        except NoTopic:
            sent = await self._ask(to, SEND, said)
        finally:
            self._pace.arrived(to.chat)
        return str(sent["message_id"])

    async def _unveil(
        self, to: Spot, preview: str, text: str, under: str | None, urgent: bool
    ) -> str:
        """Send what a locked screen may show, then put the message itself in its place."""
        message = await self._new(to, parts(preview)[0], None, urgent)
        try:
            return await self._surely(partial(self._edit, to, message, text, under))
        except UnknownOutcome:
            await self._erase(to, message)
            raise

    async def _edit(self, to: Spot, message: str, text: str, under: str | None) -> str:
        if not message.isdigit():
            raise MessageGone
        try:
            await self._ask(
                to, EDIT, {"chat_id": to.chat, "message_id": int(message), **shown(text, under)}
            )
        except UnknownOutcome:
            raise RetryLater(1) from None  # the same edit again does no harm
        except NoTopic:
            raise MessageGone from None
        except SameAgain:
            pass
        return message

    async def _file(self, to: Spot, file: File, urgent: bool) -> None:
        await self._pace.wait(to.chat, urgent)
        content = InputFile(file.content, filename=file.name)
        kind = "photo" if file.kind.startswith("image/") else "document"
        about = {"caption": file.description[:LONGEST_CAPTION]} if file.description else {}
        what = PHOTO if kind == "photo" else DOCUMENT
        values = {"chat_id": to.chat, kind: content, **about, **_topic(to)}
        try:
            await self._ask(to, what, values)
        finally:
            self._pace.arrived(to.chat)

    async def _erase(self, to: Spot, message: str) -> None:
        """Take a message out of the chat, as far as Telegram lets us: under two days old."""
        try:
            await self._bot.delete_message(to.chat, int(message))
        except (TelegramError, ValueError) as error:
            log.info("not_erased", error=type(error).__name__)

    async def _ask(self, to: Spot, what: str, values: dict[str, Any]) -> dict[str, Any]:
        """Ask Telegram for something; the answer as it comes: nothing of it is needed typed."""
        try:
            answer: dict[str, Any] = await self._bot.do_api_request(what, values)
            return answer
        except ChatMigrated:
            raise
        except RetryAfter as error:
            seconds = _seconds(error)
            self._pace.hold(to.chat, seconds)
            raise RetryLater(seconds, asked=True) from None
        except Forbidden:
            raise Unreachable from None
        except BadRequest as error:
            raise _refused(error) from None
        except InvalidToken:
            log.error("token_refused", installation=to.installation)
            raise RetryLater(300) from None
        except TimedOut as error:
            if isinstance(error.__cause__, NEVER_LEFT):
                raise RetryLater(2) from None
            raise UnknownOutcome from None
        except NetworkError as error:
            if isinstance(error.__cause__, aiohttp.ClientError) and not isinstance(
                error.__cause__, NEVER_LEFT
            ):
                raise UnknownOutcome from None
            raise RetryLater(2) from None


def _topic(to: Spot) -> dict[str, Any]:
    return {"message_thread_id": int(to.thread)} if to.thread else {}


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _refused(error: BadRequest) -> Exception:
    said = str(error).casefold()
    if "not modified" in said:
        return SameAgain()
    if "thread not found" in said or "topic_closed" in said or "topic_deleted" in said:
        return NoTopic()
    if any(sign in said for sign in GONE):
        return MessageGone()
    if any(sign in said for sign in NOBODY):
        return Unreachable()
    log.error("message_refused", error=type(error).__name__)
    return DeliveryError("refused")

"""One message to Slack, and every way in which that can end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack import clients, faults
from adapters.slack.outgoing import Part, parts
from adapters.slack.pacing import Pace
from dialogues.errors import DeliveryError, RetryLater, UnknownOutcome
from dialogues.messages import File, Outgoing, Spot

T = TypeVar("T")
TRIES = 4
URL_USES = 5
PEOPLE = ("U", "W")


class Sending:
    """Posts, edits and answers. What goes wrong is said in the errors of `dialogues.errors`."""

    def __init__(
        self, client: AsyncWebClient, pace: Pace, lines: clients.Lines, part: str = "slack"
    ) -> None:
        """*part*: the installation, for the log."""
        self._client = client
        self._pace = pace
        self._lines = lines
        self._part = part
        self._direct: dict[str, str] = {}

    def learn(self, user: str, channel: str) -> None:
        """The direct message with somebody."""
        self._direct[user] = channel

    async def send(self, outgoing: Outgoing) -> str:
        """See Adapter.send. What is attached is handed over first and shown last."""
        whole = parts(outgoing)
        files = [await self._upload(file) for file in outgoing.files]
        if outgoing.replaces is None:
            channel, message = await self._post(outgoing.to, whole[0])
        else:
            channel = await self._channel(outgoing.to.chat)
            message = await self._update(channel, outgoing.replaces, whole[0])
        for part in whole[1:]:
            await self._surely(lambda part=part: self._post(outgoing.to, part))  # type: ignore[misc]
        for file in files:
            await self._surely(
                lambda file=file: self._share(outgoing.to.chat, channel, file)  # type: ignore[misc]
            )
        return message

    async def respond(self, url: str, shown: Sequence[Part], replace: bool) -> bool:
        """Show something where only its reader sees it.

        Args:
            replace: In place of the message to which *url* belongs.

        Returns:
            Whether it may have arrived: False where it must be said elsewhere.
        """
        if not url or len(shown) > URL_USES:
            return False
        for number, part in enumerate(shown):
            body = {"text": part.text, "blocks": part.blocks, "response_type": "ephemeral"}
            try:
                answer = await clients.hook(url, self._lines).send_dict(
                    {**body, "replace_original": replace and number == 0}
                )
            except faults.SDK as error:
                return isinstance(faults.sending(error, part=self._part), UnknownOutcome)
            if answer.status_code != 200:
                return False
        return True

    async def _post(self, to: Spot, part: Part) -> tuple[str, str]:
        answer = await self._in_turn(
            to.chat,
            lambda: self._client.chat_postMessage(
                channel=to.chat,
                text=part.text,
                blocks=part.blocks,
                thread_ts=to.thread or None,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        channel, message = str(answer["channel"]), str(answer["ts"])
        if to.chat.startswith(PEOPLE):
            self.learn(to.chat, channel)
        return channel, message

    async def _update(self, channel: str, message: str, part: Part) -> str:
        await self._ask(
            channel,
            lambda: self._client.chat_update(
                channel=channel, ts=message, text=part.text, blocks=part.blocks
            ),
            again=True,
        )
        return message

    async def _channel(self, chat: str) -> str:
        """The channel itself, where *chat* is a person."""
        if not chat.startswith(PEOPLE):
            return chat
        if chat not in self._direct:
            answer = await self._ask(
                chat, lambda: self._client.conversations_open(users=chat), again=True
            )
            self.learn(chat, answer["channel"]["id"])
        return self._direct[chat]

    async def _upload(self, file: File) -> Mapping[str, str]:
        """Hand a file over; nobody sees it yet."""
        answer = await self._ask(
            "",
            lambda: self._client.files_getUploadURLExternal(
                filename=file.name,
                length=len(file.content),
                alt_txt=file.description or None,
            ),
            again=True,
        )
        await self._ask("", lambda: self._put(str(answer["upload_url"]), file), again=True)
        return {"id": str(answer["file_id"]), "title": file.name}

    async def _put(self, url: str, file: File) -> None:
        timeout = aiohttp.ClientTimeout(total=3 * clients.PATIENT)
        proxy, ssl = self._client.proxy, self._client.ssl
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=file.content, proxy=proxy, ssl=ssl or True) as answer,
        ):
            answer.raise_for_status()

    async def _share(self, chat: str, channel: str, file: Mapping[str, str]) -> None:
        await self._in_turn(
            chat,
            lambda: self._client.files_completeUploadExternal(
                files=[{"id": file["id"], "title": file["title"]}], channel_id=channel
            ),
        )

    async def _surely(self, work: Callable[[], Awaitable[object]]) -> None:
        """What comes after something that was sent already, and so must not be sent again."""
        for _ in range(TRIES):
            try:
                await work()
                return
            except RetryLater as patience:
                if patience.seconds > faults.LATER / 2:
                    break
                await asyncio.sleep(patience.seconds)
            except DeliveryError:
                break
        raise UnknownOutcome

    async def _in_turn(self, chat: str, request: Callable[[], Awaitable[T]]) -> T:
        """Do what *chat* may see once a second."""
        await self._pace.wait(chat)
        try:
            return await self._ask(chat, request)
        finally:
            self._pace.arrived(chat)

    async def _ask(self, chat: str, request: Callable[[], Awaitable[T]], again: bool = False) -> T:
        """Do *request*; its errors become ours."""
        try:
            return await request()
        except faults.SDK as error:
            fault = faults.sending(error, again, self._part)
            inactive = faults.code(error) == "account_inactive"
        if inactive and not await self._welcome():
            fault = faults.Refused(faults.LATER, "account_inactive")
        if isinstance(fault, RetryLater) and chat:
            self._pace.hold(chat, fault.seconds)
        raise fault  # not inside `except`: the SDK's error has the token in it

    async def _welcome(self) -> bool:
        """Whether our own account is alive: else it is not the person's that is meant."""
        try:
            answer: AsyncSlackResponse = await self._client.auth_test()
        except faults.SDK:
            return False
        return bool(answer["ok"])

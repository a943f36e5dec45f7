"""The playground as a platform: one page on which one person plays everybody."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from starlette.routing import BaseRoute

from adapters.playground import incoming, pages
from adapters.playground.room import GROUP, Entry, Guest, NotYet, Room, new_id
from dialogues.messages import Ability, Address, Event, Filled, Incoming, Outgoing, Spot, Tap
from dialogues.ports import Handler

PRIVATE = incoming.PRIVATE


class Controls(Protocol):
    """The clock, where it can be moved."""

    def now(self) -> datetime:
        """The present, aware."""
        ...

    async def move(self, by: timedelta) -> None:
        """Forward, with everything due on the way."""
        ...

    async def to_next(self) -> bool:
        """To the next thing due; False where nothing is."""
        ...


class Playground:
    """Implements `dialogues.ports.Adapter` over a room in memory."""

    installation = incoming.INSTALLATION
    ability = Ability(edits=True, forms=True, files=True, erases=True)

    def __init__(self, address: str, controls: Controls | None) -> None:
        self.address = address
        self.controls = controls
        self.room = Room()
        self._handler: Handler | None = None
        self._stopping = asyncio.Event()

    @property
    def people(self) -> Mapping[str, Guest]:
        """Everybody who can be played."""
        return self.room.people

    def introduce(self, user: str, name: str, language: str) -> None:
        """Somebody known from before: what they read then is not kept here."""
        self.room.introduce(user, name, language)
        self.room.restarted = True

    def join_link(self, code: str) -> str:
        """See Adapter."""
        return f"{self.address}/?start={code}"

    async def run(self, handler: Handler, up: Callable[[], None]) -> None:
        """See Adapter. The pages are served elsewhere; here they get somebody to talk to."""
        self._handler = handler
        self._stopping.clear()
        up()
        try:
            await asyncio.Event().wait()
        finally:
            self._handler = None
            self._stopping.set()
            self.room.changed()

    async def send(self, outgoing: Outgoing) -> str:
        """See Adapter."""
        chat = outgoing.to.chat
        if outgoing.replaces is not None:
            entry = self.room.find(chat, outgoing.replaces)
            entry.text, entry.buttons = outgoing.text, outgoing.buttons
            entry.files, entry.form = outgoing.files, outgoing.form
            self.room.edited(entry)
        else:
            entry = Entry(new_id(), "", outgoing.text, self.now())
            entry.buttons, entry.files, entry.form = (
                outgoing.buttons,
                outgoing.files,
                outgoing.form,
            )
            self.room.add(chat, entry)
        if outgoing.erases is not None:
            self.room.erase(chat, outgoing.erases)
        return entry.id

    def now(self) -> datetime:
        """The present of the clock, where there is one to ask."""
        return self.controls.now() if self.controls else datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def stopping(self) -> asyncio.Event:
        """Set while nobody listens: watchers end."""
        return self._stopping

    def routes(self) -> Sequence[BaseRoute]:
        """The pages."""
        return pages.routes(self)

    async def take(self, event: Incoming) -> None:
        """Hand an event to Titian and show the reply. Raises NotYet while nobody listens."""
        handler = self._handler
        if handler is None:
            raise NotYet
        for outgoing in await handler.handle(event):
            await handler.sent(outgoing, await self.send(outgoing))

    def wrote(self, message: str, user: str, chat: str, text: str) -> None:
        """Put what somebody typed into the chat, under the id *message*."""
        self.room.add(user if chat == PRIVATE else GROUP, Entry(message, user, text, self.now()))

    async def type(self, user: str, text: str, chat: str = PRIVATE) -> None:
        """Do what typing does: for tests and the demo."""
        message = new_id()
        self.wrote(message, user, chat, text)
        await self.take(self._incoming(user, chat, incoming.said(text), message))

    async def tap(self, user: str, message: str, label: str, chat: str = PRIVATE) -> None:
        """Do what a tap does."""
        place = user if chat == PRIVATE else GROUP
        token = dict(self.room.find(place, message).buttons)[label]
        await self.take(self._incoming(user, chat, Tap(token), message))

    async def fill(
        self, user: str, message: str, values: Mapping[str, tuple[str, ...] | str]
    ) -> None:
        """Do what handing in a whole form does."""
        form = self.room.find(user, message).form
        assert form is not None
        await self.take(self._incoming(user, PRIVATE, Filled(form.token, values), message))

    def transcript(self, chat: str) -> list[Entry]:
        """A person's private chat, or the group's."""
        return list(self.room.chats.get(chat, ()))

    def _incoming(self, user: str, chat: str, event: Event, message: str) -> Incoming:
        guest = self.room.people[user]
        return Incoming(
            new_id(),
            Address(self.installation, "", user),
            Spot(self.installation, user if chat == PRIVATE else GROUP),
            chat == PRIVATE,
            event,
            message,
            guest.name,
            guest.language,
        )

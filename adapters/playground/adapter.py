"""The playground as a platform: one page on which one person plays everybody."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from starlette.routing import BaseRoute

from adapters.playground import incoming, outgoing, pages
from adapters.playground.room import GROUP, Entry, Guest, NotYet, Room, new_id
from dialogues.errors import MessageGone
from dialogues.messages import Ability, Address, Event, Filled, Incoming, Outgoing, Spot, Tap
from dialogues.ports import Handler, Intake, Turn, at_once

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
    intake = Intake.PAGE
    ability = Ability(edits=True, forms=True, files=True, erases=True)

    def __init__(self, address: str, controls: Controls | None) -> None:
        """*address* is where the page is reached; without *controls* there is no clock on it."""
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
        self.room.introduce(user, name, language, known=True)

    def join_link(self, code: str) -> str:
        """See Adapter."""
        return f"{self.address}/?start={code}" if code else ""

    def group_link(self) -> str:
        """See Adapter: the page has one group, and Titian is in it."""
        return ""

    async def run(self, handler: Handler, up: Callable[[], None], turn: Turn = at_once) -> None:
        """See Adapter. The pages are served elsewhere; here they get somebody to talk to."""
        await turn()
        self._handler = handler
        self._stopping.clear()
        up()
        try:
            await asyncio.Event().wait()
        finally:
            self._handler = None
            self._stopping.set()
            self.room.changed()

    async def pace(self, to: Spot) -> None:
        """See Adapter: nobody limits us here."""

    async def send(self, outgoing: Outgoing) -> str:
        """See Adapter."""
        _can_be_drawn(outgoing)
        chat = outgoing.to.chat
        if outgoing.replaces is not None:
            entry = self.room.find(chat, outgoing.replaces)
            if entry.author:
                raise MessageGone  # like anywhere else, nobody's own words can be edited
            entry.edited = True
        else:
            entry = Entry(new_id(), "", outgoing.text, self.now())
            self.room.add(chat, entry)
        entry.text, entry.buttons, entry.form = outgoing.text, outgoing.buttons, outgoing.form
        entry.files, entry.language = outgoing.files, outgoing.language
        if outgoing.language and chat in self.room.people:  # the page speaks as Titian does
            self.room.people[chat].spoken = outgoing.language
        self.room.show(entry)
        if outgoing.erases is not None:
            self.room.erase(chat, outgoing.erases)
        return entry.id

    async def close(self) -> None:
        """See Adapter."""

    def now(self) -> datetime | None:
        """The present, where there is a clock to ask."""
        return self.controls.now() if self.controls else None

    @property
    def listening(self) -> bool:
        """Whether somebody takes what is said here."""
        return self._handler is not None

    @property
    def stopping(self) -> asyncio.Event:
        """Set once nobody listens any more: watchers end."""
        return self._stopping

    def routes(self) -> list[BaseRoute]:
        """The pages."""
        return pages.routes(self)

    async def take(self, event: Incoming, words: str = "") -> list[str]:
        """Show what somebody typed, hand the event to Titian, show the reply.

        The same event again shows its *words* once. Whatever the handler raises passes through.

        Returns:
            The ids of the messages sent or edited.

        Raises:
            NotYet: Nobody listens; nothing was done.
        """
        handler = self._handler
        if handler is None:
            raise NotYet
        if words and event.message and self.room.first(event.message):
            typed = Entry(event.message, event.sender.user, words, self.now())
            self.room.add(event.chat.chat, typed)
        sent = []
        for reply in await handler.handle(event):
            sent.append(await self._reply(reply))
            await handler.sent(reply, sent[-1])
        return sent

    async def type(self, user: str, text: str, chat: str = PRIVATE) -> None:
        """Do what typing does: for tests and the demo."""
        await self.take(self._incoming(user, chat, incoming.said(text), new_id()), text)

    async def tap(self, user: str, message: str, choice: int | str, chat: str = PRIVATE) -> None:
        """Do what a tap does, on a button's number or its label."""
        buttons = self.room.find(user if chat == PRIVATE else GROUP, message).buttons
        token = buttons[choice][1] if isinstance(choice, int) else dict(buttons)[choice]
        await self.take(self._incoming(user, chat, Tap(token), message))

    async def fill(
        self, user: str, message: str, values: Mapping[str, tuple[str, ...] | str]
    ) -> None:
        """Do what handing in a whole form does."""
        form = self.room.find(user, message).form
        if form is None:
            raise LookupError("this message has no form")
        await self.take(self._incoming(user, PRIVATE, Filled(form.token, values), message))

    def transcript(self, chat: str) -> list[Entry]:
        """A person's private chat, or the group's."""
        return list(self.room.chats.get(chat, ()))

    async def _reply(self, reply: Outgoing) -> str:
        """Send a reply; where the message it edits is not kept any more, as a new one."""
        try:
            return await self.send(reply)
        except MessageGone:
            return await self.send(replace(reply, replaces=None))

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


def _can_be_drawn(message: Outgoing) -> None:
    """Let a text that the page could not show fail where it is sent, not where it is read."""
    outgoing.body(message.text)

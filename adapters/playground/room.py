"""The playground's memory: who is here, and what stands in each chat. Gone at a restart."""

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from dialogues.errors import MessageGone, Unreachable
from dialogues.messages import File, Form

KEPT = 200
REMEMBERED = 1_000
GROUP = "group"


class NotYet(Exception):
    """Titian is starting or stopping: nothing was done."""


@dataclass
class Guest:
    """Somebody who can be played. `known` ones had a chat before this room began."""

    user: str
    name: str
    language: str
    known: bool = False
    unread: int = 0
    spoken: str = ""
    """The language Titian last wrote to them in; their device's may be another."""


@dataclass
class Entry:
    """A message in a chat; `author` is "" for Titian, `at` None where there is no clock."""

    id: str
    author: str
    text: str = field(repr=False)
    at: datetime | None
    buttons: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()
    form: Form | None = field(default=None, repr=False)
    edited: bool = False
    language: str = ""
    links: dict[str, str] = field(default_factory=dict)


class Room:
    """People and chats. Whoever watches is woken at each change."""

    def __init__(self) -> None:
        self.people: dict[str, Guest] = {}
        self.chats: dict[str, list[Entry]] = {GROUP: []}
        self.files: dict[str, File] = {}
        self.version = 0
        self.said_in_group = 0
        self._shortened: set[str] = set()
        self._typed: OrderedDict[str, None] = OrderedDict()
        self._changed = asyncio.Event()

    def introduce(self, user: str, name: str, language: str, known: bool = False) -> Guest:
        """Somebody to play; whoever is here already is left as they are."""
        if user not in self.people:
            self.people[user] = Guest(user, name, language, known)
            self.chats.setdefault(user, [])
            self.changed()
        return self.people[user]

    def add(self, chat: str, entry: Entry) -> None:
        """Put a message at the end of a chat. Raises Unreachable for an unknown chat."""
        entries = self._entries(chat)
        entries.append(entry)
        if len(entries) > KEPT:
            self._shortened.add(chat)
            self._forget(entries.pop(0))
        if chat == GROUP:
            self.said_in_group += 1
        elif not entry.author:
            self.people[chat].unread += 1
        self.changed()

    def find(self, chat: str, message: str) -> Entry:
        """A message of a chat. Raises MessageGone; Unreachable for an unknown chat."""
        for entry in self._entries(chat):
            if entry.id == message:
                return entry
        raise MessageGone

    def show(self, entry: Entry) -> None:
        """What stands in a message is new: serve its files, forget those it had."""
        self._forget(entry)
        for file in entry.files:
            key = secrets.token_urlsafe(12)
            self.files[key] = file
            entry.links[key] = file.name
        self.changed()

    def erase(self, chat: str, message: str) -> None:
        """Take a message out of a chat; one that is gone is fine."""
        for entry in self._entries(chat):
            if entry.id == message:
                self._forget(entry)
                self._entries(chat).remove(entry)
                self.changed()
                return

    def read(self, user: str) -> None:
        """Somebody looked at their chat."""
        if self.people[user].unread:
            self.people[user].unread = 0
            self.changed()

    def first(self, message: str) -> bool:
        """Whether *message* was never typed before, though it may be erased by now."""
        if message in self._typed:
            return False
        self._typed[message] = None
        if len(self._typed) > REMEMBERED:
            self._typed.popitem(last=False)
        return True

    def lacks_earlier(self, chat: str) -> bool:
        """Whether more was said in a chat than stands there."""
        return chat in self._shortened or (chat in self.people and self.people[chat].known)

    def changed(self) -> None:
        """Wake everybody who watches."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, version: int) -> int:
        """The next version after *version*."""
        while self.version <= version:
            await self._changed.wait()
        return self.version

    def _entries(self, chat: str) -> list[Entry]:
        if chat not in self.chats:
            raise Unreachable
        return self.chats[chat]

    def _forget(self, entry: Entry) -> None:
        for key in entry.links:
            self.files.pop(key, None)
        entry.links.clear()


def new_id() -> str:
    """An opaque id for a message or an event."""
    return secrets.token_urlsafe(9)

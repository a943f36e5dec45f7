"""The playground's memory: who is here, and what stands in each chat. Gone at a restart."""

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from dialogues.errors import MessageGone, Unreachable
from dialogues.messages import File, Form

KEPT = 200
GROUP = "group"


class NotYet(Exception):
    """Titian is starting or stopping: nothing was done."""


@dataclass
class Guest:
    """Somebody who can be played."""

    user: str
    name: str
    language: str
    unread: int = 0


@dataclass
class Entry:
    """A message in a chat; `author` is "" for Titian."""

    id: str
    author: str
    text: str
    at: datetime
    buttons: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()
    form: Form | None = None
    edited: bool = False
    links: dict[str, str] = field(default_factory=dict)


class Room:
    """People and chats. Whoever watches is woken at each change."""

    def __init__(self) -> None:
        self.people: dict[str, Guest] = {}
        self.chats: dict[str, list[Entry]] = {GROUP: []}
        self.files: dict[str, File] = {}
        self.version = 0
        self.restarted = False
        self._changed = asyncio.Event()

    def introduce(self, user: str, name: str, language: str) -> Guest:
        """Somebody to play; known people are left as they are."""
        if user not in self.people:
            self.people[user] = Guest(user, name, language)
            self.chats.setdefault(user, [])
            self.changed()
        return self.people[user]

    def add(self, chat: str, entry: Entry) -> None:
        """Put a message at the end of a chat. Raises Unreachable for an unknown chat."""
        if chat not in self.chats:
            raise Unreachable
        self.chats[chat].append(entry)
        for old in self.chats[chat][:-KEPT]:
            self._forget(old)
        del self.chats[chat][:-KEPT]
        if not entry.author and chat in self.people:
            self.people[chat].unread += 1
        self._serve(entry)
        self.changed()

    def find(self, chat: str, message: str) -> Entry:
        """A message of a chat. Raises MessageGone."""
        for entry in self.chats.get(chat, ()):
            if entry.id == message:
                return entry
        raise MessageGone

    def edited(self, entry: Entry) -> None:
        """A message was changed in place."""
        entry.edited = True
        self._serve(entry)
        self.changed()

    def erase(self, chat: str, message: str) -> None:
        """Take a message out of a chat; one that is gone is fine."""
        kept = [entry for entry in self.chats.get(chat, ()) if entry.id != message]
        self.chats[chat] = kept
        self.changed()

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

    def _serve(self, entry: Entry) -> None:
        self._forget(entry)
        for file in entry.files:
            key = secrets.token_urlsafe(12)
            self.files[key] = file
            entry.links[key] = file.name

    def _forget(self, entry: Entry) -> None:
        for key in entry.links:
            self.files.pop(key, None)
        entry.links.clear()


def new_id() -> str:
    """An opaque id for a message or an event."""
    return secrets.token_urlsafe(9)

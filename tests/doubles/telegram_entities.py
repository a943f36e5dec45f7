"""The entities Telegram finds in what a person types: commands and mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tests.doubles.telegram_spec import Json
from tests.doubles.telegram_text import utf16

if TYPE_CHECKING:
    from tests.doubles.telegram_people import User

COMMAND = re.compile(r"(?:^|(?<=\s))(/\w+(?:@\w+)?)")
MENTION = re.compile(r"(?<![\w@/])(@[A-Za-z0-9_]{2,32})(?!\w)")


def entities_in(text: str, mentions: Mapping[str, User] | None = None) -> list[Json]:
    """The entities of a text, in order.

    `mentions` says whom words of the text stand for: "@ratna" for a person of that username,
    the words as typed for a person without one, whom the client lets one pick by name.
    """
    found = [_entity(text, match, "bot_command") for match in COMMAND.finditer(text)]
    found += [_entity(text, match, "mention") for match in MENTION.finditer(text)]
    for words, person in (mentions or {}).items():
        found += _mentioned(text, words, person)
    return sorted(found, key=lambda entity: entity["offset"])


def _mentioned(text: str, words: str, person: User) -> Iterator[Json]:
    username = person.info.get("username")
    if username:
        assert words == f"@{username}", f"a client inserts @{username}, not {words!r}"
        assert words in text, f"{words!r} is not in {text!r}"
        return
    assert not words.startswith("@"), f"{person.name} has no username: type the name without @"
    matches = list(re.finditer(f"({re.escape(words)})", text))
    assert matches, f"{words!r} is not in {text!r}"
    for match in matches:
        yield {**_entity(text, match, "text_mention"), "user": person.info}


def _entity(text: str, match: re.Match[str], kind: str) -> Json:
    return {"type": kind, "offset": utf16(text[: match.start(1)]), "length": utf16(match[1])}

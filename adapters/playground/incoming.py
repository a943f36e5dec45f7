"""What the page sends, as our events. Pure; anything malformed is a ValueError."""

from collections.abc import Mapping
from hashlib import blake2b

from dialogues.messages import Address, Command, Event, Filled, Incoming, Spot, Tap, Text

INSTALLATION = "playground"
PRIVATE, GROUP = "private", "group"
LANGUAGES = ("en", "id")
LONGEST = 20_000
LONGEST_NAME = 60


def act(data: Mapping[str, object], people: Mapping[str, tuple[str, str]]) -> Incoming:
    """One act of the page as an Incoming.

    Args:
        data: {"id", "user", "chat", "kind": tap | text | form, "token"?, "message"?,
            "text"?, "values"?}; "id" is made by the page, the same when it asks again,
            and typed words stand in the chat under an id that follows from it.
        people: Who is here: each user's name and language.
    """
    user, chat, key = _text(data, "user"), data.get("chat", PRIVATE), _text(data, "id")
    if user not in people or chat not in (PRIVATE, GROUP):
        raise ValueError("nobody here")
    name, language = people[user]
    event = _event(data)
    typed = isinstance(event, Text | Command)
    return Incoming(
        key,
        Address(INSTALLATION, "", user),
        Spot(INSTALLATION, user if chat == PRIVATE else GROUP),
        chat == PRIVATE,
        event,
        blake2b(key.encode(), digest_size=9).hexdigest() if typed else _text(data, "message"),
        name,
        language,
    )


def said(text: str) -> Event:
    """Typed words: a command where they begin with a slash."""
    words = text.strip()
    return Command(words[1:].strip()) if words.startswith("/") else Text(text)


def newcomer(data: Mapping[str, object]) -> tuple[str, str]:
    """The name, on one line, and the language of somebody to be added."""
    name, language = " ".join(_text(data, "name").split()), _text(data, "language")
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or language not in LANGUAGES:
        raise ValueError("nobody's name or language")
    return name, language


def _event(data: Mapping[str, object]) -> Event:
    match data.get("kind"):
        case "tap":
            return Tap(_text(data, "token"))
        case "text":
            text = _text(data, "text", LONGEST)
            if not text.strip():
                raise ValueError("nothing written")
            return said(text)
        case "form":
            return Filled(_text(data, "token"), _values(data.get("values")))
    raise ValueError("unknown kind")


def _values(data: object) -> dict[str, tuple[str, ...] | str]:
    if not isinstance(data, dict):
        raise ValueError("no values")
    found: dict[str, tuple[str, ...] | str] = {}
    for key, value in data.items():
        if isinstance(value, str) and len(value) <= LONGEST:
            found[_sound(key)] = _sound(value)
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            found[_sound(key)] = tuple(_sound(item) for item in value)
        else:
            raise ValueError("a value is neither words nor choices")
    return found


def _text(data: Mapping[str, object], key: str, longest: int = 200) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise ValueError(f"{key} is missing or too long")
    return _sound(value)


def _sound(text: str) -> str:
    """*text*, unless half a character is in it: JSON can carry that, no answer of ours could."""
    text.encode()
    return text

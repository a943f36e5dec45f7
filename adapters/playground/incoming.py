"""What the page sends, as our events. Pure; anything malformed is a ValueError."""

from collections.abc import Mapping

from dialogues.messages import Address, Command, Event, Filled, Incoming, Spot, Tap, Text

INSTALLATION = "playground"
PRIVATE, GROUP = "private", "group"
LONGEST = 20_000


def act(
    data: object, names: Mapping[str, str], languages: Mapping[str, str], typed: str
) -> Incoming:
    """One act of the page as an Incoming.

    Args:
        data: {"id", "user", "chat", "kind": tap | text | form, "token"?, "message"?,
            "text"?, "values"?}; "id" is made by the page, the same when it asks again.
        typed: The id under which typed words stand in the chat.
    """
    if not isinstance(data, dict):
        raise ValueError("not an act")
    user, chat = _text(data, "user"), data.get("chat", PRIVATE)
    if user not in names or chat not in (PRIVATE, GROUP):
        raise ValueError("nobody here")
    event = _event(data)
    spot = Spot(INSTALLATION, user if chat == PRIVATE else GROUP)
    message = typed if isinstance(event, Text | Command) else _text(data, "message")
    return Incoming(
        _text(data, "id"),
        Address(INSTALLATION, "", user),
        spot,
        chat == PRIVATE,
        event,
        message,
        names[user],
        languages.get(user),
    )


def said(text: str) -> Event:
    """Typed words: a command where they begin with a slash."""
    words = text.strip()
    return Command(words[1:].strip()) if words.startswith("/") else Text(text)


def _event(data: dict[str, object]) -> Event:
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
            found[str(key)] = value
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            found[str(key)] = tuple(value)
        else:
            raise ValueError("a value is neither words nor choices")
    return found


def _text(data: Mapping[str, object], key: str, longest: int = 200) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise ValueError(f"{key} is missing or too long")
    return value

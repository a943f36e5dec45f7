"""Messages as plain JSON data, as the outbox keeps them, and back."""

from collections.abc import Mapping
from datetime import date, datetime

from dialogues.messages import Button, Localised, Message, Say, Spot


def to_json(value: object) -> object:
    """*value* as plain JSON data; `from_json` gives it back. Raises TypeError for strangers."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return {"~": "at", "at": value.isoformat()}
        case date():
            return {"~": "day", "day": value.isoformat()}
        case Localised():
            return {"~": "both", "en": value.en, "id": value.id}
        case Say():
            return {"~": "say", "key": value.key, "values": to_json(dict(value.values))}
        case Button():
            return {"~": "button", "label": to_json(value.label), "token": value.token}
        case Message():
            return {
                "~": "message",
                "say": to_json(value.say),
                "buttons": to_json(value.buttons),
                "round_id": value.round_id,
                "replaces": value.replaces,
                "at": [value.at.installation, value.at.chat, value.at.thread] if value.at else None,
                "preview": to_json(value.preview),
                "report": value.report,
            }
        case Mapping():
            return {str(k): to_json(v) for k, v in value.items()}
        case list() | tuple():
            return [to_json(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be kept in a message")


def from_json(data: object) -> object:
    """What `to_json` was given. Lists come back as tuples."""
    if isinstance(data, list):
        return tuple(from_json(item) for item in data)
    if not isinstance(data, dict):
        return data
    match data.get("~"):
        case "at":
            return datetime.fromisoformat(data["at"])
        case "day":
            return date.fromisoformat(data["day"])
        case "both":
            return Localised(en=data["en"], id=data["id"])
        case "say":
            return _say(data)
        case "button":
            label = from_json(data["label"])
            assert isinstance(label, Say | Localised | str)
            return Button(label, data["token"])
        case "message":
            said, preview = from_json(data["say"]), from_json(data["preview"])
            buttons = from_json(data["buttons"])
            assert isinstance(said, Say) and isinstance(preview, Say | None)
            assert isinstance(buttons, tuple)
            return Message(
                said,
                buttons,
                data["round_id"],
                data["replaces"],
                Spot(*data["at"]) if data["at"] else None,
                preview,
                data["report"],
            )
    return {key: from_json(value) for key, value in data.items()}


def _say(data: dict[str, object]) -> Say:
    values = from_json(data["values"])
    assert isinstance(values, dict)
    return Say(str(data["key"]), values)

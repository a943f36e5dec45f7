"""Typed words as an answer to a field: a unique part of a name will do."""

from bot.commands.command import Field
from bot.scene import Scene
from dialogues.answers import Answer, tidy
from dialogues.errors import Refusal
from dialogues.messages import Label, Localised, Say, say


def resolve(scene: Scene, field: Field, text: str) -> tuple[Answer, Say | None]:
    """Typed words as an answer to *field*, or what is wrong with them."""
    words = tidy(text)
    if not words:
        return None, say("fault.empty")
    if field.kind == "words":
        keys = _match(scene, field, words) if field.options else []
        if len(keys) == 1:
            return keys[0], None
        if len(keys) > 1:
            return None, say("fault.not_unique", words=words)
        if len(words) > field.most:
            return None, say("fault.too_long", limit=field.most)
        try:
            return (field.read(scene, words) if field.read else words), None
        except Refusal as refusal:
            return None, Say(refusal.key, refusal.values)
    if field.kind == "many":
        found = [_match(scene, field, part) for part in words.replace(",", " ").split()]
        if any(len(keys) != 1 for keys in found):
            return None, say("fault.choose", words=words)
        return tuple(dict.fromkeys(keys[0] for keys in found)), None
    keys = _match(scene, field, words)
    if len(keys) == 1:
        return (keys[0],), None
    return None, say("fault.not_unique" if keys else "fault.choose", words=words)


def _match(scene: Scene, field: Field, words: str) -> list[str]:
    wanted = words.casefold().lstrip("@")
    known = scene.mentions.get(words.removeprefix("@"), "").casefold()
    exact, shown, keyed = [], [], []
    for key, label in field.every:
        names = _names(scene, label)
        if wanted == key.casefold() or wanted in names or (known and known in names):
            exact.append(key)
        elif any(wanted in name for name in names):
            shown.append(key)
        elif wanted in key.casefold():
            keyed.append(key)
    return exact[:1] if len(exact) == 1 else exact or shown or keyed


def _names(scene: Scene, label: Label) -> set[str]:
    if isinstance(label, Localised):
        return {label.en.casefold(), label.id.casefold()}
    return {scene.house.texts.label(label, scene.reader).casefold()}

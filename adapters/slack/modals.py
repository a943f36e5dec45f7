"""A whole form as a modal, page by page, and what was filled in. Pure.

An option is named by its place, never by what it says. Which key stands at which place is
noted in the view's private_metadata, as far as that has room (`Note.options`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.slack import blocks
from adapters.slack.blocks import LABEL, Json
from adapters.slack.outgoing import pack
from dialogues.messages import Form, FormField

CALLBACK = "form"
ACTION = "value"
UNABLE = "~"
TITLE = 24
LONGEST = 2_000
TYPED = 3_000
NOTED = 3_000
BLOCKS = 100
FIELDS = 40
BUTTONS = 10
MENU = 100
MULTILINE = 200
WARNING = "⚠ "

Value = tuple[str, ...] | str
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Carrier:
    """The message from which a modal was opened: "" where it was a command."""

    channel: str = ""
    message: str = ""
    ephemeral: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What a view says about itself. `options` holds the keys that had room."""

    token: str
    carrier: Carrier
    page: int = 0
    pages: int = 1
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)


def pages(form: Form) -> list[tuple[FormField, ...]]:
    """The fields of each page."""
    made: list[list[FormField]] = [[]]
    room = BLOCKS - 1
    for asked in form.fields:
        needs = len(list(_blocks(asked)))
        if made[-1] and (needs > room or len(made[-1]) == FIELDS):
            made.append([])
            room = BLOCKS - 1
        made[-1].append(asked)
        room -= needs
    return [tuple(page) for page in made]


def view(form: Form, carrier: Carrier, page: int = 0, filled: Values | None = None) -> Json:
    """One page as a modal; *filled* is what was put in already, before `FormField.value`."""
    split = pages(form)
    shown = [
        replace(asked, value=(filled or {}).get(asked.key, asked.value)) for asked in split[page]
    ]
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": blocks.plain(form.title, TITLE),
        "submit": blocks.plain(form.submit, TITLE),
        "close": blocks.plain(form.close, TITLE),
        "private_metadata": _metadata(form, carrier, page, split),
        "blocks": [*_title(form, shown), *(block for asked in shown for block in _blocks(asked))],
    }


def note(shown: Mapping[str, Any]) -> Note:
    """What a view of ours says about itself.

    Raises:
        ValueError: It is none of ours.
    """
    try:
        data = json.loads(shown.get("private_metadata") or "")
        carrier = Carrier(data["c"], data["t"], bool(data["e"]))
        return Note(data["f"], carrier, data["p"], data["of"], data["o"])
    except (KeyError, TypeError) as error:
        raise ValueError("not a view of ours") from error


def keys(shown: Mapping[str, Any], inputs: bool = True) -> list[str]:
    """The fields of a view: those that can show an error, or all."""
    kinds = ("input",) if inputs else ("input", "section")
    return [block["block_id"] for block in shown["blocks"] if block["type"] in kinds]


def people(shown: Mapping[str, Any]) -> list[str]:
    """The fields of a view in which people are picked."""
    picking = "multi_users_select"
    return [b["block_id"] for b in shown["blocks"] if b.get("element", {}).get("type") == picking]


def values(
    shown: Mapping[str, Any], options: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...] | str]:
    """What was filled in, every field of the view.

    Raises:
        LookupError: It is not known any more what an option stood for.
    """
    state = shown["state"]["values"]
    found: dict[str, tuple[str, ...] | str] = {}
    for block in shown["blocks"]:
        key = block.get("block_id", "")
        if block["type"] == "input":
            given = state.get(key, {}).get(ACTION, {})
            found[key] = _value(block["element"]["type"], given, options.get(key, ()))
        elif block["type"] == "section":
            found[key] = ()  # a choice without anything to choose from
    return found


def page_of(form: Form, wrong: Sequence[str]) -> int:
    """The first page that holds one of the fields *wrong*."""
    for number, page in enumerate(pages(form)):
        if any(asked.key in wrong for asked in page):
            return number
    return 0


def options_of(form: Form) -> dict[str, tuple[str, ...]]:
    """The keys of every field's options, in their places."""
    return {f.key: tuple(key for key, _ in f.options) for f in form.fields if f.options}


def has_room(shown: Mapping[str, Any], form: Form) -> bool:
    """Whether a view can be read without *form*: it is the only page and notes all its options."""
    told = note(shown)
    return told.pages == 1 and set(told.options) == set(options_of(form))


# ---- filling in --------------------------------------------------------------------------
def _value(kind: str, given: Mapping[str, Any], options: Sequence[str]) -> Value:
    if kind == "plain_text_input":
        return str(given.get("value") or "")
    if kind == "multi_users_select":
        return tuple(given.get("selected_users") or ())
    one = given.get("selected_option")
    chosen = [one] if one else given.get("selected_options") or []
    places = [option["value"] for option in chosen]
    if places == [UNABLE]:
        return (UNABLE,)
    return tuple(options[int(place)] for place in places)


# ---- drawing -----------------------------------------------------------------------------
def _metadata(form: Form, carrier: Carrier, page: int, split: Sequence[Sequence[FormField]]) -> str:
    noted: dict[str, Any] = {
        "f": form.token,
        "c": carrier.channel,
        "t": carrier.message,
        "e": int(carrier.ephemeral),
        "p": page,
        "of": len(split),
        "o": {},
    }
    known = options_of(form)
    for asked in split[page]:
        if asked.key in known:
            noted["o"][asked.key] = known[asked.key]
            if len(_json(noted)) > NOTED:
                del noted["o"][asked.key]
    return _json(noted)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _title(form: Form, shown: Sequence[FormField]) -> list[Json]:
    """The whole title where the bar cuts it, or where there is nothing else."""
    return [blocks.context(form.title)] if len(form.title) > TITLE or not shown else []


def _blocks(asked: FormField) -> Iterator[Json]:
    """What a field becomes: what does not fit into it stands above it."""
    if asked.error:
        yield blocks.context(WARNING + asked.error)
    if len(asked.label) > LONGEST:
        yield from pack([blocks.section(blocks.words(asked.label))])
    if len(asked.hint) > LONGEST:
        yield blocks.context(asked.hint)
    offered = _offered(asked)
    if _numbers(asked):
        yield from pack([blocks.numbered(text for _, text in offered)])
    if asked.kind in ("one", "many") and not offered:
        label = blocks.plain(asked.label, LONGEST)
        yield {"type": "section", "block_id": asked.key, "text": label}
        return
    block = {
        "type": "input",
        "block_id": asked.key,
        "label": blocks.plain(asked.label, LONGEST),
        "optional": not asked.needed,
        "element": {**_element(asked, offered), "action_id": ACTION},
    }
    if 0 < len(asked.hint) <= LONGEST:
        block["hint"] = blocks.plain(asked.hint, LONGEST)
    yield block


def _offered(asked: FormField) -> list[tuple[str, str]]:
    """The values and texts to choose from: places, and what stands for "can't say"."""
    offered = [(str(place), text) for place, (_, text) in enumerate(asked.options)]
    if asked.unable and asked.kind == "one":
        offered.append((UNABLE, asked.unable))
    return offered


def _numbers(asked: FormField) -> bool:
    """Whether the options' texts are too long to stand in the field itself."""
    return asked.kind in ("one", "many") and any(len(t) > LABEL for _, t in _offered(asked))


def _element(asked: FormField, offered: Sequence[tuple[str, str]]) -> Json:
    match asked.kind:
        case "words":
            return _words(asked)
        case "people":
            people: Json = {"type": "multi_users_select"}
            if asked.most:
                people["max_selected_items"] = asked.most
            chosen = [user for user in asked.value if _is_user(user)]
            if chosen and not isinstance(asked.value, str):
                people["initial_users"] = chosen[: asked.most or None]
            return people
        case "one" | "many":
            return _choice(asked, offered)
    raise ValueError(f"no way to ask for {asked.kind}")


def _words(asked: FormField) -> Json:
    said = asked.value if isinstance(asked.value, str) else ", ".join(asked.value)
    said = said[:TYPED]
    most = min(asked.most or TYPED, TYPED)
    typed: Json = {
        "type": "plain_text_input",
        "multiline": asked.most > MULTILINE or "\n" in said,
        "max_length": most if len(said) <= most else TYPED,
    }
    return {**typed, "initial_value": said} if said else typed


def _choice(asked: FormField, offered: Sequence[tuple[str, str]]) -> Json:
    numbers = _numbers(asked)
    options = []
    for place, (value, text) in enumerate(offered, 1):
        shown = str(place) if numbers else text
        options.append({"text": blocks.plain(shown, LABEL), "value": value})
    few = len(options) <= BUTTONS
    known = {key: place for place, (key, _) in enumerate(asked.options)}
    first = () if isinstance(asked.value, str) else asked.value
    chosen = [options[known[key]] for key in dict.fromkeys(first) if key in known]
    if asked.kind == "one":
        one: Json = {"type": "radio_buttons" if few and not numbers else "static_select"}
        one |= _listed(options)
        return {**one, "initial_option": chosen[0]} if chosen else one
    many: Json = {"type": "checkboxes" if few else "multi_static_select", **_listed(options)}
    if asked.most and not few:
        many["max_selected_items"] = asked.most
        chosen = chosen[: asked.most]
    return {**many, "initial_options": chosen} if chosen else many


def _listed(options: Sequence[Json]) -> Json:
    """The options, in groups where there are more than a menu takes."""
    if len(options) <= MENU:
        return {"options": list(options)}
    groups = []
    for start in range(0, len(options), MENU):
        group = list(options[start : start + MENU])
        label = blocks.plain(f"{start + 1}–{start + len(group)}", LABEL)
        groups.append({"label": label, "options": group})
    return {"option_groups": groups}


def _is_user(user: str) -> bool:
    return user.isalnum() and user.isascii() and user[:1] in ("U", "W")

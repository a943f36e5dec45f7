"""The interactive elements of Slack's blocks, and what a person's choice looks like in them."""

from collections.abc import Iterator
from typing import Any

from tests.doubles.slack_elements import Json


def elements(blocks: list[Json] | None) -> Iterator[tuple[Json, Json]]:
    """(block, element) for every interactive element."""
    for block in blocks or ():
        for element in [block.get("accessory"), block.get("element"), *block.get("elements", ())]:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def label(element: Json) -> Any:
    """What a person reads on the element."""
    return (element.get("text") or element.get("placeholder") or {}).get("text")


def state_of(element: Json, value: Any) -> Json:
    """The state.values entry of an element after the user chose `value` (None: left)."""
    kind = element["type"]
    if kind.endswith(("_input", "_text_input")):
        text = element.get("initial_value") if value is None else value
        limits = element.get("min_length", 0), element.get("max_length", 3000)
        if text is not None and not limits[0] <= len(str(text)) <= limits[1]:
            raise AssertionError(f"the Slack client wants {limits} characters")
        return {"type": kind, "value": text}
    for picker in ("date", "time", "date_time"):
        if kind == picker.replace("_", "") + "picker":
            chosen = element.get(f"initial_{picker}") if value is None else value
            return {"type": kind, f"selected_{picker}": chosen}
    for noun in ("user", "conversation", "channel"):
        if kind == f"{noun}s_select":
            chosen = element.get(f"initial_{noun}") if value is None else value
            return {"type": kind, f"selected_{noun}": chosen}
        if kind == f"multi_{noun}s_select":
            chosen = element.get(f"initial_{noun}s", []) if value is None else value
            return {"type": kind, f"selected_{noun}s": chosen}
    if kind == "button":
        return {"type": kind}
    if kind == "checkboxes" or kind.startswith("multi_"):
        first = element.get("initial_options", [])
        chosen = first if value is None else [_option(element, one) for one in value]
        return {"type": kind, "selected_options": chosen}
    one = element.get("initial_option") if value is None else _option(element, value)
    return {"type": kind, "selected_option": one}


def check_number(element: Json, state: Json) -> None:
    """Nobody can choose more than the menu allows."""
    chosen = next((v for v in state.values() if isinstance(v, list)), [])
    most = element.get("max_selected_items", len(chosen))
    assert len(chosen) <= most, f"the Slack client lets one choose {most}"


def _option(element: Json, wanted: Any) -> Json:
    if isinstance(wanted, dict):  # an option of an external select
        return wanted
    groups = element.get("option_groups", ())
    known: list[Json] = element.get("options") or [o for g in groups for o in g["options"]]
    for option in known:
        if wanted in (option["text"]["text"], option.get("value")):
            return option
    raise AssertionError(f"no option {wanted!r} among {[o['text']['text'] for o in known]}")

"""The blocks and views Slack refuses, in the same words."""

from typing import Any

import pytest

from tests.doubles.bolt_bot import MODAL, field, option, plain
from tests.doubles.slack_elements import Json
from tests.doubles.slack_limits import check_blocks, check_view


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("x"), **more}


def menu(*options: str, **more: Any) -> Json:
    known = [option(text) for text in options]
    return {"type": "static_select", "placeholder": plain("p"), "options": known, **more}


def actions(*elements: Json) -> list[Any]:
    return [{"type": "actions", "elements": list(elements)}]


def section(**more: Any) -> list[Any]:
    return [{"type": "section", "text": plain("x"), **more}]


def entry(element: Any, **more: Any) -> list[Any]:
    return [{"type": "input", "label": plain("x"), "element": element, **more}]


SURE = {name: plain("t") for name in ("title", "text", "confirm", "deny")}
PICTURE = {"type": "image", "image_url": "http://a.b", "alt_text": "x"}

BAD_BLOCKS: list[tuple[str, Any]] = [
    ("no more than 50 items", [{"type": "divider"}] * 51),
    ("must be a list [json-pointer:/blocks]", "none"),
    ("less than 3001 characters", section(text=plain("x" * 3001))),
    ("more than 0 characters", section(text=plain(""))),
    ("must provide a string", section(text={"type": "plain_text", "text": 1})),
    ("must provide a text object", section(text="x")),
    ("additional property: verbatim", section(text={**plain("x"), "verbatim": True})),
    ("text or fields is required", [{"type": "section"}]),
    ("1 to 10 items [json-pointer:/blocks/0/fields]", section(fields=[plain("x")] * 11)),
    ("/blocks/0/fields/0/text", section(fields=[plain("x" * 2001)])),
    ("unsupported type: plain_text_input", section(accessory={"type": "plain_text_input"})),
    ("less than 151 characters", [{"type": "header", "text": plain("x" * 151)}]),
    ("mrkdwn (plain_text expected)", [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
    ("exactly one of image_url and slack_file", [{"type": "image", "alt_text": "x"}]),
    ("/blocks/0/alt_text", [{"type": "image", "image_url": "http://a.b"}]),
    ("/blocks/0/title", [{**PICTURE, "title": plain("x" * 2001)}]),
    ("less than 76 characters", actions(button(text=plain("x" * 76)))),
    ("less than 256 characters", actions(button(action_id="x" * 256))),
    ("less than 2001 characters", actions(button(value="x" * 2001))),
    ("/value", actions(button(value=""))),
    ("less than 3001 characters", actions(button(url="x" * 3001))),
    ("style must be primary or danger", actions(button(style="green"))),
    ("/confirm/deny", actions(button(confirm={k: v for k, v in SURE.items() if k != "deny"}))),
    ("additional property: colour", actions(button(confirm={**SURE, "colour": "red"}))),
    ("1 to 25 items", actions(*[button()] * 26)),
    ("action_id a already exists in this block", actions(*[button(action_id="a")] * 2)),
    ("unsupported type: None", [{"type": "actions", "elements": ["x"]}]),
    ("/text/text", actions(menu("x" * 76))),
    ("/placeholder/text", actions(menu("a", placeholder=plain("x" * 151)))),
    ("1 to 100 items", actions(menu(*map(str, range(101))))),
    ("must be an option object", actions(menu(options=["a"]))),
    ("/options/0/value", actions(menu(options=[{"text": plain("a"), "value": "x" * 151}]))),
    ("/description", actions(menu(options=[{**option("a"), "description": plain("x" * 76)}]))),
    ("only one of options and option_groups", actions(menu("a", option_groups=[]))),
    ("is not among the options", actions(menu("a", initial_option=option("b")))),
    ("initial_date has a wrong format", actions({"type": "datepicker", "initial_date": "1.2."})),
    ("1 to 10 items", actions({"type": "radio_buttons", "options": [option("a")] * 11})),
    ("1 to 5 items", actions({"type": "overflow", "options": [option("a")] * 6})),
    ("block_id b already exists", [{"type": "divider", "block_id": "b"}] * 2),
    ("less than 256 characters", [{"type": "divider", "block_id": "b" * 256}]),
    ("unsupported type: nonsense", [{"type": "nonsense"}]),
    ("unsupported type: None", ["x"]),
    ("additional property: colour", [{"type": "divider", "colour": "red"}]),
    ("1 to 10 items", [{"type": "context", "elements": []}]),
    ("additional property: url", [{"type": "context", "elements": [{**PICTURE, "url": "x"}]}]),
    ("less than 12001 characters", [{"type": "markdown", "text": "x" * 12001}]),
    ("/label", entry({"type": "plain_text_input"}, label=plain("x" * 2001))),
    ("/hint", entry({"type": "plain_text_input"}, hint=plain("x" * 2001))),
    ("unsupported type: button", entry(button())),
    ("max_length", entry({"type": "plain_text_input", "max_length": 3001})),
    ("/initial_value", entry({"type": "plain_text_input", "max_length": 1, "initial_value": "xx"})),
    ("missing required field: is_decimal_allowed", entry({"type": "number_input"})),
]
BAD_VIEWS: list[tuple[str, Any]] = [
    ("view type must be modal or home", {"type": "message"}),
    ("/view/title", MODAL | {"title": plain("x" * 25)}),
    ("/view/close", MODAL | {"close": plain("x" * 25)}),
    ("/view/private_metadata", MODAL | {"private_metadata": "x" * 3001}),
    ("/view/callback_id", MODAL | {"callback_id": "x" * 256}),
    ("/view/external_id", MODAL | {"external_id": "x" * 256}),
    ("/view/submit", {k: v for k, v in MODAL.items() if k != "submit"}),
    ("no more than 100 items", MODAL | {"blocks": [{"type": "divider"}] * 101}),
    ("additional property: id", MODAL | {"id": "V1"}),
    ("additional property: title", {"type": "home", "blocks": [], "title": plain("x")}),
    ("unsupported type: markdown", MODAL | {"blocks": [{"type": "markdown", "text": "x"}]}),
]
GROUP = {"label": plain("g"), "options": [option("a")]}
GOOD_BLOCKS = [
    *section(fields=[plain("x")] * 10, accessory=PICTURE, block_id="b"),
    *section(accessory=menu("a", "b", initial_option=option("b"), confirm=SURE)),
    {"type": "header", "text": plain("x" * 150)},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}, PICTURE]},
    {**PICTURE, "title": plain("x")},
    {"type": "markdown", "text": "x" * 12000},
    *actions(*(button(action_id=str(n), style="danger") for n in range(25))),
    *actions({"type": "static_select", "option_groups": [GROUP]}),
    *actions({"type": "timepicker", "initial_time": "23:59"}, {"type": "users_select"}),
    *entry({"type": "number_input", "is_decimal_allowed": False}, optional=True),
    {"type": "rich_text", "elements": []},
]


@pytest.mark.parametrize(("words", "blocks"), BAD_BLOCKS)
def test_bad_blocks(words: str, blocks: Any) -> None:
    assert words in "\n".join(check_blocks(blocks))


@pytest.mark.parametrize(("words", "view"), BAD_VIEWS)
def test_bad_views(words: str, view: Any) -> None:
    assert words in "\n".join(check_view(view))


def test_good_blocks_and_views() -> None:
    assert not check_blocks(GOOD_BLOCKS)
    assert not check_view(MODAL | {"close": plain("Close"), "private_metadata": "x" * 3000})
    assert not check_view({"type": "home", "blocks": [field("name")]})

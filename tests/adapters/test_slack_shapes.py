"""What Slack is shown: rich text, buttons, modals, and the manifest that allows it."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from adapters.slack import incoming, listeners, modals, outgoing
from adapters.slack.forms import Forms, Lost
from adapters.slack.modals import Carrier
from dialogues import markup
from dialogues.markup import Value
from dialogues.messages import Form, FormField, Outgoing, Spot
from tests.doubles.slack_forms import state_of
from tests.doubles.slack_limits import check_blocks, check_view

HERE = Path(__file__).parents[2] / "adapters" / "slack"
ANA = Spot("slack", "U1")
STYLES = {"bold", "italic", "code"}

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
nasty = st.text(st.sampled_from("`<&>_*[]()~#+-.!|\\{}:@\n é\u200e漢1"), max_size=120)
anything = st.text(characters, max_size=200) | nasty
some = st.text(characters, min_size=1, max_size=120).filter(lambda text: bool(text.strip()))


def said(parts: list[dict[str, Any]]) -> str:
    """Every word in blocks or elements, in their order."""
    words = ""
    for part in parts:
        words += said(part["elements"]) if "elements" in part else part.get("text", "")
    return words


def sound(block: dict[str, Any]) -> None:
    """A rich_text block as Slack documents it."""
    assert block["type"] == "rich_text" and block["elements"]
    for element in block["elements"]:
        match element["type"]:
            case "rich_text_list":
                assert element["style"] in ("bullet", "ordered") and 0 <= element["indent"] <= 8
                assert element.get("offset", 1) > 0
                runs = [item["elements"] for item in element["elements"]]
                assert all(i["type"] == "rich_text_section" for i in element["elements"])
            case "rich_text_section" | "rich_text_quote":
                runs = [element["elements"]]
            case kind:
                raise AssertionError(kind)
        assert runs and all(runs)
        for part in (part for run in runs for part in run):
            assert part["type"] in ("text", "link") and set(part.get("style", {})) <= STYLES
            assert part["type"] == "link" or 0 < len(part["text"]) <= 3000


# ---- text ------------------------------------------------------------------------------------
@given(anything)
def test_a_value_comes_out_as_it_was(text: str) -> None:
    shown = outgoing.rich(Value(text).__html__())
    assert said(shown) == " ".join(text.split())
    assert not check_blocks(shown)
    for block in shown:
        sound(block)


@given(st.lists(anything, max_size=5), st.sampled_from(["- ", "1. ", "> ", "", "- - "]))
def test_values_in_lists_and_quotes_stay_themselves(texts: list[str], lead: str) -> None:
    kept = [" ".join(text.split()) for text in texts if text.split()]
    lines = [f"{lead}**{markup.escape(text)}** x" for text in kept]
    shown = outgoing.rich(("\n\n" if lead in ("", "> ") else "\n").join(lines))
    words = said(shown)
    for text in kept:
        assert text in words
    assert not check_blocks(shown)
    for block in shown:
        sound(block)


def test_every_kind_of_text() -> None:
    text = (
        "Hello **bold *both*** and *it* `code` [here](https://a.example/x?a=1&b=2)\nnew line\n\n"
        "Second\n\n- one\n  - inner\n- two\n\n7. seven\n8. eight\n\n> quoted\n>\n> - dot\n\n"
        "[mail](mailto:a@b.example) [odd](/somewhere)"
    )
    (block,) = outgoing.rich(text)
    sound(block)
    first, one, inner, two, numbers, quote, last = block["elements"]
    assert [(e.get("text"), e.get("style")) for e in first["elements"]] == [
        ("Hello ", None),
        ("bold ", {"bold": True}),
        ("both", {"bold": True, "italic": True}),
        (" and ", None),
        ("it", {"italic": True}),
        (" ", None),
        ("code", {"code": True}),
        (" ", None),
        ("here", None),
        ("\n", None),
        ("new line", None),
        ("\n\n", None),
        ("Second", None),
    ]
    assert first["elements"][8]["url"] == "https://a.example/x?a=1&b=2"
    assert [(p["indent"], said([p])) for p in (one, inner, two)] == [
        (0, "one"),
        (1, "inner"),
        (0, "two"),
    ]
    assert numbers["style"] == "ordered" and numbers["offset"] == 6
    assert quote["type"] == "rich_text_quote" and said([quote]) == "quoted\n• dot"
    assert said([last]) == "mail odd (/somewhere)"


def test_an_unknown_kind_of_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = SyntaxTreeNode([Token("hr", "hr", 0)])
    monkeypatch.setattr(markup, "parse", lambda text: tree)
    with pytest.raises(ValueError, match="hr"):
        outgoing.rich("---")


def test_numbers_go_on_after_an_inner_list() -> None:
    (block,) = outgoing.rich("1. one\n   - inner\n2. two\n3. three")
    one, _, two = block["elements"]
    assert "offset" not in one and two["offset"] == 1 and len(two["elements"]) == 2


@given(
    st.lists(some, min_size=1, max_size=80),
    st.lists(st.tuples(st.text(characters, min_size=1, max_size=90), some), max_size=60),
    st.integers(1, 60),
)
@settings(max_examples=40)
def test_long_messages_are_split_and_nothing_is_lost(
    texts: list[str], buttons: list[tuple[str, str]], times: int
) -> None:
    text = "\n\n".join(markup.escape(part) + " ." for part in texts * times)
    whole = outgoing.parts(Outgoing(ANA, text, tuple(buttons)))
    assert said([b for p in whole for b in p.blocks if b["type"] == "rich_text"]).count(".") >= len(
        texts * times
    )
    tokens = []
    for part in whole:
        assert not check_blocks(part.blocks) and len(part.blocks) <= 50
        assert len(json.dumps(part.blocks)) < 200_000
        actions = [b for b in part.blocks if b["type"] == "actions"]
        tokens += [element["value"] for block in actions for element in block["elements"]]
        ids = [element["action_id"] for block in actions for element in block["elements"]]
        assert len(ids) == len(set(ids))
    assert tokens == [token for _, token in buttons]


def test_a_paragraph_longer_than_a_block_is_whole() -> None:
    text = "word " * 4000
    whole = outgoing.parts(Outgoing(ANA, text))
    assert len(whole) == 2
    assert said([b for part in whole for b in part.blocks]).split() == text.split()


def test_a_label_that_is_too_long_is_numbered_and_listed() -> None:
    buttons = (("Short", "a"), ("L" * 80, "b"), ("M" * 80, "c"))
    (part,) = outgoing.parts(Outgoing(ANA, "Choose", buttons))
    text, listed, actions = part.blocks[0], part.blocks[1], part.blocks[2]
    assert said([text]) == "Choose" and said([listed]) == "L" * 80 + "M" * 80
    assert [e["text"]["text"] for e in actions["elements"]] == ["Short", "1", "2"]


@pytest.mark.parametrize(
    ("message", "notice"),
    [
        (Outgoing(ANA, "Hello *you* <b> & co."), "Hello you &lt;b&gt; &amp; co."),
        (Outgoing(ANA, "Secret", preview="A *message*"), "A message"),
        (Outgoing(ANA, "Secret", round_id=7), "Titian"),
        (Outgoing(ANA, "Secret", round_id=7, preview="New"), "New"),
        (Outgoing(ANA, "word " * 100), "word " * 59 + "…"),
        (Outgoing(ANA, ""), "Titian"),
    ],
)
def test_what_a_notification_shows(message: Outgoing, notice: str) -> None:
    shown = outgoing.parts(message)[0].text
    assert shown == notice or (shown.endswith("…") and len(shown) <= 300)


def test_texts_are_cut_at_a_word() -> None:
    assert markup.cut("short", 24) == "short"
    assert markup.cut("Effectiveness pulse of the broker", 24) == "Effectiveness pulse of…"
    assert markup.cut("W" * 30, 24) == "W" * 23 + "…"


# ---- modals ------------------------------------------------------------------------------------
keys = st.text("abcdefgh~_-0123456789", min_size=1, max_size=40)
labels = st.text(characters, min_size=1, max_size=200).filter(lambda text: bool(text.strip()))
long = labels | labels.map(lambda text: text * 60)
choices = st.lists(st.tuples(keys, labels), max_size=130, unique_by=lambda option: option[0])


@st.composite
def fields(draw: st.DrawFn) -> FormField:
    kind = draw(st.sampled_from(["one", "many", "words", "people"]))
    options = tuple(draw(choices)) if kind in ("one", "many") else ()
    known = [key for key, _ in options] or ["U0001", "W2", "budi"]
    picked = tuple(draw(st.lists(st.sampled_from(known), max_size=3, unique=True)))
    value = draw(st.text(characters, max_size=300)) if kind == "words" else picked
    most = draw(st.sampled_from([0, 1, 3, 200, 1000, 5000]))
    return FormField(
        draw(keys),
        kind,
        draw(long),
        options,
        most,
        draw(st.booleans()),
        draw(st.just("") | labels),
        value,
        draw(st.just("") | labels),
        draw(st.just("") | long),
    )


forms = st.builds(
    Form,
    st.just("w:7"),
    labels,
    st.lists(fields(), max_size=12, unique_by=lambda asked: asked.key).map(tuple),
    labels,
    labels,
)


@given(forms)
@settings(max_examples=60, deadline=None)
def test_any_form_is_a_modal_that_reads_back(form: Form) -> None:
    split = modals.pages(form)
    assert [asked for page in split for asked in page] == list(form.fields)
    for number, page in enumerate(split):
        view = modals.view(form, Carrier("D1", "1.2"), number)
        assert not check_view(view)
        assert len(json.dumps(view)) < 250_000
        note = modals.note(view)
        assert (note.token, note.carrier, note.page) == ("w:7", Carrier("D1", "1.2"), number)
        for asked in page:
            for whole in (asked.error, asked.label):
                if len(whole) <= 2000:
                    assert whole in (everything := flat(view)), (whole, everything)
        found = modals.values(filled(view), modals.options_of(form))
        assert list(found) == [asked.key for asked in page]
        for asked in page:
            assert found[asked.key] == expected(asked), asked


def flat(view: Any) -> str:
    """Every text of a view."""
    if isinstance(view, dict):
        return "\n".join(flat(value) for key, value in view.items() if key != "private_metadata")
    if isinstance(view, list):
        return "\n".join(flat(value) for value in view)
    return str(view)


def filled(view: dict[str, Any]) -> dict[str, Any]:
    """The view as it comes back when nothing was touched."""
    state = {
        block["block_id"]: {"value": state_of(block["element"], None)}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    return {**view, "id": "V1", "state": {"values": state}}


def expected(asked: FormField) -> Any:
    match asked.kind:
        case "words":
            return asked.value
        case "people":
            return tuple(user for user in asked.value if user != "budi")[: asked.most or None]
        case "one":
            return asked.value[:1] if asked.options else ()
    if not asked.options:
        return ()
    return asked.value[: asked.most] if asked.most and len(asked.options) > 10 else asked.value


def one(count: int, text: str = "Option", **more: Any) -> FormField:
    options = tuple((f"k{n}", f"{text} {n}") for n in range(count))
    return FormField("f", "one", "Which?", options, **more)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (one(9, unable="Can't say"), "radio_buttons"),
        (one(10, unable="Can't say"), "static_select"),
        (one(11), "static_select"),
        (one(3, "L" * 80), "static_select"),
        (replace(one(10), kind="many"), "checkboxes"),
        (replace(one(11), kind="many", most=3), "multi_static_select"),
        (FormField("f", "words", "Say"), "plain_text_input"),
        (FormField("f", "people", "Who"), "multi_users_select"),
    ],
)
def test_the_element_that_fits(asked: FormField, kind: str) -> None:
    view = modals.view(Form("t", "T", (asked,), "S", "C"), Carrier())
    block = view["blocks"][-1]
    assert block["element"]["type"] == kind and block["block_id"] == "f"
    assert block["element"]["action_id"] == "value" and block["optional"]
    options = block["element"].get("options", [])
    values = [option["value"] for option in options]
    assert values == [*map(str, range(len(asked.options))), *(["~"] if asked.unable else [])]


def test_a_needed_field_is_not_optional_and_words_have_their_room() -> None:
    asked = FormField("f", "words", "Say", most=1000, needed=True, hint="Freely.")
    (block,) = modals.view(Form("t", "T", (asked,), "S", "C"), Carrier())["blocks"]
    assert not block["optional"] and block["hint"]["text"] == "Freely."
    assert block["element"]["multiline"] and block["element"]["max_length"] == 1000
    (block,) = modals.view(Form("t", "T", (replace(asked, most=80),), "S", "C"), Carrier())[
        "blocks"
    ]
    assert not block["element"]["multiline"]


def test_long_options_are_numbered_and_listed() -> None:
    asked = FormField("f", "one", "Which?", (("a", "A" * 100), ("b", "Short")), unable="Neither")
    listed, block = modals.view(Form("t", "T", (asked,), "S", "C"), Carrier())["blocks"]
    assert said([listed]) == "A" * 100 + "Short" + "Neither"
    assert [o["text"]["text"] for o in block["element"]["options"]] == ["1", "2", "3"]


@pytest.mark.parametrize("kind", ["one", "many"])
def test_very_many_options_come_in_groups(kind: str) -> None:
    asked = replace(one(230), kind=kind, value=("k205",))
    form = Form("t", "T", (asked,), "S", "C")
    view = modals.view(form, Carrier())
    assert not check_view(view)
    groups = view["blocks"][-1]["element"]["option_groups"]
    assert [group["label"]["text"] for group in groups] == ["1–100", "101–200", "201–230"]
    assert modals.values(filled(view), modals.options_of(form)) == {"f": ("k205",)}


def test_the_note_is_small_however_many_options() -> None:
    asked = tuple(
        FormField(f"f{n}", "one", "?", tuple((f"{n}-{m}-" + "k" * 50, "x") for m in range(20)))
        for n in range(6)
    )
    form = Form("w:7", "T", asked, "S", "C")
    view = modals.view(form, Carrier("C1", "1.2", ephemeral=True))
    assert len(view["private_metadata"]) <= 3000
    assert not modals.has_room(view, form)
    note = modals.note(view)
    assert note.carrier == Carrier("C1", "1.2", ephemeral=True) and len(note.options) == 2


def test_what_is_not_ours_is_noticed() -> None:
    for metadata in ("", "x", "[]", "{}", '{"f":"t"}'):
        with pytest.raises(ValueError, match=r"not a view of ours|Expecting"):
            modals.note({"private_metadata": metadata})


def test_open_forms_are_forgotten_after_half_an_hour() -> None:
    now = 0.0
    forms = Forms(lambda: now)
    many = tuple(FormField(f"field-{n}", "words", "?") for n in range(60))
    form = Form("w:7", "T", many, "S", "C")
    view = {**filled(modals.view(form, Carrier())), "id": "V1"}
    forms.keep("V1", view, form)
    assert forms.take(view, modals.note(view)).next is not None
    assert "field-1" not in repr(forms._opened)
    now = 1801.0
    with pytest.raises(Lost):
        forms.take(view, modals.note(view))


# ---- texts typed -------------------------------------------------------------------------------
@given(anything)
def test_escaped_words_come_back(text: str) -> None:
    assert incoming.words(outgoing.escape(text)) == (text, {})


def test_zero_to_ten_is_a_menu_and_a_scale_is_not() -> None:
    """Eleven steps as radio buttons would fill a phone's screen."""
    numbers = tuple((str(n), str(n)) for n in range(11))
    scale = tuple((str(n), f"Step {n}") for n in range(1, 6))
    asked = (
        FormField("overall", "one", "How helpful?", numbers, unable="Can't say", hint="0 = not"),
        FormField("clear", "one", "Is it clear?", scale, unable="Can't say"),
    )
    shown = modals.view(Form("w:1", "T", asked, "Send", "Cancel"), Carrier())
    menu, radios = (block["element"] for block in shown["blocks"])
    assert menu["type"] == "static_select" and len(menu["options"]) == 12
    assert radios["type"] == "radio_buttons" and shown["blocks"][0]["hint"]["text"] == "0 = not"
    assert not check_view(shown)


# ---- the manifest ------------------------------------------------------------------------------
SCOPES = {
    "apps.connections.open": "",
    "auth.test": "",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.open": "im:write",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "oauth.v2.access": "",
    "users.info": "users:read",
    "views.open": "",
    "views.publish": "",
}
EVENTS = {
    "app_home_opened": (),
    "channel_id_changed": ("channels:read", "groups:read"),
    "channel_unshared": ("channels:read", "groups:read"),
    "member_joined_channel": ("channels:read", "groups:read"),
}


def test_the_manifest_allows_what_is_done_and_nothing_else() -> None:
    source = "".join(path.read_text() for path in HERE.glob("*.py"))
    families = "apps|auth|bots|chat|conversations|files|oauth|reactions|team|users|views"
    used = {
        name.replace("_", ".", 2 if name.startswith(("apps", "oauth")) else 1)
        for name in re.findall(rf"\.((?:{families})_\w+)\(", source)
    }
    assert used == set(SCOPES)
    manifest = json.loads((HERE / "manifest.json").read_text())
    listened = set(listeners.EVENTS)
    assert listened == set(EVENTS)
    of_many = set(re.findall(r"app\.event\(\"(\w+)\"\)", source))
    assert of_many == {"app_uninstalled", "tokens_revoked"}
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == listened
    needed = {"commands", *(SCOPES[method] for method in used)} - {""}
    needed |= {scope for event in listened for scope in EVENTS[event]}
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes) == {"bot"} and set(scopes["bot"]) == needed
    assert not [scope for scope in scopes["bot"] if "history" in scope]
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == "/titian" and command["should_escape"] is True
    assert manifest["settings"]["socket_mode_enabled"]
    assert manifest["settings"]["interactivity"]["is_enabled"]
    tabs = manifest["features"]["app_home"]
    assert tabs["messages_tab_read_only_enabled"] and tabs["home_tab_enabled"]
    assert len(manifest["display_information"]["description"]) <= 140

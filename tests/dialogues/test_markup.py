"""The quick way through a text says what the parser says."""

from hypothesis import example, given
from hypothesis import strategies as st

from dialogues.markup import Value, paragraphs, parse, plain

SIGNS = st.text(st.sampled_from("ab 1.\n*_\\-+>()[]!#&;~é\t`<:|{}"), max_size=14)


def parsed(text: str) -> list[tuple[str, bool]] | None:
    """The same from the parser; None where there is more than bold, plain and numbered ones."""
    found = []
    for node in parse(text).children:
        if node.type == "ordered_list":
            first = int(node.attrs.get("start", 1))
            if any([c.type for c in item.children] != ["paragraph"] for item in node.children):
                return None
            lines = [plain(item).removeprefix("- ") for item in node.children]
            listed = "\n".join(f"{number}. {line}" for number, line in enumerate(lines, first))
            found.append((listed, False))
            continue
        if node.type != "paragraph":
            return None
        inside = [c for c in node.children[0].children if c.type != "text" or c.content]
        bold = len(inside) == 1 and inside[0].type == "strong"
        leaves = inside[0].children if bold else inside
        if any(c.type not in ("text", "softbreak") for c in leaves):
            return None
        found.append(
            (
                "".join(c.content or "\n" for c in leaves if c.content != "" or c.type != "text"),
                bold,
            )
        )
    return found


@given(st.lists(st.tuples(SIGNS, st.booleans()), max_size=4))
@example([("\n", True)])
def test_the_quick_way_agrees_with_the_parser(parts: list[tuple[str, bool]]) -> None:
    text = "\n\n".join(f"**{part}**" if bold else part for part, bold in parts)
    quick = paragraphs(text)
    assert quick is None or quick == parsed(text)


@given(st.integers(0, 12), st.lists(SIGNS, min_size=1, max_size=3))
def test_so_does_a_numbered_list(first: int, items: list[str]) -> None:
    text = "\n".join(f"{number}. {item}" for number, item in enumerate(items, first))
    quick = paragraphs(f"2 of 7\n\n{text}")
    assert quick is None or quick == parsed(f"2 of 7\n\n{text}")


def test_a_list_of_options_goes_the_quick_way() -> None:
    listed = "\n".join(f"{n}. {Value(words).__html__()}" for n, words in ((1, "A - b"), (2, "*c*")))
    assert paragraphs(f"Which\\?\n\n{listed}") == [("Which?", False), ("1. A - b\n2. *c*", False)]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.booleans())
def test_a_value_goes_the_quick_way_unaltered(words: str, bold: bool) -> None:
    value = Value(words).__html__()
    quick = paragraphs(f"2 of 7\n\n**{value}**" if bold else f"2 of 7\n\n{value}")
    wanted = " ".join(words.split())
    if bold and not wanted:
        assert quick is None
        return
    assert quick == [("2 of 7", False), *([(wanted, bold)] if wanted else [])]


def test_what_has_marks_goes_to_the_parser() -> None:
    for text in (
        "- one",
        "1. one\n3. three",
        "1. one\nand more",
        "1. one *more*",
        "1. one\n\n2. two",
        "a *b*",
        "`c`",
        "[d](e)",
        "> f",
        "g &amp; h",
        "i\\\nj",
        "k  \nl",
    ):
        assert paragraphs(text) is None
    assert plain("a *b*") == "a b"

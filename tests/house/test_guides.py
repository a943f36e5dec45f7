"""What docs/coordinators and docs/partners name is there: commands, buttons, check-ins, pictures.

Buttons are written [like this]; each is looked up among what Titian says in that language.
"""

import re
from pathlib import Path

import pytest

from bot.commands.words import parse
from bot.deciding import TREE
from dialogues.errors import Refusal
from dialogues.library import LANGUAGES, Library, open_library
from dialogues.texts import Texts

GUIDES = ("coordinators", "partners")
COMMAND = re.compile(r"`/(?:titian )?([^`]+)`")
BUTTON = re.compile(r"(?<!!)\[([^\[\]]+)\](?!\()")
PICTURE = re.compile(r'<img src="(pictures/[^"]+)"[^>]* alt="[^"]{20,}">')
PLAIN = re.compile(r"macro (\w+)\(\) %}(?:(?!kwargs).)*?{% endmacro")
LARGEST = 250_000
TAKES_A_CHECKIN = re.compile(r"^(?:review start|review schedule|catalogue) (\S+)")


@pytest.fixture(scope="module")
def library() -> Library:
    return open_library()


def guide(root: Path, name: str, language: str) -> str:
    return (
        root / "docs" / (f"{name}.md" if language == "en" else f"{name}.{language}.md")
    ).read_text()


def buttons(text: str) -> list[str]:
    return [" ".join(found.split()) for found in BUTTON.findall(text)]


def labels(root: Path, texts: Texts, language: str) -> set[str]:
    """Every label without values, as Titian words it."""
    source = (root / "dialogues" / "templates" / "_label.md.j2").read_text()
    return {texts.fixed(f"label.{name}", language) for name in PLAIN.findall(source)}


def commands(text: str) -> list[str]:
    return [found for found in COMMAND.findall(text) if found != "titian"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GUIDES)
def test_each_button_named_is_one(root: Path, library: Library, name: str, language: str) -> None:
    named = buttons(guide(root, name, language))
    known = labels(root, Texts(library), language)
    assert len(named) >= 8
    assert [label for label in named if label not in known] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GUIDES)
def test_each_command_named_is_one(root: Path, library: Library, name: str, language: str) -> None:
    named = commands(guide(root, name, language))
    assert len(named) >= 8
    for text in named:
        meant = parse(TREE, text).command
        spelt = [
            known for known in (meant.name, *meant.aliases) if f"{text} ".startswith(f"{known} ")
        ]
        assert spelt, f"/{text} is short for /{meant.name}"
        checkin = TAKES_A_CHECKIN.match(text)
        assert checkin is None or checkin[1] in library.checkins, text


@pytest.mark.parametrize("name", GUIDES)
def test_both_languages_say_the_same(root: Path, name: str) -> None:
    en, id_ = (guide(root, name, language) for language in ("en", "id"))
    assert commands(en) == commands(id_)
    assert len(buttons(en)) == len(buttons(id_))
    assert [p.replace(".en.", ".id.") for p in PICTURE.findall(en)] == PICTURE.findall(id_)
    assert en.count("\n## ") == id_.count("\n## ")


def test_each_picture_is_shown_and_small(root: Path) -> None:
    texts = [guide(root, name, language) for name in GUIDES for language in LANGUAGES]
    shown = {found for text in texts for found in PICTURE.findall(text)}
    shown |= set(re.findall(r"docs/(pictures/[\w.]+)", (root / "README.md").read_text()))
    taken = {f"pictures/{path.name}": path for path in (root / "docs" / "pictures").iterdir()}
    assert shown == set(taken)
    for name, path in taken.items():
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG") and len(content) < LARGEST, name


def test_what_is_not_there_is_noticed(root: Path, library: Library) -> None:
    known = labels(root, Texts(library), "id")
    assert "Begin" not in known and "Mulai" in known
    assert buttons("[Begin\nnow] ![a](b) [c](d)") == ["Begin now"]
    with pytest.raises(Refusal):
        parse(TREE, "review dance")

"""Reads and validates check-ins, templates and translations. The only opener of files here."""

import difflib
import gettext
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dialogues.checkin import CheckIn, Multi, Number, Option, Scale, Wording
from dialogues.errors import BrokenFile
from dialogues.proofreading import faults

LANGUAGES = ("en", "id")
SCALES = ("agreement", "frequency")


@dataclass(frozen=True)
class Library:
    """All that is written down: check-ins by id, templates by name, translations by language."""

    checkins: Mapping[str, CheckIn]
    templates: Mapping[str, str]
    translations: Mapping[str, gettext.NullTranslations]
    words: Mapping[str, tuple[str, ...]]


def open_library(checkins: Traversable | None = None) -> Library:
    """Read everything.

    Args:
        checkins: Another folder of check-in files than our own.

    Raises:
        BrokenFile: With the file's name and what to mend.
    """
    here = files("dialogues")
    return Library(
        read_checkins(checkins or here / "checkins", here / "scales.toml"),
        dict(_templates(here / "templates", "")),
        {language: _translation(here, language) for language in LANGUAGES},
        {language: _words(here, language) for language in LANGUAGES},
    )


def read_checkins(folder: Traversable, scales: Traversable) -> dict[str, CheckIn]:
    """Every check-in file of *folder*, in the order of their names. Raises BrokenFile."""
    steps = _toml(scales)
    found: dict[str, CheckIn] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            checkin = read_checkin(file.name, _toml(file), steps)
            if checkin.id in found:
                raise BrokenFile(file.name, f'another file has the id "{checkin.id}" too')
            found[checkin.id] = checkin
    return found


def proofread(checkins: Traversable | None = None) -> list[str]:
    """Everything to mend in the check-in files, a line each: the file, the question, what to do."""
    here = files("dialogues")
    steps = _toml(here / "scales.toml")
    found = []
    for file in sorted((checkins or here / "checkins").iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            try:
                checkin = read_checkin(file.name, _toml(file), steps)
            except BrokenFile as error:
                found.append(f"{error.file}: {error.mend}")
            else:
                found += [f"{file.name}: {fault}" for fault in faults(checkin)]
    return found


def read_checkin(name: str, data: dict[str, Any], scales: Mapping[str, Any]) -> CheckIn:
    """One check-in from its file's content, its scales put in. Raises BrokenFile."""
    asked = data.get("questions")
    for question in asked if isinstance(asked, list) else ():
        if not isinstance(question, dict):
            continue
        kind = question.get("kind")
        if kind in SCALES and "options" not in question:
            question["options"] = scales[kind]
        elif kind == "number" and "options" not in question:
            digits = [str(n) for n in range(11)]
            question["options"] = [{"key": d, "text": {"en": d, "id": d}} for d in digits]
    try:
        checkin = CheckIn.model_validate(data)
    except ValidationError as error:
        raise BrokenFile(name, "; ".join(_mend(detail) for detail in error.errors())) from None
    if name != f"{checkin.id}.toml":
        raise BrokenFile(name, f'its id is "{checkin.id}": call the file {checkin.id}.toml')
    return checkin


def _toml(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BrokenFile(file.name, f"it is not TOML: {error}") from None
    except UnicodeDecodeError:
        raise BrokenFile(file.name, "it is not UTF-8: save it as UTF-8") from None


def _mend(detail: ErrorDetails) -> str:
    steps = [str(part) for part in detail["loc"] if str(part) not in KINDS]
    where = ".".join(steps) or "the file"
    match detail["type"]:
        case "missing":
            return f'"{where}" is missing: add it'
        case "extra_forbidden":
            near = difflib.get_close_matches(steps[-1], KEYS, 1)
            hint = f', did you mean "{near[0]}"' if near else ": remove it"
            return f'"{where}" is not a key of this file{hint}'
        case "union_tag_invalid" | "union_tag_not_found":
            return f'"{where}.kind" must be one of {", ".join(sorted(KINDS))}'
        case "string_too_short":
            return f'"{where}" is empty: write it'
        case "value_error":
            return detail["msg"].removeprefix("Value error, ")
        case _:
            return f'"{where}": {detail["msg"]}'


KINDS = frozenset({"agreement", "frequency", "number", "choice", "multi", "words"})
KEYS = sorted(
    {
        name
        for part in (CheckIn, Scale, Number, Multi, Wording, Option)
        for name in part.model_fields
    }
)


def _templates(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            found += _templates(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".j2"):
            found.append((prefix + entry.name, entry.read_text(encoding="utf-8")))
    return found


def _translation(here: Traversable, language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    source = here / "locales" / language / "LC_MESSAGES" / "titian.po"
    catalogue = read_po(io.BytesIO(source.read_bytes()), locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _words(here: Traversable, language: str) -> tuple[str, ...]:
    name = f"receipts.{language}.txt"
    words = tuple((here / name).read_text(encoding="utf-8").split())
    if len(set(words)) < len(words):
        raise BrokenFile(name, "a word stands in it twice")
    return words

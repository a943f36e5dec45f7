"""The templates of one language, each compiled when it is first said and once for all languages.

Short sentences share a file, a line each. They are compiled one by one: a whole file at once
would hold everybody up, at the start and at the first button.
"""

from collections.abc import Iterator, Mapping
from types import CodeType

from jinja2 import BytecodeCache, DictLoader, Environment, StrictUndefined
from jinja2.bccache import Bucket

from dialogues.library import Library

GROUPS = ("label", "fault", "phrase")
"""Short sentences that share a file: `label.begin` is the macro `begin` of `_label.md.j2`."""
MACRO = "{% macro "


class Compiled(BytecodeCache):
    """What has been compiled, kept in memory. A translation is looked up when it is said."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand out what is known of exactly this source."""
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


COMPILED = {True: Compiled(), False: Compiled()}
"""Marked and plain texts are different code."""


def environment_in(library: Library, language: str, *, marked: bool) -> Environment:
    """Everything that can be said in *language*. *marked*: values are escaped."""
    made = Environment(
        loader=DictLoader({**library.templates, **sentences(library.templates)}),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        undefined=StrictUndefined,
        autoescape=marked,  # noqa: S701  (labels are plain text, never markup)
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
        auto_reload=False,
        bytecode_cache=COMPILED[marked],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(  # type: ignore[attr-defined]
        library.translations[language], newstyle=True
    )
    made.globals["language"] = language
    return made


def sentences(templates: Mapping[str, str]) -> dict[str, str]:
    """Each short sentence as a template of its own, by its key."""
    return {
        f"{group}.{name}": line
        for group in GROUPS
        for name, line in _macros(templates[f"_{group}.md.j2"])
    }


def _macros(source: str) -> Iterator[tuple[str, str]]:
    for line in source.splitlines():
        if line:
            assert line.startswith(MACRO), f"not a sentence in a line of its own: {line}"
            yield line.removeprefix(MACRO).partition("(")[0], line

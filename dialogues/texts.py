"""Says in the reader's language: `Say` and a reader in, our small Markdown out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from dialogues import when
from dialogues.library import LANGUAGES, Library
from dialogues.markup import Value
from dialogues.messages import Label, Localised, Say


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom something is worded: their language, zone, and the present (aware)."""

    language: str
    zone: ZoneInfo
    now: datetime


class Texts:
    """The templates in every language."""

    def __init__(self, library: Library) -> None:
        self._marked = {name: _environment(library, name, marked=True) for name in LANGUAGES}
        self._plain = {name: _environment(library, name, marked=False) for name in LANGUAGES}
        self._fixed: dict[tuple[str, str], str] = {}

    def word(self, said: Say, reader: Reader) -> str:
        """*said* as Markdown. Values in it mean nothing to Markdown. Raises on a missing value."""
        environment = self._marked[reader.language]
        return self._render(environment, said, reader, Value).strip()

    def label(self, label: Label, reader: Reader) -> str:
        """A button's label, plain."""
        match label:
            case Say(key=key, values=values) if not values and "." in key:
                return self.fixed(key, reader.language)
            case Say():
                return self._render(self._plain[reader.language], label, reader, str).strip()
            case Localised():
                return label.in_language(reader.language)
            case str():
                return label

    def fixed(self, key: str, language: str) -> str:
        """A short sentence without values, plain: the same for every reader of a language."""
        if (key, language) not in self._fixed:
            group, _, name = key.partition(".")
            module = self._plain[language].get_template(f"_{group}.md.j2").module
            self._fixed[key, language] = str(getattr(module, name)()).strip()
        return self._fixed[key, language]

    def page(self, name: str, values: Mapping[str, object], reader: Reader) -> str:
        """A whole HTML or SVG page: values are escaped for HTML, not for Markdown."""
        environment = self._marked[reader.language]
        context = self._values(environment, values, reader, str)
        return environment.get_template(name).render(reader=reader, **context)

    def keys(self) -> list[str]:
        """Every key that can be said."""
        environment = self._marked["en"]
        names = [name.removesuffix(".md.j2") for name in environment.list_templates()]
        found = [name for name in names if "." not in name and not name.startswith("_")]
        for group in GROUPS:
            module = environment.get_template(f"_{group}.md.j2").module
            found += [f"{group}.{name}" for name in vars(module) if not name.startswith("_")]
        return found

    def _render(self, environment: Environment, said: Say, reader: Reader, wrap: type[str]) -> str:
        values = self._values(environment, said.values, reader, wrap)
        group, _, name = said.key.partition(".")
        if name:
            template = environment.get_template(f"_{group}.md.j2")
            return str(getattr(template.module, name)(**values))
        return environment.get_template(f"{said.key}.md.j2").render(**values)

    def _values(
        self,
        environment: Environment,
        values: Mapping[str, object],
        reader: Reader,
        wrap: type[str],
    ) -> dict[str, Any]:
        broker = values.get("broker", "")
        word = broker.in_language(reader.language) if isinstance(broker, Localised) else broker
        naming = str(word) if isinstance(word, str) else ""

        def worded(value: object) -> object:
            match value:
                case Localised():
                    return wrap(named(value.in_language(reader.language), naming))
                case Say():
                    worded_say = self._render(environment, value, reader, wrap).strip()
                    return Markup(worded_say)  # noqa: S704  (ours; values in it are escaped)
                case Moment() | Markup():
                    return value
                case str():
                    return wrap(value)
                case datetime():
                    return Moment(value, reader, wrap)
                case date():
                    return wrap(when.say_date(value, reader.language, reader.now.date()))
                case Mapping():
                    return {key: worded(item) for key, item in value.items()}
                case Sequence():
                    return [worded(item) for item in value]
                case _:
                    return value

        return {key: worded(value) for key, value in values.items()}


def named(text: str, broker: str) -> str:
    """A check-in's text with the broker in it: the name, or the group's word as it fits."""
    if text.startswith("{broker}"):
        text = broker[:1].upper() + broker[1:] + text.removeprefix("{broker}")
    return text.replace("{broker}", broker)


GROUPS = ("label", "fault", "phrase")
"""Short sentences that share a file: `label.begin` is the macro `begin` of `_label.md.j2`."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time inside a template: in full as it stands, `.day` and `.time` in part."""

    at: datetime
    reader: Reader
    wrap: type[str]

    def __html__(self) -> str:
        text = when.say_moment(self.at, self.reader.zone, self.reader.language, self.reader.now)
        return str(Markup.escape(self.wrap(text)))

    def __str__(self) -> str:
        return when.say_moment(self.at, self.reader.zone, self.reader.language, self.reader.now)

    @property
    def day(self) -> str:
        """The date alone, as the reader's calendar has it."""
        local = self.at.astimezone(self.reader.zone).date()
        today = self.reader.now.astimezone(self.reader.zone).date()
        return self.wrap(when.say_date(local, self.reader.language, today))

    @property
    def time(self) -> str:
        """The time of day alone."""
        return self.wrap(when.say_time(self.at, self.reader.zone, self.reader.language))


def _environment(library: Library, language: str, *, marked: bool) -> Environment:
    environment = Environment(
        loader=DictLoader(dict(library.templates)),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        undefined=StrictUndefined,
        autoescape=marked,  # noqa: S701  (labels are plain text, never markup)
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        library.translations[language], newstyle=True
    )
    environment.globals["language"] = language
    return environment

"""Says in the reader's language: `Say` and a reader in, our small Markdown out."""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, meta
from markupsafe import Markup

from dialogues import when
from dialogues.library import LANGUAGES, Library
from dialogues.markup import Quoted, Value, isolated
from dialogues.messages import Label, Localised, Say
from dialogues.period import say_period
from dialogues.templating import environment_in, sentences


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom something is worded: their language, zone, and the present (aware)."""

    language: str
    zone: ZoneInfo
    now: datetime


class Texts:
    """The templates in every language."""

    def __init__(self, library: Library) -> None:
        self._marked = {name: environment_in(library, name, marked=True) for name in LANGUAGES}
        self._plain = {name: environment_in(library, name, marked=False) for name in LANGUAGES}
        self._library = library
        self._fixed: dict[tuple[str, str], str] = {}
        self._named: dict[str, frozenset[str]] = {}
        self._asked: OrderedDict[Hashable, str] = OrderedDict()

    def word(self, said: Say, reader: Reader) -> str:
        """*said* as Markdown. Values in it mean nothing to Markdown. Raises on a missing value."""
        environment = self._marked[reader.language]
        return cased(self._render(environment, said, reader, Value)).strip()

    def label(self, label: Label, reader: Reader) -> str:
        """A button's label, plain."""
        match label:
            case Say(key=key, values=values) if not values and "." in key:
                return self.fixed(key, reader.language)
            case Say():
                return cased(self._render(self._plain[reader.language], label, reader, str)).strip()
            case Localised():
                return label.in_language(reader.language)
            case str():
                return label

    def fixed(self, key: str, language: str) -> str:
        """A short sentence without values, plain: the same for every reader of a language."""
        if (key, language) not in self._fixed:
            self._fixed[key, language] = str(_macro(self._plain[language], key)()).strip()
        return self._fixed[key, language]

    def page(self, name: str, values: Mapping[str, object], reader: Reader) -> str:
        """A whole HTML or Typst page: values are escaped for it, not for Markdown."""
        environment = self._marked[reader.language]
        wrap = Quoted if name.endswith(".typ.j2") else str
        context = self._values(environment, values, reader, wrap)
        return cased(environment.get_template(name).render(reader=reader, **context))

    def keys(self) -> list[str]:
        """Every key that can be said."""
        names = [name.removesuffix(".md.j2") for name in sorted(self._library.templates)]
        found = [name for name in names if "." not in name and not name.startswith("_")]
        return [*found, *sentences(self._library.templates)]

    def _render(self, environment: Environment, said: Say, reader: Reader, wrap: type[str]) -> str:
        if "." in said.key:
            values = self._values(environment, said.values, reader, wrap)
            return str(_macro(environment, said.key)(**values))
        file = f"{said.key}.md.j2"
        names = self._names(environment, file)
        wanted = {key: value for key, value in said.values.items() if key in names}
        if said.key != QUESTION or wanted["fault"]:
            values = self._values(environment, wanted, reader, wrap, about=said.values)
            return environment.get_template(file).render(**values)
        named = said.values.get("broker"), said.values.get("org")
        same = (wrap, reader.language, *named, *wanted.values())
        if same not in self._asked:
            values = self._values(environment, wanted, reader, wrap, about=said.values)
            self._asked[same] = environment.get_template(file).render(**values)
            if len(self._asked) > MOST_ASKED:
                self._asked.popitem(last=False)
        return self._asked[same]

    def _names(self, environment: Environment, file: str) -> frozenset[str]:
        """What a template asks for, it and all that it includes: the rest need not be worded."""
        found = self._named.get(file)
        if found is None:
            assert environment.loader is not None
            source, _, _ = environment.loader.get_source(environment, file)
            tree = environment.parse(source)
            # A name that is global too may be given: /language says which one was chosen.
            names = meta.find_undeclared_variables(tree) | environment.globals.keys()
            for other in meta.find_referenced_templates(tree):
                assert other is not None, f"{file} includes what only it knows"
                names |= self._names(environment, other)
            found = self._named[file] = frozenset(names)
        return found

    def _values(
        self,
        environment: Environment,
        values: Mapping[str, object],
        reader: Reader,
        wrap: type[str],
        about: Mapping[str, object] | None = None,
    ) -> dict[str, Any]:
        """*values* as a template shows them; the broker and their home may be in *about* only."""
        known = values if about is None else about
        naming = _name(known.get("broker", ""), reader.language)
        home = _name(known.get("org") or HOME, reader.language)

        def worded(value: object) -> object:
            match value:
                case Localised():
                    return wrap(named(value.in_language(reader.language), naming, home))
                case Say():
                    worded_say = self._render(environment, value, reader, wrap).strip()
                    return Markup(worded_say)  # noqa: S704  (ours; values in it are escaped)
                case Moment() | Markup():
                    return value
                case str():
                    return wrap(isolated(value))
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

        found = {key: worded(value) for key, value in values.items()}
        for key in ("broker", "term"):
            own = values.get(key)
            if isinstance(own, Localised):
                found[key] = wrap(MARK + own.in_language(reader.language))
        return found


def named(text: str, broker: str, home: str) -> str:
    """A check-in's text with the broker and their home organisation in it.

    The broker by name or by the group's word for the role, as it fits.
    """
    said = PLACES.sub(lambda found: broker if found[0] == "{broker}" else home, text)
    return said[:1].upper() + said[1:] if PLACES.match(text) else said


def _name(name: object, language: str) -> str:
    word = name.in_language(language) if isinstance(name, Localised) else name
    return word if isinstance(word, str) else ""


PLACES = re.compile(r"\{(?:broker|org)\}")
HOME = Localised(en="the home organisation", id="organisasi asal")
"""Stands for the broker's home organisation where it is not known."""


MARK = "\ue000"
"""Stands before the group's word for the broker until the sentence around it is known."""
BEGINS = re.compile(r'(?:\A|[.?\n>"])[\s*_#“-]*\Z')


def cased(text: str) -> str:
    """The group's word with a capital where it begins a sentence, in whichever language."""
    before, *rest = text.split(MARK)
    for part in rest:
        before += part[:1].upper() + part[1:] if BEGINS.search(before) else part
    return before


QUESTION = "checkin/question"
"""Reads the same for everybody who is asked it, and holds nothing that anybody said."""
MOST_ASKED = 1000


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

    def until(self, last: "Moment") -> str:
        """The days from this one to *last*, with the year: for what is kept."""
        zone, language = self.reader.zone, self.reader.language
        first, end = self.at.astimezone(zone).date(), last.at.astimezone(zone).date()
        return self.wrap(say_period(first, end, language))

    @property
    def time(self) -> str:
        """The time of day alone."""
        return self.wrap(when.say_time(self.at, self.reader.zone, self.reader.language))


def _macro(environment: Environment, key: str) -> Callable[..., str]:
    """A short sentence, by its key: `label.begin`."""
    found: Callable[..., str] = getattr(environment.get_template(key).module, key.partition(".")[2])
    return found

"""Modals that are open: what they ask, and what was put into their earlier pages."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.slack import modals
from adapters.slack.blocks import Json
from adapters.slack.modals import Note, Value
from dialogues.messages import Form

KEPT = 1_800.0


@dataclass(slots=True, repr=False)
class Opened:
    """A modal that cannot be read from its view alone. Its repr is silent: it holds answers."""

    form: Form
    until: float
    filled: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Taken:
    """A submission: the next page to show, or the values of the whole form by key.

    `people` are the keys under which people were picked.
    """

    next: Json | None
    values: dict[str, Value]
    people: Sequence[str]


class Lost(LookupError):
    """The form of a view is not known any more: it must be opened again."""


class Forms:
    """Open modals by their view's id, in memory, for half an hour."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """*now* counts seconds upwards."""
        self._now = now
        self._opened: dict[str, Opened] = {}

    def keep(self, view_id: str, view: Mapping[str, Any], form: Form) -> None:
        """Remember *form* where its view does not say everything."""
        now = self._now()
        self._opened = {k: v for k, v in self._opened.items() if v.until > now}
        if modals.has_room(view, form):
            self._opened.pop(view_id, None)
        else:
            known = {asked.key: asked.value for asked in form.fields if asked.value}
            self._opened[view_id] = Opened(form, now + KEPT, known)

    def done(self, view_id: str) -> None:
        """Forget what was filled in: it has been handed on."""
        self._opened.pop(view_id, None)

    def take(self, view: Mapping[str, Any], note: Note) -> Taken:
        """What a submission holds.

        Raises:
            Lost: What was asked is not known any more.
        """
        opened = self._opened.get(view["id"])
        if opened is not None and opened.until <= self._now():
            opened = None
        options = {**note.options, **(modals.options_of(opened.form) if opened else {})}
        try:
            values = modals.values(view, options)
        except (LookupError, ValueError):
            raise Lost from None
        if note.pages == 1:
            return Taken(None, values, modals.people(view))
        if opened is None or opened.form.token != note.token:
            raise Lost
        form, page = opened.form, note.page + 1
        opened.filled.update(values)
        if page < note.pages:
            return Taken(modals.view(form, note.carrier, page, opened.filled), {}, ())
        empty: dict[str, Value] = {f.key: "" if f.kind == "words" else () for f in form.fields}
        people = [asked.key for asked in form.fields if asked.kind == "people"]
        return Taken(None, {**empty, **opened.filled}, people)

    def asked(self, view: Mapping[str, Any]) -> Sequence[str]:
        """The fields of the form to which a view belongs."""
        opened = self._opened.get(view["id"])
        if opened is not None:
            return [asked.key for asked in opened.form.fields]
        return modals.keys(view, inputs=False)

    def answer(
        self, view: Mapping[str, Any], note: Note, form: Form
    ) -> tuple[Mapping[str, str], Json | None]:
        """How a view goes on with *form*: errors beside its fields, or another view."""
        wrong = {asked.key: asked.error for asked in form.fields if asked.error}
        same = form.token == note.token
        same = same and set(self.asked(view)) == {asked.key for asked in form.fields}
        if wrong and same and set(wrong) <= set(modals.keys(view)):
            return wrong, None
        other = modals.view(form, note.carrier, modals.page_of(form, list(wrong)))
        self.keep(view["id"], other, form)
        return {}, other


def meant(values: Mapping[str, Value]) -> dict[str, Value]:
    """What was filled in as the port has it: "can't say" is empty, what is empty is left out."""
    return {
        key: () if value == (modals.UNABLE,) else value for key, value in values.items() if value
    }

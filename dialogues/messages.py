"""What passes between a platform and the rest of the house, in no platform's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict


class Localised(BaseModel):
    """One text in both languages. A missing or empty one is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)

    en: str
    id: str

    def in_language(self, language: str) -> str:
        """The text in *language*, English for any language we do not speak."""
        return self.id if language == "id" else self.en


def app_of(installation: str) -> str:
    """The app behind an installation: "slack:T024BE7LD", one workspace of several, is "slack"."""
    return installation.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is met: an account of one installation."""

    installation: str
    workspace: str
    user: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a message goes: a chat of one installation, and a thread in it or ""."""

    installation: str
    chat: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, without its slash: "review start responsibilities".

    Not *named*: in a group, with no word on which bot is meant; another one may be.
    """

    text: str
    named: bool = True


@dataclass(frozen=True, slots=True)
class Tap:
    """A button was tapped; `token` is what we put on it."""

    token: str


@dataclass(frozen=True, slots=True, repr=False)
class Text:
    """Words somebody typed. Its repr is silent: it may hold an answer."""

    body: str


@dataclass(frozen=True, slots=True, repr=False)
class Filled:
    """A whole form handed in at once. Its repr is silent: it holds answers.

    A field left empty is left out; an empty value says "can't say".
    """

    token: str
    values: Mapping[str, tuple[str, ...] | str]


@dataclass(frozen=True, slots=True)
class Moved:
    """The group goes on in another chat: a Telegram group that became a supergroup."""

    chat: str


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody opened their own page (Slack's Home); the replies are its parts, in their order."""


@dataclass(frozen=True, slots=True)
class Added:
    """Titian was put into a group, or may write there again."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Titian may not write here any more: taken out of a group, blocked by a person."""


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """A whole workspace, `name`, took Titian out: nothing can be said there any more."""

    name: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """In a workspace, `name`, Titian may not do all that it must."""

    name: str


Event = Command | Tap | Text | Filled | Moved | Opened | Added | Removed | Uninstalled | Lacking


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing somebody did.

    `key` is the platform's name for the event, the same when it is delivered again.
    `message` is the message that carried the tapped button. `mentions` maps the
    user ids standing in a command's text (as "@id") to the names shown.
    `language` and `zone` are what the platform knows about the person, if anything.
    `place` is the group in which something was said that only Titian sees. `homes` maps
    user ids that were mentioned or picked to their workspace, where it is another one.
    `workspace` is the name of the sender's own workspace, where the platform tells it; a
    guest there has none. `strangers` were picked, and the platform lets nobody write to them.
    """

    key: str
    sender: Address
    chat: Spot
    private: bool
    event: Event
    message: str | None = None
    name: str = ""
    language: str | None = None
    zone: str | None = None
    mentions: Mapping[str, str] = field(default_factory=dict)
    place: Spot | None = None
    homes: Mapping[str, str] = field(default_factory=dict)
    workspace: str = ""
    strangers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Say:
    """What is to be said, in no language yet: a template's key and what goes into it.

    Values are strings, numbers, aware datetimes, dates, `Localised` texts, nested `Say`s, and
    lists or mappings of these. They survive `wire.to_json` and back.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def say(key: str, **values: object) -> Say:
    """Shorthand for `Say(key, {...})`."""
    return Say(key, values)


Label = Say | Localised | str
"""A button's label: a sentence of ours, a text in both languages, or a name as it is."""


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a message. The token is opaque, at most 64 bytes, and names no person."""

    label: Label
    token: str


@dataclass(frozen=True, slots=True)
class File:
    """Something attached. `name` tells nothing about a person or an answer."""

    name: str
    kind: str
    content: bytes = field(repr=False)
    description: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of a whole form, worded. `kind` is one, many, words or people.

    The value of a people field is a tuple of user ids of the installation.
    """

    key: str
    kind: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    most: int = 0
    needed: bool = False
    error: str = ""
    value: tuple[str, ...] | str = ""
    unable: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Several questions on one page, worded: a modal, a web form."""

    token: str
    title: str
    fields: tuple[FormField, ...]
    submit: str
    close: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message still in no language: what is said, its buttons, what it replaces.

    `round_id` marks the one message a person has for a round: it is edited in place
    through the dialogue, and to its closed text at the end. `at` and `replaces` name a
    message to edit. `preview` is what a locked screen may show. `report` asks for the
    report of a review ("12 broker"): it is put in at delivery, never kept on the way.
    `erases` is a typed message to be taken out of the chat. `files` go with a reply only:
    the outbox keeps none. `options`: how many of the first buttons are what can be chosen
    from, as opposed to the ways on; replies only, too.
    """

    say: Say
    buttons: tuple[Button, ...] = ()
    round_id: int | None = None
    replaces: str | None = None
    at: Spot | None = None
    preview: Say | None = None
    report: str = ""
    erases: str | None = None
    form: Form | None = None
    files: tuple[File, ...] = ()
    options: int = 0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message worded for one reader, in our small Markdown. `options`: see Message."""

    to: Spot
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()
    replaces: str | None = None
    preview: str = ""
    form: Form | None = None
    round_id: int | None = None
    erases: str | None = None
    language: str = "en"
    options: int = 0


@dataclass(frozen=True, slots=True)
class Ability:
    """What a platform can show. The engine serves each.

    `types`: people can write to Titian in a chat; where they can't, everything that needs
    words is asked as a whole form. `picks`: people can be chosen from a directory.
    """

    edits: bool = True
    forms: bool = False
    files: bool = True
    erases: bool = False
    types: bool = True
    picks: bool = False

"""What a slash command is: a name, who may use it, a short form, and what it does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.scene import Scene
from dialogues.answers import Answer, Answers
from dialogues.dialogue import Move, Typed, Whole
from dialogues.messages import Button, Label, Message, Say
from dialogues.model import Role

Read = Callable[[Scene, str], str]
"""Typed words to the value that is kept. Raises Refusal with what to type instead."""

Options = tuple[tuple[str, Label], ...]


@dataclass(frozen=True)
class Field:
    """One argument. `kind` is one, many, words, or people where a platform has a
    directory (`Ability.picks`); one with a `default` is never asked for.

    `options` are (key, label); those in `more` stand behind [All others], and those in `typed`
    can be typed but stand on no button. `shown` words a kept value for the list of what was given.
    `branches`: how many more are asked depends on the answer.
    `after`: no page asks for it before that other field has an answer, from which it may follow.
    """

    key: str
    ask: Say
    kind: str = "words"
    options: Options = ()
    more: Options = ()
    typed: Options = ()
    default: Answer = None
    optional: bool = False
    most: int = 200
    read: Read | None = None
    shown: Callable[[Scene, str], Label] | None = None
    skip: Say | None = None
    branches: bool = False
    after: str = ""

    @property
    def every(self) -> Options:
        """All that can be chosen, on a button or not."""
        return (*self.options, *self.more, *self.typed)

    @property
    def settled(self) -> bool:
        """Whether there is a value to go on with when nobody gave one."""
        return self.default is not None


Fields = Callable[[Scene, Answers], Sequence[Field]]


def no_fields(scene: Scene, given: Answers) -> Sequence[Field]:
    """The form of a command without arguments."""
    return ()


GoOn = Callable[[Scene, int, Move | Typed | Whole], Sequence[Message]]
"""One step in a dialogue of a command's own, by the number of its form."""


@dataclass(frozen=True)
class Command:
    """One command. Put it into a file of its own and its name into `COMMANDS`.

    `keywords` maps the words that may be typed before a value to the field it fills;
    `rest` is the field of the words that follow no keyword, `who` that of a mention.
    `roles` empty: everybody, enrolled or not. `confirm` says what will happen and to
    how many, where other people are reached. `goes_on`: the command keeps a dialogue of its
    own, whose answers never stand in the row of what is under way.
    """

    name: str
    run: Callable[[Scene, Answers], Sequence[Message]]
    roles: frozenset[Role] = frozenset()
    group: bool = False
    fields: Fields = no_fields
    keywords: Mapping[str, str] = field(default_factory=dict)
    rest: str = ""
    who: str = ""
    confirm: Callable[[Scene, Answers], Message] | None = None
    goes_on: GoOn | None = None
    hidden: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def needs_group(self) -> bool:
        """Whether it only makes sense inside a partnership."""
        return self.group or bool(self.roles)


COORDINATOR = frozenset({Role.COORDINATOR})
BROKER = frozenset({Role.BROKER})
ANYBODY_ENROLLED = frozenset(Role)


def one(given: Answers, key: str) -> str | None:
    """The single option chosen for *key*, or the words typed."""
    value = given.get(key)
    if isinstance(value, tuple):
        return value[0] if value else None
    return value


def button(label: str, command: str, **values: object) -> Button:
    """A button that does what typing *command* would."""
    return Button(Say(f"label.{label}", values), f"c:{command}")


def reply(key: str, *buttons: Button, **values: object) -> list[Message]:
    """One message: the commonest outcome."""
    return [Message(Say(key, values), tuple(buttons))]

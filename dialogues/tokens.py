"""What stands on a button: opaque, at most 64 bytes, no person and no answer in words.

A token of a check-in names round, act, question and option by number; a token of a
command's form names the form, the question and the option's key; any other button
repeats a command. A form handed in as a whole says which one it is, no more.
"""

from dataclasses import dataclass

from dialogues.dialogue import Act, Item, Move

LIMIT = 64
DIGITS = 18


@dataclass(frozen=True, slots=True, repr=False)
class RoundToken:
    """A button of a check-in."""

    round_id: int
    act: Act
    question: int = -1
    option: int = -1

    def move(self, form: tuple[Item, ...]) -> Move | None:
        """The move it means in *form*; None where the form has no such question or option."""
        if self.question < 0:
            return Move(self.act)
        if self.question >= len(form):
            return None
        item = form[self.question]
        if self.option < 0:
            return Move(self.act, item.key)
        if self.option >= len(item.options):
            return None
        return Move(self.act, item.key, item.options[self.option])


@dataclass(frozen=True, slots=True)
class FormToken:
    """A button of a command's form: the question's place in it and the option's key."""

    form: int
    act: Act
    key: str = ""
    option: str = ""


@dataclass(frozen=True, slots=True)
class CommandToken:
    """A button that does what typing the command would."""

    text: str


@dataclass(frozen=True, slots=True)
class WholeToken:
    """A whole form of a round, handed in. `warned`: its author knows what their words tell."""

    round_id: int
    warned: bool = False


@dataclass(frozen=True, slots=True)
class PageToken:
    """Several questions of a command's form, handed in at once."""

    form: int


def number(text: str) -> int | None:
    """A number of ours, as it stands on a button; None for anything else that was sent.

    Not each digit is one of ten, and no database counts as far as people can write.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else None


def _number(text: str) -> int:
    found = number(text)
    if found is None:
        raise ValueError("no number of ours")
    return found


Token = RoundToken | FormToken | CommandToken | WholeToken | PageToken


def write(token: Token) -> str:
    """The token as it stands on a button. Raises ValueError above 64 bytes: a mistake of ours."""
    text = ""
    match token:
        case RoundToken(round_id, act, question, option):
            text = f"r:{round_id}:{act.value}"
            text += f":{question}" if question >= 0 else ""
            text += f":{option}" if option >= 0 else ""
        case FormToken(form, act, key, option):
            text = f"f:{form}:{act.value}:{key}:{option}"
        case CommandToken(command):
            text = f"c:{command}"
        case WholeToken(round_id, warned):
            text = f"w:{round_id}" + ":1" * warned
        case PageToken(form):
            text = f"p:{form}"
    if len(text.encode()) > LIMIT:
        raise ValueError("a button's token is too long")
    return text


def read(text: str) -> Token | None:
    """The token behind a button, or None for anything that is not one of ours."""
    kind, _, rest = text.partition(":")
    parts = rest.split(":")
    try:
        match kind:
            case "c" if rest:
                return CommandToken(rest)
            case "w" if len(parts) == 1 or parts[1:] == ["1"]:
                return WholeToken(_number(parts[0]), len(parts) == 2)
            case "p":
                return PageToken(_number(rest))
            case "f":
                form, act, key, option = rest.split(":", 3)
                return FormToken(_number(form), Act(act), key, option)
            case "r":
                numbers = [_number(part) for part in parts[2:]]
                if len(numbers) > 2:
                    return None
                return RoundToken(_number(parts[0]), Act(parts[1]), *numbers)
    except (ValueError, IndexError):
        return None
    return None

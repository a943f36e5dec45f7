"""Typed commands to a command and its raw arguments: click parses, without dashes.

A keyword in any order and in capitals starts a value that runs to the next keyword; a
word with @ is the person wherever it stands; a unique part of a command's name will do.
Quotes are only needed where a name contains one of the command's own words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import click

from bot.commands.command import Command
from dialogues.errors import Refusal

DASHES = "-–—"
WORD = re.compile(r'"([^"]*)"?|(\S+)')
QUOTED = "\0"
CHOOSES = "="
"""A keyword that fills "=setting" chooses itself there; what follows it is the value."""


@dataclass(frozen=True)
class Parsed:
    """A command and what was typed for each of its fields."""

    command: Command
    raw: Mapping[str, str]


class Words(click.Command):
    """A click command whose options have no dashes."""

    def __init__(self, command: Command) -> None:
        params: list[click.Parameter] = [
            click.Option([f"--{word}", word]) for word in command.keywords
        ]
        if command.who:
            params.append(click.Option(["--who", "who"]))
        params.append(click.Argument(["rest"], nargs=-1))
        super().__init__(command.name, params=params, add_help_option=False)
        self.meant = command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give the words the dashes click wants."""
        given: dict[str, list[str]] = {"": []}
        at = ""
        for word in args:
            bare = word.strip(DASHES).casefold()
            if bare in self.meant.keywords:
                at = bare
                given.setdefault(at, [])
            elif word.startswith("@") and self.meant.who:
                given.setdefault("who", []).append(word)
            else:
                given[at].append(word.removeprefix(QUOTED))
        if not self.meant.rest and given[""]:
            raise Refusal("fault.too_much", words=" ".join(given[""]), command=self.meant.name)
        options = [f"--{key}={' '.join(value)}" for key, value in given.items() if key]
        return super().parse_args(ctx, [*options, "--", *given[""]])


class Tree(click.Group):
    """Commands by the words of their names; a unique beginning is enough."""

    def resolve(self, word: str) -> tuple[click.Command | None, list[str]]:
        """The command meant by *word*, and what it could have meant."""
        exact = self.commands.get(word.casefold())
        if exact is not None:
            return exact, [word.casefold()]
        near = [n for n in self.commands if n.startswith(word.casefold())]
        return (self.commands[near[0]], near) if len(near) == 1 else (None, near)


def build(commands: Sequence[Command]) -> Tree:
    """The tree of all commands."""
    tree = Tree("titian")
    for command in commands:
        for name in (command.name, *command.aliases):
            *path, last = name.split()
            branch = tree
            for step in path:
                nxt = branch.commands.get(step)
                if not isinstance(nxt, Tree):
                    own = nxt
                    nxt = Tree(step)
                    if isinstance(own, Words):
                        nxt.commands[""] = own
                    branch.commands[step] = nxt
                branch = nxt
            leaf = Words(command)
            existing = branch.commands.get(last)
            if isinstance(existing, Tree):
                existing.commands[""] = leaf
            else:
                branch.commands[last] = leaf
    return tree


def split(text: str) -> list[str]:
    """Words; what stands in quotes is one word and never a keyword. Unclosed ones are forgiven."""
    plain = text.replace("\u00a0", " ")
    for curly in "“”„«»":
        plain = plain.replace(curly, '"')
    return [
        QUOTED + quoted if quoted else word
        for quoted, word in WORD.findall(plain)
        if quoted or word
    ]


def parse(tree: Tree, text: str) -> Parsed:
    """The command in *text*.

    Raises:
        Refusal: Unknown, or only the beginning of several: with what can follow.
    """
    words = split(text)
    branch = tree
    said: list[str] = []
    while words:
        found, near = branch.resolve(words[0].removeprefix(QUOTED))
        if isinstance(found, Words):
            return _parsed(found, words[1:])
        if not isinstance(found, Tree):
            bare = branch.commands.get("")
            if isinstance(bare, Words) and bare.meant.rest:
                return _parsed(bare, words)
            raise _unknown(branch, said, words[0].removeprefix(QUOTED), near)
        said.append(str(found.name))
        branch = found
        words = words[1:]
    bare = branch.commands.get("")
    if isinstance(bare, Words):
        return _parsed(bare, [])
    raise Refusal("commands/choose", said=" ".join(said), choices=_visible(branch, said))


def _unknown(branch: Tree, said: list[str], word: str, near: list[str]) -> Refusal:
    choices = _visible(branch, said)
    likely = [" ".join([*said, n]) for n in near]
    likely += [name for name in _leaves(branch, said) if _alike(word, name.split()[-1])]
    return Refusal(
        "commands/unknown",
        word=word,
        near=list(dict.fromkeys(likely))[:3],
        choices=choices if said else [],
    )


def _alike(word: str, name: str) -> bool:
    return SequenceMatcher(None, word.casefold(), name).ratio() > 0.6


def _visible(branch: Tree, said: list[str]) -> list[str]:
    names = []
    for name, command in branch.commands.items():
        if isinstance(command, Words) and command.meant.hidden:
            continue
        names.append(" ".join([*said, name]).strip())
    return names


def _leaves(branch: Tree, said: list[str]) -> list[str]:
    """Every command below *branch* that may be shown, by its whole name."""
    found = []
    for name, command in branch.commands.items():
        if isinstance(command, Tree):
            found += _leaves(command, [*said, name])
        elif isinstance(command, Words) and not command.meant.hidden and name:
            found.append(" ".join([*said, name]))
    return found


def _parsed(words: Words, args: list[str]) -> Parsed:
    command = words.meant
    try:
        context: Any = words.make_context(command.name, args)
    except click.ClickException:
        raise Refusal("fault.too_much", words=" ".join(args), command=command.name) from None
    raw: dict[str, str] = {}
    for name, value in context.params.items():
        if name == "rest":
            if value:
                raw[command.rest] = " ".join(value)
        elif value is not None:
            target = command.who if name == "who" else command.keywords[name]
            if target.startswith(CHOOSES):
                raw[target.removeprefix(CHOOSES)] = name
                target = "value" if value.strip() else ""
            elif not value.strip():
                raise Refusal("fault.nothing_after", word=name, command=command.name)
            if target:
                raw[target] = value
    return Parsed(command, raw)

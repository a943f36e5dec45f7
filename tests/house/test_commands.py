"""Every command that a page, the Makefile or the Procfile names exists."""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from typer.testing import CliRunner

from bot.cli import cli
from bot.processes import Process

CODE = re.compile(r"```.*?\n(.*?)```|`([^`\n]+)`|^ {4}([^\n]+)$", re.DOTALL | re.MULTILINE)
MAKE = re.compile(r"^(?:\$ )?make ([a-z]+)", re.MULTILINE)
TITIAN = re.compile(
    r"^(?:\$ |[a-z]+: |\t@?)?(?:\S*python -m bot|titian)((?: [a-z][a-z-]*)+)", re.MULTILINE
)


def code(page: str) -> str:
    """Take the code out of a Markdown page, one piece a line."""
    return "\n".join(part.strip(" ") for match in CODE.findall(page) for part in match if part)


def pages(files: Mapping[PurePosixPath, str]) -> Iterable[str]:
    return (code(text) for name, text in files.items() if name.suffix == ".md")


def targets(makefile: str) -> set[str]:
    return set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_commands_are_found_in_a_page() -> None:
    page = "Type `make run` or\n\n```sh\n$ titian doctor\nmake test  # all\n```\n\n    make demo\n"
    page += "\nNot titian alone, not `/titian review start`. `python -m bot checkins show ID`"
    assert MAKE.findall(code(page)) == ["run", "test", "demo"]
    assert TITIAN.findall(code(page)) == [" doctor", " checkins show"]


def test_every_make_target_named_exists(files: Mapping[PurePosixPath, str]) -> None:
    named = {target for page in pages(files) for target in MAKE.findall(page)}
    assert {"run", "test"} <= named
    assert named - targets(files[PurePosixPath("Makefile")]) == set()


def test_every_command_named_exists(files: Mapping[PurePosixPath, str]) -> None:
    procfile, makefile = files[PurePosixPath("Procfile")], files[PurePosixPath("Makefile")]
    named = {
        words for text in (*pages(files), procfile, makefile) for words in TITIAN.findall(text)
    }
    assert {" run", " demo", " migrate"} <= named
    unknown = [words for words in sorted(named) if not known(words)]
    assert not unknown, unknown


def test_an_unknown_command_is_noticed() -> None:
    assert known("")
    assert not known(" dance")
    assert not known(" checkins dance")


def known(words: str) -> bool:
    """Ask Titian for the help of a command."""
    return CliRunner().invoke(cli, [*words.split(), "--help"]).exit_code == 0


def test_the_procfile_has_a_line_for_each_process(files: Mapping[PurePosixPath, str]) -> None:
    lines = files[PurePosixPath("Procfile")].splitlines()
    assert [line for line in lines if not TITIAN.match(line)] == []
    named = [line.partition(":")[0] for line in lines]
    assert sorted(named) == sorted({"release", *Process} - {Process.RUN})

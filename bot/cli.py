"""`titian`: what an operator types. What is heavy is imported only when needed."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialogues.errors import BrokenFile, CannotStart

if TYPE_CHECKING:
    from dialogues.checkin import CheckIn

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    help="Titian, a chat bot for partnership brokers' reviews.",
)
checkins = typer.Typer(help="The check-ins: list, show, check.")
cli.add_typer(checkins, name="checkins")


def main() -> None:
    """Run the command line. A start that cannot be is one sentence and exit code 2."""
    guard(cli)


def guard(work: Callable[[], object]) -> None:
    """Run *work*; say in one sentence why it cannot start."""
    try:
        work()
    except BrokenFile as error:
        print(f"{error.file} cannot be used: {error.mend}.", file=sys.stderr)
        sys.exit(2)
    except CannotStart as error:
        print(error, file=sys.stderr)
        sys.exit(2)


@cli.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Without a command: `run`."""
    if context.invoked_subcommand is None:
        run()


@cli.command()
def run() -> None:
    """Run everything in one process."""
    import asyncio

    from bot import dumps
    from bot.app import serve
    from bot.logs import set_up
    from bot.settings import read_settings

    settings = read_settings()
    set_up(settings.log)
    dumps.keep_out()
    asyncio.run(serve(settings))


@cli.command()
def migrate() -> None:
    """Bring the database to this version's tables."""
    from bot.settings import read_settings
    from storage.database import upgrade

    upgrade(read_settings().database_url)


@cli.command()
def doctor() -> None:
    """Look for what weakens the promise on this server; exit code 1 where something does."""
    from bot.doctor import findings
    from bot.examining import examine
    from bot.settings import read_settings

    found = findings(examine(read_settings()))
    for sentence in found:
        print(f"- {sentence}")
    if found:
        raise typer.Exit(1)
    print("Nothing to mend.")


@cli.command()
def founder() -> None:
    """Print a single-use code with which one partnership can be founded."""
    import asyncio

    from bot.clock import SystemClock
    from bot.settings import read_settings
    from storage.brokers import make_code
    from storage.database import upgrade
    from storage.store import Store

    settings = read_settings()
    upgrade(settings.database_url)

    async def make() -> str:
        store = Store(settings.database_url)
        now = SystemClock().now()
        try:
            return await store.transact(lambda unit: make_code(unit, None, now, "").code)
        finally:
            await asyncio.to_thread(store.close)

    print(f"Write this to Titian: /start {asyncio.run(make())}")


@cli.command()
def demo(
    snapshots: Annotated[
        Path | None, typer.Option(help="Keep database and keyring after each step here.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the report goes.")] = Path("var/demo"),
) -> None:
    """Play a whole review in the terminal, with a virtual clock."""
    import asyncio

    from bot.demo import play

    asyncio.run(play(out, snapshots))


@checkins.command("list")
def list_checkins() -> None:
    """Every check-in: its id, its title, how many questions."""
    from dialogues.library import open_library

    for checkin in open_library().checkins.values():
        print(
            f"{checkin.id:24} {len(checkin.questions):2}  {checkin.title.en} / {checkin.title.id}"
        )


@checkins.command("check")
def check_checkins() -> None:
    """Read every check-in file; exit code 2 with the first thing to mend."""
    from dialogues.library import open_library

    print(f"{len(open_library().checkins)} check-ins are fine.")


@checkins.command("show")
def show_checkin(
    name: str,
    language: str = "en",
    on: Annotated[str, typer.Option(help="As telegram or slack get it.")] = "",
) -> None:
    """Print the questions of one check-in as they are asked, or its messages on a platform."""
    from dialogues.checkin import Words
    from dialogues.library import LANGUAGES, open_library

    found = open_library().checkins.get(name)
    if found is None:
        raise CannotStart(f'There is no check-in called "{name}": see "titian checkins list".')
    if language not in LANGUAGES:
        raise CannotStart(f'There is no language "{language}": use {" or ".join(LANGUAGES)}.')
    if on:
        _show_on(found, language, on)
        return
    print(found.title.in_language(language))
    for number, question in enumerate(found.questions, 1):
        print(f"\n{number}. {question.text.in_language(language)}")
        if question.mirror:
            print(f"   ({question.mirror.in_language(language)})")
        if not isinstance(question, Words):
            for option in question.options:
                print(f"   [{option.text.in_language(language)}]")


def _show_on(checkin: "CheckIn", language: str, on: str) -> None:
    from bot.clock import SystemClock
    from bot.preview import platform, printed
    from dialogues.library import open_library

    if platform(on) is None:
        raise CannotStart(f'There is no platform "{on}" to show it on: use telegram or slack.')
    for line in printed(open_library(), checkin, language, on, SystemClock().now()):
        print(line)

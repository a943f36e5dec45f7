"""`titian`: what an operator types. What is heavy is imported only when needed."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from dialogues.errors import BrokenFile, CannotStart

cli = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,  # plain help: it is there in a third of the time
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
    _serve("run")


@cli.command()
def web() -> None:
    """One process of several: take what comes by HTTP."""
    _serve("web")


@cli.command()
def worker() -> None:
    """One process of several: send what waits."""
    _serve("worker")


@cli.command()
def clock() -> None:
    """One process of several: open, close and seal when it is time. Others stand by."""
    _serve("clock")


@cli.command()
def socket() -> None:
    """One process of several: listen to Slack. Others stand by."""
    _serve("socket")


@cli.command()
def poll() -> None:
    """One process of several: fetch from Telegram. Others stand by."""
    _serve("poll")


def _serve(process: str) -> None:
    import asyncio

    from bot import dumps
    from bot.app import serve
    from bot.logs import set_up
    from bot.processes import Process
    from bot.settings import read_settings, secrets

    settings = read_settings()
    set_up(settings.log, secrets(settings))
    dumps.keep_out()
    asyncio.run(serve(settings, Process(process)))


@cli.command()
def migrate() -> None:
    """Bring the database to this version's tables."""
    from bot.settings import read_settings
    from storage.database import upgrade

    upgrade(read_settings().database_url)


@cli.command()
def backup(file: Path) -> None:
    """Copy the database into one file, also while Titian runs. It holds no keys."""
    import asyncio

    from bot.clock import SystemClock
    from bot.copying import backup as copy
    from bot.settings import read_settings

    made, gone = asyncio.run(copy(read_settings(), file, SystemClock().now()))
    print(f"{file} holds {made.rows} rows, as of {made.made_at:%Y-%m-%d %H:%M} UTC, and no keys.")
    if not gone:
        print("An older copy still fits the keys for up to an hour: somebody was reading.")


@cli.command()
def restore(file: Path) -> None:
    """Put a backup into the empty database of TITIAN_DATABASE_URL. Nothing is sent by that."""
    from bot.clock import SystemClock
    from bot.copying import restore as put_back
    from bot.settings import read_settings

    done = put_back(read_settings(), file, SystemClock().now())
    print(f"{done.copy.rows} rows of {done.copy.made_at:%Y-%m-%d %H:%M} UTC are back.")
    print(f"{done.unreadable} open review(s) ended without a result: their keys are gone.")
    print(f"{done.forgotten} person(s) who were deleted since were deleted again.")
    print(f"{done.unsent} message(s) that were due since are not sent: they may have been.")


@cli.command()
def rotate() -> None:
    """Put all that is under the master key under a new one. Stop Titian before."""
    from bot.rotating import rotate as turn
    from bot.settings import read_settings

    settings = read_settings()
    done = turn(settings)
    print(f"{done.keys} key(s) and {done.tokens} workspace(s) are under the new master key.")
    if done.lost:
        print(f"{done.lost} key(s) could be opened with neither, and were left as they are.")
    if settings.new_master_key:
        print("Put it into TITIAN_MASTER_KEY, take TITIAN_NEW_MASTER_KEY away, start Titian.")
    else:
        print("It lies beside the keys, in place of the old one: start Titian.")


@cli.command()
def doctor() -> None:
    """Say what is missing or weakens the promise, and how to mend it. Exit code 1 then."""
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
    """Print a code with which one partnership can be founded, once."""
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
    scenario: Annotated[
        str, typer.Option(help="Which story: small, large, year and more.")
    ] = "small",
    reader: Annotated[str, typer.Option(help="Only this person's chat, like sari.")] = "",
) -> None:
    """Play a whole review, or a year of them, with a virtual clock."""
    import asyncio

    from bot.demo import play

    asyncio.run(play(out, snapshots, scenario, reader))


@checkins.command("list")
def list_checkins() -> None:
    """Every check-in: what becomes of the answers, who answers, minutes, id, titles."""
    from dialogues.library import open_library

    for checkin in open_library().checkins.values():
        who = list(checkin.audience) + ["broker's mirror"] * checkin.mirrored
        minutes = max(checkin.minutes(facts) for facts in checkin.situations())
        print(
            f"{checkin.id:21} {checkin.confidence:7} {minutes} min  "
            f"{', '.join(who).replace('_', ' '):34} {checkin.title.en} / {checkin.title.id}"
        )


@checkins.command("check")
def check_checkins() -> None:
    """Read every check-in file; exit code 2 with everything there is to mend."""
    from dialogues.library import open_library, proofread

    found = proofread()
    for line in found:
        print(line, file=sys.stderr)
    if found:
        raise typer.Exit(2)
    print(f"{len(open_library().checkins)} check-ins are fine.")


@checkins.command("show")
def show_checkin(
    name: str,
    language: str = "en",
    on: Annotated[str, typer.Option(help="The requests to telegram or slack, as JSON.")] = "",
    mirror: Annotated[bool, typer.Option("--mirror", help="The broker's own version.")] = False,
) -> None:
    """Print every screen of one check-in on each platform, or what one platform is sent."""
    from bot.clock import SystemClock
    from bot.preview import PLATFORMS, platform, printed, read_out
    from dialogues.library import LANGUAGES, open_library
    from dialogues.model import Audience

    library, now = open_library(), SystemClock().now()
    checkin = library.checkins.get(name)
    if checkin is None:
        raise CannotStart(f'There is no check-in called "{name}": see "titian checkins list".')
    if language not in LANGUAGES:
        raise CannotStart(f'There is no language "{language}": use {" or ".join(LANGUAGES)}.')
    if on and on not in PLATFORMS:
        names = " or ".join(PLATFORMS)
        raise CannotStart(f'There is no platform "{on}" to show it on: use {names}.')
    if mirror and not checkin.mirrored:
        raise CannotStart(f'"{name}" has no version of the broker\'s own.')
    who = Audience.BROKER if mirror else Audience.PARTNERS
    print(checkin.title.in_language(language))
    for each in PLATFORMS:
        shown = platform(each)
        assert shown is not None
        if not on:
            read = read_out(library, checkin, language, shown, now, who)
            print("\n".join(("", f"= {each}", *read)))
        elif on == each:
            print("\n".join(printed(library, checkin, language, shown, now, who)))

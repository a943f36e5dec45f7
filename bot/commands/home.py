"""Somebody's own page: what is open for them, what they look after, how Titian writes to them.

Made anew each time and never kept. One description for every platform: in a chat one
message, on a page (Slack's Home) a part each with its buttons.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.commands.command import button
from bot.commands.reading import ENDED
from bot.oneself import about_oneself
from bot.reports import Reports, readable_by_coordinators
from bot.scene import House, Scene, spoken
from dialogues.dialogue import Act
from dialogues.messages import Button, Incoming, Message, Outgoing, Say, say
from dialogues.model import Member, Person, Review, ReviewState, Role
from dialogues.ports import Clock
from dialogues.tokens import RoundToken, write
from dialogues.when import clock_time
from storage import partnerships, people, reviews, rounds
from storage.store import Store, Unit

MOST = 5
"""Check-ins, groups and reports shown: the commands show all."""
RUNNING = (ReviewState.PLANNED, ReviewState.OPEN)


async def opened(
    house: House, store: Store, clock: Clock, reports: Reports, incoming: Incoming
) -> Sequence[Outgoing]:
    """The page for whoever opened it. Only looked up: opening it leaves no trace of anybody."""

    def look(unit: Unit) -> tuple[Person, list[Message]]:
        known = people.met(unit, incoming.sender, None)
        person = known or _stranger(incoming)
        scene = Scene(house, unit, clock.now(), person, incoming.chat, incoming)
        return person, parts(scene, apart=True)

    person, made = await store.read(look)
    return [await reports.word(message, person, incoming.chat) for message in made]


def home(scene: Scene) -> Message:
    """The page as one message."""
    made = parts(scene)
    if len(made) == 1:
        return made[0]
    told = say("home/page", parts=[part.say for part in made])
    preview = None if scene.ability.types else say("phrase.preview_home")
    return Message(told, tuple(b for part in made for b in part.buttons), preview=preview)


def parts(scene: Scene, apart: bool = False) -> list[Message]:
    """The page's parts. *apart*: it stands apart from the chat, in which its buttons answer."""
    mine = partnerships.memberships(scene.unit, scene.person.id)
    if not mine:
        return [hello(scene)]
    return [
        _checkins(scene, mine),
        *_reviews(scene, mine),
        *_reports(scene, mine),
        _settings(scene, apart),
    ]


def hello(scene: Scene) -> Message:
    """What somebody reads who takes part nowhere."""
    other = "id" if scene.language == "en" else "en"
    buttons = (
        button("set_up", "partnership new"),
        button("have_code", "join"),
        button("example", "catalogue responsibilities"),
        button(f"language_{other}", f"language {other}"),
    )
    return Message(say("start/hello", name=scene.person.name), buttons)


def _stranger(incoming: Incoming) -> Person:
    """Somebody not met before, as the platform knows them."""
    language, zone = spoken(incoming.language), incoming.zone
    return Person(0, incoming.name, language, zone, 0, 0, None, False, None, None)


# ---- for everybody -----------------------------------------------------------------------
def _checkins(scene: Scene, mine: Sequence[Member]) -> Message:
    """What is open, in the same words for everybody who is asked.

    A page stays where it was shown, and would tell after the close who had sent answers.
    """
    lines: list[dict[str, object]] = []
    buttons: list[Button] = []
    found = rounds.open_rounds(scene.unit, scene.person.id)
    for round_, _ in found[:MOST]:
        group = partnerships.partnership(scene.unit, round_.partnership_id)
        title = round_.checkin.title
        lines.append({"title": title, "partnership": group.name, "closes": round_.closes_at})
        begin = write(RoundToken(round_.id, Act.BEGIN))
        token = begin if scene.ability.types else f"c:checkin page {round_.id}"
        buttons.append(Button(say("label.begin_it", title=title), token))
    if found:
        buttons.append(button("my_checkins", "checkin"))
    groups = [partnerships.partnership(scene.unit, m.partnership_id).name for m in mine]
    told = say("home/checkins", name=scene.person.name, groups=groups, lines=lines)
    return Message(told, tuple(buttons))


def _settings(scene: Scene, apart: bool) -> Message:
    person = scene.person
    away = person.away_until is not None and person.away_until >= scene.today
    told = say(
        "home/settings",
        language=say(f"label.language_{scene.language}"),
        now=scene.now,
        quiet_from=_hour(scene, person.quiet_from),
        quiet_until=_hour(scene, person.quiet_until),
        never_quiet=person.quiet_from == person.quiet_until,
        away=person.away_until if away else "",
        stopped=person.stopped,
        apart=apart,
    )
    return Message(
        told,
        (
            button("language", "language"),
            button("time_zone", "timezone"),
            button("quiet_hours", "quiet"),
            button("am_back", "away off") if away else button("go_away", "away"),
            button("write_again", "resume") if person.stopped else button("no_messages", "stop"),
            button("privacy", "privacy"),
            button("link_app", "link"),
            button("help", "help"),
        ),
    )


def _hour(scene: Scene, minutes: int) -> datetime:
    return datetime.combine(scene.today, clock_time(minutes), scene.zone)


# ---- for coordinators and brokers --------------------------------------------------------
def _reviews(scene: Scene, mine: Sequence[Member]) -> Iterator[Message]:
    """A part for each group that somebody coordinates: never a review about themself (R8)."""
    held = [m for m in mine if Role.COORDINATOR in m.roles]
    titles = scene.house.library.checkins
    for membership in held[:MOST]:
        group = partnerships.partnership(scene.unit, membership.partnership_id)
        of_group = reviews.reviews(scene.unit, group.id)
        seen = [r for r in of_group if not about_oneself(scene, r)]
        running = [r for r in seen if r.state in RUNNING]
        lines = [
            {
                "title": titles[r.checkin_id].title,
                "open": r.state is ReviewState.OPEN,
                "opens": r.opens_at,
                "closes": r.closes_at,
            }
            for r in running
        ]
        told = say("home/reviews", partnership=group.name, lines=lines)
        known = group.name if len(held) > 1 else ""
        made = [
            Button(_of(label, known), f"c:@{group.id} {command}")
            for label, command in _steps(running, seen)
        ]
        yield Message(told, tuple(made))


def _of(label: str, group: str) -> Say:
    """A label that says which group is meant, where there are several."""
    said = say(f"label.{label}")
    return say("label.of_group", text=said, partnership=group) if group else said


def _steps(running: Sequence[Review], seen: Sequence[Review]) -> Iterator[tuple[str, str]]:
    """What a coordinator can do now: labels and commands."""
    if running:
        yield "status", "review status"
    if any(r.state is ReviewState.OPEN for r in running):
        yield "remind", "review remind"
        yield "close_early", "review close"
    yield "start_review", "review start"
    if any(readable_by_coordinators(r) for r in seen):
        yield "results", "review results"
    yield "the_group", "partnership show"


def _reports(scene: Scene, mine: Sequence[Member]) -> Iterator[Message]:
    """The reports about the person themself, the latest first."""
    titles = scene.house.library.checkins
    found: list[Review] = []
    for membership in mine:
        if Role.BROKER in membership.roles:
            of_group = reviews.reviews(scene.unit, membership.partnership_id)
            found += [r for r in of_group if r.state in ENDED and about_oneself(scene, r)]
    found = sorted(found, key=lambda r: r.closes_at, reverse=True)[:MOST]
    if not found:
        return
    lines = [{"title": titles[r.checkin_id].title, "closes": r.closes_at} for r in found]
    buttons = [
        Button(
            say("label.read_it", title=titles[r.checkin_id].title),
            f"c:@{r.partnership_id} feedback of {r.id}",
        )
        for r in found
    ]
    yield Message(say("home/reports", lines=lines), tuple(buttons))

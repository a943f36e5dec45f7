"""Nothing of one partnership is reached from another: by words, buttons, forms, pages, links.

Everything foreign is called Kormoran, and every row of it is known by its number.
"""

from itertools import product

import pytest

from bot import signing
from bot.commands import load
from bot.commands.command import Command
from bot.report_page import may_open
from dialogues.dialogue import Act
from dialogues.messages import Filled, Tap
from dialogues.model import Role
from dialogues.tokens import CommandToken, FormToken, PageToken, RoundToken, WholeToken, write
from storage import drafts, people
from storage.store import Unit
from tests.security.test_matrix import allowed
from tests.security.town import CANARY, FOREIGN, OWN, ROLES, Town, user

COMMANDS = {command.name: command for command in load()}
SAID = {
    "action": ("done", "not_yet", "changed"),
    "checkin": ("show", "who", "page"),
    "consent": ("yes", "no", "stop", "wrong"),
    "offer": ("start", "later", "never"),
    "feedback": ("chat of", "page of", "guide of", "data of"),
    "review results": ("chat of", "page of", "guide of", "data of"),
}
"""What buttons say before a number."""
NUMBERED = (
    "review",
    "member",
    "assignment",
    "organisation",
    "schedule",
    "offer",
    "action",
    "round",
)


def numbers(town: Town) -> set[int]:
    """A number of each foreign thing that buttons name."""
    found = {max(town.foreign[table]) for table in NUMBERED if town.foreign[table]}
    return found | {town.group[FOREIGN]}


def texts(town: Town, command: Command) -> set[str]:
    """The command with each thing foreign in each of its places."""
    values = [*map(str, numbers(town)), f"m{max(town.foreign['member'])}", f"{CANARY} more 1"]
    fields = {field: word for word, field in command.keywords.items()}
    before = ["", *fields.values(), *SAID.get(command.name, ())]
    return {" ".join(f"{command.name} {b} {v}".split()) for b, v in product(before, values)}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_by_words(town: Town, name: str) -> None:
    """Whoever may use it finds only their own, whatever number or name they give."""
    may = sorted(allowed(name) & {Role.COORDINATOR.value, Role.BROKER.value}, reverse=True)
    for text in texts(town, COMMANDS[name]):
        played = town.says(user(OWN, may[0]), text)
        assert played.keys, text
        told = played.words.replace(text.removeprefix(name).strip(), "").replace(CANARY, "", 1)
        assert not played.strange, (text, played)
        assert CANARY not in told or name == "broker appoint", (text, played)


def test_the_same_words_do_find_what_is_there(town: Town) -> None:
    """Else nothing above would say anything."""
    boss = user(FOREIGN, "coordinator")
    (group,) = town.foreign["partnership"]
    for text in ("partnership show", "people", "offer never 2", f"wrong {max(numbers(town))}"):
        assert town.plays(boss, Tap(write(CommandToken(f"@{group} {text}")))).reaches, text


@pytest.mark.parametrize("role", ROLES)
def test_by_buttons_of_a_check_in(town: Town, role: str) -> None:
    who = user(OWN, role)
    for round_, act in product(sorted(town.foreign["round"]), Act):
        for token in (RoundToken(round_, act), RoundToken(round_, act, 0, 1)):
            played = town.plays(who, Tap(write(token)))
            assert played.keys and not played.reaches, (act, played)
        played = town.plays(who, Filled(write(WholeToken(round_)), {"r1": ("4",), "scope": ("4",)}))
        assert played.keys and not played.reaches, (act, played)


def test_by_somebody_elses_form(town: Town) -> None:
    """A form is its owner's, whoever knows its number."""

    def begun(unit: Unit) -> int:
        group, now = town.group[FOREIGN], town.world.clock.now()
        (person,) = [
            p.id
            for p in people.persons_by_id(unit, town.foreign["person"])
            if p.name == f"{CANARY} coordinator"
        ]
        body = {"place": "name", "answers": {}, "partial": [], "page": ["name"]}
        return drafts.keep(unit, person, group, "organisation add", body, now).id

    form = town.do(begun)
    for role in ROLES:
        for act in Act:
            played = town.plays(
                user(OWN, role), Tap(write(FormToken(form, act, "sector", "media")))
            )
            assert played.keys == ["fault.stale"] and not played.reaches
        played = town.plays(user(OWN, role), Filled(write(PageToken(form)), {"name": "Ours"}))
        assert played.keys == ["fault.stale"] and not played.reaches
    played = town.plays(user(FOREIGN, "coordinator"), Filled(write(PageToken(form)), {"name": "Q"}))
    assert played.keys != ["fault.stale"]


def test_by_a_link_to_a_report(town: Town) -> None:
    """Even one that is rightly signed opens for nobody who may not read it now."""
    now = town.world.clock.now()

    def look(unit: Unit) -> list[tuple[str, bool, bool]]:
        found = []
        everybody = unit.connection().exec_driver_sql("SELECT id FROM person").scalars().all()
        for person in people.persons_by_id(unit, everybody):
            for broker in (True, False):
                token = signing.issue(
                    town.world.app.house.keyring,
                    min(town.foreign["review"]),
                    person.id,
                    broker,
                    now,
                )
                ticket = signing.read(town.world.app.house.keyring, token)
                assert ticket is not None
                found.append((person.name, broker, may_open(unit, ticket, person)))
        return found

    opens = {(name, broker) for name, broker, opened in town.look(look) if opened}
    assert opens == {(f"{CANARY} broker", True)}


def test_a_link_changed_in_any_place_is_no_link(town: Town) -> None:
    keyring, now = town.world.app.house.keyring, town.world.clock.now()
    token = signing.issue(keyring, 1, 2, True, now)
    other = signing.issue(keyring, 2, 2, True, now)
    for at in range(len(token)):
        for letter in "A_9":
            changed = token[:at] + letter + token[at + 1 :]
            assert changed == token or signing.read(keyring, changed) is None
    assert signing.read(keyring, other[:40] + token[40:]) is None
    assert not signing.is_opened(keyring, other, signing.opened(keyring, token))

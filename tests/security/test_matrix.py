"""Every command, every role, every place: who may do what is written in matrix.toml.

Each is really played. A refusal is one in words and in the database: nothing but the note of
the event may be written, and what is on screen may change.
"""

import tomllib
from pathlib import Path

import pytest

from bot.commands import load
from dialogues.dialogue import END, Act
from dialogues.messages import Tap
from dialogues.model import Role
from dialogues.tokens import CommandToken, FormToken, write
from storage import drafts
from storage.store import Unit
from tests.security.town import ELSEWHERE, FOREIGN, NOBODY, OWN, ROLES, Play, Town, user

MATRIX = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text())
COMMANDS = {command.name: command for command in load()}
MEMBERS = frozenset(role.value for role in Role)


def allowed(command: str) -> frozenset[str]:
    """The roles that may use *command*."""
    said = MATRIX[command]
    if isinstance(said, list):
        return frozenset(said)
    return {"everybody": MEMBERS | {NOBODY}, "members": MEMBERS}[said]


def is_for_everybody(command: str) -> bool:
    return NOBODY in allowed(command)


def is_refused(played: Play) -> None:
    assert played.refused, played.keys
    assert not played.wrote, played.changed


def test_the_matrix_has_a_line_for_each_command_and_no_other() -> None:
    assert sorted(MATRIX) == sorted(COMMANDS)
    assert {role for name in COMMANDS for role in allowed(name)} == set(ROLES)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_role_opens_its_commands_and_no_other(town: Town, name: str) -> None:
    for role in ROLES:
        played = town.says(user(OWN, role), name)
        assert played.keys, role
        if role in allowed(name):
            assert not played.refused, role
        else:
            is_refused(played)
        assert not played.reaches, role


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_inside_their_partnership_too_a_role_opens_no_other(town: Town, name: str) -> None:
    """A button that names their own partnership: here no search for one turns them away."""
    token = write(CommandToken(f"@{town.group[OWN]} {name}"))
    for role in sorted(MEMBERS - allowed(name)):
        is_refused(town.plays(user(OWN, role), Tap(token)))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_role_elsewhere_opens_nothing_here(town: Town, name: str) -> None:
    """A button that names the foreign partnership, tapped by each role of the own one."""
    for role in ROLES:
        token = write(CommandToken(f"@{town.group[FOREIGN]} {name}"))
        played = town.plays(user(OWN, role), Tap(token))
        assert played.keys, role
        assert not played.reaches, (role, played)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_form_of_the_foreign_partnership_is_not_gone_on_with(town: Town, name: str) -> None:
    """As after leaving: the form is still there, the membership is not."""
    body = {"place": END, "answers": {}, "partial": [], "page": []}
    for role in ROLES:
        who = user(OWN, role)

        def begun(unit: Unit, who: str = who) -> int:
            (person,) = [
                n
                for (n,) in unit.connection().exec_driver_sql(
                    "SELECT person_id FROM account WHERE user = ? AND workspace = ''", (who,)
                )
            ]
            group, now = town.group[FOREIGN], town.world.clock.now()
            return drafts.keep(unit, person, group, name, body, now).id

        form = town.do(begun)
        for act in (Act.SEND, Act.LOOK, Act.BACK):
            played = town.plays(who, Tap(write(FormToken(form, act))))
            assert played.keys, role
            assert not played.reaches, (role, played)
            if COMMANDS[name].needs_group:
                is_refused(played)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_same_user_in_another_workspace_is_nobody(town: Town, name: str) -> None:
    for role in ROLES:
        for text in (name, f"@{town.group[OWN]} {name}"):
            token = write(CommandToken(text))
            played = town.plays(user(OWN, role), Tap(token), ELSEWHERE)
            assert played.keys, role
            assert "Own " not in played.words and "Water for Bima" not in played.words
            if not is_for_everybody(name):
                is_refused(played)

"""Slash commands, one file each. A new one is a file here and its name in `MODULES`."""

from importlib import import_module

from bot.commands.command import Command

MODULES = (
    "start",
    "help",
    "checkin",
    "language",
    "timezone",
    "privacy",
    "receipt",
    "join",
    "catalogue",
    "link",
    "stop",
    "resume",
    "leave",
    "mydata",
    "forget_me",
    "partnership_new",
    "partnership_show",
    "partnership_set",
    "organisation_add",
    "organisation_list",
    "invite",
    "people_list",
    "people_move",
    "people_remove",
    "coordinator_add",
    "coordinator_remove",
    "group_link",
    "broker_appoint",
    "broker_list",
    "review_start",
    "review_status",
    "review_close",
    "review_extend",
    "review_cancel",
    "review_results",
    "review_list",
    "feedback",
    "consent",
    "wrong",
    "guide",
)


def load() -> tuple[Command, ...]:
    """Every command, in the order in which help lists them."""
    found = []
    for name in MODULES:
        command = import_module(f"bot.commands.{name}").COMMAND
        assert isinstance(command, Command)
        found.append(command)
    return tuple(found)

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
    "away",
    "quiet",
    "stop",
    "resume",
    "leave",
    "mydata",
    "forget_me",
    "partnership_new",
    "partnership_show",
    "partnership_set",
    "partnership_term",
    "partnership_pause",
    "partnership_resume",
    "organisation_add",
    "organisation_list",
    "organisation_remove",
    "invite",
    "people_list",
    "people_move",
    "people_remove",
    "coordinator_add",
    "coordinator_remove",
    "group_link",
    "broker_appoint",
    "broker_change",
    "broker_end",
    "broker_list",
    "review_start",
    "review_status",
    "review_close",
    "review_extend",
    "review_remind",
    "review_cancel",
    "review_results",
    "review_list",
    "review_schedule",
    "review_unschedule",
    "review_skip",
    "review_asked",
    "review_readers",
    "review_talk",
    "review_conclude",
    "feedback",
    "feedback_reply",
    "action",
    "reflect",
    "consent",
    "offer",
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

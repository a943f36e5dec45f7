"""What docs/setup-*.md tell somebody to set, paste and write is there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import installing, receiving
from adapters.telegram import webhook
from bot.commands import load
from bot.commands.words import build, parse
from bot.settings import PREFIX, Settings
from dialogues.library import Library

GUIDES = ("setup-slack.md", "setup-telegram.md")


def guide(root: Path, name: str) -> str:
    return (root / "docs" / name).read_text()


@pytest.mark.parametrize("name", GUIDES)
def test_the_settings_are_ours(root: Path, name: str) -> None:
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)", guide(root, name)))
    assert named and {setting.lower() for setting in named} <= set(Settings.model_fields)


@pytest.mark.parametrize("name", GUIDES)
def test_the_commands_are_understood(root: Path, name: str, library: Library) -> None:
    tree = build(load())
    said = re.findall(r"`/(?:titian )?((?:start|join|partnership|review)[^`]*)`", guide(root, name))
    assert len(said) >= 2
    for text in said:
        command = parse(tree, text).command.name
        assert text.startswith(command), text
        if command == "review start":
            assert text.removeprefix(command).strip() in library.checkins


def manifests(root: Path) -> list[Any]:
    folder = root / "adapters" / "slack"
    names = ("manifest.json", "manifest-many.json")
    return [json.loads((folder / name).read_text()) for name in names]


def test_the_manifest_of_many_workspaces_is_that_of_one_and_oauth(root: Path) -> None:
    one, many = manifests(root)
    address = "https://titian.example"
    url = {"request_url": address + receiving.PATH}
    for settings in (one["settings"], many["settings"]):
        settings["event_subscriptions"]["bot_events"].sort()
    ends = ["app_uninstalled", "tokens_revoked"]
    one["oauth_config"]["redirect_urls"] = [address + installing.REDIRECT]
    one["features"]["slash_commands"][0]["url"] = address + receiving.PATH
    events = one["settings"]["event_subscriptions"]
    events |= {"bot_events": sorted([*events["bot_events"], *ends]), **url}
    one["settings"]["interactivity"] |= url
    one["settings"] |= {"socket_mode_enabled": False, "token_rotation_enabled": True}
    assert many == one


def test_the_scopes_are_the_manifests(root: Path) -> None:
    manifest = manifests(root)[0]
    rows = re.findall(r"^\| (`.*?) \|", guide(root, "setup-slack.md"), re.MULTILINE)
    named = sorted(scope for row in rows for scope in re.findall(r"`([\w:]+)`", row))
    assert named == sorted(manifest["oauth_config"]["scopes"]["bot"])


def test_the_addresses_are_where_events_arrive(root: Path) -> None:
    for path in (receiving.PATH, installing.INSTALL, installing.REDIRECT):
        assert f"https://titian.example{path}" in guide(root, "setup-slack.md")
    assert f"https://titian.example{webhook.PATH}" in guide(root, "setup-telegram.md")

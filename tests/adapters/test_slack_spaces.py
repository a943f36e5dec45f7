"""Slack in many workspaces: installing, tokens that are renewed, tokens that end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from structlog.testing import capture_logs

from adapters.slack import pacing, tokens
from adapters.slack.installing import INSTALL, REDIRECT
from adapters.slack.receiving import PATH
from dialogues.errors import RetryLater, Unreachable
from dialogues.messages import (
    Added,
    Address,
    Command,
    Incoming,
    Lacking,
    Moved,
    Opened,
    Outgoing,
    Removed,
    Spot,
    Tap,
    Uninstalled,
)
from tests.adapters.slack_ground import Script
from tests.adapters.spaces import ONE, TWO, Ground, grounded
from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_workspaces import browse
from tests.doubles.waiting import PATIENCE, until


class Forgetful(Script):
    """A Handler that deletes the tokens of who took Titian out, as the bot does."""

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self.ground = ground

    async def handle(self, incoming: Incoming) -> Any:
        if isinstance(incoming.event, Uninstalled):
            self.ground.vault.kept.pop(incoming.chat.installation, None)
        return await super().handle(incoming)

    @property
    def ended(self) -> list[str]:
        return [i.chat.installation for i in self.handled if isinstance(i.event, Uninstalled)]


@asynccontextmanager
async def running(ground: Ground) -> AsyncIterator[Forgetful]:
    script, up = Forgetful(ground), asyncio.Event()
    task = asyncio.create_task(ground.adapter.run(script, up.set))
    await asyncio.wait_for(up.wait(), PATIENCE)
    try:
        yield script
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "EVERY", 0.0)
    monkeypatch.setattr(tokens, "REMEMBERED", 0.0)


def spot(double: SlackDouble, user: str) -> Spot:
    return Spot(f"slack:{double.team}", user)


async def test_each_workspace_has_its_own_token_and_people() -> None:
    async with grounded() as ground, running(ground) as script:
        one, two = ground.one, ground.two
        assert "This is done." in await ground.install(one)
        await ground.install(two)
        sari, lin = one.user("Sari"), two.user("Lin")
        assert sari.id == lin.id  # two people all the same
        script.answer = lambda event: [Outgoing(event.chat, "Now"), Outgoing(event.chat, "Later")]
        await sari.command("/titian", "help")
        await lin.command("/titian", "start")
        await sari.wait("Later")
        await lin.wait("Later")
        assert [event.sender for event in script.handled] == [
            Address("slack:T0ONE", ONE, sari.id),
            Address("slack:T0TWO", TWO, lin.id),
        ]
        await ground.adapter.send(Outgoing(spot(two, lin.id), "Only for Lin"))
        await lin.wait("Only for Lin")
        assert not [m for m in sari.seen() if "Only for" in m["text"]]
        one.assert_clean(warnings=True)
        two.assert_clean(warnings=True)


async def test_where_nothing_is_installed_nobody_is_reached_or_heard() -> None:
    async with grounded() as ground, running(ground) as script:
        for installation in ("slack:T0TWO", "slack", "slack:"):
            with pytest.raises(Unreachable):
                await ground.adapter.send(Outgoing(Spot(installation, "U1"), "x"))
        ground.two.scopes = frozenset({"commands"})
        await ground.two.user("Lin").command("/titian", "help")
        assert script.handled == [] and ground.two.deliveries[0].acked


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("no cookie", 400),
        ("another browser", 400),
        ("a state of somebody else", 400),
        ("used before", 401),
        ("run out", 401),
        ("no state", 400),
        ("no code", 401),
        ("a code that Slack does not know", 401),
        ("cancelled", 200),
    ],
)
async def test_an_installation_is_only_the_browsers_that_began_it(change: str, status: int) -> None:
    async with grounded() as ground:
        _, _, location, cookie = await browse(ground.address + INSTALL)
        back = ground.slack.approve(location, ground.one)
        match change:
            case "no cookie":
                cookie = ""
            case "another browser":
                _, _, _, cookie = await browse(ground.address + INSTALL)
            case "a state of somebody else":
                back = back.replace("ticket-1", "ticket-9")
            case "used before" | "run out":
                ground.vault.tickets.clear()
            case "no state":
                back = back.partition("&state")[0]
            case "no code":
                back = f"{ground.address}{REDIRECT}?state=ticket-1"
            case "a code that Slack does not know":
                back = f"{ground.address}{REDIRECT}?state=ticket-1&code=made-up"
            case "cancelled":
                back = ground.slack.deny(location)
        found, text, _, _ = await browse(back, cookie)
        assert found == status and "This is" in text and "done" not in text
        assert ground.vault.kept == {}


async def test_a_state_and_a_code_are_good_once() -> None:
    async with grounded() as ground:
        _, _, location, cookie = await browse(ground.address + INSTALL)
        back = ground.slack.approve(location, ground.one)
        assert (await browse(back, cookie))[0] == 200
        first = dict(ground.vault.kept)
        assert (await browse(back, cookie))[0] == 401
        assert ground.vault.kept == first


async def test_scopes_that_are_not_granted_are_said_to_both() -> None:
    async with grounded(withheld={"chat:write", "users:read"}) as ground:
        with capture_logs() as logs:
            _, _, location, cookie = await browse(ground.address + INSTALL)
            status, text, _, _ = await browse(ground.slack.approve(location, ground.one), cookie)
        assert (status, ground.vault.kept) == (500, {}) and "This is lacking." in text
        (said, _) = logs
        assert said["event"] == "workspace_refused" and said["part"] == "slack:T0ONE"
        assert said["hint"] == "scope needed: chat:write, users:read"


async def test_a_whole_organisation_is_refused_and_told_what_to_do() -> None:
    async with grounded(organisation="E0ALL") as ground:
        with capture_logs() as logs:
            _, _, location, cookie = await browse(ground.address + INSTALL)
            status, text, _, _ = await browse(ground.slack.approve(location, ground.one), cookie)
        assert (status, ground.vault.kept) == (500, {}) and "This is whole." in text
        assert logs[0]["event"] == "workspace_refused" and "org_deploy" in logs[0]["hint"]
        assert "xox" not in f"{logs}"
        ground.slack.organisation = ""
        assert "This is done." in await ground.install(ground.one)


async def test_a_token_is_renewed_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    async with grounded(rotation=True) as ground, running(ground):
        slack, one = ground.slack, ground.one
        await ground.install(one)
        first = json.loads(ground.vault.kept["slack:T0ONE"])
        lin, other = one.user("Lin"), ground.another()
        for adapter in (ground.adapter, other):
            await adapter.send(Outgoing(spot(one, lin.id), "Early"))
        assert renewals(ground) == 1  # the one at the installation
        monkeypatch.setattr(tokens, "EARLY", slack.lifetime + 60.0)
        both = (ground.adapter, other)
        asking = [a.send(Outgoing(spot(one, lin.id), f"{n}")) for a in both for n in range(3)]
        monkeypatch.setattr(slack, "lifetime", 2 * slack.lifetime)
        await asyncio.gather(*asking)
        await until(lambda: renewals(ground) == 2, PATIENCE, lambda: slack.calls)
        await asyncio.gather(*(a.close() for a in both))
        second = json.loads(ground.vault.kept["slack:T0ONE"])
        assert {first["bot_token"], second["bot_token"]} == set(slack.grants)
        await asyncio.gather(*(a.send(Outgoing(spot(one, lin.id), "On")) for a in both))
        assert renewals(ground) == 2 and slack.violations == []
        await lin.wait("On")


def expire(ground: Ground) -> None:
    """Let what was given to the first workspace be over, as we and Slack see it."""
    for grant in ground.slack.grants.values():
        grant.ends = 0.0
    kept = json.loads(ground.vault.kept["slack:T0ONE"])
    kept["bot_token_expires_at"] = "2020-01-01 00:00:00+00:00"
    ground.vault.kept["slack:T0ONE"] = json.dumps(kept)


def renewals(ground: Ground) -> int:
    return len([method for _, method in ground.slack.calls if method == "oauth.v2.access"])


async def test_a_token_that_has_expired_is_renewed_before_anything_is_sent() -> None:
    async with grounded(rotation=True) as ground, running(ground):
        await ground.install(ground.one)
        expire(ground)
        await ground.adapter.send(Outgoing(spot(ground.one, ground.one.user("Lin").id), "Here"))
        await ground.one.user("Lin").wait("Here")
        assert renewals(ground) == 2


async def test_while_slack_is_away_a_token_that_expired_is_waited_for() -> None:
    async with grounded(rotation=True) as ground, running(ground) as script:
        await ground.install(ground.one)
        expire(ground)
        right, ground.slack.client_secret = ground.slack.client_secret, "changed"
        with pytest.raises(RetryLater):
            await ground.adapter.send(Outgoing(spot(ground.one, "U0001"), "x"))
        assert script.ended == []
        ground.slack.client_secret = right
        lin = ground.one.user("Lin")
        await ground.adapter.send(Outgoing(spot(ground.one, lin.id), "Here"))


async def test_a_token_that_cannot_be_renewed_yet_is_used_and_slack_is_left_in_peace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with grounded(rotation=True) as ground, running(ground) as script:
        await ground.install(ground.one)
        monkeypatch.setattr(tokens, "EARLY", ground.slack.lifetime + 60.0)
        ground.slack.client_secret = "changed"
        lin = ground.one.user("Lin")
        with capture_logs() as logs:
            for number in range(4):
                await ground.adapter.send(Outgoing(spot(ground.one, lin.id), f"{number}"))
            await lin.wait("3")
        assert renewals(ground) == 2 and script.ended == []
        assert [entry["event"] for entry in logs] == ["token_not_renewed"]
        assert "xox" not in f"{logs}"


async def test_what_is_renewed_while_titian_is_taken_out_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with grounded(rotation=True) as ground, running(ground):
        await ground.install(ground.one)
        monkeypatch.setattr(tokens, "EARLY", ground.slack.lifetime + 60.0)
        granted = ground.slack._granted

        def granting(*given: Any) -> Any:
            ground.vault.kept.clear()
            return granted(*given)

        monkeypatch.setattr(ground.slack, "_granted", granting)
        await ground.adapter.send(Outgoing(spot(ground.one, ground.one.user("Lin").id), "x"))
        await ground.adapter.close()
        assert ground.vault.kept == {} and renewals(ground) == 2


async def test_a_refresh_token_that_is_gone_ends_the_installation() -> None:
    async with grounded(rotation=True) as ground, running(ground) as script:
        await ground.install(ground.one)
        expire(ground)
        ground.slack.refreshes.clear()
        with pytest.raises(Unreachable):
            await ground.adapter.send(Outgoing(spot(ground.one, "U0001"), "x"))
        assert script.ended == ["slack:T0ONE"]


@pytest.mark.parametrize(
    "events",
    [
        ("app_uninstalled", "tokens_revoked"),
        ("tokens_revoked", "app_uninstalled"),
        ("tokens_revoked",),
    ],
)
async def test_who_takes_titian_out_is_noted_and_the_other_goes_on(
    events: tuple[str, ...],
) -> None:
    async with grounded() as ground, running(ground) as script:
        for double in (ground.one, ground.two):
            await ground.install(double)
        await ground.slack.uninstall(ground.one, *events)
        await until(lambda: script.ended, PATIENCE, lambda: script.handled)
        with pytest.raises(Unreachable):
            await ground.adapter.send(Outgoing(spot(ground.one, "U0001"), "x"))
        assert set(script.ended) == {"slack:T0ONE"}
        lin = ground.two.user("Lin")
        await ground.adapter.send(Outgoing(spot(ground.two, lin.id), "Still here"))
        await lin.wait("Still here")
        await lin.command("/titian", "help")
        assert script.handled[-1].event == Command("help")


async def test_tokens_of_people_are_none_of_ours() -> None:
    async with grounded() as ground, running(ground) as script:
        await ground.install(ground.one)
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": ["U0001"]}}
        await ground.one.event(revoked, wait=True)
        older = {"type": "tokens_revoked", "tokens": {"bot": [ground.one.bot_id]}}
        await ground.one.event(older, wait=True)  # one that was replaced: ours still works
        await until(
            lambda: (ONE, "auth.test") in ground.slack.calls[2:], PATIENCE, lambda: "not asked"
        )
        await asyncio.sleep(0.1)
        assert script.ended == [] and ground.vault.kept


async def test_the_end_of_an_earlier_installation_does_not_end_the_new_one() -> None:
    async with grounded() as ground, running(ground) as script:
        await ground.install(ground.one)
        ground.slack.silently(ground.one)
        await ground.install(ground.one)
        kept = json.loads(ground.vault.kept["slack:T0ONE"])
        late = ground.slack.ending(ground.one, "app_uninstalled")
        kept["installed_at"] = "2126-01-01 00:00:00+00:00"
        ground.vault.kept["slack:T0ONE"] = json.dumps(kept)
        await ground.one.event(late, wait=True)
        assert script.ended == [] and ground.one.deliveries[-1].acked


async def test_an_end_that_nobody_told_of_is_noticed_at_the_next_message() -> None:
    async with grounded() as ground, running(ground) as script:
        await ground.install(ground.one)
        ground.slack.silently(ground.one)
        lin = ground.one.user("Lin")
        with capture_logs() as logs, pytest.raises(Unreachable):
            await ground.adapter.send(Outgoing(spot(ground.one, lin.id), "x"))
        assert script.ended == ["slack:T0ONE"]
        assert "xox" not in f"{logs}"


async def test_a_scope_that_is_missing_is_logged_and_told() -> None:
    async with grounded() as ground, running(ground) as script:
        await ground.install(ground.one)
        ground.one.scopes = frozenset({*(ground.one.scopes or ())} - {"chat:write"})
        lin = ground.one.user("Lin")
        with capture_logs() as logs, pytest.raises(RetryLater):
            await ground.adapter.send(Outgoing(spot(ground.one, lin.id), "x"))
        assert script.handled[-1].event == Lacking("Yayasan Air") and script.ended == []
        (said,) = logs
        assert said["part"] == "slack:T0ONE" and said["hint"] == "scope needed: chat:write"


async def test_a_new_installation_is_used_by_who_had_the_old_token() -> None:
    async with grounded() as ground, running(ground):
        await ground.install(ground.one)
        lin, other = ground.one.user("Lin"), ground.another()
        await other.send(Outgoing(spot(ground.one, lin.id), "Before"))
        ground.slack.silently(ground.one)
        await ground.install(ground.one)
        await other.send(Outgoing(spot(ground.one, lin.id), "After"))
        await lin.wait("After")


async def test_somebody_of_another_workspace_is_met_by_id_and_workspace() -> None:
    async with grounded() as ground, running(ground) as script:
        one = ground.one
        await ground.install(one)
        ana = one.user("Ana")
        sari = one.user("Sari", team="T0ELSEWHERE", ident="U0SARI", is_restricted=True)
        shared = one.channel("water", ana, sari)
        script.answer = lambda event: [Outgoing(event.chat, "Hi", (("Join", "c:join yes X"),))]
        await ground.adapter.send(
            Outgoing(spot(one, sari.id), "Join?", (("Join", "c:join yes X"),))
        )
        await sari.click("Join")
        heard = script.handled[-1]
        assert heard.sender == Address("slack:T0ONE", "T0ELSEWHERE", "U0SARI")
        assert heard.event == Tap("c:join yes X") and heard.language is None
        assert (heard.name, heard.zone) == ("Sari", "Europe/Berlin")
        await sari.open_home()
        await until(lambda: len(script.handled) == 2, PATIENCE, lambda: script.handled)
        await until(lambda: one.deliveries[-1].acked, PATIENCE, lambda: one.deliveries)
        assert script.handled[-1].event == Opened()
        assert script.handled[-1].sender == heard.sender
        assert shared.id in one.channels
        one.assert_clean(warnings=True)


async def test_a_button_belongs_to_the_workspace_of_its_message() -> None:
    async with grounded() as ground, running(ground) as script:
        await ground.install(ground.one)
        elsewhere = "T0ELSEWHERE"
        payload = {
            "type": "block_actions",
            "team": {"id": elsewhere, "domain": "elsewhere"},
            "user": {"id": "U0SARI", "name": "sari", "team_id": elsewhere},
            "container": {"type": "message", "message_ts": "1.1", "channel_id": "D1"},
            "message": {"ts": "1.1", "team": ONE, "text": "Hi"},
            "actions": [{"type": "button", "action_id": "a", "value": "t", "action_ts": "2.1"}],
            "trigger_id": "1.2",
        }
        raw = urlencode({"payload": json.dumps(payload)})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        async with httpx.AsyncClient() as http:
            headers = {**ground.one.signed(raw), **kind}
            answer = await http.post(ground.address + PATH, content=raw, headers=headers)
        assert answer.status_code == 200
        (heard,) = script.handled
        assert heard.sender == Address("slack:T0ONE", elsewhere, "U0SARI")


async def test_channels_that_move_or_are_parted_are_followed() -> None:
    async with grounded() as ground, running(ground) as script:
        one, two = ground.one, ground.two
        await ground.install(one)
        await ground.install(two)
        moved = {"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2"}
        await one.event(moved, wait=True)
        for still, channel in ((True, "C3"), (False, "C4")):
            await two.event(
                {
                    "type": "channel_unshared",
                    "previously_connected_team_id": ONE,
                    "channel": channel,
                    "is_ext_shared": still,
                    "event_ts": "1.1",
                },
                wait=True,
            )
        first, second = script.handled
        assert (first.event, first.chat) == (Moved("C2"), Spot("slack:T0ONE", "C1"))
        assert (second.event, second.chat) == (Removed(), Spot("slack:T0TWO", "C4"))


async def test_whoever_adds_titian_to_a_shared_channel_is_known_by_their_workspace() -> None:
    async with grounded() as ground, running(ground) as script:
        await ground.install(ground.one)
        ana = ground.one.user("Ana", team="T0ELSEWHERE", ident="U0ANA")
        shared = ground.one.channel("water", ana)
        event = {
            "type": "member_joined_channel",
            "user": ground.one.bot_id,
            "channel": shared.id,
            "channel_type": "C",
            "team": ONE,
            "inviter": ana.id,
            "event_ts": "2.2",
        }
        await ground.one.event(event, wait=True)
        (heard,) = script.handled
        assert heard.event == Added()
        assert heard.sender == Address("slack:T0ONE", "T0ELSEWHERE", "U0ANA")


async def test_the_page_at_the_end_is_in_the_language_of_the_browser() -> None:
    async with grounded() as ground, httpx.AsyncClient() as http:
        url = f"{ground.address}{REDIRECT}?error=access_denied"
        answer = await http.get(url, headers={"Accept-Language": "id-ID,id;q=0.9"})
        assert "Ini cancelled." in answer.text and 'lang="id"' in answer.text
        assert (await http.post(url)).status_code == 405

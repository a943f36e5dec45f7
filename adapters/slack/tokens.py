"""The tokens of many workspaces: found by workspace, renewed before they expire."""

import asyncio
import json
import time
from dataclasses import dataclass

import structlog
from slack_bolt.error import BoltError
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from adapters.slack import clients, faults, incoming
from adapters.slack.examining import needed
from dialogues.errors import RetryLater
from dialogues.ports import Vault

log = structlog.get_logger()
EARLY = 7_200.0
"""Seconds before its end at which a token is renewed; Slack gives twelve hours."""
REMEMBERED = 2.0
"""Seconds for which a workspace is not looked up again."""
PATIENCE = 15.0
LATER = 60.0
"""Seconds after which a token that still lets us in is tried to be renewed again."""


WHOLE = "a whole organisation: org_deploy_enabled must be false in the app's manifest"


class WholeOrganisation(BoltError):
    """One token for all workspaces of an Enterprise organisation: people would have no home."""


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """The app as Slack knows it, and where it is served."""

    id: str
    secret: str
    address: str


def installation_of(team: str) -> str:
    """A workspace's installation, by name."""
    return f"{incoming.INSTALLATION}:{team}"


def team_of(installation: str) -> str:
    """The workspace of an installation; "" where it is none of many."""
    return installation.partition(":")[2]


class Tokens(AsyncInstallationStore):
    """What the SDK's OAuth keeps, one row a workspace: a new installation replaces the old one.

    Only bot tokens: Titian asks for no scope of a person.
    """

    def __init__(self, vault: Vault, client: Client, api_url: str) -> None:
        self._vault = vault
        self._rotator = AsyncTokenRotator(
            client_id=client.id, client_secret=client.secret, client=clients.web(None, api_url)
        )
        self._known: dict[str, tuple[Bot | None, float]] = {}
        self._renewing: dict[str, asyncio.Task[None]] = {}
        self._failed: dict[str, float] = {}

    async def async_save(self, installation: Installation) -> None:
        """See the SDK. Raises BoltError where it cannot be what Titian needs."""
        if installation.is_enterprise_install:
            log.error("workspace_refused", part=incoming.INSTALLATION, hint=WHOLE)
            raise WholeOrganisation(WHOLE)
        if not installation.team_id or not installation.bot_token:
            raise BoltError("no workspace, or no bot")
        bot = installation.to_bot()
        missing = [scope for scope in needed() if scope not in (bot.bot_scopes or ())]
        part = installation_of(installation.team_id)
        if missing:
            hint = f"scope needed: {', '.join(missing)}"
            log.error("workspace_refused", part=part, hint=hint)
            raise BoltError("scopes are missing")
        async with self._vault.alone(part):  # what is being renewed must not come after it
            await self._vault.keep(part, _written(bot))
        self.forget(installation.team_id)
        log.info("workspace_installed", part=part)

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """See the SDK. A workspace's id is unique, its organisation says nothing more."""
        kept = await self._vault.find(installation_of(team_id or ""))
        return Bot(**json.loads(kept)) if kept else None

    async def current(self, team: str, again: bool = False) -> Bot | None:
        """What lets us into a workspace now; None where Titian is not installed.

        Args:
            again: Look, even if that was done a moment ago.

        Raises:
            RetryLater: It has expired, and Slack could not be reached.
            Refused: It has expired, and Slack renews it no more.
        """
        bot = await self._found(team, again)
        if bot is None or not _within(bot, EARLY):
            return bot
        expired = _within(bot, 0.0)
        renewing = self._renewing.get(team)
        if renewing is None and not expired and self._failed.get(team, 0.0) > time.monotonic():
            return bot
        if renewing is None:
            renewing = self._renewing[team] = asyncio.create_task(self._renew(team))
            renewing.add_done_callback(lambda done: self._renewed(team, done))
        if not expired:
            return bot  # whoever writes to us need not wait for a new one
        await asyncio.wait({renewing})
        renewing.result()
        return await self._found(team, again=True)

    def forget(self, team: str) -> None:
        """A workspace is gone: do not go by what was remembered."""
        self._known.pop(team, None)

    async def close(self) -> None:
        """Let what is being renewed be kept: Slack gives each new token once."""
        if self._renewing:
            await asyncio.wait({*self._renewing.values()}, timeout=PATIENCE)

    async def _found(self, team: str, again: bool) -> Bot | None:
        known = self._known.get(team)
        if known is None or again or known[1] < time.monotonic():
            bot = await self.async_find_bot(enterprise_id=None, team_id=team)
            known = self._known[team] = bot, time.monotonic() + REMEMBERED
        return known[0]

    async def _renew(self, team: str) -> None:
        """Renew a workspace's token, unless another process has done so meanwhile."""
        async with self._vault.alone(installation_of(team)):
            bot = await self.async_find_bot(enterprise_id=None, team_id=team)
            if bot is None or not _within(bot, EARLY):
                self.forget(team)
                return  # somebody else did it
            fault, fresh = None, None
            try:
                fresh = await self._rotator.perform_bot_token_rotation(
                    bot=bot, minutes_before_expiration=int(EARLY / 60)
                )
            except SlackTokenRotationError as error:
                fault = _fault(error.api_error)
            except faults.SDK as error:
                fault = _fault(error)
            if fault is not None:
                raise fault  # not inside `except`: the SDK's error has the tokens in it
            if fresh is not None:
                await self._vault.keep(installation_of(team), _written(fresh), again=True)
            self.forget(team)

    def _renewed(self, team: str, done: asyncio.Task[None]) -> None:
        self._renewing.pop(team, None)
        if done.cancelled() or (error := done.exception()) is None:
            return
        self._failed[team] = time.monotonic() + LATER
        said = error.code if isinstance(error, faults.Refused) else type(error).__name__
        log.warning("token_not_renewed", part=installation_of(team), error=said)


def _written(bot: Bot) -> str:
    return json.dumps(bot.to_dict_for_copying(), default=str)


def _within(bot: Bot, seconds: float) -> bool:
    """Whether a token that expires does so within so many seconds."""
    end = bot.bot_token_expires_at
    return end is not None and end - time.time() < seconds  # noqa: TID251  (the SDK's clock)


def _fault(error: BaseException) -> RetryLater:
    said = faults.code(error)
    final = said in faults.SPENT
    return faults.Refused(faults.LATER, said) if final else RetryLater(faults.SOON)

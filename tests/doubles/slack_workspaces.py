"""Several workspaces behind one address of Slack's Web API, which install an app by OAuth.

    async with SlackDouble("http", url, team="T0ONE") as one, SlackDouble(...) as two:
        async with SlackWorkspaces(one, two, redirect_urls=[...]) as slack:
            back = slack.approve(location, one)      # what the Allow button leads to

Each token belongs to one workspace and is refused elsewhere; a code and a refresh token are good
once; with `rotation` a token ends after `lifetime` seconds. What each workspace sees of its
people and channels is its own SlackDouble.
"""

import secrets
import time
from base64 import b64decode
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
from aiohttp import web

from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_elements import Json

CODE_SECONDS = 600


@dataclass
class Grant:
    """A token that was given out."""

    double: SlackDouble
    token: str
    scopes: str
    ends: float | None = None
    refresh: str = ""
    revoked: bool = False


@dataclass
class Code:
    """What an installer's browser carries back to the app."""

    double: SlackDouble
    installer: str
    scopes: str
    redirect_uri: str
    until: float


class SlackWorkspaces:
    """The server; an asynchronous context manager around doubles that run already."""

    def __init__(
        self,
        *doubles: SlackDouble,
        redirect_urls: Sequence[str],
        client_id: str = "111.222",
        client_secret: str = "client-secret",  # noqa: S107
        rotation: bool = False,
        lifetime: int = 43_200,
        withheld: Collection[str] = (),
        organisation: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`withheld` are scopes that are asked for and not granted.

        With `organisation`, an id, whoever approves does so for all of its workspaces at once.
        """
        self.doubles = doubles
        self.client_id, self.client_secret = client_id, client_secret
        self.redirect_urls, self.rotation, self.lifetime = redirect_urls, rotation, lifetime
        self.withheld, self.clock = frozenset(withheld), clock
        self.organisation = organisation
        self.codes: dict[str, Code] = {}
        self.grants: dict[str, Grant] = {}
        self.refreshes: dict[str, Grant] = {}
        self.calls: list[tuple[str, str]] = []
        self.violations: list[str] = []

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_route("*", "/api/{method}", self._handle)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.origin = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        self.api_url = self.origin + "/api/"
        for double in self.doubles:
            double.bot_token = ""  # nothing is installed yet
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()

    # ---- what people do in the browser ---------------------------------------------------
    def approve(self, location: str, double: SlackDouble, installer: str = "U0ADMIN") -> str:
        """Press Allow on the page at *location*; where Slack then sends the browser."""
        asked = self._asked(location)
        code = secrets.token_hex(12)
        scopes = ",".join(s for s in asked["scope"].split(",") if s not in self.withheld)
        until = self.clock() + CODE_SECONDS
        self.codes[code] = Code(double, installer, scopes, asked["redirect_uri"], until)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def deny(self, location: str) -> str:
        """Press Cancel."""
        asked = self._asked(location)
        told = {"error": "access_denied", "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(told)}"

    def _asked(self, location: str) -> dict[str, str]:
        split = urlsplit(location)
        asked = {name: values[0] for name, values in parse_qs(split.query).items()}
        assert f"{split.scheme}://{split.netloc}" == self.origin, location
        assert split.path == "/oauth/v2/authorize", location
        assert asked["client_id"] == self.client_id, "Invalid client_id parameter"
        assert asked["redirect_uri"] in self.redirect_urls, "bad_redirect_uri"
        assert asked["scope"] and not asked.get("user_scope"), "only scopes of the bot"
        return asked

    # ---- what happens in a workspace -----------------------------------------------------
    async def uninstall(self, double: SlackDouble, *events: str) -> None:
        """Take the app out: tokens end, and both events come, in an order nobody promises."""
        self._end(double)
        for name in events or ("app_uninstalled", "tokens_revoked"):
            await double.event(self.ending(double, name), wait=True)

    async def revoke(self, double: SlackDouble) -> None:
        """The bot's tokens end and the app stays; it is told."""
        self._end(double)
        await double.event(self.ending(double, "tokens_revoked"), wait=True)

    def ending(self, double: SlackDouble, name: str) -> Json:
        """The event with which an app learns of the end."""
        tokens: Json = {"tokens": {"oauth": [], "bot": [double.bot_id]}}
        return {"type": name, **(tokens if name == "tokens_revoked" else {})}

    def silently(self, double: SlackDouble) -> None:
        """The tokens end, and the event is lost."""
        self._end(double)

    def _end(self, double: SlackDouble) -> None:
        for grant in self.grants.values():
            grant.revoked |= grant.double is double
        self.refreshes = {r: g for r, g in self.refreshes.items() if g.double is not double}
        for channel in double.channels.values():
            if channel.kind != "im":
                channel.members.discard(double.bot_id)

    # ---- requests from the app -----------------------------------------------------------
    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if method == "oauth.v2.access":
            return web.json_response(self._access(request, dict(await request.post())))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        grant = self.grants.get(token)
        self.calls.append((grant.double.team if grant else "", method))
        error = self._refusal(token, grant)
        if error or grant is None:
            return web.json_response({"ok": False, "error": error})
        if method == "auth.revoke":
            grant.revoked = True
            return web.json_response({"ok": True, "revoked": True})
        grant.double.granted.add(token)
        return await grant.double._handle(request)

    def _refusal(self, token: str, grant: Grant | None) -> str:
        if not token:
            return "not_authed"
        if grant is None:
            return "invalid_auth"
        if grant.revoked:
            return "account_inactive"
        return "token_expired" if grant.ends is not None and grant.ends <= self.clock() else ""

    def _access(self, request: web.Request, args: Json) -> Json:
        self.calls.append(("", "oauth.v2.access"))
        error = self._client(request)
        if error:
            return {"ok": False, "error": error}
        if args.get("grant_type") == "refresh_token":
            old = self.refreshes.pop(str(args.get("refresh_token")), None)
            if old is None or old.revoked:
                self.violations.append("a refresh token was used twice, or never given")
                return {"ok": False, "error": "invalid_refresh_token"}
            return self._granted(old.double, old.scopes)
        code = self.codes.pop(str(args.get("code")), None)
        if code is None or code.until < self.clock():
            return {"ok": False, "error": "invalid_code"}
        if args.get("redirect_uri") != code.redirect_uri:
            return {"ok": False, "error": "bad_redirect_uri"}
        whole = {"team": None, "enterprise": {"id": self.organisation, "name": "All of us"}}
        return {
            **self._granted(code.double, code.scopes),
            "authed_user": {"id": code.installer},
            "is_enterprise_install": bool(self.organisation),
            **(whole if self.organisation else {}),
        }

    def _client(self, request: web.Request) -> str:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic":
            return "invalid_client_id"
        ident, _, secret = b64decode(given).decode().partition(":")
        if ident != self.client_id:
            return "invalid_client_id"
        return "" if secret == self.client_secret else "bad_client_secret"

    def _granted(self, double: SlackDouble, scopes: str) -> Json:
        kind = "xoxe.xoxb-1-" if self.rotation else "xoxb-"
        grant = Grant(double, kind + secrets.token_hex(16), scopes)
        self.grants[grant.token] = grant
        double.scopes = frozenset(scopes.split(","))
        answer: Json = {
            "ok": True,
            "app_id": double.app_id,
            "access_token": grant.token,
            "token_type": "bot",
            "scope": scopes,
            "bot_user_id": double.bot_id,
            "team": {"id": double.team, "name": double.team_name},
            "enterprise": None,
        }
        if self.rotation:
            grant.ends, grant.refresh = (
                self.clock() + self.lifetime,
                "xoxe-1-" + secrets.token_hex(16),
            )
            self.refreshes[grant.refresh] = grant
            answer |= {"refresh_token": grant.refresh, "expires_in": self.lifetime}
        return answer


async def browse(url: str, cookie: str = "") -> tuple[int, str, str, str]:
    """What a browser gets there: status, text, where it is sent, the cookie it is given."""
    headers = {"Cookie": cookie} if cookie else {}
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, allow_redirects=False, headers=headers) as answer,
    ):
        given = answer.headers.get("Set-Cookie", "").partition(";")[0]
        return answer.status, await answer.text(), answer.headers.get("Location", ""), given

"""What people do in Slack, and what they are answered.

Nothing is acknowledged before the handler has returned. The answer to a command or a form
travels in the acknowledgement; everything else is sent after it, in a queue a person.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import faults, incoming, modals
from adapters.slack.directory import Directory, Person
from adapters.slack.forms import Forms, meant
from adapters.slack.home import Homes
from adapters.slack.lanes import Lanes
from adapters.slack.listening import AFTER
from adapters.slack.modals import Carrier
from adapters.slack.outgoing import escape, parts
from adapters.slack.replying import Replies
from dialogues.messages import Filled, Form, Incoming, Outgoing, Spot
from dialogues.ports import Handler
from dialogues.tokens import RoundToken, read

log = structlog.get_logger()
Body = Mapping[str, Any]

NAMES = 0.8
PICKED = 1.2
BUDGET = 2.7
"""Seconds from an event to its acknowledgement; Slack gives three."""
OPENING = 2.0
OPEN_ALREADY = "exchanged_trigger_id"
"""The same event was delivered twice, and opened its modal the first time."""


class Talking:
    """The listeners of the app."""

    def __init__(
        self,
        handler: Handler,
        replies: Replies,
        directory: Directory,
        quick: AsyncWebClient,
        forms: Forms,
        lanes: Lanes,
        homes: Homes,
        sorry: Mapping[str, str],
        me: AuthorizeResult,
        installation: str,
    ) -> None:
        """*me* is who we are in *installation*; *quick* a client that waits briefly only."""
        self._handler = handler
        self._replies = replies
        self._directory = directory
        self._quick = quick
        self._forms = forms
        self._lanes = lanes
        self._homes = homes
        self._sorry = sorry
        self._bot = me.bot_user_id or ""
        self._team, self._name = me.team_id or "", me.team or ""
        self._by = installation

    async def command(self, ack: AsyncAck, body: Body) -> BoltResponse:
        """A slash command, answered where it was typed, for its author only."""
        began, user = time.monotonic(), body["user_id"]
        text, handles = incoming.words(body.get("text") or "")
        asked = {**handles, user: body.get("user_name") or ""}
        people = await self._directory.people(asked, NAMES)
        names = {mentioned: people[mentioned].name for mentioned in handles}
        event = incoming.command(body, self._by, text, people[user], names)
        event = self._named(event, people[user])
        replies = list(await self._handler.handle(event))
        replies = await self._open(body, replies, Carrier(body["channel_id"]), began)
        shown = []
        if replies and self._replies.fleeting(replies[0], event.chat):
            shown = parts(replies.pop(0))
        url = body.get("response_url") or ""
        self._after(user, lambda: self._replies.to_command(url, shown[1:], replies))
        if not shown:
            return await ack()
        return await ack(shown[0].text, blocks=shown[0].blocks, response_type="ephemeral")

    async def tap(self, ack: AsyncAck, body: Body) -> BoltResponse:
        """A button under one of our messages."""
        began, user = time.monotonic(), body["user"]["id"]
        at, token = incoming.carrier(body), body["actions"][0].get("value")
        if at is None or not token:
            return await self._ignore(ack, "button")
        own = incoming.is_direct(at.channel) and not at.ephemeral
        if own and isinstance(read(token), RoundToken):  # whoever answers here was met before
            person = self._directory.known(user) or Person(_handle(body))
        else:
            person = (await self._directory.people({user: _handle(body)}, NAMES))[user]
        if own:
            self._replies.learn(user, at.channel)
        event = self._named(incoming.tap(body, self._by, token, at, person), person)
        replies = list(await self._handler.handle(event))
        carrier = at if event.private else Carrier(at.channel)
        replies = await self._open(body, replies, carrier, began)
        url = (body.get("response_url") or "") if at.ephemeral else ""
        self._after(user, lambda: self._replies.to_tap(event, url, replies))
        return await ack()

    async def submitted(self, ack: AsyncAck, body: Body) -> BoltResponse:
        """A modal handed in: more pages, mistakes beside their fields, or the end of it."""
        view, user = body["view"], body["user"]["id"]
        try:
            note = modals.note(view)
        except ValueError:
            return await self._ignore(ack, "view")
        taken = self._forms.take(view, note)
        if taken.next is not None:
            return await ack(response_action="update", view=taken.next)
        picked = {other for key in taken.people for other in taken.values[key]}
        asked = {**{other: other for other in picked}, user: _handle(body)}
        people = await self._directory.people(asked, PICKED if picked else NAMES)
        names = {other: people[other].name for other in picked if people[other].human}
        values = dict(taken.values)
        for key in taken.people:
            values[key] = tuple(other for other in values[key] if other in names)
        filled = Filled(note.token, meant(values))
        homes = {other: people[other].team for other in names if people[other].team}
        event = incoming.filled(body, self._by, filled, note.carrier, people[user], names, homes)
        strangers = frozenset(other for other in names if not people[other].met)
        event = replace(self._named(event, people[user]), strangers=strangers)
        replies = list(await self._handler.handle(event))
        form = replies.pop(0).form if replies and replies[0].form else None
        errors, other = self._forms.answer(view, note, form) if form else ({}, None)
        self._after(user, lambda: self._replies.to_form(note.carrier, replies))
        if errors:
            return await ack(response_action="errors", errors=dict(errors))
        if other is not None:
            return await ack(response_action="update", view=other)
        self._forms.done(view["id"])
        return await ack()

    async def opened(self, ack: AsyncAck, body: Body) -> BoltResponse:
        """Somebody looks at their page."""
        event = body["event"]
        user = event["user"]
        if event.get("tab") != "home":
            return await ack()
        person = (await self._directory.people({user: ""}, NAMES))[user]
        seen = incoming.opened(body, self._by, person)
        shown = await self._handler.handle(seen)
        self._homes.remember(seen)
        AFTER.get().append(
            lambda: self._lanes.start(user, lambda: self._homes.publish(user, shown))
        )
        return await ack()

    async def joined(self, ack: AsyncAck, body: Body) -> BoltResponse:
        """Somebody came into a channel: if it was us, say who we are."""
        event = body["event"]
        if event["user"] != self._bot or not event.get("inviter"):
            return await ack()
        user = event["inviter"]
        person = (await self._directory.people({user: ""}, NAMES))[user]
        replies = await self._handler.handle(incoming.joined(body, self._by, person))
        self._after(user, lambda: self._replies.send(replies))
        return await ack()

    async def moved(self, ack: AsyncAck, body: Body) -> BoltResponse:
        """A channel has another id now."""
        event = incoming.moved(body, self._by)
        replies = await self._handler.handle(event)
        self._after(event.chat.chat, lambda: self._replies.send(replies))
        return await ack()

    async def parted(self, ack: AsyncAck, body: Body) -> BoltResponse:
        """A channel was shared with another workspace, and is not any more."""
        event = incoming.parted(body, self._by)
        if event is not None:
            await self._handler.handle(event)
        return await ack()

    async def failed(self, error: Exception, body: Body) -> BoltResponse:
        """Something went wrong: people hear it kindly, events come again."""
        kind = incoming.kind(body)
        if isinstance(error, BoltUnhandledRequestError):
            log.info("slack_ignored", part="slack", hint=kind)
            return BoltResponse(status=200, body="")
        log.warning("slack_failed", part="slack", hint=kind, error=type(error).__name__)
        user = str(body.get("user_id") or (body.get("user") or {}).get("id") or "")
        said = await self._apology(user) if user else ""
        if not said:
            return BoltResponse(status=500, body="")
        if kind == "command":
            words = {"response_type": "ephemeral", "text": escape(said)}
            return BoltResponse(status=200, body=words)
        if kind == "view_submission":
            beside = dict.fromkeys(modals.keys(body["view"])[:1], said)
            answer = {"response_action": "errors", "errors": beside}
            return BoltResponse(status=200 if beside else 500, body=answer if beside else "")
        if kind == "block_actions":
            reply = Outgoing(Spot(self._by, user), said)
            self._after(user, lambda: self._replies.send([reply]))
            return BoltResponse(status=200, body="")
        return BoltResponse(status=500, body="")

    def _named(self, event: Incoming, person: Person) -> Incoming:
        """*event* with the workspace's name, where it is its sender's own."""
        home = event.sender.workspace == self._team and not person.guest
        return replace(event, workspace=self._name) if home else event

    async def _open(
        self, body: Body, replies: list[Outgoing], carrier: Carrier, began: float
    ) -> list[Outgoing]:
        """Open the first form among *replies*; what is left to be said."""
        place = next((n for n, reply in enumerate(replies) if reply.form), None)
        if place is None:
            return replies
        form = replies[place].form
        assert form is not None
        left = min(OPENING, BUDGET - (time.monotonic() - began))
        if await self._opened(body.get("trigger_id") or "", form, carrier, left):
            return [*replies[:place], *replies[place + 1 :]]
        return replies

    async def _opened(self, trigger: str, form: Form, carrier: Carrier, limit: float) -> bool:
        try:
            view = modals.view(form, carrier)
            async with asyncio.timeout(max(limit, 0.1)):
                answer = await self._quick.views_open(trigger_id=trigger, view=view)
        except (*faults.SDK, ValueError) as error:
            if faults.code(error) == OPEN_ALREADY:
                return True
            log.info("form_not_opened", part="slack", error=faults.code(error))
            return False
        self._forms.keep(answer["view"]["id"], view, form)
        return True

    def _after(self, who: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do *work* once the event at hand is acknowledged, and bring their page up to date."""
        AFTER.get().append(lambda: self._lanes.start(who, work))
        AFTER.get().append(lambda: self._homes.renew(who))

    async def _ignore(self, ack: AsyncAck, kind: str) -> BoltResponse:
        log.info("slack_ignored", part="slack", hint=kind)
        return await ack()

    async def _apology(self, user: str) -> str:
        person = (await self._directory.people({user: ""}, NAMES))[user]
        language = (person.language or "en").split("-")[0].casefold()
        return self._sorry.get(language) or self._sorry.get("en", "")


def _handle(body: Body) -> str:
    user = body["user"]
    return user.get("username") or user.get("name") or ""

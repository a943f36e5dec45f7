"""The other ways in which an app answers slack_double.py: its acks, response_url, uploads."""

import secrets

from aiohttp import web

from tests.doubles.slack_client import Client
from tests.doubles.slack_elements import Json
from tests.doubles.slack_people import Channel
from tests.doubles.slack_state import ApiError, Delivery
from tests.doubles.slack_views import Views


class Hooks(Views):
    """Answers that aren't calls of the Web API."""

    def inline_answer(self, delivery: Delivery, user: Client, channel: Channel) -> None:
        """A slash command answered in the ack itself."""
        if not (delivery.acked and delivery.body):
            return
        try:
            content = self.content(delivery.body)
        except ApiError as error:
            self.complain(f"ack of {delivery.what}: {error.error}")
            return
        if content["text"] or content.get("blocks"):
            public = delivery.body.get("response_type") == "in_channel"
            only = {} if public else {"only": user.id}
            self.new_message(channel, self.bot_id, **only, **content)

    # ---- response_url --------------------------------------------------------------------
    def response_url(self, user: Client, channel: Channel, message: Json | None = None) -> str:
        """A new response_url, of a command or of a press on `message`."""
        ident = secrets.token_hex(8)
        self.urls[ident] = {
            "user": user,
            "channel": channel,
            "message": message,
            "uses": 0,
            "at": self.clock(),
        }
        return f"{self.origin}/response/{ident}"

    async def _response(self, request: web.Request) -> web.Response:
        url, body = self.urls.get(request.match_info["ident"]), await request.json()
        call: Json = {"method": "response_url", "args": body, "at": self.clock(), "ok": False}
        self.calls.append(call)
        if url is None or self.clock() - url["at"] > 1800 or url["uses"] >= 5:
            self.complain("response_url used after 30 minutes or a sixth time")
            call["error"] = "expired_url" if url else "invalid_url"
            return web.json_response({"ok": False, "error": call["error"]}, status=404)
        url["uses"] += 1
        channel, message = url["channel"], url["message"]
        try:
            content = {} if body.get("delete_original") else self.content(body)
        except ApiError as error:
            self.complain(f"response_url: {error.error} {error.extra}")
            call["error"] = error.error
            return web.Response(text=error.error, status=400)
        call["ok"] = True
        if body.get("delete_original") and message in channel.messages:
            channel.messages.remove(message)
        elif body.get("replace_original") and message in channel.messages:
            message.pop("blocks", None)
            message |= content
        elif content:
            public = body.get("response_type") == "in_channel"
            only = {} if public else {"only": url["user"].id}
            self.new_message(channel, self.bot_id, **only, **content)
        return web.Response(text="ok")

"""An app that answers as a test tells it, to see exactly what slack_double.py sends."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_elements import Json


class Script:
    """Answers each kind of payload with `answers[kind]`; `seen` are the payloads."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.seen: list[Json] = []

    async def handle(self, request: web.Request) -> web.Response:
        raw = await request.text()
        if request.content_type == "application/json":
            body: Json = json.loads(raw)
        else:
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            body = json.loads(form["payload"]) if "payload" in form else form
        self.seen.append(body)
        kind = body.get("command") or body.get("event", body)["type"]
        answer = self.answers.get(kind)
        if isinstance(answer, int):
            return web.Response(status=answer)
        return web.Response(text=answer) if isinstance(answer, str) else web.json_response(answer)


@asynccontextmanager
async def scripted(**how: Any) -> AsyncIterator[tuple[SlackDouble, Script]]:
    """The double and such an app on it."""
    script, app = Script(), web.Application()
    app.router.add_post("/", script.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        async with SlackDouble("http", url, **how) as slack:
            yield slack, script
    finally:
        await runner.cleanup()

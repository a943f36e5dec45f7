"""What the Telegram double knows, and how its updates reach the bot."""

import asyncio
import itertools
import json
import time
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp

from tests.doubles.telegram_people import Chat, Fault, Limits, User, until
from tests.doubles.telegram_spec import SPEC_PATH, BotApiSpec, Json, Refused

Files = dict[str, tuple[str, bytes]]
CONFLICT = (
    "Conflict: can't use getUpdates method while webhook is active; use "
    "deleteWebhook to delete the webhook first"
)


class Updates(ABC):
    """Chats, people, and the updates about them: pushed, polled for, repeated, reordered."""

    def __init__(
        self,
        token: str = "123456:double",  # noqa: S107
        spec: Path = SPEC_PATH,
        limits: Limits | None = None,
        username: str = "DoubleBot",
        privacy: bool = True,
        clock: Callable[[], float] = time.monotonic,
        port: int = 0,
        webhook_tries: int = 5,
        now: Callable[[], float] = time.time,
        webhook_seconds: float = 10.0,
    ) -> None:
        """`clock` measures flood limits and the age of callback queries; 0 takes a free port.

        An update a webhook doesn't take `webhook_tries` times, each within `webhook_seconds`, is
        given up. `now` is the time of day that messages carry.
        """
        self.webhook_tries, self.now, self.webhook_seconds = webhook_tries, now, webhook_seconds
        self.spec, self.token, self.clock, self.port = BotApiSpec(spec), token, clock, port
        self.limits, self.privacy = limits or Limits(), privacy
        self.me: Json = {
            "id": int(token.split(":")[0]),
            "is_bot": True,
            "first_name": "Double",
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": not privacy,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
        starts = {"update": 1000, "message": 1, "user": 501, "callback": 1}
        self.ids = {kind: itertools.count(start) for kind, start in starts.items()}
        self.chats: dict[Any, Chat] = {}
        self.users: dict[str, User] = {}
        self.calls: list[Json] = []
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self.updates: list[tuple[Json, bool]] = []
        self.pushed: list[Json] = []
        self.allowed: list[str] = []
        self.arrived = asyncio.Event()
        self.doubled, self.hold = 0, 0
        self.held: list[Json] = []
        self.webhook: dict[str, str] | None = None
        self.webhook_log: list[tuple[int, int | str]] = []
        self.webhook_error = ""
        self.connections = asyncio.Semaphore(40)
        self.poll_task: asyncio.Task[Any] | None = None
        self.poll_line: asyncio.Transport | None = None
        self.line: asyncio.Transport | None = None
        """On what the request came that is being looked at."""
        self.queues: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.callbacks: dict[str, Json] = {}
        self.files: Files = {}
        self.commands: dict[str, Any] = {}
        self.sent: defaultdict[int | None, deque[float]] = defaultdict(deque)
        self.flood_until: dict[int | None, tuple[float, float]] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    # ---- updates to the bot --------------------------------------------------------------
    async def push(self, update: Json) -> None:
        """Send the bot an update, by webhook or when it next polls."""
        if self.allowed and not set(self.allowed) & set(update):
            return
        update = {"update_id": next(self.ids["update"]), **json.loads(json.dumps(update))}
        if self.hold:
            self.held.append(update)
            if len(self.held) < self.hold:
                return
            batch, self.held, self.hold = self.held[::-1], [], 0
            if not self.webhook:  # getUpdates always numbers upwards
                for ident, held in zip(sorted(u["update_id"] for u in batch), batch, strict=True):
                    held["update_id"] = ident
        else:
            batch = [update]
        self.pushed += batch
        for update in batch:
            again = self.doubled > 0
            self.doubled -= again
            self._hand_over(update, again)

    def _hand_over(self, update: Json, again: bool) -> None:
        if self.webhook:
            for _ in range(2 if again else 1):
                self._spawn(self._deliver(update))
        else:
            self.updates.append((update, again))
        self.arrived.set()

    def redeliver(self, back: int = 1) -> Json:
        """Deliver an old update again, after younger ones: the last, or the `back`th last.

        A poller that confirmed it gets it once more all the same.
        """
        update = self.pushed[-back]
        if self.webhook:
            self._hand_over(update, False)
        else:
            self.updates.append((update, True))
            self.arrived.set()
        return update

    def duplicate(self, count: int) -> None:
        """Deliver each of the next updates twice (as after a lost answer or a restart)."""
        self.doubled = count

    def reorder(self, count: int) -> None:
        """Hold the next updates and deliver them last first."""
        self.hold = count

    def fail(self, method: str, kind: str, **how: Any) -> None:
        """Make calls go wrong; see Fault."""
        self.faults.append(Fault(method, kind, **how))

    async def callback(self, user: User, message: Json, button: Json, wait: float) -> Any:
        """Send a press of a button; its answer, or None if `wait` is 0."""
        ident = str(next(self.ids["callback"]))
        entry = self.callbacks[ident] = {"user": user, "answer": None, "at": self.clock()}
        await self.push(
            {
                "callback_query": {
                    "id": ident,
                    "from": user.info,
                    "message": message,
                    "data": button["callback_data"],
                    "chat_instance": str(message["chat"]["id"]),
                }
            }
        )
        if wait:
            await until(
                lambda: entry["answer"] is not None,
                wait,
                lambda: (
                    f"pressing {button['text']!r} was never answered: the user's "
                    "button keeps spinning (answerCallbackQuery)"
                ),
            )
        return entry["answer"]

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _deliver(self, update: Json) -> None:
        """One webhook POST, tried again on anything but 2xx; one user's updates in order."""
        assert self.webhook is not None
        tries = self.webhook_tries
        hook = dict(self.webhook)
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook["secret"]} if hook["secret"] else {}
        sender = next(v for k, v in update.items() if k != "update_id")["from"]["id"]
        limit = aiohttp.ClientTimeout(self.webhook_seconds)
        async with self.queues[sender], aiohttp.ClientSession(timeout=limit) as session:
            for attempt in range(tries):
                try:
                    async with (
                        self.connections,
                        session.post(hook["url"], json=update, headers=headers) as answer,
                    ):
                        body = await answer.text()
                        self.webhook_log.append((update["update_id"], answer.status))
                        if answer.status < 300:
                            if body.strip().startswith("{"):
                                await self._reply_in_webhook(json.loads(body))
                            return
                        self.webhook_error = f"Wrong response from the webhook: {answer.status}"
                except (aiohttp.ClientError, TimeoutError) as error:
                    self.webhook_log.append((update["update_id"], repr(error)))
                    self.webhook_error = "Connection refused"
                await asyncio.sleep(0.1 * 2**attempt)
        self.violations.append(f"webhook: update {update['update_id']} refused {tries} times")

    @abstractmethod
    async def _reply_in_webhook(self, body: Json) -> None:
        """Do what the answer to an update asks for."""

    # ---- polling -------------------------------------------------------------------------
    async def on_get_updates(self, p: Json, _: Files) -> list[Json]:
        if self.webhook:
            raise Refused(CONFLICT, 409)
        if self.poll_task and not self.poll_task.done():
            self.poll_task.cancel()
            if self.poll_line is None or not self.poll_line.is_closing():  # else it has hung up
                self.violations.append("getUpdates: two pollers at once")
        self.poll_task, self.poll_line = asyncio.current_task(), self.line
        self.allowed = p.get("allowed_updates", self.allowed)
        offset, end = p.get("offset", 0), time.monotonic() + p.get("timeout", 0)
        kept = []
        for update, again in self.updates:  # again: serve once more although confirmed
            if update["update_id"] >= offset:
                kept.append((update, again))
            elif again:
                kept.append((update, False))
        self.updates = kept
        while not self.updates and (left := end - time.monotonic()) > 0:
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), left)
            except TimeoutError:
                break
        return [update for update, _ in self.updates[: p.get("limit", 100)]]

"""The world of a journey on Slack: people with Slack's clients, a channel, and what each reads."""

import re
from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from adapters.slack import modals
from adapters.slack.lanes import Lanes
from dialogues.markup import Value
from storage.store import Unit
from storage.tables import OutboxRow
from tests.doubles.slack_elements import Json
from tests.doubles.slack_people import Channel
from tests.doubles.slack_people import User as SlackUser
from tests.doubles.waiting import until
from tests.platforms.conftest import Both

LOCALES = {"en": "en-GB", "id": "id-ID"}
PAGES = ("All on one page", "Semua dalam satu halaman")
BEGIN = {PAGES[0]: "Begin", PAGES[1]: "Mulai"}
PATIENCE = 60.0
SOON = timedelta(seconds=30)


class OnSlack:
    """What `Teller` asks of a world, done by people who have Slack."""

    def __init__(self, both: Both, lanes: Sequence[Lanes], reorders: bool) -> None:
        """*reorders*: events come last first. Some people look at their own page, so there are."""
        self.both, self.slack, self.room, self.lanes = both, both.slack, self, lanes
        self.reorders = reorders
        self.looking = 0
        self.people: dict[str, SlackUser] = {}
        self.channel: Channel | None = None

    def person(self, user: str, name: str, language: str) -> None:
        number = f"U{len(self.slack.users) + 1:04}"
        made = SlackUser(self.slack, number, name, locale=LOCALES[language])
        made.info["name"] = user
        del made.info["tz"]  # in a journey nobody's zone is known before they say it
        self.slack.users[number] = self.people[user] = made

    async def says(self, user: str, text: str, chat: str = "private") -> None:
        if chat != "private" and text in ("/help", "/start"):
            await self._invited(user)  # what is said to all comes when somebody adds Titian
            return
        await self._look()
        typed = text.removeprefix("/") if text.startswith("/") else ""
        typed = re.sub(r"^start (?=[A-Z0-9]{8}$)", "join ", typed)
        await self.people[user].command("/titian", typed, self._place(chat))
        await self.settle()

    async def taps(self, user: str, label: str, chat: str = "private") -> None:
        person, wanted = self.people[user], BEGIN.get(label, label)
        first = self._place(chat)
        for place in (first, None, self.channel):
            for message in reversed(person.visible(place)):
                numbers = {text: number for number, text in listed(message).items()}
                shown = [text for text, _ in buttons(message)]
                if wanted in numbers or wanted in shown:
                    await press(person, numbers.get(wanted, wanted), message, place)
                    await self.settle()
                    return
        seen = [[text for text, _ in buttons(m)] for m in person.visible()][-3:]
        raise LookupError(f"{user} sees no button [{wanted}], only {seen}")

    async def fills(self, user: str, values: Any) -> None:
        view = self.people[user].modal
        assert view is not None, f"{user} has no form open"
        noted = modals.note(view).options
        given: dict[str, Any] = {}
        for key, value in values.items():
            if isinstance(value, str):
                given[key] = value
                continue
            element = next(b["element"] for b in view["blocks"] if b.get("block_id") == key)
            places = [str(list(noted[key]).index(one)) for one in value]
            several = element["type"] == "checkboxes" or element["type"].startswith("multi_")
            given[key] = places if several else places[0]
        await self.people[user].submit(**given)
        await self.settle()

    async def forward(self, **by: float) -> None:
        await self.both.forward(**by)
        await self.settle()

    async def settle(self) -> None:
        """Wait until everything is delivered, decided, and said."""

        def still() -> bool:
            replying = any(lanes._tasks for lanes in self.lanes)
            return not (self.slack.tasks or replying or self.both.app.delivery._lanes.busy)

        store = self.both.app.store
        for _ in range(2):
            await self.both.app.ticker.tick()
            await self.both.quiet()
            await until(still, PATIENCE, lambda: f"{self.slack.tasks} {self.slack.violations}")
            now = self.both.clock.now()
            while (at := await store.read(put_off)) is not None:
                if at - now > SOON:
                    break
                self.both.clock.move(max(at - now, timedelta()))
                await self.both.quiet()
                await until(still, PATIENCE, lambda: f"{self.slack.tasks}")
                now = self.both.clock.now()

    async def _invited(self, user: str) -> None:
        """Somebody types /invite @Titian in the channel, where it may have been before."""
        if self.channel is None:
            self.channel = self.slack.channel("water", *self.people.values())
        if self.reorders:
            self.slack.reorder(2)
            await self.people[user].open_home()
        joined = {"type": "member_joined_channel", "user": self.slack.bot_id}
        told = {"channel": self.channel.id, "inviter": self.people[user].id}
        await self.slack.event({**joined, **told, "event_ts": self.slack.ts()})
        await self.settle()

    async def _look(self) -> None:
        """The first two people open their pages, which are kept up to date from then on."""
        if not self.reorders or self.looking:
            return
        early = [*self.people.values()][:2]
        self.looking = len(early)
        self.slack.reorder(self.looking)
        for person in early:
            await person.open_home()
        await self.settle()
        assert all(person.home for person in early)

    def _place(self, chat: str) -> Channel | None:
        return self.channel if chat != "private" else None

    def transcript(self, user: str) -> list[Any]:
        if user == "group":
            shown = [m for m in self.channel.messages if "only" not in m] if self.channel else []
        else:
            person = self.people[user]
            shown = [*person.visible()]
            if self.channel is not None:
                shown += [m for m in self.channel.messages if m.get("only") == person.id]
            shown.sort(key=lambda m: int(m["ts"].partition(".")[2]))
        found: list[Any] = []
        for m in shown:
            if m["user"] != self.slack.bot_id:
                continue
            if m.get("files"):
                found[-1].files += [SimpleNamespace(name=f["name"]) for f in m["files"]]
                continue
            text = str(Value(said(m)).__html__())
            found.append(
                SimpleNamespace(
                    id=m["ts"], text=text, buttons=buttons(m), files=[], author="", form=None
                )
            )
        return found

    def codes(self, user: str) -> list[str]:
        texts = " ".join(said(m) for m in [*self.people[user].visible()])
        if self.channel is not None:
            texts += " ".join(said(m) for m in self.people[user].visible(self.channel))
        return list(dict.fromkeys(re.findall(r"/titian (?:join|link) ([A-Z0-9]{8})\b", texts)))


def put_off(unit: Unit) -> Any:
    """When what had to wait for the pace may go."""
    waiting = sa.select(sa.func.min(col(OutboxRow.not_before))).where(
        col(OutboxRow.state) == "pending"
    )
    return unit.connection().execute(waiting).scalar()


async def press(person: SlackUser, label: str, message: Json, place: Channel | None) -> None:
    """The button of that name under one message."""
    for block in message["blocks"]:
        for element in block.get("elements", ()) if block["type"] == "actions" else ():
            if element["text"]["text"] == label:
                await person._act(message, place or person.dm, block, element, None)
                return
    raise AssertionError(label)


def buttons(message: Json) -> list[tuple[str, str]]:
    """The labels under a message, whole."""
    numbers = listed(message)
    found = [
        element["text"]["text"]
        for block in message.get("blocks", ())
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    return [(numbers.get(label, label), "") for label in found]


def listed(message: Json) -> dict[str, str]:
    """What stands behind numbered buttons: labels too long for a button are listed above."""
    blocks = message.get("blocks", [])
    labels = [
        element["text"]["text"]
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    if "1" not in labels:
        return {}
    for block in reversed(blocks):
        if block["type"] == "rich_text" and block["elements"][-1]["type"] == "rich_text_list":
            items = block["elements"][-1]["elements"]
            return {str(n): words(item) for n, item in enumerate(items, 1)}
    return {}


def said(message: Json) -> str:
    """The text of a message, as one reads it."""
    lines = []
    numbers = listed(message)
    for block in message.get("blocks", ()):
        for element in block["elements"] if block["type"] == "rich_text" else ():
            if element["type"] != "rich_text_list":
                lines.append(words(element))
                continue
            items = [words(item) for item in element["elements"]]
            if numbers and items == list(numbers.values()):
                continue
            ordered = element["style"] == "ordered"
            first = element.get("offset", 0) + 1
            lines += [f"{n}. {t}" if ordered else f"- {t}" for n, t in enumerate(items, first)]
    return "\n".join(lines)


def words(element: Json) -> str:
    """Everything in an element of rich_text."""
    return "".join(part.get("text", part.get("url", "")) for part in element["elements"])

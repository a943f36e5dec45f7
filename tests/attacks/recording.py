"""A whole review on both doubles, and every request each adapter sent in it."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import pacing
from adapters.telegram.pacing import Pace
from bot.scene import House
from tests.doubles.slack_double import SlackDouble
from tests.doubles.slack_people import User as SlackUser
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.telegram_people import Limits
from tests.doubles.telegram_people import User as TelegramUser
from tests.doubles.waiting import until
from tests.platforms.conftest import PATIENCE, Both, clicked, labels, tapped
from tests.platforms.test_review import founded, joined_on_slack, joined_on_telegram

FREE = Limits((1000, 1.0), (1000, 1.0), (1000, 1.0))
PICKS = {
    "Sarinah": ("Strongly agree",) * 5,
    "Jokowati": ("Strongly disagree",) * 5,
    "Mariano": ("Can't say",) * 5,
    "Annelies": ("Agree", "Disagree", "Agree", "Disagree", "Agree"),
    "Hasanul": ("Strongly agree",) * 5,
    "Lindawati": ("Strongly disagree",) * 5,
    "Yohanes": ("Agree", "Disagree", "Agree", "Disagree", "Agree"),
    "Tommyko": ("Neither agree nor disagree",) * 5,
}
ON_TELEGRAM, ON_SLACK = list(PICKS)[:4], list(PICKS)[4:]
WROTE = {"Annelies": "Kanarifogel sings upstairs.", "Tommyko": "Zeppelin over the harbour."}
OPTION = 2
"""The place of what everybody picks of the sixth question, a choice."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: who reads it, where that can be told, and all that is in it."""

    platform: str
    reader: str
    method: str
    payload: Any

    @property
    def text(self) -> str:
        return json.dumps(self.payload, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was sent from the start of the review on, in its order, and who is who."""

    sent: Sequence[Sent]
    ids: dict[str, str]
    files: Sequence[str]

    def to(self, name: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.reader == name]


class Listening(SlackDouble):
    """Slack's double, which also keeps what stands in the acknowledgements."""

    async def deliver(self, kind: str, body: Any, attempt: int = 0, reason: str = "") -> Any:
        delivery = await super().deliver(kind, body, attempt, reason)
        if delivery.body:
            who = body.get("user_id") or body.get("user", {}).get("id")
            args = {"user": who, "ack": delivery.body}
            self.calls.append({"method": "ack", "args": args, "at": 0.0, "ok": True})
        return delivery

    async def _response(self, request: Any) -> Any:
        found = self.urls.get(request.match_info["ident"])
        answer = await super()._response(request)
        self.calls[-1]["args"]["user"] = found["user"].id if found else ""
        return answer


async def answer_on_telegram(user: TelegramUser) -> None:
    await tapped(user, "Begin", "1 of 7")
    for number, pick in enumerate(PICKS[user.name], 2):
        await tapped(user, pick, f"{number} of 7")
    option = labels(await user.wait("6 of 7"))[OPTION]
    await tapped(user, option, "7 of 7")
    if user.name in WROTE:
        await user.send(WROTE[user.name])
        await user.wait("That was all", timeout=PATIENCE)
    else:
        await tapped(user, "Skip", "That was all")
    await tapped(user, "Send my answers", "receipt")


async def answer_on_slack(user: SlackUser, picks: Sequence[str]) -> None:
    await user.wait(lambda m: "Begin" in str(m.get("blocks", "")), PATIENCE)
    await user.click("Begin")
    view = await user.wait_modal(timeout=PATIENCE)
    fields = [b["block_id"] for b in view["blocks"] if b["type"] == "input"]
    given: dict[str, Any] = dict(zip(fields, picks, strict=False))
    if user.name in WROTE:
        given[fields[-2]] = WROTE[user.name]
    await user.submit(**given)
    assert user.modal is None, user.form_errors
    await user.wait(lambda m: "receipt" in str(m.get("blocks", "")), PATIENCE)


async def play(folder: Path) -> Recorded:
    """The whole review, from the start command to the coordinators' report."""
    async with (
        TelegramDouble("123456:double", limits=FREE) as tg,
        Listening("socket", limits=False) as slack,
    ):
        both = Both(folder, tg, slack)
        await both.start()
        try:
            return await _play(both, tg, slack)
        finally:
            await both.stop()


async def _play(both: Both, tg: TelegramDouble, slack: SlackDouble) -> Recorded:
    budi = tg.user("Budiman")
    codes = await founded(both, budi)
    ratna = slack.user("Ratna", tz="Asia/Makassar")
    users = [slack.user(name, tz="Asia/Makassar") for name in ON_SLACK]
    channel = slack.channel("general", ratna)
    await ratna.command("/titian", f"join {codes[4]}", channel)
    await clicked(ratna, "Join", "I agree", channel)
    await ratna.click("I agree", channel=channel)
    for number, name in enumerate(ON_TELEGRAM):
        await joined_on_telegram(tg.user(name), codes[number // 2])
    for number, user in enumerate(users):
        await joined_on_slack(user, codes[2 + number // 2], channel)
    await budi.send("/partnership set protect person")
    await budi.wait("Protection", timeout=PATIENCE)
    await budi.send("/review start responsibilities for 1d purpose learn")
    await budi.wait(lambda m: "Start" in labels(m), timeout=PATIENCE)
    since = len(tg.calls), len(slack.calls)
    await tapped(budi, "Start", "Started")
    await asyncio.gather(
        *(answer_on_telegram(tg.user(name)) for name in ON_TELEGRAM[2:]),
        *(answer_on_slack(user, PICKS[user.name]) for user in users),
        answer_on_slack(ratna, PICKS["Hasanul"]),
    )
    await both.forward(days=3, hours=2)
    for name in ON_TELEGRAM[:2]:
        await tg.user(name).wait("I can tell that you have not", timeout=PATIENCE)
        await answer_on_telegram(tg.user(name))
    await budi.send("/review status")
    await budi.wait("nobody sees how many", timeout=PATIENCE)
    await both.forward(hours=7)
    for name in ON_TELEGRAM:
        await tg.user(name).wait("Closed", timeout=PATIENCE)
    for user in users:
        await user.wait("Closed", PATIENCE)
    await ratna.wait("What your partners said", PATIENCE)
    await until(lambda: len(slack.files) == 2, PATIENCE, lambda: "not both files came")
    await both.forward(days=6)
    await budi.wait("What partners said", timeout=PATIENCE)
    tg.assert_clean()
    slack.assert_clean(warnings=True)
    people: list[TelegramUser | SlackUser] = [
        budi,
        ratna,
        *(tg.user(name) for name in ON_TELEGRAM),
        *users,
    ]
    ids = {user.name: str(user.id) for user in people}
    sent = _telegram(tg, ids, since[0]) + _slack(slack, ids, since[1])
    names = [str(file.get("name", file.get("filename", ""))) for file in slack.files.values()]
    names += [str(name) for name, _ in tg.files.values()]
    return Recorded(sent, ids, names)


def _telegram(tg: TelegramDouble, ids: dict[str, str], since: int) -> list[Sent]:
    owner = {ident: name for name, ident in ids.items()}
    found = []
    for call in tg.calls[since:]:
        if call["method"] != "getUpdates":
            params = dict(call["params"])
            reader = owner.get(str(params.pop("chat_id", "")), "")
            for varying in ("message_id", "callback_query_id"):
                params.pop(varying, None)
            params = {k: _read(v) for k, v in params.items()}
            found.append(Sent("telegram", reader, call["method"], params))
    return found


def _slack(slack: SlackDouble, ids: dict[str, str], since: int) -> list[Sent]:
    owner = {ident: name for name, ident in ids.items()}
    owner |= {user.dm.id: user.name for user in slack.users.values()}
    found = []
    for call in slack.calls[since:]:
        args = dict(call.get("args", {}))
        trigger = slack.triggers.get(args.pop("trigger_id", ""))
        who = args.pop("channel", args.pop("user", args.pop("users", "")))
        reader = trigger["user"].name if trigger else owner.get(str(who), "")
        for varying in ("ts", "hash", "view_id", "channel_id", "token"):
            args.pop(varying, None)
        found.append(Sent("slack", reader, call["method"], _without_places(args)))
    return found


def _read(value: Any) -> Any:
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value


def _without_places(value: Any) -> Any:
    """*value* without what differs by nature: the chat and the message in a view's own note."""
    if isinstance(value, dict):
        plain = {k: _without_places(v) for k, v in value.items()}
        note = plain.get("private_metadata")
        if isinstance(note, str) and note:
            told = json.loads(note)
            told |= {"c": "", "t": ""}
            plain["private_metadata"] = json.dumps(told)
        return plain
    if isinstance(value, list):
        return [_without_places(item) for item in value]
    return value


def record(folder: Path) -> Recorded:
    """Play it once, without the pace of either platform, with receipts that can be foretold."""
    numbers = count(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pacing, "EVERY", 0.0)
        patch.setattr("bot.timekeeping.HOUR", timedelta(hours=8))  # ten days pass
        patch.setattr("adapters.telegram.adapter.Pace", lambda: Pace(0, 0, 0))
        receipt = "river cedar w{}"
        patch.setattr(House, "receipt", lambda house, language: receipt.format(next(numbers)))
        return asyncio.run(play(folder))


RECEIPT = re.compile(r"river cedar w\d+")

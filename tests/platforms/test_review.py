"""A whole review with four partners on each platform, from the founding link to the report."""

import asyncio
import json
import re
from typing import Any

from adapters.slack import preview as slack
from adapters.slack.adapter import Slack
from adapters.telegram import outgoing as telegram
from adapters.telegram.adapter import Telegram
from bot.preview import drawn
from dialogues.texts import Texts
from tests.doubles.slack_people import User as SlackUser
from tests.doubles.telegram_people import User as TelegramUser
from tests.doubles.waiting import until
from tests.platforms.conftest import PATIENCE, Both, clicked, labels, tapped

ON_TELEGRAM = {"Sari": 0, "Joko": 0, "Maria": 1, "Anna": 1}
ON_SLACK = {"Hasan": 2, "Lin": 2, "Yohana": 3, "Tom": 3}
WORDS = "Visits on site helped us most."
PICKS = ("Agree", "Agree", "Disagree", "Strongly agree", "Agree")


async def founded(both: Both, budi: TelegramUser) -> list[str]:
    """Set the partnership up on Telegram; the join codes in the order they were given."""
    await budi.send(f"/start {await both.founding_code()}")
    await tapped(budi, "Set up a partnership", "Question 1")
    for words, then in (
        ("Water for Bima", "Question 2"),
        ("Dinas PU\nYayasan Air\nPT Tirta\nForum Desa", "Question 3"),
    ):
        await budi.send(words)
        await budi.wait(then, timeout=PATIENCE)
    await tapped(budi, "That's right", "Question 4")
    await tapped(budi, "An independent person", "name")
    await budi.send("Ratna Dewi")
    await tapped(budi, "The partnership", "is set up")
    await budi.wait("People who can be asked", timeout=PATIENCE)
    found = [re.search(r"\?start=(\w{8})", m["text"]) for m in budi.seen()]
    return [match[1] for match in found if match]


async def joined_on_telegram(user: TelegramUser, code: str) -> None:
    await user.send(f"/start {code}")
    await tapped(user, "Join", "take part")


async def joined_on_slack(user: SlackUser, code: str, place: Any) -> None:
    await user.command("/titian", f"join {code}", place)
    await clicked(user, "Join", "take part", place)


async def answered_on_telegram(user: TelegramUser, words: bool) -> None:
    await tapped(user, "Begin", "1 of 7")
    for number, pick in enumerate(PICKS, 2):
        await tapped(user, pick, f"{number} of 7")
    option = labels(await user.wait("6 of 7"))[0]
    await tapped(user, option, "7 of 7")
    if words:
        typed = await user.send(WORDS)
        await user.wait("That was all", timeout=PATIENCE)
        gone = lambda: typed["message_id"] not in user.chat.messages  # noqa: E731
        await until(gone, PATIENCE, lambda: "the words still stand in the chat")
    else:
        await tapped(user, "Skip", "That was all")
    await tapped(user, "Send my answers", "receipt")


async def answered_on_slack(user: SlackUser, words: bool) -> None:
    await user.wait(lambda m: "Begin" in str(m.get("blocks", "")), PATIENCE)
    await user.click("Begin")
    view = await user.wait_modal(timeout=PATIENCE)
    fields = [b["block_id"] for b in view["blocks"] if b["type"] == "input"]
    given: dict[str, Any] = dict(zip(fields, PICKS, strict=False))
    if words:
        given[fields[-2]] = WORDS
    await user.submit(**given)
    assert user.modal is None, user.form_errors
    await user.wait(lambda m: "receipt" in str(m.get("blocks", "")), PATIENCE)


def as_previewed(both: Both) -> None:
    """`checkins show --on` prints what the platforms were sent."""
    library, now = both.app.house.library, both.clock.now()
    checkin = library.checkins["responsibilities"]
    sent = [c["params"] for c in both.tg.calls if c["method"].lower() == "editmessagetext"]
    asked = [(p["text"], json.loads(p.get("reply_markup", "{}"))) for p in sent]
    texts = Texts(library)
    for title, outgoing in drawn(library, texts, checkin, "en", Telegram.ability, now):
        if title.startswith("question"):
            ((_, values),) = telegram.requests(outgoing)
            assert (values["text"], json.loads(values["reply_markup"])) in asked, title
    opened = [c["args"]["view"]["blocks"] for c in both.slack.calls if c["method"] == "views.open"]
    for title, outgoing in drawn(library, texts, checkin, "en", Slack.ability, now):
        if title == "page":
            ((_, values),) = slack.requests(outgoing)
            assert values["view"]["blocks"] in opened


async def test_eight_partners_on_two_platforms(both: Both) -> None:
    tg, workspace = both.tg, both.slack
    budi = tg.user("Budi", last_name="Santoso")
    codes = await founded(both, budi)
    assert len(codes) == 5
    ratna = workspace.user("Ratna Dewi", tz="Asia/Makassar")
    for name in ON_SLACK:
        workspace.user(name, tz="Asia/Makassar")
    channel = workspace.channel("general", ratna)
    await ratna.command("/titian", f"join {codes[4]}", channel)
    await clicked(ratna, "Join", "I agree", channel)
    await ratna.click("I agree", channel=channel)
    await asyncio.gather(
        *(joined_on_telegram(tg.user(n), codes[i]) for n, i in ON_TELEGRAM.items()),
        *(joined_on_slack(workspace.user(n), codes[i], channel) for n, i in ON_SLACK.items()),
    )
    tg.duplicate(3)
    await budi.send("/partnership set protect person")
    await budi.wait("Protection", timeout=PATIENCE)
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")
    tg.duplicate(8)
    workspace.duplicate_interactive(4)
    await asyncio.gather(
        *(answered_on_telegram(tg.user(n), n != "Anna") for n in ON_TELEGRAM),
        *(answered_on_slack(workspace.user(n), n == "Lin") for n in ON_SLACK),
        answered_on_slack(ratna, False),
    )
    as_previewed(both)
    await both.forward(days=7, hours=9)
    for name in ON_TELEGRAM:
        closed = await tg.user(name).wait("Closed", timeout=PATIENCE)
        assert "8 of 8" in closed["text"] and not labels(closed)
    for name in ON_SLACK:
        seen = await workspace.user(name).wait("Closed", PATIENCE)
        assert "8 of 8" in str(seen["blocks"]) and "actions" not in str(seen["blocks"])
    report = await ratna.wait("What your partners said", PATIENCE)
    assert WORDS in str(report["blocks"])
    await until(lambda: len(workspace.files) == 2, PATIENCE, lambda: "not both files came")
    picture, paper = workspace.files.values()
    assert picture["data"].startswith(b"\x89PNG") and paper["data"].startswith(b"%PDF-")
    assert not any(WORDS in m.get("text", "") for m in budi.seen())
    tg.assert_clean()
    workspace.assert_clean(warnings=True)

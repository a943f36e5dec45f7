"""Somebody's own page: the Home tab on Slack, one message on Telegram, told by one description."""

import json
from typing import Any

import sqlalchemy as sa

from storage.store import Unit
from storage.tables import AccountRow, InboxRow, PersonRow
from tests.doubles.slack_forms import elements, label
from tests.doubles.slack_people import User as SlackUser
from tests.doubles.waiting import until
from tests.platforms.conftest import PATIENCE, Both, clicked, labels, tapped
from tests.platforms.test_review import founded, joined_on_slack, joined_on_telegram


def told(user: SlackUser) -> str:
    return json.dumps(user.home, ensure_ascii=False) if user.home else ""


async def looked(user: SlackUser, words: str) -> str:
    """Open the page and wait until it holds *words*."""
    await user.open_home()
    return await shows(user, words)


async def shows(user: SlackUser, words: str) -> str:
    await until(lambda: words in told(user), PATIENCE, lambda: f"{words!r} not in {told(user)}")
    return told(user)


def buttons(user: SlackUser) -> list[str]:
    assert user.home is not None
    return [label(e) for _, e in elements(user.home["blocks"])]


def counted(unit: Unit) -> list[Any]:
    link = unit.connection()
    rows = (PersonRow, AccountRow, InboxRow)
    return [link.execute(sa.select(sa.func.count()).select_from(row)).scalar() for row in rows]


async def test_a_stranger_is_told_who_titian_is_and_leaves_no_trace(quick: Both) -> None:
    ana = quick.slack.user("Ana", tz="Asia/Makassar", locale="id-ID")
    before = await quick.app.store.read(counted)
    page = await looked(ana, "Halo Ana")
    assert "Saya Titian" in page and "English" in buttons(ana)
    assert await quick.app.store.read(counted) == before == [0, 0, 0]
    quick.slack.assert_clean(warnings=True)


async def test_the_page_has_everything_and_keeps_up(quick: Both) -> None:
    tg, slack = quick.tg, quick.slack
    budi = tg.user("Budi")
    codes = await founded(quick, budi)
    ratna = slack.user("Ratna Dewi", tz="Asia/Makassar")
    channel = slack.channel("general", ratna)
    await ratna.command("/titian", f"join {codes[4]}", channel)
    await clicked(ratna, "Join", "I agree", channel)
    await ratna.click("I agree", channel=channel)
    for number, name in enumerate(("Sari", "Joko", "Maria", "Anna")):
        await joined_on_telegram(tg.user(name), codes[number])
    lin = slack.user("Lin", tz="Asia/Makassar")
    await joined_on_slack(lin, codes[0], channel)
    await looked(lin, "No check-in at the moment")
    assert buttons(lin) == [
        "Language", "Time zone", "Quiet hours", "I am away", "Stop messages", "Who sees what",
        "Link another app", "Help",
    ]  # fmt: skip

    await budi.send("/partnership set protect person")
    await budi.wait("Protection", timeout=PATIENCE)
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")
    await shows(lin, "The four responsibilities")  # the invitation brings the page up to date
    before = told(lin)
    await lin.click("Begin or go on: The four responsibilities")
    view = await lin.wait_modal(timeout=PATIENCE)
    first = next(b["block_id"] for b in view["blocks"] if b["type"] == "input")
    await lin.submit(**{first: "Agree"})
    await lin.wait(lambda m: "receipt" in str(m.get("blocks", "")), PATIENCE)
    published = len([c for c in slack.calls if c["method"] == "views.publish"])
    assert published >= 3
    assert _same(told(lin)) == _same(before), "the page tells whether somebody has answered"

    await lin.click("Quiet hours")
    await lin.wait_modal(timeout=PATIENCE)
    await lin.submit(hours="20:00 to 07:00")
    await shows(lin, "Quiet hours: 20:00 to 07:00")
    await lin.click("Stop messages")
    page = await shows(lin, "You asked me not to write")
    assert "Write to me again" in page

    await budi.send("/menu")
    menu = await budi.wait("Reviews in Water for Bima", timeout=PATIENCE)
    assert {"What is open", "Send a reminder", "Close early", "Language"} <= set(labels(menu))
    await tapped(budi, "Send a reminder", "Send one more reminder")
    await looked(ratna, "Open for you")
    assert "Reviews in" not in told(ratna)  # the broker looks after none

    await quick.forward(days=8)
    page = await shows(ratna, "What your partners said")
    await ratna.click("Read: The four responsibilities")
    await ratna.wait("Fewer people answered", PATIENCE)
    await looked(lin, "No check-in at the moment")
    await tg.user("Sari").send("/start")
    message = await tg.user("Sari").wait("How I write to you", timeout=PATIENCE)
    assert "No check-in at the moment" in message["text"]
    tg.assert_clean()
    slack.assert_clean(warnings=True)


async def test_joining_takes_no_slash_command(quick: Both) -> None:
    """C31: the Home tab asks for the code; everything after it is a button or a form."""
    budi = quick.tg.user("Budi")
    codes = await founded(quick, budi)
    lin = quick.slack.user("Lin", tz="Asia/Makassar")
    await looked(lin, "I am Titian")
    await lin.click("I have a join code")
    await lin.wait_modal(timeout=PATIENCE)
    await lin.submit(code=codes[0])
    await clicked(lin, "Join", "take part")
    await shows(lin, "How I write to you")
    quick.slack.assert_clean(warnings=True)


def _same(page: str) -> list[Any]:
    """A page without what Slack adds to each publication."""
    return [[block.get("elements"), block["type"]] for block in json.loads(page)["blocks"]]

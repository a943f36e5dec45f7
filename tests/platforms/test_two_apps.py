"""One person on two apps; groups; what is down; what is refused."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.app import App
from bot.clock import SteppedClock
from bot.settings import settings_from
from dialogues.messages import Message, say
from storage import outbox, people
from storage.store import Unit
from tests.doubles.slack_double import SlackDouble
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.waiting import until
from tests.platforms.conftest import PATIENCE, START, Both, clicked, tapped
from tests.platforms.test_review import founded, joined_on_slack, joined_on_telegram


async def started(quick: Both) -> Any:
    """A partnership of five partners on Telegram, Sari among them; and her on Slack."""
    tg, slack = quick.tg, quick.slack
    budi = tg.user("Budi")
    codes = await founded(quick, budi)
    ratna = slack.user("Ratna Dewi", tz="Asia/Makassar")
    channel = slack.channel("general", ratna)
    await ratna.command("/titian", f"join {codes[4]}", channel)
    await clicked(ratna, "Join", "I agree", channel)
    await ratna.click("I agree", channel=channel)
    names = ("Sari", "Joko", "Maria", "Anna", "Hasan")
    await asyncio.gather(
        *(joined_on_telegram(tg.user(n), codes[i % 4]) for i, n in enumerate(names))
    )
    return codes, channel


async def test_begun_on_telegram_and_finished_on_slack(quick: Both) -> None:
    tg, slack = quick.tg, quick.slack
    codes, channel = await started(quick)
    budi, sari = tg.user("Budi"), tg.user("Sari")
    twin = slack.user("Sari", tz="Asia/Makassar")
    await twin.command("/titian", f"join {codes[0]}", channel)
    await twin.wait("takes part already, on another app", PATIENCE, channel)
    await sari.send("/link")
    shown = await sari.wait("within 15 minutes", timeout=PATIENCE)
    code = shown["text"].split("/link ")[1][:8]
    await twin.command("/titian", f"link {code}", channel)
    await clicked(twin, "Yes, that is me", "one person now", channel)
    await sari.wait("Another app was linked", timeout=PATIENCE)
    await budi.send("/partnership set protect person")
    await budi.wait("Protection", timeout=PATIENCE)
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")
    await quick.quiet()
    invited = [m for m in sari.seen() if "Asked:" in m["text"]]
    invited += [m for m in twin.seen() if "Asked:" in str(m.get("blocks"))]
    assert len(invited) == 1
    await sari.send("/checkin")
    await tapped(sari, "Begin", "1 of 7")
    await tapped(sari, "Disagree", "2 of 7")
    await twin.command("/titian", "checkin", channel)
    await twin.wait(lambda m: "Go on" in str(m.get("blocks", "")), PATIENCE)
    await twin.click("Go on")
    view = await twin.wait_modal(timeout=PATIENCE)
    first = next(b for b in view["blocks"] if b["type"] == "input")
    assert first["element"]["initial_option"]["text"]["text"] == "Disagree"
    await twin.submit()
    await twin.wait(lambda m: "receipt" in str(m.get("blocks", "")), PATIENCE)
    await quick.forward(days=5)
    reminders = [m for m in sari.seen() if "I can tell" in m["text"]]
    reminders += [m for m in twin.seen() if "I can tell" in str(m.get("blocks"))]
    assert reminders == []
    await quick.forward(days=2, hours=9)
    tg.assert_clean()
    slack.assert_clean(warnings=True)


async def test_groups_are_linked_by_a_button_and_hear_one_notice(quick: Both) -> None:
    tg, slack = quick.tg, quick.slack
    codes, _ = await started(quick)
    budi, joko = tg.user("Budi"), tg.user("Joko")
    await joined_on_slack(slack.user("Lin", tz="Asia/Makassar"), codes[2], slack.channel("x"))
    group = await tg.group("Water group", budi, joko)
    hello = await budi.wait("I am Titian", timeout=PATIENCE, chat=group)
    await joko.press("Link to Water for Bima", chat=group)
    await joko.wait("Only a coordinator", timeout=PATIENCE)
    await budi.press("Link to Water for Bima", chat=group)
    await until(
        lambda: "is linked to" in group.messages[hello["message_id"]]["text"],
        PATIENCE,
        lambda: str(group.messages),
    )
    await budi.send("/partnership set protect person")
    await budi.wait("Protection", timeout=PATIENCE)
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")
    opened = await budi.wait("A check-in is open", timeout=PATIENCE, chat=group)
    tg.assert_clean()
    before = len(budi.seen(group))
    await quick.forward(days=7, hours=9)
    notice = group.messages[opened["message_id"]]
    assert "is closed" in notice["text"] and len(budi.seen(group)) == before
    slack.assert_clean(warnings=True)


async def test_people_out_of_reach_keep_nobody_waiting(quick: Both) -> None:
    tg, slack = quick.tg, quick.slack
    _, channel = await started(quick)
    budi, joko = tg.user("Budi"), tg.user("Joko")
    gone = slack.user("Tom", tz="Asia/Makassar")
    await gone.command("/titian", "start", channel)
    await gone.wait("Hello Tom", PATIENCE, channel)
    gone.deactivate()
    await joko.block()

    def greet(unit: Unit) -> None:
        for user, installation in ((joko, "telegram"), (gone, "slack"), (budi, "telegram")):
            workspace = slack.team if installation == "slack" else ""
            person = people.person_with_user(unit, installation, str(user.id), workspace)
            assert person is not None
            message = Message(say("checkin/none", stopped=False))
            outbox.put(unit, f"greet:{user.id}", message, quick.clock.now(), person=person)

    await quick.app.store.transact(greet)
    quick.app.ticker.ring()
    await budi.wait("open", timeout=PATIENCE)
    await quick.quiet()
    spots = await quick.app.store.read(
        lambda unit: people.spots(
            unit, people.person_with_user(unit, "telegram", str(joko.id)) or 0
        )
    )
    assert spots == []
    await joko.block(False)
    await joko.send("/help")
    await joko.wait("For everyone", timeout=PATIENCE)
    tg.assert_clean()
    slack.assert_clean()


@pytest.mark.parametrize("wrong", ["telegram", "slack"])
async def test_a_platform_that_is_misconfigured_is_said_once(wrong: str, tmp_path: Any) -> None:
    async with TelegramDouble() as tg, SlackDouble("socket") as slack:
        bot = "xoxb-wrong-token" if wrong == "slack" else slack.bot_token
        settings = settings_from(
            {
                "TITIAN_OPERATOR": "Yayasan Contoh",
                "TITIAN_DATABASE_URL": f"sqlite:///{tmp_path / 'titian.db'}",
                "TITIAN_KEYRING": "memory:",
                "TITIAN_TELEGRAM_TOKEN": "123456:wrong-token" if wrong == "telegram" else tg.token,
                "TITIAN_TELEGRAM_API_URL": f"http://127.0.0.1:{tg.port}",
                "TITIAN_SLACK_BOT_TOKEN": bot,
                "TITIAN_SLACK_APP_TOKEN": slack.app_token,
                "TITIAN_SLACK_API_URL": slack.api_url,
            }
        )
        app = App(settings, SteppedClock(START), "http://127.0.0.1:8000")
        stop = asyncio.Event()
        with capture_logs() as logs:
            running = asyncio.create_task(app.run(None, stop))
            right = "slack" if wrong == "telegram" else "telegram"
            await until(lambda: app.status.get(right) == "up", PATIENCE, lambda: app.status)
            await until(lambda: "down" in app.status.get(wrong, ""), PATIENCE, lambda: app.status)
            if right == "telegram":
                await tg.user("Budi").send("/start")
                await tg.user("Budi").wait("Hello Budi", timeout=PATIENCE)
            else:
                ana = slack.user("Ana")
                await ana.command("/titian", "start")
                await ana.wait("Hello Ana", PATIENCE)
            await asyncio.sleep(1.5)
            stop.set()
            await asyncio.wait_for(running, PATIENCE)
        said = [entry for entry in logs if entry["event"] == "part_failed"]
        assert len(said) == 1 and said[0]["part"] == wrong and said[0]["hint"]
        assert "wrong-token" not in str(logs)


async def test_a_group_that_becomes_a_supergroup_keeps_its_link(quick: Both) -> None:
    tg = quick.tg
    await started(quick)
    budi = tg.user("Budi")
    group = await tg.group("Water group", budi, kind="group")
    await budi.wait("I am Titian", timeout=PATIENCE, chat=group)
    await budi.press("Link to Water for Bima", chat=group)
    await budi.wait("is linked to", timeout=PATIENCE, chat=group)
    moved = await tg.migrate(group)
    await budi.send("/partnership set protect person")
    await budi.wait("Protection", timeout=PATIENCE)
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")
    await budi.wait("A check-in is open", timeout=PATIENCE, chat=moved)
    tg.assert_clean()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "code": 409, "description": "Conflict: terminated by other getUpdates"},
        {"kind": "error", "code": 429, "description": "Too Many Requests", "retry_after": 1},
        {"kind": "http", "code": 502},
        {"kind": "reset"},
    ],
)
async def test_polling_goes_on_after_a_fault(quick: Both, fault: dict[str, Any]) -> None:
    tg = quick.tg
    tg.fail("getUpdates", **fault)
    budi = tg.user("Budi")
    await budi.send("/start")
    await budi.wait("Hello Budi", timeout=PATIENCE)
    await budi.send("/help")
    await budi.wait("For everyone", timeout=PATIENCE)
    assert len([m for m in budi.seen() if "Hello Budi" in m["text"]]) == 1
    await until(lambda: quick.app.status["telegram"] == "up", PATIENCE, lambda: quick.app.status)

"""The broker's reply on both platforms: a page on Slack, question by question on Telegram."""

from typing import Any

from icalendar import Calendar

from tests.doubles.slack_people import User as SlackUser
from tests.doubles.telegram_people import User as TelegramUser
from tests.doubles.waiting import until
from tests.platforms.conftest import PATIENCE, Both, clicked, tapped
from tests.platforms.test_review import founded, joined_on_slack, joined_on_telegram

HEARD = "Relations work well, and new ideas are missing."
ON_TELEGRAM = {"Sari": 0, "Joko": 0, "Maria": 1, "Anna": 1}
ON_SLACK = {"Hasan": 2, "Lin": 3}


async def together(both: Both, ratna: TelegramUser | SlackUser) -> TelegramUser:
    """Six partners on two apps; a live check-in about ratna that nobody answered has closed."""
    budi = both.tg.user("Budi", last_name="Santoso")
    codes = await founded(both, budi)
    channel = both.slack.channel("general", both.slack.user("Hasan", tz="Asia/Makassar"))
    if isinstance(ratna, TelegramUser):
        await ratna.send(f"/start {codes[4]}")
        await tapped(ratna, "Join", "would be asked")
        await tapped(ratna, "I agree", "can start")
    else:
        await ratna.command("/titian", f"join {codes[4]}", channel)
        await clicked(ratna, "Join", "I agree", channel)
        await ratna.click("I agree", channel=channel)
    for name, number in ON_TELEGRAM.items():
        await joined_on_telegram(both.tg.user(name), codes[number])
    for name, number in ON_SLACK.items():
        user = both.slack.user(name, tz="Asia/Makassar")
        await joined_on_slack(user, codes[number], channel)
    await budi.send("/partnership set protect person")
    await budi.wait("Protection", timeout=PATIENCE)
    await budi.send("/review start responsibilities for 2h purpose learn")
    await tapped(budi, "Start", "Started")
    await both.forward(hours=3)
    return budi


async def test_on_slack_it_is_one_page(quick: Both) -> None:
    ratna = quick.slack.user("Ratna Dewi", tz="Asia/Makassar")
    budi = await together(quick, ratna)
    await ratna.wait("Reply to the group", PATIENCE)
    await ratna.click("Reply to the group")
    view = await ratna.wait_modal(timeout=PATIENCE)
    asked = [b["block_id"] for b in view["blocks"] if b["type"] == "input"]
    values: dict[str, Any] = dict(
        zip(asked, (HEARD, "Minutes", "I do", "31 February"), strict=False)
    )
    values[asked[-1]] = "14 December"
    await ratna.submit(**values)
    assert "as a day" in str(ratna.form_errors), "the page stays, with what is to be mended"
    await ratna.submit(**{**values, asked[3]: "11 December"})
    assert ratna.modal is None, ratna.form_errors
    await clicked(ratna, "Send the reply", "Thank you for answering the group")
    told = await budi.wait("What Ratna Dewi heard", timeout=PATIENCE)
    assert "Minutes (Ratna Dewi, by 11 December)" in told["text"]
    await quick.quiet()
    for name in ON_SLACK:
        seen = await quick.slack.user(name).wait("What Ratna Dewi heard", PATIENCE)
        assert HEARD.split(",")[0] in str(seen["blocks"])
    await until(lambda: quick.slack.files, PATIENCE, lambda: "no calendar file came")
    for file in quick.slack.files.values():
        assert len(Calendar.from_ical(file["data"]).events) == 1
    quick.tg.assert_clean()
    quick.slack.assert_clean(warnings=True)


async def test_on_telegram_it_is_question_by_question(quick: Both) -> None:
    ratna = quick.tg.user("Ratna", last_name="Dewi")
    await together(quick, ratna)
    await tapped(ratna, "Reply to the group", "What did you hear?")
    await ratna.send(HEARD)
    await ratna.wait("What will be done?", timeout=PATIENCE)
    await ratna.send("Minutes")
    await tapped(ratna, "I do", "By when")
    await ratna.send("31 February")
    await ratna.wait("as a day", timeout=PATIENCE)
    await ratna.send("11 December")
    await tapped(ratna, "No more actions", "On which day")
    await ratna.send("14 December")
    await tapped(ratna, "Send the reply", "Thank you for answering the group")
    await quick.quiet()
    for name in ON_TELEGRAM:
        user = quick.tg.user(name)
        await user.wait("What Ratna Dewi heard", timeout=PATIENCE)
        sent = await user.wait(lambda m: "document" in m, timeout=PATIENCE)
        name_of, content = quick.tg.file(sent)
        assert name_of == "talk.ics" and len(Calendar.from_ical(content).events) == 1
    quick.tg.assert_clean()
    quick.slack.assert_clean(warnings=True)

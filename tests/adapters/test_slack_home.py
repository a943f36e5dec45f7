"""Slack's Home tab, by the adapter alone: what is published, when, and what goes wrong."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.slack.home import view
from dialogues.messages import Incoming, Opened, Outgoing, Spot, Tap
from tests.adapters.slack_ground import Ground, home
from tests.doubles.slack_limits import check_view
from tests.doubles.waiting import PATIENCE, until

HERE = Spot("slack", "U1")


def page(event: Incoming) -> Sequence[Outgoing]:
    """Two parts for a page, one word for everything else."""
    if isinstance(event.event, Opened):
        return [
            Outgoing(event.chat, f"*Hello* {event.name}", (("Begin", "c:checkin page 7"),)),
            Outgoing(event.chat, "Your settings", (("Language", "c:language"),)),
        ]
    return [Outgoing(event.chat, "Heard.")]


async def test_opening_publishes_the_parts_with_a_line_between(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.script.answer = page
    await ana.open_home()
    await until(lambda: ana.home, PATIENCE, lambda: ground.slack.calls)
    assert ana.home is not None
    kinds = [block["type"] for block in ana.home["blocks"]]
    assert kinds == ["rich_text", "actions", "divider", "rich_text", "actions"]
    heard = ground.heard
    assert heard.event == Opened() and heard.private and heard.chat == home(ana)
    assert (heard.name, heard.language, heard.zone) == ("Ana", "en-US", "Europe/Berlin")
    assert not ground.calls("chat.postMessage")


async def test_a_button_on_it_is_answered_in_the_chat_and_renews_it(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.script.answer = page
    await ana.open_home()
    await until(lambda: ana.home, PATIENCE, lambda: ground.slack.calls)
    await ana.click("Language")
    await ana.wait("Heard.")
    taps = [e for e in ground.script.handled if isinstance(e.event, Tap)]
    (tap,) = taps
    assert tap.event == Tap("c:language") and tap.private and tap.message is None
    assert tap.chat == home(ana) and tap.place is None
    await ground.quiet("views.publish", 2)


async def test_what_is_sent_to_somebody_renews_their_page_and_nobody_elses(
    ground: Ground,
) -> None:
    ana, budi = ground.slack.user("Ana"), ground.slack.user("Budi")
    ground.script.answer = page
    await ana.open_home()
    await until(lambda: ana.home, PATIENCE, lambda: ground.slack.calls)
    await ground.adapter.send(Outgoing(home(ana), "A check-in is waiting"))
    await ground.adapter.send(Outgoing(home(budi), "A check-in is waiting"))
    await ground.quiet("views.publish", 2)
    assert budi.home is None


@pytest.mark.parametrize("fault", [{"kind": "error", "error": "not_enabled"}, {"kind": "reset"}])
async def test_a_page_that_is_not_taken_is_said_once_and_comes_again(
    ground: Ground,
    fault: dict[str, Any],
) -> None:
    ana = ground.slack.user("Ana")
    ground.script.answer = page
    ground.slack.fail("views.publish", **fault)
    with capture_logs() as logs:
        await ana.open_home()
        await until(lambda: logs, PATIENCE, lambda: "nothing logged")
    assert [entry["event"] for entry in logs] == ["home_not_shown"]
    assert ana.id not in str(logs)
    await ana.open_home()
    await until(lambda: ana.home, PATIENCE, lambda: ground.slack.calls)


async def test_the_messages_tab_is_no_page(ground: Ground) -> None:
    event = {"type": "app_home_opened", "user": ground.slack.user("Ana").id, "tab": "messages"}
    await ground.slack.event(event, wait=True)
    await asyncio.sleep(0.1)
    assert not ground.script.handled and not ground.calls("views.publish")


def test_a_page_keeps_to_a_hundred_blocks() -> None:
    long = [Outgoing(HERE, f"Part {n}", (("Do", "c:x"),)) for n in range(60)]
    made = view(long)
    assert 90 < len(made["blocks"]) <= 100 and not check_view(made)

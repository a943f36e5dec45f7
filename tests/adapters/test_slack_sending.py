"""Slack: sending, and what goes wrong with it."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.slack import pacing
from adapters.slack.adapter import Slack
from adapters.slack.faults import NetworkError
from dialogues.errors import MessageGone, RetryLater, UnknownOutcome, Unreachable
from dialogues.messages import (
    File,
    Outgoing,
    Spot,
)
from tests.adapters.slack_ground import (
    Ground,
    Script,
    grounded,
    home,
    shown,
)
from tests.doubles.waiting import PATIENCE, until


async def test_a_message_and_its_edit(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    text = "Hello **Ana** <x> & co.\n\n- one\n- two"
    sent = await ground.adapter.send(Outgoing(home(ana), text, (("A" * 80, "a"), ("B", "b"))))
    (message,) = ana.seen()
    assert message["ts"] == sent and "&lt;x&gt; &amp; co." in message["text"]
    (call,) = ground.calls("chat.postMessage")
    assert call["channel"] == ana.id
    assert call["unfurl_links"] in (False, "0") and call["unfurl_media"] in (False, "0")
    assert await ground.adapter.send(Outgoing(home(ana), "Edited", replaces=sent)) == sent
    (message,) = ana.seen()
    assert "Edited" in shown(message) and "actions" not in shown(message)


async def test_an_edit_after_a_restart_finds_the_direct_message(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    sent = await ground.adapter.send(Outgoing(home(ana), "One"))
    again = Slack("xoxb-double", "xapp-double", ground.slack.api_url)
    await again.send(Outgoing(home(ana), "Two", replaces=sent))
    await again.send(Outgoing(home(ana), "Three", replaces=sent))
    await again.close()
    assert "Three" in shown(ana.seen()[0])
    assert len(ground.calls("conversations.open")) == 1


async def test_files_come_after_the_text(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    picture = File("r.png", "image/png", b"\x89PNG" * 10, "Three of four find it clear.")
    page = File("r.html", "text/html", b"<p>")
    await ground.adapter.send(Outgoing(home(ana), "The report", files=(picture, page)))
    text, *files = ana.seen()
    assert "The report" in shown(text)
    assert [f["files"][0]["name"] for f in files] == ["r.png", "r.html"]
    asked = ground.calls("files.getUploadURLExternal")
    assert asked[0]["alt_txt"] == picture.description and "alt_txt" not in asked[1]
    assert [f["data"] for f in ground.slack.files.values()] == [picture.content, page.content]


async def test_a_file_that_cannot_be_handed_over_stops_the_message(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    report = Outgoing(home(ana), "The report", files=(File("r.png", "image/png", b"x"),))
    ground.slack.fail("files.getUploadURLExternal", "http")
    with pytest.raises(RetryLater):
        await ground.adapter.send(report)
    assert not ana.seen()
    ground.slack.fail("files.completeUploadExternal", "limited", retry_after=1)
    await ground.adapter.send(report)
    assert len(ana.seen()) == 2
    ground.slack.fail("files.completeUploadExternal", "reset_after")
    with pytest.raises(UnknownOutcome):
        await ground.adapter.send(report)


@pytest.mark.parametrize(
    ("fault", "error", "seconds"),
    [
        ({"kind": "limited", "retry_after": 7}, RetryLater, 7),
        ({"kind": "http", "status": 503}, RetryLater, 2),
        ({"kind": "error", "error": "service_unavailable"}, RetryLater, 2),
        ({"kind": "error", "error": "internal_error"}, UnknownOutcome, 0),
        ({"kind": "reset"}, UnknownOutcome, 0),
        ({"kind": "error", "error": "user_disabled"}, Unreachable, 0),
        ({"kind": "error", "error": "channel_not_found"}, Unreachable, 0),
        ({"kind": "error", "error": "is_archived"}, Unreachable, 0),
        ({"kind": "error", "error": "messages_tab_disabled"}, Unreachable, 0),
        ({"kind": "error", "error": "account_inactive"}, Unreachable, 0),
        ({"kind": "error", "error": "token_revoked"}, RetryLater, 300),
        ({"kind": "error", "error": "missing_scope"}, RetryLater, 300),
    ],
    ids=lambda value: str(value.get("error", value["kind"])) if isinstance(value, dict) else "",
)
async def test_what_goes_wrong_with_a_message(
    ground: Ground, fault: dict[str, Any], error: type[Exception], seconds: float
) -> None:
    ana = ground.slack.user("Ana")
    ground.slack.fail("chat.postMessage", **fault)
    with pytest.raises(error) as caught, capture_logs() as logs:
        await ground.adapter.send(Outgoing(home(ana), "Secret words"))
    assert getattr(caught.value, "seconds", 0) == seconds
    assert caught.value.__context__ is None and caught.value.__cause__ is None
    assert not ana.seen() and "Secret" not in str(logs)
    refused = [entry for entry in logs if entry["event"] == "slack_refused"]
    assert bool(refused) == (seconds == 300)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "error", "error": "message_not_found"}, MessageGone),
        ({"kind": "error", "error": "cant_update_message"}, MessageGone),
        ({"kind": "error", "error": "edit_window_closed"}, MessageGone),
        ({"kind": "reset_after"}, RetryLater),
        ({"kind": "error", "error": "internal_error"}, RetryLater),
    ],
    ids=str,
)
async def test_what_goes_wrong_with_an_edit(
    ground: Ground, fault: dict[str, Any], error: type[Exception]
) -> None:
    ana = ground.slack.user("Ana")
    sent = await ground.adapter.send(Outgoing(home(ana), "One"))
    ground.slack.fail("chat.update", **fault)
    with pytest.raises(error):
        await ground.adapter.send(Outgoing(home(ana), "Two", replaces=sent))


async def test_an_account_of_our_own_that_is_gone_is_not_the_person_s(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.slack.fail("chat.postMessage", "error", error="account_inactive")
    ground.slack.fail("auth.test", "error", error="account_inactive")
    with pytest.raises(RetryLater):
        await ground.adapter.send(Outgoing(home(ana), "One"))


async def test_a_lost_answer_is_never_a_second_message(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.slack.fail("chat.postMessage", "reset_after")
    with pytest.raises(UnknownOutcome):
        await ground.adapter.send(Outgoing(home(ana), "Once"))
    await ground.quiet("chat.postMessage", 1)
    assert len(ana.seen()) == 1


async def test_nobody_listens_at_that_address() -> None:
    adapter = Slack("xoxb-double", "xapp-double", "http://127.0.0.1:9/api/")
    with pytest.raises(RetryLater):
        await adapter.send(Outgoing(Spot("slack", "U1"), "x"))
    with pytest.raises(NetworkError):
        await adapter.run(Script(), lambda: None)
    await adapter.close()


async def test_a_reply_waits_where_slack_asks_for_it(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.says("In the ack.", "Later.")
    ground.slack.fail("chat.postMessage", "limited", retry_after=1)
    await ana.command("/titian", "x")
    await ana.wait("Later.")
    assert len(ground.calls("chat.postMessage")) == 2


async def test_a_lost_reply_is_no_failure(ground: Ground) -> None:
    ana = ground.slack.user("Ana")
    ground.says("In the ack.", "Lost.", "Kept.")
    ground.slack.fail("chat.postMessage", "error", error="user_disabled")
    await ana.command("/titian", "x")
    await ana.wait("Kept.")
    assert len(ana.seen()) == 2


async def test_a_reply_that_cannot_be_noted_or_drawn_stops_nothing(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = ground.slack.user("Ana")
    ground.says("In the ack.", "Sent.")

    async def broken(outgoing: Outgoing, message: str) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(ground.script, "sent", broken)
    with capture_logs() as logs:
        await ana.command("/titian", "x")
        await ana.wait("Sent.")
        await until(lambda: logs, PATIENCE, lambda: "nothing logged")
    assert [(e["event"], e["hint"]) for e in logs] == [("slack_failed", "reply")]
    ground.says("In the ack.", "Again.")
    await ana.command("/titian", "x")
    await ana.wait("Again.")


async def test_one_message_a_second_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "PATIENCE", 2.5)  # three would leave a busy machine 30 ms
    async with grounded() as ground:
        ana, budi = ground.slack.user("Ana"), ground.slack.user("Budi")
        spots = [home(ana), home(ana), home(budi), home(ana), home(ana)]
        sending = [ground.adapter.send(Outgoing(spot, "x")) for spot in spots]
        results = await asyncio.gather(*sending, return_exceptions=True)
        assert [isinstance(result, str) for result in results] == [True, True, True, True, False]
        assert isinstance(results[-1], RetryLater)
        assert [call["ok"] for call in ground.slack.calls if call["method"].startswith("chat")] == [
            True
        ] * 4

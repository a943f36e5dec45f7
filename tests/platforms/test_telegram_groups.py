"""Telegram's corners, by the whole app against the double: topics, moved groups, rights, age."""

from typing import Any

import pytest

from storage import people, places
from storage.store import Unit
from tests.doubles.telegram_double import TelegramDouble
from tests.doubles.telegram_people import Chat
from tests.doubles.telegram_people import User as TelegramUser
from tests.doubles.waiting import until
from tests.platforms.conftest import PATIENCE, Both, tapped
from tests.platforms.test_review import founded, joined_on_telegram

NAMES = ("Sari", "Joko", "Maria", "Anna", "Hasan")
LINK = "Link to Water for Bima"


async def partners(quick: Both) -> TelegramUser:
    """Five partners and a broker who agreed, all on Telegram; the coordinator comes back."""
    tg = quick.tg
    budi, ratna = tg.user("Budi"), tg.user("Ratna")
    codes = await founded(quick, budi)
    await ratna.send(f"/start {codes[4]}")
    await tapped(ratna, "Join", "recorded you")
    await ratna.press("I agree")
    for number, name in enumerate(NAMES):
        await joined_on_telegram(tg.user(name), codes[number % 4])
    await budi.send("/partnership set protect person")
    await budi.wait("Protection", timeout=PATIENCE)
    return budi


async def opened(quick: Both, budi: TelegramUser, group: Chat) -> dict[str, Any]:
    """Start a review; the group's notice."""
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")
    return await budi.wait("A check-in is open", timeout=PATIENCE, chat=group)


async def linked(budi: TelegramUser, group: Chat) -> None:
    await budi.wait("I am Titian", timeout=PATIENCE, chat=group)
    await budi.press(LINK, chat=group)
    await budi.wait("is linked to", timeout=PATIENCE, chat=group)


def only_refused(tg: TelegramDouble, what: str) -> None:
    """Nothing was wrong but *what*, which nobody could know before."""
    with pytest.raises(AssertionError) as found:
        tg.assert_clean()
    assert str(found.value).splitlines()[0] == what


async def known(quick: Both, group: Chat) -> list[str]:
    """Where the partnership's notices go."""
    found = await quick.app.store.read(lambda unit: places.places(unit, 1))
    return [f"{spot.chat}/{spot.thread}" for _, spot, _ in found]


async def test_a_topic_keeps_what_belongs_to_it_and_general_hears_once_it_is_closed(
    quick: Both,
) -> None:
    tg = quick.tg
    budi = await partners(quick)
    forum = await tg.group("Water", budi, tg.user("Joko"), is_forum=True)
    await budi.wait("I am Titian", timeout=PATIENCE, chat=forum)
    thread = await tg.topic(forum, "Check-ins")
    await budi.send("/help@DoubleBot", chat=forum, message_thread_id=thread)
    hello = await budi.wait(
        lambda m: "I am Titian" in m.get("text", "") and m.get("message_thread_id") == thread,
        timeout=PATIENCE,
        chat=forum,
    )
    await tg.user("Joko").press(LINK, chat=forum, message=hello)
    await tg.user("Joko").wait("Only a coordinator", timeout=PATIENCE)
    await budi.press(LINK, chat=forum, message=hello)
    await budi.wait("is linked to", timeout=PATIENCE, chat=forum)
    assert await known(quick, forum) == [f"{forum.id}/{thread}"]
    await budi.send("/review@DoubleBot status", chat=forum, message_thread_id=thread)
    said = await budi.wait("I have written to you privately", timeout=PATIENCE, chat=forum)
    assert said["message_thread_id"] == thread
    notice = await opened(quick, budi, forum)
    assert notice["message_thread_id"] == thread
    await tg.close_topic(forum, thread)
    del forum.messages[notice["message_id"]]  # somebody tidies up
    await quick.forward(days=8)
    closed = await budi.wait("is closed", timeout=PATIENCE, chat=forum)
    assert "message_thread_id" not in closed
    only_refused(tg, "editMessageText: message to edit not found")


async def test_a_group_that_moved_unseen_is_followed_by_the_refusal(quick: Both) -> None:
    """The service message was missed: the error of the next message tells the new chat."""
    tg = quick.tg
    budi = await partners(quick)
    group = await tg.group("Water", budi, kind="group")
    await linked(budi, group)
    new = Chat(group.id - 5000, "supergroup", group.title, group.members)
    tg.chats[new.id] = new
    group.migrated_to = new.id
    await opened(quick, budi, new)
    assert await known(quick, new) == [f"{new.id}/"]
    tg.assert_clean()


async def test_a_group_that_titian_is_taken_out_of_hears_nothing_until_it_is_back(
    quick: Both,
) -> None:
    tg = quick.tg
    budi = await partners(quick)
    group = await tg.group("Water", budi, tg.user("Joko"))
    await linked(budi, group)
    await tg.promote_bot(group, budi, "can_delete_messages")
    assert await known(quick, group)  # made an administrator: nothing changes
    await tg.kick_bot(group, budi)
    await until_places(quick, 0)
    before = len(tg.calls)
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")
    await quick.quiet()
    assert not [c for c in tg.calls[before:] if str(c["params"].get("chat_id")) == str(group.id)]
    group.bot_in = True
    group.messages.clear()
    then = tg.now() + 60
    tg.now = lambda: then  # nobody is that quick
    await tg.push_membership(group, tg.user("Joko"), "member")
    await budi.wait("is linked to Water for Bima", timeout=PATIENCE, chat=group)
    await until_places(quick, 1)
    assert "Titian" not in str([m.get("text") for m in budi.seen(group)])
    await quick.forward(days=8)
    await budi.wait("is closed", timeout=PATIENCE, chat=group)
    tg.assert_clean()


async def until_places(quick: Both, count: int) -> None:
    async def there() -> bool:
        return len(await quick.app.store.read(lambda unit: places.places(unit, 1))) == count

    for _ in range(200):
        if await there():
            return
        await quick.quiet()
    raise AssertionError(f"not {count} places")


async def test_taken_out_while_titian_was_away_is_noticed_by_the_refusal(quick: Both) -> None:
    tg = quick.tg
    budi = await partners(quick)
    group = await tg.group("Water", budi)
    await linked(budi, group)
    group.bot_in = False  # nobody tells
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")
    await until_places(quick, 0)
    await quick.forward(days=8)
    refused = [c for c in tg.calls if str(c["params"].get("chat_id")) == str(group.id)]
    assert len(refused) <= 12  # it is not tried for ever


async def test_whoever_blocks_titian_is_left_alone_until_they_write(quick: Both) -> None:
    tg = quick.tg
    budi = await partners(quick)
    joko = tg.user("Joko")
    await joko.block()

    def reached(unit: Unit) -> int:
        person = people.person_with_user(unit, "telegram", str(joko.id))
        assert person is not None
        return len(people.spots(unit, person))

    async def spots() -> int:
        return await quick.app.store.read(reached)

    for _ in range(100):
        if not await spots():
            break
        await quick.quiet()
    assert await spots() == 0
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")
    await quick.quiet()
    await budi.send("/review status")
    await budi.wait("I cannot reach 1 of them", timeout=PATIENCE)
    assert not [c for c in tg.calls if c["params"].get("chat_id") == str(joko.id) and not c["ok"]]
    await joko.block(False)
    await quick.quiet()
    assert await spots() == 0  # unblocked, and still not written to
    await joko.send("/start")
    await joko.wait("The four responsibilities", timeout=PATIENCE)
    assert await spots() == 1
    tg.assert_clean()


async def test_in_a_group_only_what_is_plainly_meant_for_titian_is_answered(quick: Both) -> None:
    """Privacy mode is on: what Telegram hands over all the same is not always for us."""
    tg = quick.tg
    budi = await partners(quick)
    group = await tg.group("Water", budi, tg.user("Joko"))
    await linked(budi, group)
    mine = await budi.wait("is linked to", timeout=PATIENCE, chat=group)
    before = len(tg.calls)
    await budi.send("good morning all", chat=group)
    await budi.send("/poll lunch?", chat=group)
    await budi.send("/poll@OtherBot lunch?", chat=group)
    await budi.send("what do you mean?", chat=group, reply_to=mine)
    await budi.send("/help", chat=group)
    await budi.wait("I have written to you privately", timeout=PATIENCE, chat=group)
    said = [c for c in tg.calls[before:] if c["method"] == "sendMessage"]
    assert [str(c["params"]["chat_id"]) for c in said].count(str(group.id)) == 1
    await budi.send("/poll@DoubleBot lunch?", chat=group)
    await budi.wait("poll", timeout=PATIENCE)  # meant for us: answered, and in private
    tg.assert_clean()


@pytest.mark.parametrize(
    "refusal", ["message can't be edited", "MESSAGE_ID_INVALID", "message to edit not found"]
)
async def test_what_cannot_be_edited_any_more_is_said_anew(quick: Both, refusal: str) -> None:
    """A dialogue's message and a group's notice: too old, or somebody deleted it."""
    tg = quick.tg
    budi = await partners(quick)
    group = await tg.group("Water", budi)
    await linked(budi, group)
    await opened(quick, budi, group)
    sari = tg.user("Sari")
    await tapped(sari, "Begin", "1 of 7")
    tg.fail("editMessageText", "error", code=400, description=f"Bad Request: {refusal}")
    count = len(sari.seen())
    await tapped(sari, "Agree", "2 of 7")
    assert len(sari.seen()) == count + 1
    await tapped(sari, "Agree", "3 of 7")  # goes on in the new one
    assert len(sari.seen()) == count + 1
    await quick.quiet()
    tg.fail("editMessageText", "error", code=400, description=f"Bad Request: {refusal}")
    await budi.send("/review cancel")
    await tapped(budi, "Yes, cancel it", "cancelled")
    await budi.wait("was cancelled", timeout=PATIENCE, chat=group)


async def test_a_message_that_somebody_deleted_comes_anew(quick: Both) -> None:
    tg = quick.tg
    budi = await partners(quick)
    await budi.send("/review start responsibilities for 7d purpose learn")
    await tapped(budi, "Start", "Started")
    sari = tg.user("Sari")
    await tapped(sari, "Begin", "1 of 7")
    shown = await sari.wait("1 of 7")
    del sari.chat.messages[shown["message_id"]]
    await sari.send("Agree")  # typed, since there is nothing left to tap
    await sari.wait("2 of 7", timeout=PATIENCE)
    only_refused(tg, "editMessageText: message to edit not found")


async def test_from_a_group_a_link_leads_into_the_private_chat(quick: Both) -> None:
    """Whoever never wrote cannot be written to: the group's answer has the way in it."""
    tg = quick.tg
    budi = await partners(quick)
    lin = tg.user("Lin")
    group = await tg.group("Water", budi, lin)
    await linked(budi, group)
    await lin.send("/checkin@DoubleBot", chat=group)
    said = await lin.wait("open our chat first", timeout=PATIENCE, chat=group)
    assert "https://t.me/DoubleBot" in said["text"]
    assert not lin.seen()
    await lin.send("/start")  # what opening the link does
    await lin.wait("Hello Lin", timeout=PATIENCE)
    assert await until(lambda: lin.seen(), PATIENCE, lambda: "nothing")

"""Topics, migration, rights, deletion and mentions on the Telegram double."""

import time

import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.doubles.ptb_bot import FREE, TOKEN, Caller, refused
from tests.doubles.telegram_double import TelegramDouble

HOUR = 3600


async def test_topics(caller: Caller) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    tg.limits = FREE
    bob = tg.user("Bob")
    forum = await tg.group("Forum", alice, bob, is_forum=True)
    assert (await bot.get_chat(forum.id)).is_forum
    money = await tg.topic(forum, "Money")
    asked = await bob.send("/help", forum, message_thread_id=money)
    assert asked["message_thread_id"] == money and asked["is_topic_message"]
    assert asked["reply_to_message"]["forum_topic_created"]["name"] == "Money"
    update = (await bot.get_updates())[-1].message
    assert update and update.is_topic_message and update.message_thread_id == money
    sent = await bot.send_message(forum.id, "x", message_thread_id=money)
    assert sent.is_topic_message and sent.message_thread_id == money
    answer = await update.reply_text("y")
    assert answer.message_thread_id == money, "a reply stays in its topic"
    plain = await bot.send_message(forum.id, "z", reply_to_message_id=answer.message_id)
    assert plain.message_thread_id == money
    follow = await bob.send("/more", forum, reply_to=forum.messages[answer.message_id])
    assert follow["message_thread_id"] == money
    tg.assert_clean()
    for wrong in (1, 404):
        lost = bot.send_message(forum.id, "x", message_thread_id=wrong)
        await refused(BadRequest, "message thread not found", lost)
    typing = bot.send_chat_action(forum.id, "typing", message_thread_id=404)
    await refused(BadRequest, "message thread not found", typing)
    with pytest.raises(AssertionError, match="Forum has no topic 404"):
        await bob.send("x", forum, message_thread_id=404)
    await tg.close_topic(forum, money)
    shut = bot.send_message(forum.id, "x", message_thread_id=money)
    await refused(BadRequest, "topic_closed", shut)
    with pytest.raises(AssertionError, match="the topic is closed"):
        await bob.send("x", forum, message_thread_id=money)


async def test_a_reply_outside_of_topics_has_a_thread_that_is_none(caller: Caller) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    group = await tg.group("Team", alice)
    sent = await bot.send_message(group.id, "x")
    reply = await alice.send("y", group, reply_to=group.messages[sent.message_id])
    assert reply["message_thread_id"] == sent.message_id and "is_topic_message" not in reply
    caller.clock.forward(3)
    echo = bot.send_message(group.id, "x", message_thread_id=sent.message_id)
    await refused(BadRequest, "message thread not found", echo)
    with pytest.raises(AssertionError, match="Team has no topics"):
        await tg.topic(group, "Money")


async def test_topics_of_the_bot(caller: Caller) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    group, forum = await tg.group("Team", alice), await tg.group("Forum", alice, is_forum=True)
    await refused(BadRequest, "not a forum", bot.create_forum_topic(group.id, "Money"))
    await refused(BadRequest, "rights to create a topic", bot.create_forum_topic(forum.id, "x"))
    assert (await bot.get_chat_member(forum.id, bot.id)).status == "member"
    await tg.promote_bot(forum, alice, "can_manage_topics")
    assert (await bot.get_chat_member(forum.id, bot.id)).status == "administrator"
    assert len(await bot.get_chat_administrators(forum.id)) == 2
    change = (await bot.get_updates())[-1].my_chat_member
    assert change and change.new_chat_member.status == "administrator"
    await refused(BadRequest, "topic_title_empty", bot.create_forum_topic(forum.id, ""))
    await refused(BadRequest, "topic_title_invalid", bot.create_forum_topic(forum.id, "x" * 129))
    topic = (await bot.create_forum_topic(forum.id, "Money")).message_thread_id
    await bot.close_forum_topic(forum.id, topic)
    await refused(BadRequest, "topic_not_modified", bot.close_forum_topic(forum.id, topic))
    await bot.send_message(forum.id, "x", message_thread_id=topic)
    await bot.reopen_forum_topic(forum.id, topic)
    await refused(BadRequest, "thread not found", bot.close_forum_topic(forum.id, 404))
    with pytest.raises(AssertionError, match="no such rights: frozenset"):
        await tg.promote_bot(forum, alice, "can_fly")


async def test_migration(caller: Caller) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    group = await tg.group("Team", alice, kind="group")
    before = await bot.send_message(group.id, "before")
    new = await tg.migrate(group)
    old_notice, new_notice = [u.message for u in await bot.get_updates()][-2:]
    assert old_notice and old_notice.migrate_to_chat_id == new.id
    assert new_notice and new_notice.migrate_from_chat_id == group.id
    moved = await refused(ChatMigrated, "Group migrated", bot.send_message(group.id, "x"))
    assert moved.new_chat_id == new.id
    assert tg.calls[-1]["error"] == "group chat was upgraded to a supergroup chat"
    await refused(ChatMigrated, "Group migrated", bot.send_chat_action(group.id, "typing"))
    await before.edit_text("the old messages can still be edited")
    await bot.send_message(new.id, "after")
    tg.assert_clean()
    await refused(BadRequest, "can't be deleted", bot.delete_message(new.id, new_notice.id))
    with pytest.raises(AssertionError, match="shows the supergroup instead"):
        await alice.send("/x", group)
    with pytest.raises(AssertionError, match="only a basic group migrates"):
        await tg.migrate(new)
    with pytest.raises(AssertionError, match="only supergroups have topics"):
        await tg.group("Team", alice, kind="group", is_forum=True)


async def test_deleting_in_a_private_chat() -> None:
    now = [time.time()]
    async with TelegramDouble(TOKEN, now=lambda: now[0]) as tg:
        caller = Caller.of(tg)
        async with caller.bot as bot:
            theirs = await caller.alice.send("/start")
            sent, late = await caller.send(), await caller.send()
            await sent.delete()
            assert await bot.delete_message(caller.alice.id, theirs["message_id"])
            fresh = await caller.alice.send("/start")
            now[0] += 49 * HOUR
            await refused(BadRequest, "can't be deleted for everyone", late.delete())
            old = bot.delete_message(caller.alice.id, fresh["message_id"])
            await refused(BadRequest, "can't be deleted for everyone", old)
            await late.edit_text("but edited")
            both = [late.message_id, 404]
            lost = bot.delete_messages(caller.alice.id, both)
            await refused(BadRequest, "can't be deleted for everyone", lost)
            assert await bot.delete_messages(caller.alice.id, [404])
            none = bot.delete_messages(caller.alice.id, [])
            await refused(BadRequest, "message identifiers must be", none)
            now[0] -= 2 * HOUR
            assert await bot.delete_messages(caller.alice.id, both)


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_deleting_in_a_group(caller: Caller, kind: str) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    group = await tg.group("Team", alice, kind=kind)
    theirs = (await alice.send("/x", group))["message_id"]
    await (await bot.send_message(group.id, "x")).delete()
    await refused(BadRequest, "message can't be deleted", bot.delete_message(group.id, theirs))
    await tg.promote_bot(group, alice, "can_delete_messages")
    assert await bot.delete_message(group.id, theirs)
    assert await bot.get_updates() != ()
    await alice.send("an administrator sees every message", group)
    assert (await bot.get_updates())[-1].message


async def test_a_deactivated_person(caller: Caller) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    sent = await caller.send()
    await alice.deactivate()
    await refused(Forbidden, "user is deactivated", caller.send())
    await refused(Forbidden, "user is deactivated", sent.edit_text("y"))
    assert (await bot.get_chat(alice.id)).first_name == "Alice"
    tg.assert_clean()
    with pytest.raises(AssertionError, match="Alice has no account any more"):
        await alice.send("/start")


async def test_mentions(caller: Caller) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    ratna, sari = tg.user("Ratna", username="ratna"), tg.user("Sari Dewi", username=None)
    assert "username" not in sari.info
    text = "/broker@DoubleBot appoint \U0001f600 @ratna Sari Dewi, a@b.c"
    sent = await alice.send(text, mentions={"@ratna": ratna, "Sari Dewi": sari})
    assert [(e["type"], e["offset"], e["length"]) for e in sent["entities"]] == [
        ("bot_command", 0, 17),
        ("mention", 29, 6),
        ("text_mention", 36, 9),
    ]
    message = (await bot.get_updates())[-1].message
    assert message and message.entities[2].user and message.entities[2].user.id == sari.id
    assert message.parse_entity(message.entities[1]) == "@ratna", "counted in UTF-16"
    found = await alice.send("ask @ratna or @nobody_known")
    assert [e["type"] for e in found["entities"]] == ["mention", "mention"]
    captioned = await alice.send(photo=[], caption="by @ratna")
    assert captioned["caption_entities"][0]["offset"] == 3
    for words, person, complaint in (
        ("Ratna", ratna, "a client inserts @ratna, not 'Ratna'"),
        ("@sari", sari, "Sari Dewi has no username"),
        ("Sari", sari, "'Sari' is not in '/x'"),
        ("@ratna", ratna, "'@ratna' is not in '/x'"),
    ):
        with pytest.raises(AssertionError, match=complaint):
            await alice.send("/x", mentions={words: person})


async def test_updates_a_bot_does_not_ask_for(caller: Caller) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    await bot.get_updates(1001, allowed_updates=["callback_query"])
    await alice.send("/start")
    assert await bot.get_updates(1001) == (), "the setting stays"
    await bot.get_updates(1001, allowed_updates=[])
    await alice.send("/start")
    assert len(await bot.get_updates(1001)) == 1
    tg.assert_clean()


async def test_an_update_once_more_later(caller: Caller) -> None:
    tg, bot, alice = caller.tg, caller.bot, caller.alice
    await alice.send("two")
    assert [u.update_id for u in await bot.get_updates()] == [1000, 1001]
    assert await bot.get_updates(1002) == ()
    tg.redeliver(2)
    await alice.send("three")
    assert [u.update_id for u in await bot.get_updates(1002)] == [1000, 1002]
    assert await bot.get_updates(1003) == ()

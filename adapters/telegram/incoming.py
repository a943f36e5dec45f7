"""Telegram's updates as our events. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from telegram import (
    Bot,
    CallbackQuery,
    Chat,
    ChatMember,
    ChatMemberRestricted,
    ChatMemberUpdated,
    InaccessibleMessage,
    MaybeInaccessibleMessage,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram.constants import ChatMemberStatus, ChatType

from dialogues.messages import (
    Added,
    Address,
    Command,
    Event,
    Incoming,
    Moved,
    Removed,
    Spot,
    Tap,
    Text,
)

INSTALLATION = "telegram"
HERE = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)


def read(update: Update, bot: str) -> Incoming | None:
    """What somebody did other than tap, or None where it is nothing for us.

    The key names the message or the tap, not the delivery: it is the same under another
    update id.

    Args:
        bot: Our username, to know commands that are meant for other bots.
    """
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    if update.message is not None:
        return _message(update.message, bot)
    return None


def tapped(raw: Mapping[str, Any], bot: Bot) -> tuple[Incoming | None, str]:
    """What a raw callback query says, and its id: the query alone, read by the SDK.

    Of the message under it only the place is wanted: it is read as one whose content is not
    known, which saves most of the work. In a forum's topic it is read whole, as the topic is
    part of the place.
    """
    query = CallbackQuery.de_json({k: v for k, v in raw.items() if k != "message"}, bot)
    under = raw.get("message")
    if under is None or query.data is None:
        return None, query.id
    if "message_thread_id" in under:
        message: MaybeInaccessibleMessage = Message.de_json(under, bot)
    else:
        message = InaccessibleMessage(Chat.de_json(under["chat"], bot), int(under["message_id"]))
    return _tap(query, query.data, message), query.id


def spot(message: Message) -> Spot:
    """The chat of a message, and its topic in a forum."""
    thread = message.message_thread_id if message.is_topic_message else None
    return Spot(INSTALLATION, str(message.chat.id), str(thread) if thread else "")


def _tap(query: CallbackQuery, token: str, message: MaybeInaccessibleMessage) -> Incoming:
    chat = Spot(INSTALLATION, str(message.chat.id))
    if isinstance(message, Message):
        chat = spot(message)
    private = message.chat.type == ChatType.PRIVATE
    key = f"tap:{query.id}"
    return _incoming(key, query.from_user, chat, private, Tap(token), str(message.message_id))


def _membership(change: ChatMemberUpdated) -> Incoming | None:
    """What became of us in a chat: put into a group, taken out of it, silenced, blocked.

    Being unblocked is nothing yet: who wants to hear from us writes first.
    """
    before, now = _may_write(change.old_chat_member), _may_write(change.new_chat_member)
    private = change.chat.type == ChatType.PRIVATE
    if before == now or change.chat.type == ChatType.CHANNEL or (private and now):
        return None
    kind: Added | Removed = Added() if now else Removed()
    name = "added" if now else "removed"
    key = f"{name}:{change.chat.id}:{change.date.timestamp():.0f}"
    chat = Spot(INSTALLATION, str(change.chat.id))
    return _incoming(key, change.from_user, chat, private, kind)


def _may_write(member: ChatMember) -> bool:
    """Whether we are there and may say something. An administrator's rights do not matter."""
    if isinstance(member, ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    return member.status in HERE


def _message(message: Message, bot: str) -> Incoming | None:
    sender = message.from_user
    chat = spot(message)
    key = f"said:{chat.chat}:{message.message_id}"
    if message.migrate_to_chat_id is not None:
        moved = Moved(str(message.migrate_to_chat_id))
        return Incoming(key, Address(INSTALLATION, "", ""), chat, False, moved)
    private = message.chat.type == ChatType.PRIVATE
    if sender is None or sender.is_bot or message.chat.type == ChatType.CHANNEL:
        return None
    text, mentions = _with_ids(
        message.text or message.caption or "", message.entities or message.caption_entities
    )
    event = _event(text, bot, private)
    if event is None:
        return None
    return _incoming(key, sender, chat, private, event, str(message.message_id), mentions)


def _event(text: str, bot: str, private: bool) -> Event | None:
    if not text.startswith("/"):
        return Text(text) if private else None
    word, _, rest = text[1:].partition(" ")
    name, _, meant = word.partition("@")
    if meant and meant.casefold() != bot.casefold():
        return None
    return Command(f"{name} {rest}".strip(), named=private or bool(meant))


def _with_ids(text: str, entities: Sequence[MessageEntity]) -> tuple[str, dict[str, str]]:
    """A text in which people mentioned without a username stand as "@id", and their names."""
    names: dict[str, str] = {}
    units = text.encode("utf-16-le")
    for entity in sorted(entities, key=lambda e: e.offset, reverse=True):
        if entity.type == MessageEntity.TEXT_MENTION and entity.user is not None:
            ident = str(entity.user.id)
            names[ident] = entity.user.full_name
            start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
            units = units[:start] + f"@{ident}".encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le", errors="replace"), names


def _incoming(
    key: str,
    sender: User,
    chat: Spot,
    private: bool,
    event: Event,
    message: str | None = None,
    mentions: dict[str, str] | None = None,
) -> Incoming:
    return Incoming(
        key,
        Address(INSTALLATION, "", str(sender.id)),
        chat,
        private,
        event,
        message,
        " ".join(sender.full_name.split()),
        sender.language_code,
        mentions=mentions or {},
    )

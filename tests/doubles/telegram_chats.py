"""The people and groups of the Telegram double, and what befalls the bot in them."""

import re
from typing import Any

from tests.doubles.telegram_people import Chat, User
from tests.doubles.telegram_spec import Json
from tests.doubles.telegram_updates import Updates

TOPIC_COLOR = 7322096


class Chats(Updates):
    """What happens in chats without the bot's doing."""

    def user(self, name: str, **extra: Any) -> User:
        """The person of that name; made, with `extra` fields of a Telegram User, if new.

        `username` is the name in small letters; with username=None there is none.
        """
        if name not in self.users:
            user = self.users[name] = User(self, next(self.ids["user"]), name, **extra)
            self.chats[user.id] = user.chat
        return self.users[name]

    async def group(
        self, title: str, *members: User, kind: str = "supergroup", is_forum: bool = False
    ) -> Chat:
        """A group the first member, its owner, just added the bot to.

        `kind` is "supergroup", or "group" for a basic one, which can migrate.
        """
        assert kind == "supergroup" or not is_forum, "only supergroups have topics"
        base = -1000 if kind == "supergroup" else -1
        ident = base - len(self.chats)
        chat = Chat(ident, kind, title, list(members), is_forum=is_forum)
        self.chats[chat.id] = chat
        await self.push_membership(chat, members[0], "member")
        return chat

    async def kick_bot(self, chat: Chat, by: User) -> None:
        """The bot is thrown out of a group."""
        chat.bot_in = False
        await self.push_membership(chat, by, "kicked")

    async def promote_bot(self, chat: Chat, by: User, *rights: str) -> None:
        """The bot becomes an administrator with `rights` like "can_delete_messages"."""
        chat.rights = frozenset({"can_manage_chat", *rights})
        await self.push_membership(chat, by, "administrator")

    def bot_member(self, chat: Chat, status: str = "") -> Json:
        """The bot as a ChatMember, as it is now or with another status."""
        if not status:
            status = "member" if chat.bot_in else "left"
            status = "administrator" if chat.bot_in and chat.rights else status
        more: Json = {"until_date": 0} if status == "kicked" else {}
        if status == "administrator":
            fields = self.spec.types["ChatMemberAdministrator"]["fields"]
            flags = [f for f in fields if f["types"] == ["Boolean"]]
            known = {f["name"] for f in flags}
            assert known >= chat.rights, f"no such rights: {chat.rights - known}"
            wanted = {f["name"] for f in flags if f["required"]} | chat.rights
            more = {name: name in chat.rights for name in sorted(wanted)}
        return {"status": status, "user": self.me, **more}

    async def push_membership(self, chat: Chat, by: User, status: str) -> None:
        """Tell the bot that it is a "member" now, an "administrator", or "kicked"."""
        before = "kicked" if chat.type == "private" else "left"
        old = {"kicked": "member", "member": before, "administrator": "member"}
        await self.push(
            {
                "my_chat_member": {
                    "chat": chat.public(),
                    "from": by.info,
                    "date": int(self.now()),
                    "old_chat_member": self.bot_member(chat, old[status]),
                    "new_chat_member": self.bot_member(chat, status),
                }
            }
        )

    def bot_sees(self, chat: Chat, message: Json) -> bool:
        """Whether privacy mode and membership let the bot have this message."""
        if chat.type == "private":
            return not chat.blocked
        text, name = message.get("text", ""), self.me["username"].lower()
        command = re.match(r"/\w+(?:@(\w+))?", text)
        mine = bool(command and (command[1] or name).lower() == name)
        to_me = message.get("reply_to_message", {}).get("from", {}).get("id") == self.me["id"]
        open_to_all = not self.privacy or bool(chat.rights)
        return chat.bot_in and (open_to_all or mine or to_me or not text)

    def new_message(self, chat: Chat, sender: Json, **extra: Any) -> Json:
        """A message with the next number; it isn't put into the chat."""
        return {
            "message_id": next(self.ids["message"]),
            "date": int(self.now()),
            "chat": chat.public(),
            "from": sender,
            **extra,
        }

    async def _service(self, chat: Chat, by: User, **what: Any) -> Json:
        """A service message, shown to all."""
        message = self.new_message(chat, by.info, **what)
        chat.messages[message["message_id"]] = message
        if chat.bot_in:
            await self.push({"message": message})
        return message

    # ---- topics and migration ------------------------------------------------------------
    async def topic(self, chat: Chat, name: str, by: User | None = None) -> int:
        """A new topic of a forum, opened by a person; returns its message_thread_id."""
        message = self.open_topic(chat, name, (by or chat.members[0]).info)
        await self.push({"message": message})
        thread: int = message["message_thread_id"]
        return thread

    def open_topic(self, chat: Chat, name: str, by: Json) -> Json:
        """The service message that begins a topic."""
        assert chat.is_forum, f"{chat.title} has no topics: tg.group(..., is_forum=True)"
        created = {"name": name, "icon_color": TOPIC_COLOR}
        message = self.new_message(chat, by, forum_topic_created=created, is_topic_message=True)
        thread = message["message_thread_id"] = message["message_id"]
        chat.messages[thread] = message
        chat.topics[thread] = {"name": name, "closed": False}
        return message

    async def close_topic(self, chat: Chat, thread: int) -> None:
        """The owner closes a topic."""
        chat.topics[thread]["closed"] = True
        where = {"message_thread_id": thread, "is_topic_message": True}
        await self._service(chat, chat.members[0], forum_topic_closed={}, **where)

    async def migrate(self, chat: Chat) -> Chat:
        """A basic group becomes a supergroup with another id, which is returned.

        Sending to the old id is refused from now on.
        """
        assert chat.type == "group", "only a basic group migrates: tg.group(..., kind='group')"
        new = Chat(-1000 - len(self.chats), "supergroup", chat.title, chat.members, chat.bot_in)
        self.chats[new.id] = new
        chat.migrated_to = new.id
        await self._service(chat, chat.members[0], migrate_to_chat_id=new.id)
        await self._service(new, chat.members[0], migrate_from_chat_id=chat.id)
        return new

"""Sending, editing and deleting messages in telegram_double.py, and its flood limits."""

import math

from tests.doubles.telegram_media import MEDIA, Media
from tests.doubles.telegram_people import Chat
from tests.doubles.telegram_spec import Json, Refused
from tests.doubles.telegram_text import parse_text
from tests.doubles.telegram_updates import Files

DAYS_2 = 2 * 86400
MIGRATED = "group chat was upgraded to a supergroup chat"
EVERYONE = "message can't be deleted for everyone"
KINDS = {"text": ("text",), "caption": MEDIA}
SERVICE = ("forum_topic_created", "migrate_from_chat_id", "migrate_to_chat_id")
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply "
    "markup are exactly the same as a current content and reply markup of "
    "the message"
)


def int_or(value: object) -> object:
    """The number a text stands for, else the text."""
    try:
        return int(value)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return value


class Sending(Media):
    """What a bot does with messages."""

    def _chat(self, p: Json, write: bool = False) -> Chat:
        chat = self.chats.get(int_or(p["chat_id"]))
        if chat is None:
            raise Refused("chat not found")
        if chat.deactivated and write:
            raise Refused("user is deactivated", 403, quiet=True)
        if chat.migrated_to and write:
            raise Refused(MIGRATED, quiet=True, migrate_to_chat_id=chat.migrated_to)
        if chat.type == "private" and chat.blocked:
            raise Refused("bot was blocked by the user", 403, quiet=True)
        if chat.type == "private" and not chat.started:
            raise Refused("bot can't initiate conversation with a user", 403, quiet=True)
        if not chat.bot_in:
            raise Refused(f"bot was kicked from the {chat.type} chat", 403, quiet=True)
        return chat

    def _thread(self, chat: Chat, p: Json, reply: Json | None = None) -> Json:
        """The fields that put a message into the topic it is sent to or replies in."""
        thread = p.get("message_thread_id")
        if thread is None and reply and reply.get("is_topic_message"):
            thread = reply["message_thread_id"]
        if thread is None:
            return {}
        if thread not in chat.topics:
            raise Refused("message thread not found")
        if chat.topics[thread]["closed"] and "can_manage_topics" not in chat.rights:
            raise Refused("TOPIC_CLOSED", quiet=True)
        return {"message_thread_id": thread, "is_topic_message": True}

    def _flood(self, chat: Chat) -> None:
        now = self.clock()
        own = self.limits.private if chat.type == "private" else self.limits.group
        for key, (count, seconds) in ((None, self.limits.overall), (chat.id, own)):
            window = self.sent[key]
            while window and window[0] <= now - seconds:
                window.popleft()
            if len(window) >= count:
                since, free = self.flood_until.get(key, (0, 0))
                ignored = now < free and now > since + self.limits.grace
                if ignored and not self.limits.shared:
                    self.violations.append(
                        f"chat {key}: sent again {free - now:.1f} s before retry_after had passed"
                    )
                wait = max(1, math.ceil(round(window[0] + seconds - now, 6)))
                if now >= free:
                    self.flood_until[key] = (now, window[0] + seconds)
                raise Refused(
                    f"Too Many Requests: retry after {wait}", 429, quiet=True, retry_after=wait
                )
        for key in (None, chat.id):
            self.sent[key].append(now)

    def _send(self, p: Json, files: Files, method: str) -> Json:
        chat = self._chat(p, write=True)
        reply_to = p.get("reply_parameters", {})
        reply = chat.messages.get(reply_to["message_id"]) if reply_to else None
        thread = self._thread(chat, p, reply)
        content = self._content(p, files, method)
        if reply_to and reply is None and not reply_to.get("allow_sending_without_reply"):
            raise Refused("message to be replied not found")
        markup = p.get("reply_markup", {})
        if "keyboard" in markup and chat.type == "channel":
            raise Refused("reply keyboards are not available in channels")
        self._flood(chat)
        message = self.new_message(chat, self.me, **thread, **content)
        if reply:
            message["reply_to_message"] = reply
        shown = dict(message, reply_markup=markup) if markup else message
        chat.messages[message["message_id"]] = shown
        chat.log.append(("sent", shown))
        return shown if "inline_keyboard" in markup else message

    def _content(self, p: Json, files: Files, method: str) -> Json:
        if method == "sendMessage":
            text, entities = parse_text(p, "text", 4096)
            return {"text": text, "entities": entities}
        kind = method.removeprefix("send").lower()
        if kind in MEDIA:
            return self.media_content(kind, p[kind], p, files)
        return {"text": f"[{method}]", "raw": dict(p)}

    def _target(self, p: Json) -> tuple[Chat, Json]:
        if "inline_message_id" in p:
            raise Refused("STRICT: this double does not emulate inline messages")
        chat = self._chat(p)
        if chat.deactivated:
            raise Refused("user is deactivated", 403, quiet=True)
        message = chat.messages.get(p.get("message_id", 0))
        if message is None:
            raise Refused("message to edit not found")
        if message["from"]["id"] != self.me["id"]:
            raise Refused("message can't be edited")
        return chat, message

    def _edit(self, p: Json, changes: Json, fixed: str = "", gone: tuple[str, ...] = ()) -> Json:
        """Edit a message; `fixed` must be in it, the fields `gone` leave it."""
        chat, message = self._target(p)
        if fixed and not any(kind in message for kind in KINDS[fixed]):
            raise Refused(f"there is no {fixed} in the message to edit")
        markup = p.get("reply_markup")
        old = {k: v for k, v in message.items() if k != "edit_date"}
        new = {k: v for k, v in old.items() if k not in ("reply_markup", *gone)} | changes
        if markup and markup["inline_keyboard"]:
            new["reply_markup"] = markup
        if new == old:
            raise Refused(NOT_MODIFIED)
        new["edit_date"] = int(self.now())
        chat.messages[message["message_id"]] = new
        chat.log.append(("edited", new))
        return new

    def on_edit_message_text(self, p: Json, _: Files) -> Json:
        text, entities = parse_text(p, "text", 4096)
        return self._edit(p, {"text": text, "entities": entities}, "text")

    def on_edit_message_caption(self, p: Json, _: Files) -> Json:
        caption, entities = parse_text(p, "caption", 1024)
        words = {"caption": caption, "caption_entities": entities}
        return self._edit(p, words if caption else {}, "caption", tuple(words))

    def on_edit_message_media(self, p: Json, files: Files) -> Json:
        self._target(p)
        media = p["media"]
        content = self.media_content(media["type"], media["media"], media, files)
        words = ("text", "entities", "caption", "caption_entities")
        return self._edit(p, content, gone=(*words, *MEDIA))

    def on_edit_message_reply_markup(self, p: Json, _: Files) -> Json:
        return self._edit(p, {})

    # ---- deleting ------------------------------------------------------------------------
    def on_delete_message(self, p: Json, _: Files) -> bool:
        chat = self._chat(p, write=True)
        if p["message_id"] not in chat.messages:
            raise Refused("message to delete not found")
        self._delete(chat, p["message_id"])
        return True

    def on_delete_messages(self, p: Json, _: Files) -> bool:
        """Those that aren't there are passed over."""
        chat = self._chat(p, write=True)
        if not 1 <= len(p["message_ids"]) <= 100:
            raise Refused("message identifiers must be 1 to 100")
        for ident in p["message_ids"]:
            if ident in chat.messages:
                self._delete(chat, ident)
        return True

    def _delete(self, chat: Chat, ident: int) -> None:
        message = chat.messages[ident]
        own = message["from"]["id"] == self.me["id"]
        young = self.now() - message["date"] <= DAYS_2
        service = any(name in message for name in SERVICE)
        if chat.type == "private":
            allowed, why = True, EVERYONE
        elif chat.type == "group":
            allowed, why = (own and not service) or bool(chat.rights), EVERYONE
        else:
            allowed = own or "can_delete_messages" in chat.rights
            allowed, why = allowed and not service, "message can't be deleted"
        if not (young and allowed):
            raise Refused(why)
        chat.log.append(("deleted", chat.messages.pop(ident)))

    def on_answer_callback_query(self, p: Json, _: Files) -> bool:
        entry = self.callbacks.get(p["callback_query_id"])
        if len(p.get("text", "")) > 200:
            raise Refused("MESSAGE_TOO_LONG")
        if entry is None or entry["answer"] is not None or self.clock() - entry["at"] > 15:
            raise Refused("query is too old and response timeout expired or query ID is invalid")
        entry["answer"] = {"text": p.get("text", ""), "show_alert": p.get("show_alert", False)}
        return True

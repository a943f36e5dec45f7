"""Sending, editing and deleting messages in telegram_double.py, and its flood limits."""

import math
import time

from tests.doubles.telegram_people import Chat
from tests.doubles.telegram_spec import Json, Refused
from tests.doubles.telegram_text import parse_text
from tests.doubles.telegram_updates import Files, Updates

MEDIA = ("photo", "document", "audio", "video", "voice", "animation", "sticker", "video_note")
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


class Sending(Updates):
    """What a bot does with messages."""

    def _chat(self, p: Json) -> Chat:
        chat = self.chats.get(int_or(p["chat_id"]))
        if chat is None:
            raise Refused("chat not found")
        if chat.type == "private" and chat.blocked:
            raise Refused("bot was blocked by the user", 403, quiet=True)
        if chat.type == "private" and not chat.started:
            raise Refused("bot can't initiate conversation with a user", 403, quiet=True)
        if not chat.bot_in:
            raise Refused(f"bot was kicked from the {chat.type} chat", 403, quiet=True)
        return chat

    def _flood(self, chat: Chat) -> None:
        now = self.clock()
        own = self.limits.private if chat.type == "private" else self.limits.group
        for key, (count, seconds) in ((None, self.limits.overall), (chat.id, own)):
            window = self.sent[key]
            while window and window[0] <= now - seconds:
                window.popleft()
            if len(window) >= count:
                since, free = self.flood_until.get(key, (0, 0))
                if now < free and now > since + self.limits.grace:
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
        chat = self._chat(p)
        content = self._content(p, files, method)
        reply = p.get("reply_parameters", {})
        if (
            reply
            and reply["message_id"] not in chat.messages
            and not reply.get("allow_sending_without_reply")
        ):
            raise Refused("message to be replied not found")
        if "keyboard" in p.get("reply_markup", {}) and chat.type == "channel":
            raise Refused("reply keyboards are not available in channels")
        self._flood(chat)
        message = self.new_message(chat, self.me, **content)
        if reply and reply["message_id"] in chat.messages:
            message["reply_to_message"] = chat.messages[reply["message_id"]]
        markup = p.get("reply_markup", {})
        shown = dict(message, reply_markup=markup) if markup else message
        chat.messages[message["message_id"]] = shown
        chat.log.append(("sent", shown))
        return shown if "inline_keyboard" in markup else message

    def _content(self, p: Json, files: Files, method: str) -> Json:
        if method == "sendMessage":
            text, entities = parse_text(p, "text", 4096)
            return {"text": text, "entities": entities}
        kind = method.removeprefix("send").lower()
        out: Json = {}
        if kind in MEDIA:
            name, data = files.get(p[kind].removeprefix("attach://"), (p[kind], b""))
            limit = 10 if kind == "photo" else 50
            if len(data) > limit * 2**20:
                raise Refused("Request Entity Too Large", 413)
            ident = f"file{len(self.files) + 1}"
            self.files[ident] = (name, data)
            ref = {"file_id": ident, "file_unique_id": "u" + ident, "file_size": len(data)}
            sized = {**ref, "width": 90, "height": 90}
            out[kind] = [sized] if kind == "photo" else {**ref, "file_name": name}
        if "caption" in p:
            out["caption"], out["caption_entities"] = parse_text(p, "caption", 1024)
        return out or {"text": f"[{method}]", "raw": dict(p)}

    def _target(self, p: Json) -> tuple[Chat, Json]:
        if "inline_message_id" in p:
            raise Refused("STRICT: this double does not emulate inline messages")
        chat = self._chat(p)
        message = chat.messages.get(p.get("message_id", 0))
        if message is None:
            raise Refused("message to edit not found")
        if message["from"]["id"] != self.me["id"]:
            raise Refused("message can't be edited")
        return chat, message

    def _edit(self, p: Json, changes: Json) -> Json:
        chat, message = self._target(p)
        markup = p.get("reply_markup")
        old = {k: v for k, v in message.items() if k != "edit_date"}
        new = {k: v for k, v in old.items() if k != "reply_markup"} | changes
        if markup and markup["inline_keyboard"]:
            new["reply_markup"] = markup
        if new == old:
            raise Refused(NOT_MODIFIED)
        new["edit_date"] = int(time.time())
        chat.messages[message["message_id"]] = new
        chat.log.append(("edited", new))
        return new

    def on_edit_message_text(self, p: Json, _: Files) -> Json:
        text, entities = parse_text(p, "text", 4096)
        return self._edit(p, {"text": text, "entities": entities})

    def on_edit_message_caption(self, p: Json, _: Files) -> Json:
        caption, entities = parse_text(p, "caption", 1024)
        return self._edit(p, {"caption": caption, "caption_entities": entities})

    def on_edit_message_reply_markup(self, p: Json, _: Files) -> Json:
        return self._edit(p, {})

    def on_delete_message(self, p: Json, _: Files) -> bool:
        chat = self._chat(p)
        message = chat.messages.pop(p["message_id"], None)
        if message is None:
            raise Refused("message to delete not found")
        chat.log.append(("deleted", message))
        return True

    def on_answer_callback_query(self, p: Json, _: Files) -> bool:
        entry = self.callbacks.get(p["callback_query_id"])
        if len(p.get("text", "")) > 200:
            raise Refused("MESSAGE_TOO_LONG")
        if entry is None or entry["answer"] is not None or self.clock() - entry["at"] > 15:
            raise Refused("query is too old and response timeout expired or query ID is invalid")
        entry["answer"] = {"text": p.get("text", ""), "show_alert": p.get("show_alert", False)}
        return True

"""The Web API methods of slack_double.py about messages, reactions and files."""

import copy
import re
import secrets
import time
from typing import Any

from tests.doubles.slack_directory import Directory
from tests.doubles.slack_elements import Json
from tests.doubles.slack_limits import check_blocks
from tests.doubles.slack_people import Channel
from tests.doubles.slack_state import ApiError

LOOSE = re.compile(r"<(?![@#!]|https?:|mailto:|tel:)[^>]{0,20}>?")
"""A "<" that begins nothing Slack knows."""


class Messages(Directory):
    """What an app does with messages."""

    def content(self, a: Json, partial: bool = False) -> Json:
        """text, blocks and attachments of a message, or the refusal Slack would give."""
        blocks, text = a.get("blocks"), a.get("text", "")
        if not (text or blocks or a.get("attachments") or partial or a.get("markdown_text")):
            raise ApiError("no_text")
        if len(text) > 40000:
            raise ApiError("msg_too_long")
        if len(text) > 4000:
            self.warnings.append("text over 4,000 characters may be split")
        if blocks is not None:
            complaints = check_blocks(blocks)
            if complaints:
                raise ApiError("invalid_blocks", complaints, errors=complaints)
            if not text:
                self.warnings.append(
                    "blocks without top-level text: notifications and screen readers get nothing"
                )
        self.check_escapes([{"type": "mrkdwn", "text": text}, blocks])
        kept = {k: a[k] for k in ("attachments", "metadata", "thread_ts") if a.get(k)}
        return {"text": text, **({"blocks": self.filled(blocks)} if blocks else {}), **kept}

    def check_escapes(self, part: Any) -> None:
        """Warn of every "<" in mrkdwn texts that begins nothing Slack knows."""
        if isinstance(part, list):
            for item in part:
                self.check_escapes(item)
        elif isinstance(part, dict):
            if part.get("type") == "mrkdwn":
                for loose in LOOSE.findall(part["text"]):
                    self.warnings.append(f"unescaped < in text: {loose!r}")
            self.check_escapes(list(part.values()))

    def filled(self, blocks: list[Json]) -> list[Json]:
        """Blocks with the block_id and action_id Slack makes up where they are missing."""
        blocks = copy.deepcopy(blocks)
        for block in blocks:
            block.setdefault("block_id", secrets.token_hex(3))
            if block["type"] == "rich_text":
                continue
            inside = [block.get("accessory"), block.get("element"), *block.get("elements", ())]
            for element in inside:
                passive = (None, "image", "mrkdwn", "plain_text")
                if isinstance(element, dict) and element.get("type") not in passive:
                    element.setdefault("action_id", secrets.token_hex(3))
        return blocks

    def new_message(self, channel: Channel, sender: str, **fields: Any) -> Json:
        """Put a message into a channel."""
        bot = {"bot_id": "B0BOT", "app_id": self.app_id} if sender == self.bot_id else {}
        message = {
            "type": "message",
            "ts": self.ts(),
            "user": sender,
            "team": self.users[sender].team if sender in self.users else self.team,
            **bot,
            **fields,
        }
        channel.messages.append(message)
        return message

    def on_chat_post_message(self, a: Json) -> Json:
        channel = self._place(a, posting=True)
        content = self.content(a)
        thread = content.get("thread_ts")
        if thread and not any(m["ts"] == thread for m in channel.messages):
            raise ApiError("thread_not_found")
        message = self.new_message(channel, self.bot_id, **content)
        return {"channel": channel.id, "ts": message["ts"], "message": message}

    def on_chat_post_ephemeral(self, a: Json) -> Json:
        channel = self._place(a, posting=True)
        if a["user"] not in channel.members:
            raise ApiError("user_not_in_channel")
        message = self.new_message(channel, self.bot_id, only=a["user"], **self.content(a))
        return {"message_ts": message["ts"]}

    def _own(self, a: Json, verb: str) -> tuple[Channel, Json]:
        channel = self._place(a)
        for message in channel.messages:
            if message["ts"] == a["ts"] and "only" not in message:
                if message["user"] != self.bot_id:
                    raise ApiError(f"cant_{verb}_message")
                return channel, message
        raise ApiError("message_not_found")

    def on_chat_update(self, a: Json) -> Json:
        channel, message = self._own(a, "update")
        content = self.content(a)
        if "blocks" not in a and "text" in a:
            message.pop("blocks", None)
        message |= content
        message["edited"] = {"user": self.bot_id, "ts": self.ts()}
        return {
            "channel": channel.id,
            "ts": message["ts"],
            "text": message["text"],
            "message": message,
        }

    def on_chat_delete(self, a: Json) -> Json:
        channel, message = self._own(a, "delete")
        channel.messages.remove(message)
        return {"channel": channel.id, "ts": message["ts"]}

    def on_chat_get_permalink(self, a: Json) -> Json:
        channel = self._place(a)
        if not any(m["ts"] == a.get("message_ts") for m in channel.messages):
            raise ApiError("message_not_found")
        stamp = a["message_ts"].replace(".", "")
        link = f"https://double.slack.com/archives/{channel.id}/p{stamp}"
        return {"channel": channel.id, "permalink": link}

    # ---- later ---------------------------------------------------------------------------
    def on_chat_schedule_message(self, a: Json) -> Json:
        channel, at = self._place(a, posting=True), int(a["post_at"])
        if at <= time.time():
            raise ApiError("time_in_past")
        if at > time.time() + 120 * 86400:
            raise ApiError("time_too_far")
        ident = f"Q{len(self.scheduled) + 1:04}"
        self.scheduled[ident] = (at, channel, self.content(a))
        return {"channel": channel.id, "scheduled_message_id": ident, "post_at": at}

    def on_chat_scheduled_messages_list(self, _: Json) -> Json:
        waiting = [
            {"id": i, "channel_id": channel.id, "post_at": at, "text": content["text"]}
            for i, (at, channel, content) in self.scheduled.items()
        ]
        return {"scheduled_messages": waiting, "response_metadata": {"next_cursor": ""}}

    def on_chat_delete_scheduled_message(self, a: Json) -> Json:
        if a["scheduled_message_id"] not in self.scheduled:
            raise ApiError("invalid_scheduled_message_id")
        del self.scheduled[a["scheduled_message_id"]]
        return {}

    def post_scheduled(self, now: float) -> None:
        """Post what is due by the Unix time `now`."""
        for ident, (at, channel, content) in sorted(self.scheduled.items()):
            if at <= now:
                del self.scheduled[ident]
                self.new_message(channel, self.bot_id, **content)

    def on_assistant_threads_set_status(self, _: Json) -> Json:
        return {}

    # ---- reactions -----------------------------------------------------------------------
    def _reactions(self, a: Json) -> list[Json]:
        for message in self._place(a).messages:
            if message["ts"] == a["timestamp"]:
                reactions: list[Json] = message.setdefault("reactions", [])
                return reactions
        raise ApiError("message_not_found")

    def on_reactions_add(self, a: Json) -> Json:
        mine = {"name": a["name"], "users": [self.bot_id], "count": 1}
        if mine in (reactions := self._reactions(a)):
            raise ApiError("already_reacted", quiet=True)
        reactions.append(mine)
        return {}

    def on_reactions_remove(self, a: Json) -> Json:
        mine = {"name": a["name"], "users": [self.bot_id], "count": 1}
        if mine not in (reactions := self._reactions(a)):
            raise ApiError("no_reaction", quiet=True)
        reactions.remove(mine)
        return {}

"""The Web API methods of slack_double.py about people and conversations."""

import copy

from tests.doubles.slack_elements import Json
from tests.doubles.slack_people import Channel, User
from tests.doubles.slack_state import ApiError, State, paged

KINDS = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}


class Directory(State):
    """`on_auth_test` answers auth.test, and so on."""

    def channel(
        self, name: str, *members: User, private: bool = False, bot: bool = True
    ) -> Channel:
        """A new channel with these people, and the bot unless `bot` is false."""
        people = {m.id for m in members} | ({self.bot_id} if bot else set())
        kind = "private" if private else "channel"
        return self._add(Channel(f"C{len(self.channels):04}", name, kind, people))

    # ---- identity and directory ----------------------------------------------------------
    def on_api_test(self, a: Json) -> Json:
        return {"args": a}

    def on_auth_test(self, _: Json) -> Json:
        return {
            "url": "https://double.slack.com/",
            "team": self.team_name,
            "user": "doublebot",
            "team_id": self.team,
            "user_id": self.bot_id,
            "bot_id": "B0BOT",
            "is_enterprise_install": False,
        }

    def on_team_info(self, _: Json) -> Json:
        return {"team": {"id": self.team, "name": self.team_name, "domain": "double"}}

    def on_bots_info(self, _: Json) -> Json:
        bot = {"id": "B0BOT", "user_id": self.bot_id, "app_id": self.app_id}
        return {"bot": {**bot, "name": "doublebot", "deleted": False}}

    def _person(self, ident: str) -> User:
        if ident not in self.users:
            raise ApiError("user_not_found")
        return self.users[ident]

    def _visible(self, ident: str) -> User:
        """A person the app may know of: of its workspace, or in a channel with it."""
        user = self._person(ident)
        if user.team != self.team and not self.meets(user):
            raise ApiError("user_not_visible", quiet=True)
        return user

    def meets(self, user: User) -> bool:
        """Whether the app shares a channel with a person."""
        both = {user.id, self.bot_id}
        return any(c.kind != "im" and both <= c.members for c in self.channels.values())

    def shown(self, user: User) -> Json:
        """The person as the Web API shows them to this app.

        is_stranger is only true for people of another workspace whom the app meets nowhere;
        who shares a channel with it is told by the team_id alone. Nobody's language is told of
        people of another workspace.
        """
        info, foreign = copy.deepcopy(user.info), user.team != self.team
        if foreign:
            info.setdefault("is_stranger", not self.meets(user))
            info.pop("locale", None)
        if foreign or (self.scopes is not None and "users:read.email" not in self.scopes):
            info["profile"].pop("email", None)
        if info["deleted"]:
            for name in ("tz", "tz_offset", "locale"):
                info.pop(name, None)
        return info

    def on_users_info(self, a: Json) -> Json:
        return {"user": self.shown(self._visible(a["user"]))}

    def on_users_list(self, a: Json) -> Json:
        met = [u for u in self.users.values() if u.team == self.team or self.meets(u)]
        everyone, metadata = paged([self.shown(u) for u in met], a, self.page)
        return {"members": everyone, "response_metadata": metadata}

    def on_users_lookup_by_email(self, a: Json) -> Json:
        for user in self.users.values():
            info = self.shown(user)
            if info["profile"].get("email") == a.get("email") and not info["deleted"]:
                return {"user": info}
        raise ApiError("users_not_found", quiet=True)

    def on_users_conversations(self, a: Json) -> Json:
        mine = [self.public(c) for c in self.channels.values() if self.bot_id in c.members]
        channels, metadata = paged(mine, a, self.page)
        return {"channels": channels, "response_metadata": metadata}

    # ---- conversations -------------------------------------------------------------------
    def open_dm(self, user_id: str) -> Channel:
        """The direct message of the app with a person."""
        for channel in self.channels.values():
            if channel.kind == "im" and user_id in channel.members:
                return channel
        members = {user_id, self.bot_id}
        return self._add(Channel(f"D{len(self.channels):04}", f"dm-{user_id}", "im", members))

    def public(self, channel: Channel) -> Json:
        """The channel as the Web API shows it; one with people of another team is shared."""
        people = [self.users[ident] for ident in channel.members if ident in self.users]
        foreign = channel.kind != "im" and any(user.team != self.team for user in people)
        return {**channel.public(), "is_ext_shared": foreign, "is_shared": foreign}

    def _add(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def _named(self, name: str) -> Channel | None:
        return next((c for c in self.channels.values() if c.name == name), None)

    def _place(self, a: Json, posting: bool = False) -> Channel:
        ref = a["channel"]
        if ref in self.users:
            user = self.users[ref]
            if user.team != self.team and not self.meets(user):
                raise ApiError("channel_not_found")
            return self.open_dm(ref)
        channel = self.channels.get(ref) or next(
            (c for c in self.channels.values() if "#" + c.name == ref), None
        )
        if channel is None or (channel.kind != "channel" and self.bot_id not in channel.members):
            raise ApiError("channel_not_found")
        if posting and channel.archived:
            raise ApiError("is_archived")
        anywhere = channel.kind == "channel" and "chat:write.public" in (self.scopes or ())
        if posting and self.bot_id not in channel.members and not anywhere:
            raise ApiError("not_in_channel")
        return channel

    def on_conversations_open(self, a: Json) -> Json:
        if a.get("channel"):
            return {"channel": {"id": self._place(a).id}}
        idents = [u for u in str(a.get("users", "")).split(",") if u]
        if not idents:
            raise ApiError("users_list_not_supplied")
        for ident in idents:
            if self._visible(ident).info["deleted"]:
                raise ApiError("user_disabled", quiet=True)
        if len(idents) > 1:
            name = "mpdm-" + "-".join(sorted(idents))
            members = {*idents, self.bot_id}
            channel = self._named(name) or self._add(
                Channel(f"G{len(self.channels):04}", name, "mpim", members)
            )
        else:
            channel = self.open_dm(idents[0])
        return {"channel": self.public(channel) if a.get("return_im") else {"id": channel.id}}

    def on_conversations_info(self, a: Json) -> Json:
        return {"channel": self.public(self._place(a))}

    def on_conversations_join(self, a: Json) -> Json:
        channel = self._place(a)
        channel.members.add(self.bot_id)
        return {"channel": self.public(channel)}

    def on_conversations_members(self, a: Json) -> Json:
        everyone = sorted(self._place(a).members)
        start, metadata = paged([{"id": ident} for ident in everyone], a, self.page)
        return {"members": [one["id"] for one in start], "response_metadata": metadata}

    def on_conversations_list(self, a: Json) -> Json:
        wanted = {KINDS.get(t) for t in a.get("types", "public_channel").split(",")}
        found = [
            self.public(c)
            for c in self.channels.values()
            if c.kind in wanted and (c.kind == "channel" or self.bot_id in c.members)
        ]
        channels, metadata = paged(found, a, self.page)
        return {"channels": channels, "response_metadata": metadata}

    def on_conversations_history(self, a: Json) -> Json:
        shown = [
            m
            for m in reversed(self._place(a).messages)
            if "only" not in m and m.get("thread_ts", m["ts"]) == m["ts"]
        ]
        messages, metadata = paged(shown, a, self.page)
        return {
            "messages": messages,
            "has_more": bool(metadata["next_cursor"]),
            "response_metadata": metadata,
        }

    def on_conversations_replies(self, a: Json) -> Json:
        found = [m for m in self._place(a).messages if a["ts"] in (m["ts"], m.get("thread_ts"))]
        if not found:
            raise ApiError("thread_not_found")
        return {"messages": found, "has_more": False}

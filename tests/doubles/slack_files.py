"""Files on slack_double.py: asked for, uploaded, shared, read."""

import mimetypes

from aiohttp import web

from tests.doubles.slack_elements import Json
from tests.doubles.slack_messages import Messages
from tests.doubles.slack_state import ApiError


class Files(Messages):
    """`files` holds {"name", "length", "data"} by id."""

    def file(self, message: Json) -> tuple[str, bytes]:
        """The name and the bytes of the first file in a message."""
        stored = self.files[message["files"][0]["id"]]
        return stored["name"], stored["data"]

    def on_files_get_upload_url_external(self, a: Json) -> Json:
        if int(a["length"]) < 1:
            raise ApiError("invalid_arguments", ["[ERROR] length must be positive"])
        ident = f"F{len(self.files) + 1:04}"
        self.files[ident] = {"name": a["filename"], "length": int(a["length"]), "data": None}
        return {"upload_url": f"{self.origin}/upload/{ident}", "file_id": ident}

    async def _upload(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.content_type.startswith("multipart/"):
            self.complain("upload_url wants the raw bytes")
        self.files[request.match_info["ident"]]["data"] = body
        return web.Response(text=f"OK - {len(body)}")

    def on_files_complete_upload_external(self, a: Json) -> Json:
        shared = [self._shared(item) for item in a["files"]]
        targets = [a["channel_id"]] if a.get("channel_id") else []
        targets += [name for name in str(a.get("channels", "")).split(",") if name]
        for channel in [self._place({"channel": t}, posting=True) for t in targets]:
            thread = a.get("thread_ts")
            if thread and not any(m["ts"] == thread for m in channel.messages):
                raise ApiError("thread_not_found")
            words = {"text": a.get("initial_comment", ""), "blocks": a.get("blocks")}
            content = self.content({**words, "thread_ts": thread}, partial=True)
            self.new_message(channel, self.bot_id, files=shared, **content)
        return {"files": shared}

    def _shared(self, item: Json) -> Json:
        stored = self.files.get(item["id"])
        if stored is None or len(stored["data"] or b"") != stored["length"]:
            raise ApiError("file_not_found")
        name = stored["name"]
        return {
            "id": item["id"],
            "name": name,
            "title": item.get("title"),
            "mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream",
            "size": stored["length"],
            "url_private": f"{self.origin}/files/{item['id']}",
        }

    async def _download(self, request: web.Request) -> web.Response:
        """The bytes, for the bot's token only."""
        stored = self.files.get(request.match_info["ident"])
        given = request.headers.get("Authorization")
        if stored is None or given != f"Bearer {self.bot_token}":
            return web.Response(status=404 if stored is None else 403)
        return web.Response(body=stored["data"])

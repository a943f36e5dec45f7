"""The files of the Telegram double: sent, kept, sent again."""

import mimetypes

from aiohttp import web

from tests.doubles.telegram_chats import Chats
from tests.doubles.telegram_spec import Json, Refused
from tests.doubles.telegram_text import parse_text
from tests.doubles.telegram_updates import Files

MEDIA = ("photo", "document", "audio", "video", "voice", "animation", "sticker", "video_note")
NO_PICTURES = (b"<", b"%PDF", b"PK\x03\x04", b"{")
"""How files begin that Telegram surely can't make a photo of: SVG, HTML, PDF, archives."""


class Media(Chats):
    """`files` holds (name, bytes) by file_id."""

    def file(self, message: Json) -> tuple[str, bytes]:
        """The name and the bytes of the file in a message."""
        for kind in MEDIA:
            if kind in message:
                part = message[kind][-1] if kind == "photo" else message[kind]
                return self.files[part["file_id"]]
        raise AssertionError(f"no file in {message}")

    def media_content(self, kind: str, ref: str, p: Json, files: Files) -> Json:
        """The fields of a message with a file; `ref` is attach://, a file_id or a URL."""
        if ref.startswith("attach://"):
            name, data = files[ref.removeprefix("attach://")]
            if not data:
                raise Refused("file must be non-empty")
            if len(data) > (10 if kind == "photo" else 50) * 2**20:
                raise Refused("Request Entity Too Large", 413)
            if kind == "photo" and data.lstrip().startswith(NO_PICTURES):
                raise Refused("IMAGE_PROCESS_FAILED")
            ref = f"file{len(self.files) + 1}"
            self.files[ref] = (name, data)
        elif ref.startswith(("http://", "https://")):
            self.files[ref] = (ref.rsplit("/", 1)[-1], b"")
        elif ref not in self.files:
            raise Refused("wrong file identifier/HTTP URL specified")
        name, data = self.files[ref]
        part = {"file_id": ref, "file_unique_id": "u" + ref, "file_size": len(data)}
        out: Json = {}
        if kind == "photo":
            out[kind] = [{**part, "width": 90, "height": 90}]
        else:
            mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
            out[kind] = {**part, "file_name": name, "mime_type": mime}
        if "caption" in p:
            out["caption"], out["caption_entities"] = parse_text(p, "caption", 1024)
        return out

    def on_get_file(self, p: Json, _: Files) -> Json:
        if p["file_id"] not in self.files:
            raise Refused("invalid file_id")
        return {
            "file_id": p["file_id"],
            "file_unique_id": "u" + p["file_id"],
            "file_path": "documents/" + p["file_id"],
        }

    async def _file(self, request: web.Request) -> web.Response:
        found = self.files.get(request.match_info["path"].split("/")[-1])
        return web.Response(body=found[1]) if found else web.Response(status=404)

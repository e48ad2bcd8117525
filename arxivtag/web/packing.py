"""Scripts and styles travel packed: each is packed once and kept.

Streamlit 1.67 sends its front end unpacked, since packing it for every visitor costs more than it
saves on a fast line. Packed once it costs nothing, and a first page brings a third of the bytes.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass

import anyio
import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENDINGS = (".js", ".css")
# Asked with one of these, a part of a file is wanted, or whether it has changed.
_AS_IT_IS = ("range", "if-none-match", "if-modified-since")
_LEVEL = 6


@dataclass
class _Answer:
    """What the app answers, kept back."""

    status: int = 0
    headers: MutableHeaders | None = None
    body: bytes = b""
    has_ended: bool = False

    async def take(self, message: Message) -> None:
        """Take in a part of the answer."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], MutableHeaders(raw=message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            self.has_ended = not message.get("more_body", False)

    @property
    def is_whole(self) -> bool:
        """Whether this is all of a file that is there."""
        if self.headers is None or self.status != 200 or not self.has_ended:
            return False
        return int(self.headers.get("content-length", len(self.body))) == len(self.body)


async def _stays() -> Message:
    """Stand in for a browser that waits for its answer.

    One that leaves before the end would have the app stop in the midst of a file, and others be
    given the part.
    """
    await anyio.sleep_forever()
    raise AssertionError


class Packed:
    """Answers with packed scripts and styles whoever can unpack them.

    Only files that are there are kept, so nobody can fill the memory by asking.
    """

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        self.app = app
        self.folder = f"{base_path}/static/"
        self.kept: dict[str, Response] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it packed."""
        if not self._is_wanted(scope):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path not in self.kept:
            answer = _Answer()
            await self.app(scope, _stays, answer.take)
            if answer.headers is None or not answer.is_whole:
                unpacked = Response(answer.body, answer.status)
                unpacked.raw_headers = answer.headers.raw if answer.headers else []
                await unpacked(scope, receive, send)
                return
            self.kept[path] = await anyio.to_thread.run_sync(_packed, answer.body, answer.headers)
        await self.kept[path](scope, receive, send)

    def _is_wanted(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] != "GET":
            return False
        path, headers = scope["path"], Headers(scope=scope)
        can_unpack = "gzip" in headers.get("accept-encoding", "")
        is_whole = not any(name in headers for name in _AS_IT_IS)
        return path.startswith(self.folder) and path.endswith(ENDINGS) and can_unpack and is_whole


def _packed(body: bytes, headers: MutableHeaders) -> Response:
    """Return the answer packed; it is another one than that by its tag, so it has none."""
    packed = Response(gzip.compress(body, _LEVEL, mtime=0))
    for name in ("content-type", "cache-control", "last-modified"):
        if name in headers:
            packed.headers[name] = headers[name]
    packed.headers["content-encoding"] = "gzip"
    packed.headers["vary"] = "accept-encoding"
    return packed

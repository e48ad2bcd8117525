"""Scripts and styles travel packed: each is packed once and kept.

Streamlit 1.67 sends its front end unpacked, since packing it for every visitor costs more than it
saves on a fast line. Packed once it costs nothing, and a first page brings a third of the bytes.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence

import anyio
import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENDINGS = (".js", ".css")
# Asked with one of these, a part of a file is wanted, or whether it has changed.
_AS_IT_IS = ("range", "if-none-match", "if-modified-since")
_LEVEL = 6


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
            answer: list[Message] = []

            async def keep(message: Message) -> None:
                answer.append(message)

            await self.app(scope, _stays, keep)
            packed = await anyio.to_thread.run_sync(_packed, answer)
            if packed is None:
                for message in answer:
                    await send(message)
                return
            self.kept[path] = packed
        await self.kept[path](scope, receive, send)

    def _is_wanted(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] != "GET":
            return False
        path, headers = scope["path"], Headers(scope=scope)
        can_unpack = "gzip" in headers.get("accept-encoding", "")
        is_whole = not any(name in headers for name in _AS_IT_IS)
        return path.startswith(self.folder) and path.endswith(ENDINGS) and can_unpack and is_whole


def _packed(answer: Sequence[Message]) -> Response | None:
    """Return a file packed, without its tag, which is that of the unpacked; None if it is none."""
    start, *parts = answer
    headers, body = Headers(raw=start["headers"]), b"".join(one.get("body", b"") for one in parts)
    has_ended = any(not one.get("more_body", False) for one in parts)
    is_whole = has_ended and int(headers.get("content-length", len(body))) == len(body)
    if start["status"] != 200 or not is_whole:
        return None
    packed = Response(gzip.compress(body, _LEVEL, mtime=0))
    for name in ("content-type", "cache-control", "last-modified"):
        if name in headers:
            packed.headers[name] = headers[name]
    packed.headers["content-encoding"] = "gzip"
    packed.headers["vary"] = "accept-encoding"
    return packed

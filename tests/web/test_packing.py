"""Scripts travel packed to whoever can unpack them, and as they are to others."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import anyio
import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from arxivtag.web.packing import Packed

SCRIPT = "let answer = 42;\n" * 1000


class Site:
    """A server of one script that counts how often it is asked."""

    def __init__(self, base_path: str = "") -> None:
        self.asked = 0
        routes = [
            Route(f"{base_path}/static/js/a.js", self.script),
            Route(f"{base_path}/Train", self.page),
        ]
        packed = Middleware(Packed, base_path=base_path)
        self.app = Starlette(routes=routes, middleware=[packed])

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
    ) -> httpx.Response:
        """Send a request as a browser would."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
                return await client.request(method, path, headers=headers)

        with (
            start_blocking_portal() as portal
        ):  # in a thread: Playwright's loop may run in this one
            return portal.call(send)

    async def script(self, request: Request) -> Response:
        self.asked += 1
        headers = {"etag": '"1"', "cache-control": "public, immutable"}
        return Response(SCRIPT, media_type="text/javascript", headers=headers)

    async def page(self, request: Request) -> Response:
        return PlainTextResponse(SCRIPT)


def sent_by(packed: Packed) -> list[Message]:
    """What a browser is sent that asks for a script and leaves at once."""
    scope = {
        "type": "http", "method": "GET", "path": "/static/js/a.js", "headers": [
            (b"accept-encoding", b"gzip")]}  # fmt: skip
    sent: list[Message] = []

    async def leave() -> Message:
        return {"type": "http.disconnect"}

    async def take(message: Message) -> None:
        sent.append(message)

    async def ask_and_leave() -> None:
        await packed(scope, leave, take)

    with start_blocking_portal() as portal:
        portal.call(ask_and_leave)
    return sent


def test_a_script_is_packed_once() -> None:
    site = Site("/x")
    for _ in range(3):
        answer = site.ask("/x/static/js/a.js")
        assert answer.text == SCRIPT
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) < len(SCRIPT) / 20
        assert answer.headers["cache-control"] == "public, immutable"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["vary"] == "accept-encoding"
        assert "etag" not in answer.headers
    assert site.asked == 1


def test_all_else_is_sent_as_it_is() -> None:
    site = Site()
    address = "/static/js/a.js"
    for headers in ({"accept-encoding": "identity"}, {"range": "bytes=0-9"},
                    {"if-none-match": '"1"'}):  # fmt: skip
        answer = site.ask(address, headers=headers)
        assert "content-encoding" not in answer.headers
        assert answer.headers["etag"] == '"1"'
    assert "content-encoding" not in site.ask("/Train").headers
    assert site.ask("/static/js/none.js").status_code == 404
    assert site.ask(address, method="POST").status_code == 405


def test_a_browser_that_leaves_spoils_nothing_for_others() -> None:
    parts = [b"let answer", b" = ", b"42;"]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number, part in enumerate(parts, 1):
            with anyio.move_on_after(0.01):  # as servers do between the parts of a file
                if (await receive())["type"] == "http.disconnect":
                    return
            more = number < len(parts)
            await send({"type": "http.response.body", "body": part, "more_body": more})

    sent = sent_by(Packed(app))
    assert gzip.decompress(sent[-1]["body"]) == b"let answer = 42;"


@pytest.mark.parametrize("cut", [{"more_body": True}, {"headers": [(b"content-length", b"99")]}])
def test_what_is_no_whole_file_is_sent_as_it_came_and_not_kept(cut: dict[str, object]) -> None:
    answer: list[Message] = [
        {"type": "http.response.start", "status": 200, "headers": cut.get("headers", [])},
        {"type": "http.response.body", "body": b"let", "more_body": cut.get("more_body", False)},
    ]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in answer:
            await send(message)

    packed = Packed(app)
    assert sent_by(packed) == answer
    assert not packed.kept

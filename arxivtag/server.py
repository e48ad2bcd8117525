"""The web process: the Streamlit app and, beside it on the same port, the REST door.

``arxivtag app`` calls :func:`serve`. The app's own routes are Streamlit's; those of the API come
from :mod:`arxivtag.api`. What all answers have in common (headers, what visitors may not ask for)
stands in :class:`Guard`, around both.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arxivtag import config, visitor_cookie
from arxivtag.addresses import Addresses
from arxivtag.api.routes import api_routes
from arxivtag.errors import StorageError
from arxivtag.policy import policy

SCRIPT = config.PROJECT_FOLDER / "streamlit_app.py"
# Streamlit's own, which tell how busy the server is and drive pages without a browser.
OWNERS_ONLY = ("/_stcore/metrics", "/_stcore/agent")


def build_app(home: Path, base_path: str = "") -> st.App:
    """Return the app and the REST door as one ASGI application.

    Args:
        home: The folder of runs.
        base_path: What stands before every path, such as ``/arxivtag``; empty for none.
    """
    return st.App(
        SCRIPT,
        routes=api_routes(home, base_path),
        middleware=[
            Middleware(Guard, base_path=base_path),
            Middleware(Addresses, base_path=base_path, others=("/api",)),
            Middleware(Remember, home=home, base_path=base_path),
        ],
    )


def serve(home: Path, options: Mapping[str, object], base_path: str = "") -> None:
    """Serve until a signal ends the process; ``options`` are Streamlit's, by dotted names."""
    sys.argv = [str(SCRIPT)]  # what Streamlit takes for the script that was started
    build_app(home, base_path).run(config=options)


class Guard:
    """Sets the security headers of every answer, and closes to visitors what is the owner's."""

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        self.app = app
        self.closed = tuple(base_path + path for path in OWNERS_ONLY if policy().is_visitor)
        self.is_embedded = bool(config.embedding_origins())
        ancestors = " ".join(("'self'", *config.embedding_origins()))
        self.headers = {
            "X-Content-Type-Options": "nosniff",
            # Addresses of pages may hold the unguessable name of an upload.
            "Referrer-Policy": "same-origin",
            "Content-Security-Policy": f"frame-ancestors {ancestors}; object-src 'none'",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if self.is_embedded:
                    message["headers"] = [_for_one_portal(*one) for one in message["headers"]]
            await send(message)

        answer: ASGIApp = self.app
        if scope["path"].startswith(self.closed):
            fault = {"error": "There is no such page.", "hint": "The app is at the root."}
            answer = JSONResponse(fault, 404)
        await answer(scope, receive, send_with_headers)


class Remember:
    """Gives each visitor's browser its cookie with the first page, before a session begins.

    Owners get none. Scripts of pages cannot read it, and other sites' requests do not carry it,
    but where a portal may show the app in a frame.
    """

    def __init__(self, app: ASGIApp, home: Path, base_path: str = "") -> None:
        self.app = app
        self.home = home
        same_site = "none; secure" if config.embedding_origins() else "lax"
        self.attributes = (
            f"path={base_path or '/'}; max-age={visitor_cookie.MAX_AGE_S}; httponly; "
            f"samesite={same_site}"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and self._is_wanted(scope, message):
                self._give(MutableHeaders(scope=message), is_secure=scope["scheme"] == "https")
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def _give(self, headers: MutableHeaders, *, is_secure: bool) -> None:
        attributes = self.attributes + ("; secure" if is_secure else "")
        with contextlib.suppress(StorageError):  # a home that cannot be written still shows pages
            value = visitor_cookie.new_value(self.home)
            headers.append("set-cookie", f"{visitor_cookie.NAME}={value}; {attributes}")

    def _is_wanted(self, scope: Scope, answer: Message) -> bool:
        """Return whether the answer is a page for a visitor who has no cookie of ours."""
        kind = Headers(raw=answer["headers"]).get("content-type", "")
        if not kind.startswith("text/html") or not policy().is_visitor:
            return False
        sent = Request(scope).cookies.get(visitor_cookie.NAME, "")
        return not (sent and visitor_cookie.visitor_of(sent, self.home))


def _for_one_portal(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return a header; of cookies for frames, one that a browser keeps for that portal alone.

    Many browsers refuse every other cookie in a frame of another site. Only one that asks for
    ``SameSite=None`` is meant for frames: Streamlit's against forged uploads.
    """
    is_for_frames = name.lower() == b"set-cookie" and b"samesite=none" in value.lower()
    return (name, value + b"; Partitioned") if is_for_frames else (name, value)

"""Security headers on every answer, and who may ask for what."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arxivtag import config, policy
from arxivtag.policy import Role
from arxivtag.ui.frame import who

# Streamlit's own, which tell how busy the server is and drive pages without a browser.
OWNERS_ONLY = ("/_stcore/metrics", "/_stcore/agent")
# Files of sessions: not for somebody who would have to sign in first.
NOT_FOR_NOBODY = ("/_stcore/upload_file", "/media")
# What a form adds to the file that it carries.
_FORM_BYTES = 1_000_000
# What scripts stand within.
_PAGES = (
    Path(streamlit.__file__).parent / "static" / "index.html",
    config.ASSETS_FOLDER / "api.html",
)
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class Guard:
    """Sets the security headers of every answer, and answers each request as its sender may ask.

    What is the owner's is closed to others, and what follows asks :mod:`arxivtag.policy`.
    """

    def __init__(self, app: ASGIApp, base_path: str = "", *, has_login: bool = False) -> None:
        self.app = app
        self.base_path = base_path
        self.has_login = has_login
        self.is_embedded = bool(config.embedding_origins())
        self.headers = {
            "X-Content-Type-Options": "nosniff",
            # Addresses of pages may hold the unguessable name of an upload.
            "Referrer-Policy": "same-origin",
            "Content-Security-Policy": content_policy(config.embedding_origins()),
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

        path, headers = scope["path"].removeprefix(self.base_path), Headers(scope=scope)
        with policy.acting_as(self.role_of(path, headers)):
            answer = refusal(scope["method"], path, headers) or self.app
            await answer(scope, receive, send_with_headers)

    def role_of(self, path: str, headers: Headers) -> Role:
        """Return who sent a request for ``path``."""
        if not self.has_login:
            return policy.role()
        role = who.who_sends(cookie_parser(headers.get("cookie", "")))
        is_program = role is Role.NOBODY and path.startswith("/api/") and config.api_is_open()
        return Role.VISITOR if is_program else role


def refusal(method: str, path: str, headers: Headers) -> Response | None:
    """Return the answer to a request that its sender may not make; None where it may be made."""
    asks = policy.role()
    if path.startswith(OWNERS_ONLY) and asks is not Role.OWNER:
        return _fault(404, "There is no such page.", "The app is at the root.")
    if path.startswith(NOT_FOR_NOBODY) and asks is Role.NOBODY:
        return _fault(401, "You are not signed in.", "Open the app and sign in.")
    if method == "PUT" and path.startswith(NOT_FOR_NOBODY):
        most_mb, said = policy.policy().max_upload_mb, headers.get("content-length", "")
        if not said.isdecimal() or int(said) > most_mb * 1_048_576 + _FORM_BYTES:
            return _fault(413, f"A file may have {most_mb} MB at most.", "Send a smaller one.")
    return None


def _fault(status: int, error: str, hint: str) -> Response:
    return JSONResponse({"error": error, "hint": hint}, status)


def _for_one_portal(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return a header; of cookies for frames, one that a browser keeps for that portal alone.

    Many browsers refuse every other cookie in a frame of another site. Only one that asks for
    ``SameSite=None`` is meant for frames: Streamlit's against forged uploads.
    """
    is_for_frames = name.lower() == b"set-cookie" and b"samesite=none" in value.lower()
    return (name, value + b"; Partitioned") if is_for_frames else (name, value)


def content_policy(ancestors: Sequence[str]) -> str:
    """Return the Content-Security-Policy: what a page may load and run, all from this server.

    Streamlit 1.67 needs these exceptions, tried page by page in Chromium: the script inside its
    page, and that of ``/api``, by their digests; components of our own and workers from ``blob:``
    addresses that the page makes itself; styles that its front end writes. The maps of papers need
    ``'unsafe-eval'``: Plotly draws points on the graphics card by regl, which makes functions out
    of text; without it each map says that the browser knows no WebGL. It lets no text from outside
    run by itself: scripts within a page stay refused.

    ``ancestors`` are the origins that may show a page in a frame.
    """
    scripts = [script for page in _PAGES for script in _INLINE.findall(page.read_text("utf-8"))]
    digests = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts]
    sources = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "blob:", "'unsafe-eval'", *(f"'sha256-{one}'" for one in digests)],
        "worker-src": ["'self'", "blob:"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'", *ancestors],
    }
    return "; ".join(" ".join((name, *allowed)) for name, allowed in sources.items())

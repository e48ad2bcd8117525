"""The web process: the Streamlit app and, beside it on the same port, the REST door.

``arxivtag app`` calls :func:`serve`. The app's own routes are Streamlit's; those of the API come
from :mod:`arxivtag.api`. What all answers have in common (headers, what visitors may not ask for)
stands in :class:`Guard`, around both.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request, cookie_parser
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arxivtag import config, policy, visitor_cookie
from arxivtag.addresses import Addresses
from arxivtag.api.routes import api_routes
from arxivtag.api.tagging import wake
from arxivtag.content_policy import content_policy
from arxivtag.errors import StorageError
from arxivtag.packing import Packed
from arxivtag.policy import Role
from arxivtag.ui.frame import who

SCRIPT = config.PROJECT_FOLDER / "streamlit_app.py"
# Streamlit's own, which tell how busy the server is and drive pages without a browser.
OWNERS_ONLY = ("/_stcore/metrics", "/_stcore/agent")
# Files of sessions: not for somebody who would have to sign in first.
NOT_FOR_NOBODY = ("/_stcore/upload_file", "/media")
# What a form adds to the file that it carries.
_FORM_BYTES = 1_000_000


def build_app(home: Path, base_path: str = "", *, has_login: bool = False) -> st.App:
    """Return the app and the REST door as one ASGI application.

    Args:
        home: The folder of runs.
        base_path: What stands before every path, such as ``/arxivtag``; empty for none.
        has_login: Whether people have to sign in.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: st.App) -> AsyncIterator[None]:
        # 0.1 s of work in a few pieces: the first page does not notice.
        threading.Thread(target=wake, args=(home,), name="wake", daemon=True).start()
        yield

    return st.App(
        SCRIPT,
        lifespan=lifespan,
        routes=api_routes(home, base_path),
        middleware=[
            Middleware(Guard, base_path=base_path, has_login=has_login),
            Middleware(Addresses, base_path=base_path, others=("/api",)),
            Middleware(Remember, home=home, base_path=base_path),
            Middleware(Packed, base_path=base_path),
        ],
    )


def serve(
    home: Path, options: Mapping[str, object], base_path: str = "", *, has_login: bool = False
) -> None:
    """Serve until a signal ends the process; ``options`` are Streamlit's, by dotted names."""
    sys.argv = [str(SCRIPT)]  # what Streamlit takes for the script that was started
    if has_login:
        policy.ask(who.who_asks)
    build_app(home, base_path, has_login=has_login).run(config=options)


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
        if not kind.startswith("text/html") or not policy.policy().is_visitor:
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

"""A visitor's browser is known again: by a cookie that comes with its first page."""

from __future__ import annotations

import contextlib
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arxivtag import config, policy, visitor_cookie
from arxivtag.errors import StorageError


class Remember:
    """Gives each visitor's browser its cookie with the first page, before a session begins.

    Owners get none. Scripts of pages cannot read it, and other sites' requests do not carry it,
    but where a portal may show the app in a frame.
    """

    def __init__(self, app: ASGIApp, home: Path, base_path: str = "") -> None:
        self.app = app
        self.home = home
        self.is_for_frames = bool(config.embedding_origins())
        self.attributes = (
            f"path={base_path or '/'}; max-age={visitor_cookie.MAX_AGE_S}; httponly; "
            f"samesite={'none' if self.is_for_frames else 'lax'}"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and self._is_wanted(scope, message):
                self._give(MutableHeaders(scope=message), is_secure=scope["scheme"] == "https")
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def _give(self, headers: MutableHeaders, *, is_secure: bool) -> None:
        # Browsers take one for frames of other sites only where it is secure, whatever the scheme.
        attributes = self.attributes + ("; secure" if is_secure or self.is_for_frames else "")
        with contextlib.suppress(StorageError):  # a home that cannot be written still shows pages
            value = visitor_cookie.new_value(self.home)
            headers.append("set-cookie", f"{visitor_cookie.NAME}={value}; {attributes}")

    def _is_wanted(self, scope: Scope, answer: Message) -> bool:
        """Return whether the answer is a page for a visitor who has no cookie of ours."""
        kind = Headers(raw=answer["headers"]).get("content-type", "")
        if not kind.startswith("text/html") or not policy.policy().is_visitor:
            return False
        sent = Request(scope).cookies.get(visitor_cookie.NAME, "")
        return not visitor_cookie.visitor_of(sent, self.home)

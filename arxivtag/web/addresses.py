"""Addresses that are no page of the app, and pages that stand in a frame of another site.

Streamlit answers every address that it does not know with its own page and status 200: a blank
one where the address has several parts. :class:`Addresses` answers 404, with a way back.
"""

from __future__ import annotations

import html
from urllib.parse import urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arxivtag import config
from arxivtag.ui.frame.page import PAGES

_TEMPLATE = config.ASSETS_FOLDER / "no_such_page.html"


class Addresses:
    """Answers 404 where there is no page, and shows pages in frames without what is for windows."""

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        self.app = app
        names = ("" if name == "Home" else name for _, name, _ in PAGES)
        self.pages = {f"{base_path}/{name}".rstrip("/") for name in names}
        self.known = {*self.pages, f"{base_path}/api"}  # which is HTML beside the app's
        template = _TEMPLATE.read_text("utf-8")
        self.no_such_page = template.replace("BASE_PATH", html.escape(base_path or "/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and replace the answer where it is Streamlit's page by default."""
        path = scope.get("path", "").rstrip("/")
        is_look = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if is_look and path in self.pages and _is_new_in_a_frame(scope):
            asked = [*Request(scope).query_params.multi_items(), ("embed", "true")]
            await RedirectResponse(f"?{urlencode(asked)}", 307)(scope, receive, send)
        elif not is_look or path in self.known:
            await self.app(scope, receive, send)
        else:
            await self._without_default_page(scope, receive, send)

    async def _without_default_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_replaced = False

        async def send_if_it_exists(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                is_replaced = message["status"] == 200 and kind.startswith("text/html")
                if is_replaced:
                    await HTMLResponse(self.no_such_page, 404)(scope, receive, send)
            if not is_replaced:
                await send(message)

        await self.app(scope, receive, send_if_it_exists)


def _is_new_in_a_frame(scope: Scope) -> bool:
    """Whether a browser loads a page into a frame, and nobody said how it should look there."""
    request = Request(scope)
    in_a_frame = request.headers.get("sec-fetch-dest") in ("iframe", "frame")
    return in_a_frame and "embed" not in request.query_params

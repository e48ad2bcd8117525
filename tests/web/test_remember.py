"""A visitor's browser gets its cookie with the first page, secure where it has to be, once."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from arxivtag import visitor_cookie
from arxivtag.web.remember import Remember


def given_cookie(home: Path, address: str) -> list[str]:
    """Return the parts of the cookie that comes with a page at an address."""

    async def page(request: Request) -> Response:
        return HTMLResponse("<p>A page")

    app = Starlette(routes=[Route("/", page)], middleware=[Middleware(Remember, home=home)])

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            return await client.get(address)

    with start_blocking_portal() as portal:  # in a thread: Playwright's loop may run in this one
        (cookie,) = portal.call(send).headers.get_list("set-cookie")
    return cookie.lower().split("; ")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("portal", ["", "https://portal.example.org"])
def test_it_is_secure_once_where_it_has_to_be(
    scheme: str, portal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    monkeypatch.setenv("ARXIVTAG_EMBED_ORIGINS", portal)
    name, *attributes = given_cookie(tmp_path, f"{scheme}://site/")
    assert name.startswith(visitor_cookie.NAME)
    assert attributes.count("secure") == bool(portal or scheme == "https")
    assert f"samesite={'none' if portal else 'lax'}" in attributes
    assert len(set(attributes)) == len(attributes)

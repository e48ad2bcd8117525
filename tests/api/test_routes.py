"""Every route that exists, Streamlit's own included, asked as owner and as visitor.

The routes are read from the app itself: one that is new, after an update of Streamlit say, fails
here until somebody has decided who may use it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
import websockets.sync.client
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from arxivtag import visitor_cookie
from arxivtag.api.routes import api_routes
from arxivtag.errors import ConfigError
from arxivtag.policy import Role
from arxivtag.server import build_app
from arxivtag.web.guard import Guard, content_policy
from tests.browser.conftest import Server

NO_SUCH = "00000000-0000-4000-8000-000000000000"
OWNER, VISITOR = "owner", "visitor"
# (method, path): what the owner gets, and what a visitor gets. 403 and 404 are closed.
ANSWERS: dict[tuple[str, str], tuple[int, int]] = {
    ("GET", "/api"): (200, 200),
    ("GET", "/api/"): (307, 307),
    ("GET", "/api/v1/health"): (200, 200),
    ("GET", "/api/v1/models"): (200, 200),
    ("POST", "/api/v1/tag"): (400, 400),  # sent without a body
    ("GET", "/api/v1/openapi.json"): (200, 200),
    ("GET", "/_stcore/health"): (200, 200),
    ("OPTIONS", "/_stcore/health"): (204, 204),
    ("GET", "/_stcore/metrics"): (200, 404),
    ("OPTIONS", "/_stcore/metrics"): (204, 404),
    ("GET", "/_stcore/host-config"): (200, 200),
    # Of files that no page has shown, and of sessions that are not there, nothing is to be had.
    ("GET", "/media/{file_id:path}"): (404, 404),
    ("OPTIONS", "/media/{file_id:path}"): (204, 204),
    ("PUT", "/_stcore/upload_file/{session_id}/{file_id}"): (403, 403),
    ("DELETE", "/_stcore/upload_file/{session_id}/{file_id}"): (403, 403),
    ("OPTIONS", "/_stcore/upload_file/{session_id}/{file_id}"): (204, 204),
    ("GET", "/component/{path:path}"): (404, 404),
    ("OPTIONS", "/component/{path:path}"): (204, 204),
    ("GET", "/_stcore/bidi-components/{path:path}"): (404, 404),
    ("OPTIONS", "/_stcore/bidi-components/{path:path}"): (204, 204),
    # Nobody signs in here: back to the first page.
    ("GET", "/auth/login"): (302, 302),
    ("GET", "/auth/logout"): (302, 302),
    ("GET", "/oauth2callback"): (302, 302),
    # The owner is told that this is off; a visitor, nothing.
    **{
        (method, "/_stcore/agent/interact"): (403 if method == "POST" else 405, 404)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    },
    **{
        (method, "/_stcore/agent/mcp"): (400 if method == "POST" else 405, 404)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    },
    **{
        (method, "/_stcore/agent/openapi.json"): (200 if method == "GET" else 405, 404)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    },
    ("GET", "/"): (200, 200),  # the front end's files
    ("POST", "/"): (405, 405),
}
SOCKETS = ("/_stcore/stream",)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "content-security-policy": content_policy([]),
}


def walked(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the method and path of every route; HEAD goes with GET."""
    for route in routes:
        if isinstance(route, Mount) and route.routes:
            yield from walked(route.routes, prefix + route.path)
        elif isinstance(route, Mount):
            yield from (("GET", "/"), ("POST", "/"))
        elif isinstance(route, WebSocketRoute):
            yield "SOCKET", prefix + route.path
        else:
            assert isinstance(route, Route), route
            yield from ((method, prefix + route.path) for method in (route.methods or set()))


def test_nobody_has_added_a_route_unseen(home: Path) -> None:
    there = set(walked(build_app(home)._build_starlette_app().routes))
    decided = set(ANSWERS) | {("SOCKET", path) for path in SOCKETS}
    assert {one for one in there if one[0] != "HEAD"} == decided


@pytest.mark.parametrize("who", [OWNER, VISITOR])
def test_each_route_is_open_to_those_it_is_for(who: str, owner: Server, visitors: Server) -> None:
    url = owner.url if who == OWNER else visitors.url
    got, wanted, without = {}, {}, []
    with httpx.Client(base_url=url, timeout=30) as client:
        for (method, path), answers in ANSWERS.items():
            for name in ("{session_id}", "{file_id}", "{file_id:path}", "{path:path}"):
                path = path.replace(name, NO_SUCH)
            answer = client.request(method, path)
            got[method, path] = answer.status_code
            wanted[method, path] = answers[0 if who == OWNER else 1]
            if not HEADERS.items() <= dict(answer.headers).items():
                without.append((method, path))
            assert "Traceback" not in answer.text
    assert got == wanted
    assert not without


def test_a_session_s_upload_is_closed_to_others(visitors: Server) -> None:
    """Even who knows the address of an upload cannot read it, nor change it from another site."""
    socket_url = visitors.url.replace("http", "ws") + SOCKETS[0]
    with (
        websockets.sync.client.connect(socket_url, origin=visitors.url) as mine,
        httpx.Client(base_url=visitors.url, timeout=30) as other,
    ):
        assert mine.protocol.state.name == "OPEN"
        token = other.get("/_stcore/health").cookies["_streamlit_xsrf"]
        address = f"/_stcore/upload_file/{NO_SUCH}/{NO_SUCH}"
        file = {"file": ("papers.csv", b"titles,summaries,terms", "text/csv")}
        # Without the token of this site's own pages, whoever sends it.
        assert other.put(address, files=file).status_code == 403
        # With it, to a session that is not there.
        sent = other.put(address, files=file, headers={"X-Xsrftoken": token})
        assert sent.status_code == 400
        # There is no way to read an upload.
        assert other.get(address).status_code == 404


def test_another_site_opens_no_session(visitors: Server) -> None:
    socket_url = visitors.url.replace("http", "ws") + SOCKETS[0]
    with pytest.raises(websockets.exceptions.InvalidStatus, match="403"):
        websockets.sync.client.connect(socket_url, origin="https://elsewhere.example")


def test_a_closed_route_is_closed_however_it_is_written(visitors: Server) -> None:
    with httpx.Client(base_url=visitors.url, timeout=30) as client:
        for path in (
            "/_stcore%2Fmetrics",
            "/_stcore/metrics/",
            "/%5fstcore/metrics",
            "//_stcore/metrics",
        ):
            answer = client.get(httpx.URL(visitors.url).copy_with(raw_path=path.encode()))
            assert answer.status_code in (400, 404), path


def test_who_may_embed_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_EMBED_ORIGINS", "https://portal.example.org https://*.example.net")
    policy = Guard(lambda *_: None).headers["Content-Security-Policy"]  # type: ignore[arg-type]
    assert policy.endswith(
        "frame-ancestors 'self' https://portal.example.org https://*.example.net"
    )


def asked_from(origin: str) -> tuple[httpx.Headers, httpx.Headers]:
    """What a browser hears before it lets a page of ``origin`` ask the API, and with the answer."""
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }

    async def ask() -> tuple[httpx.Headers, httpx.Headers]:
        transport = httpx.ASGITransport(Starlette(routes=api_routes(Path("nowhere"))))
        about = {"Origin": origin}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://here", headers=about
        ) as one:
            before = await one.options("/api/v1/tag", headers=asks)
            return before.headers, (await one.get("/api/v1/health")).headers

    with start_blocking_portal() as portal:  # a browser test may have left a loop in this thread
        return portal.call(ask)


def test_pages_of_other_sites_ask_the_api_only_where_they_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, mine = "access-control-allow-origin", "https://portal.example.org"
    assert not any(name in headers for headers in asked_from(mine))
    monkeypatch.setenv("ARXIVTAG_API_ORIGINS", f"{mine} https://*.example.net")
    for origin in (mine, "https://a.example.net"):
        for headers in asked_from(origin):
            assert headers[name] == origin
            assert "access-control-allow-credentials" not in headers
    for origin in (
        f"{mine}.evil.example",
        "http://portal.example.org",
        "https://example.net",
        "null",
    ):
        assert not any(name in headers for headers in asked_from(origin))


@pytest.mark.parametrize("variable", ["ARXIVTAG_EMBED_ORIGINS", "ARXIVTAG_API_ORIGINS"])
@pytest.mark.parametrize(
    "origin", ["portal.example.org", "https://a.example/x", "https://a;b", "'none'", "*"]
)
def test_what_is_no_origin_is_refused(
    origin: str, variable: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, origin)
    with pytest.raises(ConfigError, match=f"{variable} should hold origins alone"):
        _ = api_routes(home), Guard(lambda *_: None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("is_open", "path", "role"),
    [
        ("", "/api/v1/tag", Role.NOBODY),
        ("1", "/api/v1/tag", Role.VISITOR),
        ("1", "/media/x", Role.NOBODY),
        ("1", "/_stcore/metrics", Role.NOBODY),
    ],
)
def test_programs_ask_as_visitors_where_the_api_is_open(
    is_open: str, path: str, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARXIVTAG_API_OPEN", is_open)
    guard = Guard(lambda *_: None, has_login=True)  # type: ignore[arg-type]
    assert guard.role_of(path, Headers({"cookie": "a=b"})) is role


def test_a_visitors_browser_gets_one_cookie_and_an_owners_none(
    owner: Server, visitors: Server
) -> None:
    assert visitor_cookie.NAME not in httpx.get(owner.url).cookies
    with httpx.Client(base_url=visitors.url, timeout=30) as client:
        given = client.get("/").headers.get_list("set-cookie")
        (ours,) = (one for one in given if one.startswith(visitor_cookie.NAME))
        assert {"httponly", "samesite=lax", "path=/"} <= set(ours.lower().split("; "))
        value = client.cookies[visitor_cookie.NAME]
        assert visitor_cookie.visitor_of(value, visitors.home)
        client.get("/Train")
        client.get("/api/v1/health")
        assert client.cookies[visitor_cookie.NAME] == value
        client.cookies.set(visitor_cookie.NAME, value[:-1] + "x", domain="127.0.0.1", path="/")
        again = client.get("/Train").headers.get_list("set-cookie")
        assert any(one.startswith(visitor_cookie.NAME) for one in again)  # forged, so a new one

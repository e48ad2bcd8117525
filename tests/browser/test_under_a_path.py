"""The app below a path of another site, behind a proxy, and in a frame of another site's page."""

from __future__ import annotations

import threading
import zipfile
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from arxivtag.flags import base_path
from tests.browser.conftest import Server, start_server, stop_jobs, tag_a_file
from tests.proxy import reverse_proxy

pytestmark = pytest.mark.browser

BASE = "/arxivtag"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, which believes that it lies below a path and lets other sites show it."""
    folder = tmp_path_factory.mktemp("below")
    environment = {"ARXIVTAG_EMBED_ORIGINS": "http://localhost:*"}
    running = start_server(folder / "home", folder / "logs", environment, BASE)
    yield running
    running.stop()
    stop_jobs(running.home)


@pytest.fixture(scope="module")
def site(app: Server) -> Iterator[str]:
    """The address of the app behind a proxy, without a slash at the end."""
    with reverse_proxy(app.port, BASE) as port:
        yield f"http://localhost:{port}{BASE}"


def test_pages_links_components_and_downloads_stay_below_the_path(
    site: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{site}/Explore?data=sample")
    outside: list[str] = []
    page.on("request", lambda request: note_outside(request.url, outside))
    expect(page.get_by_role("heading", name="Explore", exact=True)).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Predict").click()
    expect(page).to_have_url(f"{site}/Predict")
    # A component of the app's own: words that speak for a label.
    expect(page.locator(".at-marked").first).to_be_visible()
    page.get_by_role("tab", name="Take the model along").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the bundle").click()
    assert zipfile.is_zipfile(download.value.path())
    assert not outside


def note_outside(url: str, outside: list[str]) -> None:
    path = httpx.URL(url).path
    # On a deep link the front end looks for its server below the page's path, then at the root.
    if not path.startswith(BASE + "/") and "/_stcore/" not in path and url.startswith("http"):
        outside.append(url)


@pytest.mark.parametrize("path", ["/Explore/x", "/x", "/Explore/x/y", "/api/x", "/a%2Fb"])
def test_an_address_that_is_no_page_says_so(app: Server, path: str) -> None:
    answer = httpx.get(app.url + path, timeout=60)
    assert answer.status_code == 404
    if not path.startswith("/api"):
        assert "There is no page at this address" in answer.text
        assert f'href="{BASE}"' in answer.text
    framed = httpx.get(app.url + path, headers={"sec-fetch-dest": "iframe"}, timeout=60)
    assert framed.status_code == 404


@pytest.mark.parametrize("path", ["", "/", "/Explore", "/Explore/", "/Train?run=x", "/api"])
def test_an_address_of_a_page_is_one(app: Server, path: str) -> None:
    answer = httpx.get(app.url + path, follow_redirects=True, timeout=60)
    assert answer.status_code == 200
    assert "There is no page" not in answer.text


def test_in_a_frame_of_another_site_there_is_room_and_a_file_goes_up(
    app: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    shown = f'<iframe src="{app.url}/Predict?model=pretrained" width=900 height=700></iframe>'
    (tmp_path / "index.html").write_text(shown)
    (tmp_path / "favicon.ico").write_bytes(b"")
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as portal:
        threading.Thread(target=portal.serve_forever, daemon=True).start()
        frame = open_page(f"http://localhost:{portal.server_port}/").frame_locator("iframe")
        expect(frame.get_by_role("heading", name="Predict", exact=True)).to_be_visible()
        expect(frame.get_by_test_id("stSidebar")).not_to_be_in_viewport()
        tag_a_file(frame)
        portal.shutdown()


@pytest.mark.parametrize("given", ["arxivtag", "/arxivtag/", "//arxivtag"])
def test_a_base_path_may_be_written_in_several_ways(given: str) -> None:
    assert base_path(given) == "/arxivtag"


@pytest.mark.parametrize("given", ["/a b", "/../x", "/a?b", "http://a/b"])
def test_what_is_no_path_is_refused(given: str) -> None:
    with pytest.raises(ArgumentTypeError, match="should be a path"):
        base_path(given)

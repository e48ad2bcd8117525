"""A person's session through nginx, set up as docs/deploy.md says: pages, an upload, a download."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server, problems_on
from tests.test_proxies import nginx_before

pytestmark = pytest.mark.browser

PAPERS = "title,abstract\nOf graphs,We study spectral clustering of large sparse graphs.\n"


def test_a_session_works_and_leaves_no_address_of_a_file_in_the_log(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    with nginx_before(server.port, tmp_path) as (address, log):
        login = {"username": "visitor", "password": "secret"}
        with browser.new_context(http_credentials=login, accept_downloads=True) as context:
            page = context.new_page()
            seen: list[str] = []
            page.on("request", lambda request: seen.append(request.url))
            page.on("websocket", lambda socket: seen.append(socket.url))
            page.goto(f"{address}/Predict?model=pretrained")
            expect(page.get_by_text("Computer Vision").first).to_be_visible()
            page.get_by_role("tab", name="Many at once").click()
            papers = {"name": "papers.csv", "mimeType": "text/csv", "buffer": PAPERS.encode()}
            page.locator("input[type=file]").set_input_files([papers])
            page.get_by_role("button", name="Tag the file").click()
            tagged = page.get_by_test_id("stMetric").filter(has_text="Papers tagged")
            expect(tagged).to_contain_text("1")
            with page.expect_download() as download:
                page.get_by_role("button", name="Download JSONL").click()
            assert b"Of graphs" in Path(download.value.path()).read_bytes()
            assert not problems_on(page)
            assert context.request.get(f"{address}/_stcore/metrics").status == 404
    sockets = [url for url in seen if url.startswith("ws")]
    parts = ("/media/", "/_stcore/upload_file/")
    files = [url for url in seen if url.removeprefix(address).startswith(parts)]
    assert len(sockets) == 1  # one session from the first page to the last
    assert {part for part in parts for url in files if part in url} == set(parts)
    for written in (log.read_text(), server.log):
        assert not any(url.rpartition("/")[2] in written for url in files)
    assert "GET /Predict" in log.read_text()
    assert "?" not in log.read_text()

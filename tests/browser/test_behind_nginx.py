"""A person's session through nginx, set up as docs/deploy.md says: pages, an upload, a download."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Server, assert_clean, tag_a_file
from tests.test_proxies import nginx_before

pytestmark = pytest.mark.browser


def test_a_session_works_and_leaves_no_address_of_a_file_in_the_log(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    seen: list[str] = []
    with nginx_before(server.port, tmp_path) as (address, log):
        login = {"username": "visitor", "password": "secret"}
        page = open_page("about:blank", http_credentials=login)
        page.on("request", lambda request: seen.append(request.url))
        page.on("websocket", lambda socket: seen.append(socket.url))
        page.goto(f"{address}/Predict?model=pretrained")
        tag_a_file(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download JSONL").click()
        assert b"Of graphs" in Path(download.value.path()).read_bytes()
        assert page.request.get(f"{address}/_stcore/metrics").status == 404
        assert_clean(page)
        page.context.close()
    sockets = [url for url in seen if url.startswith("ws")]
    parts = ("/media/", "/_stcore/upload_file/")
    files = [url for url in seen if url.removeprefix(address).startswith(parts)]
    assert len(sockets) == 1  # one session from the first page to the last
    assert {part for part in parts for url in files if part in url} == set(parts)
    for written in (log.read_text(), server.log):
        assert not any(url.rpartition("/")[2] in written for url in files)
    assert "GET /Predict" in log.read_text()
    assert "?" not in log.read_text()

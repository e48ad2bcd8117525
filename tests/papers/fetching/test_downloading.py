"""A download ends complete and validated, or with one sentence and nothing left behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arxivtag.errors import DataError, FetchError, StorageError
from arxivtag.papers.fetching import http
from arxivtag.papers.fetching.arxiv_abstracts import download
from arxivtag.papers.fetching.fetched import check_record
from tests.papers.server import Server, send, stall

BODY = bytes(range(256)) * 4096  # 1 MiB


def accept(path: Path) -> None:
    """Take any file."""


def same(path: Path) -> None:
    if path.read_bytes() != BODY:
        raise DataError("It is another file.")


def fetch(
    server: Server, path: Path, validate: Callable[[Path], None] = same, **changes: Any
) -> None:
    download(
        f"{server.url}/data.bin",
        path,
        validate,
        progress=changes.pop("progress", None),
        config=server.config(**changes),
    )


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "data.bin"


def left_behind(target: Path) -> set[str]:
    return {path.name for path in target.parent.iterdir() if not path.name.endswith(".lock")}


def test_fetches_records_and_leaves_nothing_else(server: Server, target: Path) -> None:
    server.answer = lambda handler: send(handler, BODY)
    told: list[tuple[str, float | None]] = []
    fetch(server, target, progress=lambda *what: told.append(what))
    assert target.read_bytes() == BODY
    record = json.loads((target.parent / "data.bin.json").read_text())
    assert record["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert left_behind(target) == {"data.bin", "data.bin.json"}
    assert told[-1][1] == 1.0
    assert "1.0 of 1.0 MB" in told[-1][0]


def test_says_why_it_waits(server: Server, target: Path) -> None:
    server.answer = lambda handler: send(handler, BODY, status=200 if server.requests[1:] else 503)
    told: list[str] = []
    fetch(server, target, progress=lambda text, share: told.append(text), n_retries=1)
    assert "503" in told[0]
    assert told[0].endswith("Trying again in 0 s")


def test_starts_over_when_the_connection_broke(server: Server, target: Path) -> None:
    old = BODY[::-1]

    def answer(handler: Any) -> None:
        if len(server.requests) == 1:
            send(handler, old[:300_000], length=len(BODY))
        else:
            send(handler, BODY)

    server.answer = answer
    fetch(server, target)
    assert target.read_bytes() == BODY


def test_stalling_server_times_out_and_is_asked_again(server: Server, target: Path) -> None:
    def answer(handler: Any) -> None:
        if len(server.requests) < 3:
            stall(handler, BODY[:1000])
        else:
            send(handler, BODY)

    server.answer = answer
    fetch(server, target, read_timeout_s=0.3)
    assert target.read_bytes() == BODY
    assert len(server.requests) == 3


def test_gives_up_in_one_sentence(server: Server, target: Path) -> None:
    server.answer = lambda handler: stall(handler, b"x" * 100, 0.5)
    with pytest.raises(FetchError, match="broke off") as caught:
        fetch(server, target, n_retries=1, read_timeout_s=0.2)
    assert "go on with the sample" in caught.value.hint
    assert len(server.requests) == 2


def test_promised_more_than_sent(server: Server, target: Path) -> None:
    server.answer = lambda handler: send(handler, b"short", length=5000)
    with pytest.raises(FetchError, match="broke off"):
        fetch(server, target)
    assert len(server.requests) == 4


def test_promised_less_than_sent_fails_validation(server: Server, target: Path) -> None:
    server.answer = lambda handler: send(handler, BODY, length=1000)
    with pytest.raises(FetchError, match="not what was expected") as caught:
        fetch(server, target)
    assert "another file" in caught.value.message
    assert left_behind(target) == set()


def test_old_file_survives_a_bad_new_one(server: Server, target: Path) -> None:
    target.write_bytes(b"old")
    server.answer = lambda handler: send(handler, b"bad")
    with pytest.raises(FetchError):
        fetch(server, target)
    assert target.read_bytes() == b"old"


def test_web_page_is_refused(server: Server, target: Path) -> None:
    server.answer = lambda handler: send(handler, b"<html>log in</html>", Content_Type="text/html")
    with pytest.raises(FetchError, match="web page"):
        fetch(server, target)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 410, 501])
def test_refusal_is_final(server: Server, target: Path, status: int) -> None:
    server.answer = lambda handler: send(handler, b"", status=status)
    with pytest.raises(FetchError, match=str(status)):
        fetch(server, target)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_busy_server_is_asked_again(server: Server, target: Path, status: int) -> None:
    def answer(handler: Any) -> None:
        if len(server.requests) < 3:
            send(handler, b"", status=status)
        else:
            send(handler, BODY)

    server.answer = answer
    fetch(server, target)
    assert len(server.requests) == 3


def test_waits_double_and_retry_after_is_heeded(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(http.time, "sleep", waits.append)

    def answer(handler: Any) -> None:
        headers = {"Retry_After": "7"} if len(server.requests) == 3 else {}
        send(handler, b"", status=503, **headers)

    server.answer = answer
    with pytest.raises(FetchError, match="503"):
        fetch(server, target, backoff_s=0.5, n_retries=4)
    assert waits == [0.5, 1.0, 7.0, 4.0]


def test_a_server_that_asks_for_a_long_wait_is_not_asked_again(
    server: Server, target: Path
) -> None:
    server.answer = lambda handler: send(handler, b"", status=429, Retry_After="601")
    with pytest.raises(FetchError, match="busy: it answers 429") as caught:
        fetch(server, target)
    assert caught.value.hint == "Wait 11 min and try again, or go on with the sample."
    assert len(server.requests) == 1


def test_follows_redirects(server: Server, target: Path) -> None:
    def answer(handler: Any) -> None:
        if handler.path == "/data.bin":
            send(handler, b"", status=302, Location="/elsewhere?signed=1")
        else:
            send(handler, BODY)

    server.answer = answer
    fetch(server, target)
    assert [request.path for request in server.requests] == ["/data.bin", "/elsewhere?signed=1"]


def test_redirects_in_a_circle_end(server: Server, target: Path) -> None:
    server.answer = lambda handler: send(handler, b"", status=302, Location="/data.bin")
    with pytest.raises(FetchError, match="redirects more than 5 times"):
        fetch(server, target)
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://example.invalid/x",
        "file:///etc/passwd",
        "http://localhost/x",
        "ftp://127.0.0.1/x",
        "//evil.invalid/x",
    ],
)
def test_redirect_elsewhere_is_refused(server: Server, target: Path, location: str) -> None:
    server.answer = lambda handler: send(handler, b"", status=302, Location=location)
    with pytest.raises(FetchError, match="not fetched"):
        fetch(server, target)
    assert len(server.requests) == 1


def test_too_large_by_its_own_account(server: Server, target: Path) -> None:
    server.answer = lambda handler: send(handler, b"x", length=5_000_000)
    with pytest.raises(FetchError, match="larger than 1 MB"):
        fetch(server, target, max_download_mb=1)


def test_too_large_without_saying_so(server: Server, target: Path) -> None:
    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b"x" * 100_000)

    server.answer = answer
    with pytest.raises(FetchError, match="larger than 1 MB"):
        fetch(server, target, max_download_mb=1)
    assert left_behind(target) == set()


def test_nobody_there(target: Path, server: Server) -> None:
    config = server.config(n_retries=1)
    with pytest.raises(FetchError, match="could not be reached") as caught:
        download("http://127.0.0.1:9/data", target, accept, progress=None, config=config)
    assert "Check the connection" in caught.value.hint


def test_a_host_that_has_no_address(server: Server, target: Path) -> None:
    config = server.config(n_retries=0, allowed_hosts=("nothing.invalid",))
    with pytest.raises(FetchError, match=r"nothing\.invalid could not be reached") as caught:
        download("https://nothing.invalid/data", target, accept, progress=None, config=config)
    assert "sample" in caught.value.hint


def test_bodies_of_redirects_are_not_read(server: Server, target: Path) -> None:
    def answer(handler: Any) -> None:
        if handler.path == "/data.bin":
            handler.send_response(302)
            handler.send_header("Location", "/elsewhere")
            handler.end_headers()
            while True:  # until the client leaves
                handler.wfile.write(b"x" * 100_000)
        else:
            send(handler, BODY)

    server.answer = answer
    fetch(server, target)
    assert target.read_bytes() == BODY


def test_one_fetch_at_a_time(server: Server, target: Path) -> None:
    server.answer = lambda handler: send(handler, BODY)

    def validate(path: Path) -> None:
        with pytest.raises(FetchError, match="already"):
            fetch(server, target)

    fetch(server, target, validate)


def test_record_that_does_not_fit_is_noticed(server: Server, target: Path) -> None:
    server.answer = lambda handler: send(handler, BODY)
    fetch(server, target)
    sha256 = hashlib.sha256(BODY).hexdigest()
    check_record(target, sha256)
    with pytest.raises(DataError, match="SHA-256"):
        check_record(target, "0" * 64)
    (target.parent / "data.bin.json").unlink()
    with pytest.raises(DataError, match="SHA-256"):
        check_record(target, sha256)


def test_a_folder_that_cannot_be_written(server: Server, target: Path) -> None:
    target.with_name("data.bin.lock").mkdir()  # refused to root too
    with pytest.raises(StorageError, match="Could not open the lock"):
        fetch(server, target)
    assert not server.requests

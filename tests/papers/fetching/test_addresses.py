"""Only the config's hosts are asked, and never a private address."""

from __future__ import annotations

import socket

import pytest

from arxivtag.config import SourcesConfig
from arxivtag.errors import FetchError
from arxivtag.papers.fetching.addresses import Meter, check_url, wait

CONFIG = SourcesConfig()


def resolve_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *args, **kwargs: [(2, 1, 6, "", (address, 443))]
    )
    monkeypatch.setattr("urllib.request.getproxies", dict)


def test_the_configs_own_addresses_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to("140.82.112.3", monkeypatch)
    check_url(CONFIG.arxiv_abstracts_url, CONFIG)
    check_url(CONFIG.arxiv_api_url + "?search_query=x", CONFIG)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://arxiv.org/x",
        "gopher://arxiv.org/x",
        "https://example.org/x",
        "https://arxiv.org.example.org/x",
        "https://arxiv.org@example.org/x",
        "https://user:word@arxiv.org/x",
        "https://arxiv.org:8080/x",
        "https://arxiv.org:99999/x",
        "https://127.0.0.1/x",
        "http://[::1]/x",
        "http://169.254.169.254/latest/meta-data",
        "https:///x",
        "arxiv.org/x",
        "",
        "http://[",
    ],
)
def test_anything_else_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to("140.82.112.3", monkeypatch)
    with pytest.raises(FetchError, match="not fetched"):
        check_url(url, CONFIG)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
     "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1"],
)  # fmt: skip
def test_a_named_host_at_a_private_address_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(address, monkeypatch)
    with pytest.raises(FetchError, match="private address"):
        check_url("https://arxiv.org/x", CONFIG)


def test_no_network_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    monkeypatch.setattr("urllib.request.getproxies", dict)
    with pytest.raises(FetchError, match="cannot be reached") as caught:
        check_url("https://arxiv.org/x", CONFIG)
    assert "sample" in caught.value.hint


def test_meter_tells_amount_speed_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    told: list[tuple[str, float | None]] = []
    meter = Meter("bytes", lambda *what: told.append(what))
    meter.report("fetching", 10_000_000, 50_000_000)  # 10 MB were here before
    now[0] += 0.1
    meter.report("fetching", 15_000_000, 50_000_000)  # too soon
    now[0] += 3.9
    meter.report("fetching", 18_000_000, 50_000_000)
    assert told == [
        ("fetching: 10.0 of 50.0 MB", 0.2),
        ("fetching: 18.0 of 50.0 MB, 2.0 MB/s, 16 s left", 0.36),
    ]


def test_waiting_can_be_stopped() -> None:
    with pytest.raises(FetchError, match="stopped"):
        wait(60.0, lambda: True)

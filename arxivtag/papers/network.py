"""Decides which addresses may be fetched, and keeps count of how a fetch goes."""

from __future__ import annotations

import ipaddress
import socket
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from arxivtag.config import SourcesConfig
from arxivtag.errors import FetchError

GO_ON_OFFLINE = "Check the connection and try again, or go on with the sample."


@dataclass(frozen=True)
class FetchProgress:
    """How far a fetch is.

    Attributes:
        stage: What is being done, in a few words.
        done: Units done.
        total: Units in all, if known.
        unit: "bytes" or "papers".
        per_second: Units a second since the fetch began.
        seconds_left: Time left, if it can be told.
    """

    stage: str
    done: int
    total: int | None
    unit: str
    per_second: float
    seconds_left: float | None

    @property
    def fraction(self) -> float | None:
        """Share done, 0 to 1, if the total is known."""
        return min(self.done / self.total, 1.0) if self.total else None


OnProgress = Callable[[FetchProgress], None]
ShouldStop = Callable[[], bool]


class Meter:
    """Reports progress to a callback a few times a second."""

    def __init__(self, unit: str, on_progress: OnProgress | None, interval_s: float = 0.2) -> None:
        self._unit = unit
        self._on_progress = on_progress
        self._interval_s = interval_s
        self._started = time.monotonic()
        self._reported = float("-inf")
        self._first: int | None = None

    def report(self, stage: str, done: int, total: int | None, *, now: bool = False) -> None:
        """Report if the last report is long enough ago, or ``now``."""
        at = time.monotonic()
        if self._first is None:
            self._first = done  # a resumed fetch has not fetched these just now
        if self._on_progress is None or (not now and at - self._reported < self._interval_s):
            return
        self._reported = at
        per_second = (done - self._first) / max(at - self._started, 1e-3)
        left = (total - done) / per_second if total is not None and per_second > 0 else None
        self._on_progress(FetchProgress(stage, done, total, self._unit, per_second, left))


def check_url(url: str, config: SourcesConfig, *, allow_private: bool = False) -> None:
    """Raise :class:`FetchError` unless ``url`` may be fetched.

    It must be http or https, name one of the config's hosts on its usual port,
    and that host must not resolve to a private, local or reserved address.

    Args:
        url: The address, also of each redirect.
        config: Holds the hosts.
        allow_private: Lets local addresses and ports through (for tests and mirrors
            on one's own machine; never on a visitor's word).
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise _refused(url, "it is no web address") from error
    if parts.scheme not in ("http", "https"):
        raise _refused(url, "only http and https are fetched")
    if parts.username or parts.password:
        raise _refused(url, "it holds a user name")
    if host not in config.allowed_hosts:
        raise _refused(url, "its host is none of the sources in the settings")
    if allow_private:
        return
    if port not in (None, 80, 443):
        raise _refused(url, "its port is unusual")
    if urllib.request.getproxies().get(parts.scheme):
        return  # the proxy looks the host up, and decides
    for address in _addresses(host):
        if not address.is_global or address.is_multicast:
            raise _refused(url, "its host is a private address")


def _addresses(host: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise FetchError(f"{host} cannot be reached: no network?", GO_ON_OFFLINE) from error
    return [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]


def _refused(url: str, reason: str) -> FetchError:
    return FetchError(
        f"This address is not fetched, because {reason}: {url[:200]!a}.",
        "Only the sources named in the settings are fetched.",
    )


def wait(seconds: float, should_stop: ShouldStop) -> None:
    """Sleep, but end early with :class:`FetchError` if ``should_stop()``."""
    end = time.monotonic() + seconds
    while True:
        stop_if(should_stop)
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, 0.2))


def stop_if(should_stop: ShouldStop) -> None:
    """Raise :class:`FetchError` if ``should_stop()``."""
    if should_stop():
        raise FetchError("The fetch was stopped.", "Start it again to go on where it stopped.")


def never() -> bool:
    """Return False: the fetch is not to be stopped."""
    return False

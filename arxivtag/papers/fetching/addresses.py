"""Decides which addresses may be fetched, and tells how far a fetch is."""

from __future__ import annotations

import ipaddress
import socket
import time
import urllib.request
from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit

from arxivtag.config import SourcesConfig
from arxivtag.errors import FetchError

GO_ON_OFFLINE = "Check the connection and try again, or go on with the sample."


Progress = Callable[[str, float | None], None]
ShouldStop = Callable[[], bool]


class Meter:
    """Tells a callback a few times a second how far a fetch is: a text and the share done.

    The text reads "fetching: 12.3 of 46.4 MB, 3.1 MB/s, 11 s left".
    """

    def __init__(
        self, unit: Literal["bytes", "papers"], progress: Progress | None, interval_s: float = 0.2
    ) -> None:
        self._unit = unit
        self._progress = progress
        self._interval_s = interval_s
        self._started = time.monotonic()
        self._reported = float("-inf")
        self._first: int | None = None

    def report(self, stage: str, done: int, total: int | None, *, now: bool = False) -> None:
        """Report if the last report is long enough ago, or ``now``."""
        at = time.monotonic()
        if self._first is None:
            self._first = done  # a resumed fetch has not fetched these just now
        if self._progress is None or (not now and at - self._reported < self._interval_s):
            return
        self._reported = at
        per_second = (done - self._first) / max(at - self._started, 1e-3)
        text = f"{stage}: {self._amount(done, total)}"
        if per_second > 0:
            text += f", {self._amount(per_second, None)}/s"
            if total is not None and total > done:
                text += f", {(total - done) / per_second:,.0f} s left"
        self._progress(text, min(done / total, 1.0) if total else None)

    def _amount(self, done: float, total: int | None) -> str:
        if self._unit == "papers":
            return f"{done:,.0f} papers" if total is None else f"{done:,.0f} of {total:,} papers"
        if total is None:
            return f"{done / 1e6:,.1f} MB"
        return f"{done / 1e6:,.1f} of {total / 1e6:,.1f} MB"


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

"""Asks the allowed hosts: redirects, time-outs, bounded answers, tries after a wait, progress."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import urlsplit

from arxivtag.callbacks import OnProgress
from arxivtag.config import SourcesConfig
from arxivtag.errors import FetchError

if TYPE_CHECKING:
    import httpx

Result = TypeVar("Result")

_BUSY = (408, 425, 429, 500, 502, 503, 504)
_TELL_EVERY_S = 0.2
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


class TryAgainError(FetchError):
    """A try failed in a way that a later try may mend.

    ``remedy`` is what the reader can do, without a full stop; ``wait_s`` what the server asks to
    wait first, 0 if it does not say.
    """

    def __init__(self, message: str, remedy: str, wait_s: float = 0.0) -> None:
        super().__init__(message, f"{remedy}, or go on with the sample.")
        self.remedy = remedy
        self.wait_s = wait_s


def check_url(url: str, config: SourcesConfig) -> None:
    """Raise :class:`FetchError` unless ``url`` may be asked, the target of a redirect included.

    It must name one of the config's hosts and be https on the usual port. The host's
    certificate is then checked, so that nobody else can stand in for it, on a private
    network or elsewhere. Only this machine itself, where the config names it, may be
    asked over http and on any port: tests and mirrors need that.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise _refused(url, "it is not a web address") from error
    if host not in config.allowed_hosts:
        raise _refused(url, "its host is not one of the sources in the settings")
    if parts.username or parts.password:
        raise _refused(url, "it holds a user name")
    if host in _THIS_MACHINE and parts.scheme == "http":
        return
    if parts.scheme != "https":
        raise _refused(url, "only https is allowed")
    if port not in (None, 443):
        raise _refused(url, "its port is unusual")


def _refused(url: str, reason: str) -> FetchError:
    return FetchError(
        f"This address is not fetched, because {reason}: {url[:200]!a}.",
        "Only the sources named in the settings are fetched.",
    )


@contextlib.contextmanager
def answer(url: str, config: SourcesConfig) -> Iterator[httpx.Response]:
    """Ask for ``url``, follow redirects, and yield the answer, its body still to be read.

    Raises:
        TryAgainError: If the host cannot be reached or breaks off, in the block too, or is busy.
        FetchError: If a redirect leads to an address that is not allowed, or there are too many.
    """
    import httpx

    host = urlsplit(url).hostname
    # Not compressed, so that a small answer cannot grow.
    headers = {"Accept-Encoding": "identity", "User-Agent": "arxivtag"}
    timeout = httpx.Timeout(config.read_timeout_s, connect=config.connect_timeout_s)
    try:
        with (
            httpx.Client(headers=headers, timeout=timeout) as client,
            contextlib.closing(_follow(client, url, config)) as response,
        ):
            if response.status_code in _BUSY:
                raise _busy(response)
            yield response
    except httpx.RequestError as error:
        reason = str(error) or type(error).__name__
        raise TryAgainError(
            f"{host} could not be reached or broke off: {reason}.",
            "Check the connection and try again",
        ) from error


def _follow(client: httpx.Client, url: str, config: SourcesConfig) -> httpx.Response:
    """Return the first answer that is not a redirect; the bodies of redirects are not read."""
    request = client.build_request("GET", url)
    for _ in range(config.max_redirects + 1):
        check_url(str(request.url), config)
        response = client.send(request, stream=True)
        if response.next_request is None:
            return response
        response.close()
        request = response.next_request
    raise FetchError(
        f"{urlsplit(url).hostname} redirects more than {config.max_redirects} times.",
        "Try again later, or go on with the sample.",
    )


def _busy(response: httpx.Response) -> TryAgainError:
    wait_s = float(whole_number(response, "retry-after") or 0)
    minutes = f"{math.ceil(wait_s / 60):,} min" if wait_s else "a few minutes"
    message = f"{response.url.host} is busy: it answers {response.status_code}."
    return TryAgainError(message, f"Wait {minutes} and try again", wait_s)


def pieces(response: httpx.Response, max_mb: float) -> Iterator[bytes]:
    """Yield an answer's bytes as they come.

    Raises:
        FetchError: If they are more than ``max_mb``, or the answer says so beforehand.
    """
    announced = whole_number(response, "content-length") or 0
    n_bytes = 0
    for piece in response.iter_raw():  # without a size, so that nothing that came is lost
        n_bytes += len(piece)
        if max(n_bytes, announced) > max_mb * 1e6:
            raise FetchError(
                f"What {response.url.host} sends is larger than {max_mb:,g} MB.",
                "It may not be the right data; go on with the sample.",
            )
        yield piece


def whole_number(response: httpx.Response, header: str) -> int | None:
    """Return what a header of an answer says, if it is a whole number."""
    text = response.headers.get(header, "")
    return int(text[:15]) if text.isascii() and text.isdigit() else None


def patiently(
    attempt: Callable[[], Result],
    config: SourcesConfig,
    tell: Callable[[str], object] = lambda _: None,
) -> Result:
    """Return what ``attempt()`` gives; while it may help, try again after a wait that doubles.

    Args:
        attempt: What to try.
        config: How often, and after which waits.
        tell: Told why there is a wait, and how long it is.

    Raises:
        TryAgainError: If the last try failed, or the server asks for a longer wait than the
            config allows.
    """
    n_failures = 0
    while True:
        try:
            return attempt()
        except TryAgainError as error:
            if n_failures == config.n_retries or error.wait_s > config.longest_wait_s:
                raise
            pause_s = min(config.backoff_s * 2**n_failures, config.longest_wait_s)
            pause_s = max(pause_s, error.wait_s)
            tell(f"{error.message} Trying again in {pause_s:.0f} s")
            time.sleep(pause_s)
            n_failures += 1


class Meter:
    """Tells a callback a few times a second how far a fetch is: a text and the share done.

    The text reads "fetching: 12.3 of 46.4 MB, 3.1 MB/s, 11 s left".
    """

    def __init__(self, unit: Literal["bytes", "papers"], progress: OnProgress | None) -> None:
        self._unit = unit
        self._progress = progress
        self._started = time.monotonic()
        self._reported = float("-inf")
        self._first: int | None = None

    def report(self, stage: str, done: int, total: int | None, *, now: bool = False) -> None:
        """Report if the last report is long enough ago, or ``now``."""
        at = time.monotonic()
        if self._first is None:
            self._first = done  # a search that goes on has not fetched these just now
        if self._progress is None or (not now and at - self._reported < _TELL_EVERY_S):
            return
        self._reported = at
        per_second = (done - self._first) / max(at - self._started, 1e-3)
        text = f"{stage}: {self._amount(done, total)}"
        if per_second > 0:
            text += f", {self._amount(per_second, None)}/s"
            if total is not None and total > done:
                text += f", {(total - done) / per_second:,.0f} s left"
        self._progress(text, min(done / total, 1.0) if total else None)

    def say(self, text: str) -> None:
        """Say what keeps the fetch waiting."""
        if self._progress:
            self._progress(text, None)

    def _amount(self, done: float, total: int | None) -> str:
        scale, digits, unit = (1e6, 1, "MB") if self._unit == "bytes" else (1, 0, "papers")
        of_total = "" if total is None else f" of {total / scale:,.{digits}f}"
        return f"{done / scale:,.{digits}f}{of_total} {unit}"

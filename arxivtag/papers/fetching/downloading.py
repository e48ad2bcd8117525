"""Fetches files over HTTP so that a broken connection costs little and a wrong file is never kept.

A download goes to ``NAME.part`` beside its final place and is continued from
there (HTTP ranges) after a failure, also one of an earlier day. Only what passes
validation is renamed to ``NAME``; its SHA-256 goes to ``NAME.json`` and is
checked whenever the file is loaded.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from arxivtag import storage
from arxivtag.config import SourcesConfig
from arxivtag.errors import DataError, FetchError, StorageError
from arxivtag.papers.fetching.addresses import (
    GO_ON_OFFLINE,
    Meter,
    Progress,
    ShouldStop,
    check_url,
    never,
    stop_if,
    wait,
)

if TYPE_CHECKING:
    import httpx

_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (408, 425, 429, 500, 502, 503, 504)
_LONGEST_WAIT_S = 60.0
_PROGRESS_BYTES = 1 << 18  # a try that got this far was worth it: the count of retries starts anew


@dataclass(frozen=True)
class Fetched:
    """A file that was fetched and validated."""

    path: Path
    url: str
    sha256: str
    n_bytes: int


class _InterruptedError(Exception):
    """A try failed in a way that a further try may mend."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def download(
    url: str,
    path: Path,
    validate: Callable[[Path], None],
    *,
    progress: Progress | None = None,
    should_stop: ShouldStop = never,
    config: SourcesConfig | None = None,
    allow_private: bool = False,
) -> Fetched:
    """Fetch ``url`` to ``path``: resumed, retried with back-off, validated, renamed, recorded.

    Args:
        url: Address of the file.
        path: Where it goes; written only by the last rename.
        validate: Called with the complete temporary file (same ending as ``path``);
            raises :class:`DataError` if it is not what was expected.
        progress: Called a few times a second with a text (bytes, speed, time left) and the
            share done, if known.
        should_stop: Asked often.
        config: Hosts, timeouts, retries, limits.
        allow_private: See :func:`~arxivtag.papers.fetching.addresses.check_url`.

    Raises:
        FetchError: If it did not work; what was fetched is kept for the next call.
    """
    config = config or SourcesConfig()
    part = path.with_name(f"{path.stem}.part{''.join(path.suffixes[-1:])}")
    with only_one(path), storage.disk_errors("write", part):
        transfer = _Transfer(url, part, config, allow_private, should_stop, progress)
        transfer.run()
        sha256 = file_sha256(part)
        try:
            validate(part)
        except DataError as error:
            _forget(part)
            raise FetchError(
                f"The file from {_host(url)} is not what was expected. {error.message}",
                "Try again later, or go on with the sample.",
            ) from error
        n_bytes = part.stat().st_size
        storage.write_json(record_path(path), _record(url, sha256, n_bytes))
        part.replace(path)
        _forget(part)
    return Fetched(path, url, sha256, n_bytes)


def check_csv_target(path: Path) -> None:
    """Raise :class:`FetchError` unless ``path`` can name a CSV file to write.

    Asked before anything is fetched: by its name the file is read again.
    """
    if path.suffix.lower() != ".csv":
        raise FetchError(
            f"The file to write should end in .csv. Received: {path.name[-60:]!r}.",
            "Change its name.",
        )
    if path.is_dir():
        raise FetchError(f"{path} is a folder.", "Name a file in it, as in papers.csv.")


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Make the folder of ``path`` and hold the right to write ``path`` for the block.

    Raises:
        FetchError: If another process or session has it.
        StorageError: If the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    storage.make_folder(path.parent)
    lock = FileLock(path.with_name(f"{path.name}.lock"))
    with storage.disk_errors("write", path):
        try:
            lock.acquire(timeout=0)
        except Timeout:  # itself an OSError
            raise FetchError(
                f"{path.name} is being fetched already.", "Wait until that fetch is done."
            ) from None
    try:
        yield
    finally:
        lock.release()


class _Transfer:
    """One file on its way: tries until the temporary file is complete."""

    def __init__(
        self,
        url: str,
        part: Path,
        config: SourcesConfig,
        allow_private: bool,
        should_stop: ShouldStop,
        progress: Progress | None,
    ) -> None:
        self.url = url
        self.part = part
        self.config = config
        self.allow_private = allow_private
        self.should_stop = should_stop
        self.meter = Meter("bytes", progress)

    def run(self) -> None:
        """Try, and try again after a wait that doubles, until the file is complete."""
        import httpx

        timeout = httpx.Timeout(self.config.read_timeout_s, connect=self.config.connect_timeout_s)
        n_failures = 0
        with httpx.Client(timeout=timeout, follow_redirects=False) as client:
            while True:
                stop_if(self.should_stop)
                before = self._n_bytes()
                try:
                    self._attempt(client)
                    return
                except (httpx.TransportError, _InterruptedError) as error:
                    if self._n_bytes() - before >= _PROGRESS_BYTES:
                        n_failures = 0
                    n_failures += 1
                    if n_failures > self.config.n_retries:
                        raise self._gave_up(error) from error
                    pause = self.config.backoff_s * 2 ** (n_failures - 1)
                    asked = error.wait_s if isinstance(error, _InterruptedError) else None
                    self.meter.report("waiting to try again", self._n_bytes(), None, now=True)
                    wait(min(asked or pause, _LONGEST_WAIT_S), self.should_stop)
                except httpx.HTTPError as error:
                    raise self._gave_up(error) from error

    def _gave_up(self, error: Exception) -> FetchError:
        done = self._n_bytes()
        kept = f" {done / 1e6:,.1f} MB are kept for the next try." if done else ""
        reason = str(error) or type(error).__name__
        return FetchError(
            f"{_host(self.url)} could not be reached or broke off: {reason}.{kept}", GO_ON_OFFLINE
        )

    def _n_bytes(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _attempt(self, client: httpx.Client) -> None:
        """Ask once for what is missing and append it to the temporary file."""
        done = self._n_bytes()
        mark = _read_mark(self.part, self.url) if done else None
        if done and mark is None:  # of another address, or from a server that cannot say
            self.part.unlink()
            done = 0
        headers = {"Accept-Encoding": "identity", "User-Agent": "arxivtag"}
        if done and mark:
            headers |= {"Range": f"bytes={done}-", "If-Range": mark}
        with self._open(client, headers) as response:
            start, total = self._check_answer(response, done)
            if start is None:  # all is here already
                return
            self._write(response, start, total)

    @contextlib.contextmanager
    def _open(self, client: httpx.Client, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """Open the address, following redirects that lead to allowed hosts."""
        url = self.url
        for _ in range(self.config.max_redirects + 1):
            check_url(url, self.config, allow_private=self.allow_private)
            with client.stream("GET", url, headers=headers) as response:
                if response.status_code not in _REDIRECTS:
                    yield response
                    return
                url = urljoin(url, response.headers.get("location", ""))
        raise FetchError(
            f"{_host(self.url)} redirects more than {self.config.max_redirects} times.",
            "Try again later, or go on with the sample.",
        )

    def _check_answer(self, response: httpx.Response, done: int) -> tuple[int | None, int | None]:
        """Return where the answer's bytes begin (None: nothing is missing) and the file's size."""
        status = response.status_code
        if status in _BUSY:
            raise _InterruptedError(f"the server answers {status}", _retry_after(response))
        if status == 416:  # nothing behind what is here: complete, or not the same file
            total = _content_range(response)[1]
            if total == done:
                return None, total
            self.part.unlink()
            raise _InterruptedError("the file has changed")
        if status not in (200, 206):
            raise FetchError(
                f"{_host(self.url)} answers {status} for this file.",
                "Try again later, or go on with the sample.",
            )
        if "html" in response.headers.get("content-type", "").lower():
            raise FetchError(
                f"{_host(self.url)} sent a web page in place of the file.",
                "A log-in page of the network may be in between; try again, "
                "or go on with the sample.",
            )
        if status == 206:
            start, total = _content_range(response)
            if start != done:
                self.part.unlink(missing_ok=True)
                raise _InterruptedError("the server sent another part than was asked for")
        else:
            start, total = 0, _content_length(response)
        if total is not None and total > self.config.max_download_mb * 1_000_000:
            raise self._too_large()
        return start, total

    def _write(self, response: httpx.Response, start: int, total: int | None) -> None:
        _write_mark(self.part, self.url, response)
        done = start
        with self.part.open("r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            for piece in response.iter_raw():  # without a size, so that nothing that came is lost
                stop_if(self.should_stop)
                file.write(piece)
                done += len(piece)
                if done > self.config.max_download_mb * 1_000_000:
                    raise self._too_large()
                self.meter.report("fetching", done, total)
        if total is not None and done < total:
            raise _InterruptedError("the connection ended early")
        self.meter.report("fetching", done, done, now=True)

    def _too_large(self) -> FetchError:
        return FetchError(
            f"The file is larger than {self.config.max_download_mb:,} MB.",
            "It may not be the right one; go on with the sample.",
        )


def _host(url: str) -> str:
    import httpx

    return httpx.URL(url).host


def _content_length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isdigit() and len(text) < 16 else None


def _content_range(response: httpx.Response) -> tuple[int | None, int | None]:
    found = re.fullmatch(
        r"bytes (?:(\d{1,15})-\d{1,15}|\*)/(?:(\d{1,15})|\*)",
        response.headers.get("content-range", "").strip(),
    )
    if not found:
        return None, None
    start, total = found.groups()
    return int(start) if start else None, int(total) if total else None


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdigit() and len(text) < 6 else None


def _mark_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _write_mark(part: Path, url: str, response: httpx.Response) -> None:
    """Record which version of the file the temporary file is part of."""
    tag = response.headers.get("etag", "")
    mark = tag if tag and not tag.startswith("W/") else response.headers.get("last-modified", "")
    storage.write_json(_mark_path(part), {"url": url, "mark": mark})


def _read_mark(part: Path, url: str) -> str | None:
    try:
        record = storage.read_json(_mark_path(part))
    except StorageError:
        return None
    mark = record.get("mark")
    return mark if record.get("url") == url and isinstance(mark, str) and mark else None


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _mark_path(part).unlink(missing_ok=True)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def record_path(path: Path) -> Path:
    """Return where the record of a fetched file is kept."""
    return path.with_name(f"{path.name}.json")


def _record(url: str, sha256: str, n_bytes: int) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"url": url, "sha256": sha256, "n_bytes": n_bytes, "fetched_at": at}


def record_file(path: Path, url: str, **about: Any) -> Fetched:
    """Record the SHA-256 of a file that was just put together from answers of ``url``.

    Args:
        path: The file.
        url: Where its content is from.
        about: What else the record should say.
    """
    fetched = Fetched(path, url, file_sha256(path), path.stat().st_size)
    record = _record(url, fetched.sha256, fetched.n_bytes) | about
    storage.write_json(record_path(path), record)
    return fetched


def check_record(path: Path, sha256: str) -> None:
    """Raise :class:`DataError` if a fetched file is no longer the one that was recorded."""
    try:
        recorded = storage.read_json(record_path(path)).get("sha256")
    except StorageError:
        recorded = None
    if recorded != sha256:
        raise DataError(
            f"{path.name} is not the file that was fetched: its SHA-256 differs from the record.",
            "Fetch it again.",
        )

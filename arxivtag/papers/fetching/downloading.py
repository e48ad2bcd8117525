"""Downloads a file so that a wrong one is never kept.

A download goes to a temporary file. Only a complete file that passes validation takes its final
name; its SHA-256 goes to ``NAME.json`` and is checked whenever the file is loaded.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from arxivtag import locks, storage
from arxivtag.callbacks import OnProgress
from arxivtag.config import SourcesConfig
from arxivtag.errors import DataError, FetchError, StorageError
from arxivtag.papers.fetching.http import answer, content_length, patiently, pieces
from arxivtag.papers.fetching.meter import Meter

if TYPE_CHECKING:
    import httpx


def download(
    url: str,
    path: Path,
    validate: Callable[[Path], None],
    *,
    progress: OnProgress | None,
    config: SourcesConfig,
) -> None:
    """Fetch ``url`` to ``path``: tried again with longer waits, validated, renamed, recorded.

    ``validate`` is called with the complete temporary file, which has the same name, and raises
    :class:`DataError` if it is not what was expected.

    Raises:
        FetchError: If it did not work; nothing is left behind.
        StorageError: If the disk refuses.
    """
    meter = Meter("bytes", progress)
    with only_one(path), storage.scratch_folder(path) as folder:
        temporary = folder / path.name
        storage.write_atomic(temporary, lambda file: _fetch_into(file, url, meter, config))
        try:
            validate(temporary)
        except DataError as error:
            raise FetchError(
                f"The file from {urlsplit(url).hostname} is not what was expected. {error.message}",
                "Try again later, or go on with the sample.",
            ) from error
        write_record(path, temporary, url=url)
        temporary.replace(path)


def _fetch_into(file: BinaryIO, url: str, meter: Meter, config: SourcesConfig) -> None:
    """Fill ``file``; each try begins anew."""

    def attempt() -> None:
        with answer(url, config) as response:
            _check_is_file(response)
            file.seek(0)
            file.truncate()
            length = content_length(response)
            for piece in pieces(response, config.max_download_mb):
                file.write(piece)
                meter.report("fetching", file.tell(), length)
        meter.report("fetching", file.tell(), file.tell(), now=True)

    patiently(attempt, config, meter.say)


def _check_is_file(response: httpx.Response) -> None:
    """Raise :class:`FetchError` unless an answer holds a file."""
    status, host = response.status_code, response.url.host
    if status != 200:
        raise FetchError(
            f"{host} answers {status} for this file.", "Try again later, or go on with the sample."
        )
    if "html" in response.headers.get("content-type", "").lower():
        raise FetchError(
            f"{host} sent a web page in place of the file.",
            "A log-in page of the network may be in between; try again, or go on with the sample.",
        )


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
    storage.make_folder(path.parent)
    lock = locks.try_acquire(path.with_name(f"{path.name}.lock"))
    if lock is None:
        raise FetchError(f"{path.name} is being fetched already.", "Wait until that fetch is done.")
    try:
        yield
    finally:
        locks.release(lock)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def record_path(path: Path) -> Path:
    """Return where the record of a fetched file is kept."""
    return path.with_name(f"{path.name}.json")


def write_record(path: Path, content: Path, **about: object) -> None:
    """Record what ``content`` holds and is about to become ``path``; ``about`` is kept too."""
    record = {
        "sha256": file_sha256(content),
        "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    storage.write_json(record_path(path), record | about)


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

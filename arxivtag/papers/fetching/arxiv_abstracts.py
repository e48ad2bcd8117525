"""Fetches the Keras example's published CSV, so that a wrong one is never kept.

It goes to a temporary file. Only a complete file that passes validation takes its final name.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from arxivtag import storage
from arxivtag.callbacks import OnProgress
from arxivtag.config import SourcesConfig, downloads_folder, home_folder
from arxivtag.errors import DataError, FetchError
from arxivtag.papers.fetching.fetched import check_csv_target, only_one, write_record
from arxivtag.papers.fetching.http import Meter, answer, patiently, pieces, whole_number
from arxivtag.papers.label_columns import read_labels
from arxivtag.papers.labels import AUTO
from arxivtag.papers.reading.readers import read_table
from arxivtag.papers.schema import LABELS, NOTHING_SAID
from arxivtag.papers.source import ARXIV_ABSTRACTS
from arxivtag.papers.sources import ColumnChoice

if TYPE_CHECKING:
    import httpx


def fetch_arxiv_abstracts(
    *,
    home: Path | None = None,
    out: Path | None = None,
    progress: OnProgress | None = None,
    config: SourcesConfig | None = None,
) -> Path:
    """Fetch the Keras example's published CSV to the downloads in ``home``, or to ``out``.

    ``progress`` is called a few times a second with a text (bytes, speed, time left).

    Raises:
        FetchError: If ``out`` names no CSV file, or what is fetched is not what was expected.
        StorageError: If the disk refuses.
    """
    config = config or SourcesConfig()
    path = out or downloads_folder(home or home_folder()) / f"{ARXIV_ABSTRACTS}.csv"
    check_csv_target(path)
    download(
        config.arxiv_abstracts_url,
        path,
        lambda file: _validate(file, config.arxiv_abstracts_rows),
        progress=progress,
        config=config,
    )
    return path


def _validate(path: Path, n_rows: int) -> None:
    """Raise :class:`DataError` unless ``path`` holds ``n_rows`` papers, at most 1 % damaged."""
    choice = ColumnChoice(path, NOTHING_SAID)
    raw = read_table(path, columns=choice)
    labels = read_labels(raw.table, choice.label_columns, choice.columns[LABELS], AUTO)
    n_damaged = raw.report.n_rows_skipped + labels.n_skipped
    if raw.report.n_rows_read != n_rows or n_damaged > 0.01 * n_rows:
        raise DataError(
            f"It should hold {n_rows:,} papers. Received: {raw.report.n_rows_read:,} rows, "
            f"{n_damaged:,} of them damaged."
        )


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
            length = whole_number(response, "content-length")
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

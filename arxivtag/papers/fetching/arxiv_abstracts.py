"""Fetches the Keras example's published CSV."""

from __future__ import annotations

from pathlib import Path

from arxivtag.callbacks import OnProgress
from arxivtag.config import SourcesConfig, downloads_folder
from arxivtag.errors import DataError
from arxivtag.papers.fetching.downloading import check_csv_target, download
from arxivtag.papers.source import ARXIV_ABSTRACTS
from arxivtag.papers.sources import load


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
    path = out or downloads_folder(home) / f"{ARXIV_ABSTRACTS}.csv"
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
    report = load(str(path.absolute())).report
    if report.n_rows_read != n_rows or report.n_rows_skipped > 0.01 * n_rows:
        raise DataError(
            f"It should hold {n_rows:,} papers. Received: {report.n_rows_read:,} rows, "
            f"{report.n_rows_skipped:,} of them damaged."
        )

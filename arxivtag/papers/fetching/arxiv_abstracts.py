"""Fetches the Keras example's published CSV."""

from __future__ import annotations

from pathlib import Path

from arxivtag.callbacks import OnProgress
from arxivtag.config import SourcesConfig, downloads_folder, limits
from arxivtag.errors import DataError
from arxivtag.papers.fetching.downloading import check_csv_target, download
from arxivtag.papers.label_columns import read_labels
from arxivtag.papers.labels import AUTO
from arxivtag.papers.reading.readers import read_table
from arxivtag.papers.schema import LABELS, Layout
from arxivtag.papers.source import ARXIV_ABSTRACTS
from arxivtag.papers.sources import ColumnChoice


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
    choice = ColumnChoice(path, Layout())
    raw = read_table(path, columns=choice)
    labels = read_labels(raw.table, choice.label_columns, choice.columns[LABELS], AUTO, limits())
    n_damaged = raw.report.n_rows_skipped + labels.n_skipped
    if raw.report.n_rows_read != n_rows or n_damaged > 0.01 * n_rows:
        raise DataError(
            f"It should hold {n_rows:,} papers. Received: {raw.report.n_rows_read:,} rows, "
            f"{n_damaged:,} of them damaged."
        )

"""The fetch functions: the example's published CSV, a search of arXiv, a single paper."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from arxivtag.config import SourcesConfig, downloads_folder
from arxivtag.errors import DataError
from arxivtag.papers.fetching.addresses import Progress, ShouldStop, never
from arxivtag.papers.fetching.arxiv_api import FetchedPaper, fetch_arxiv_api, fetch_paper
from arxivtag.papers.fetching.downloading import check_csv_target, download
from arxivtag.papers.reading.readers import read_table
from arxivtag.papers.schema import LABELS, check_mapping, parse_labels

__all__ = ["FetchedPaper", "fetch_arxiv_abstracts", "fetch_arxiv_api", "fetch_paper"]

ARXIV_ABSTRACTS = "arxiv-abstracts"


def fetch_arxiv_abstracts(
    *,
    home: Path | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
    should_stop: ShouldStop = never,
    config: SourcesConfig | None = None,
    allow_private: bool = False,
) -> Path:
    """Fetch the Keras example's published CSV.

    Args:
        home: The home folder; the file goes to its downloads.
        out: Where to put the file instead; its name ends in .csv.
        progress: Called a few times a second with a text (bytes, speed, time left) and the
            share done, if known.
        should_stop: Asked often; if True the fetch ends with an error and can be resumed.
        config: Address, hosts, timeouts, retries.
        allow_private: See :func:`~arxivtag.papers.fetching.addresses.check_url`.

    Raises:
        FetchError: If ``out`` names no CSV file, or what is fetched is not what was expected.
        StorageError: If the disk refuses.
    """
    config = config or SourcesConfig()
    path = out or downloads_folder(home) / f"{ARXIV_ABSTRACTS}.csv"
    check_csv_target(path)

    def validate(file: Path) -> None:
        validate_papers(file, config.arxiv_abstracts_rows)

    fetched = download(
        config.arxiv_abstracts_url,
        path,
        validate,
        progress=progress,
        should_stop=should_stop,
        config=config,
        allow_private=allow_private,
    )
    return fetched.path


def validate_papers(path: Path, n_rows: int | None = None) -> None:
    """Raise :class:`DataError` unless a CSV holds labelled papers (``n_rows`` of them if given).

    One row in a hundred may be damaged.
    """
    labels_column = ""

    def labels_only(columns: Sequence[str]) -> list[str]:
        nonlocal labels_column
        labels_column = check_mapping(columns, None)[LABELS]
        return [labels_column]

    raw = read_table(path, columns=labels_only)
    n_read, n_damaged = raw.report.n_rows_read, raw.report.n_rows_skipped
    for cell, count in raw.table[labels_column].value_counts().items():
        try:
            parse_labels(cell)
        except DataError:
            n_damaged += int(count)
    if (n_rows is not None and n_read != n_rows) or n_damaged > 0.01 * n_read:
        expected = f"{n_rows:,} papers" if n_rows is not None else "papers"
        raise DataError(
            f"It should hold {expected}. Received: {n_read:,} rows, {n_damaged:,} of them damaged."
        )

"""Loads papers from every source: the sample, a fetched set, an upload, or a file.

A source is a short string: ``sample``, ``arxiv-abstracts``, ``arxiv-api``,
``upload:<id>``, or the path of a .csv (.gz, .xz, .zst), .jsonl or .parquet file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from arxivtag.config import SAMPLE_PATH, Limits, downloads_folder, limits
from arxivtag.errors import DataError
from arxivtag.papers.readers import RawTable, read_table
from arxivtag.papers.schema import (
    ABSTRACT,
    FIELDS,
    LABELS,
    LABELS_AS_WRITTEN,
    TITLE,
    Corpus,
    ReadReport,
    check_mapping,
    parse_labels,
)
from arxivtag.papers.uploads import UPLOAD_PREFIX, save_upload, upload_path

__all__ = ["SourceInfo", "available_sources", "load", "load_texts", "save_upload"]

Progress = Callable[[str, float | None], None]
SAMPLE, ARXIV_ABSTRACTS, ARXIV_API = "sample", "arxiv-abstracts", "arxiv-api"


@dataclass(frozen=True)
class SourceInfo:
    """A source that the app can offer.

    Attributes:
        id: What to give to :func:`load`.
        name: Name to show.
        description: One sentence on what it holds.
        ready: Whether it can be loaded now, or has to be fetched first.
    """

    id: str
    name: str
    description: str
    ready: bool


_BUILT_IN = {
    SAMPLE: (
        "Sample (synthetic)",
        "About 2,000 papers written by a program for this project; not real abstracts.",
    ),
    ARXIV_ABSTRACTS: (
        "arXiv paper abstracts",
        "The Keras example's published data set: 51,774 rows, fetched once.",
    ),
    ARXIV_API: (
        "arXiv search",
        "Papers collected with your own searches of arXiv.",
    ),
}


def available_sources(home: Path | None = None) -> tuple[SourceInfo, ...]:
    """Return the built-in sources and whether each is ready to load."""
    return tuple(
        SourceInfo(source, name, description, _built_in_path(source, home).is_file())
        for source, (name, description) in _BUILT_IN.items()
    )


def _built_in_path(source: str, home: Path | None) -> Path:
    return SAMPLE_PATH if source == SAMPLE else downloads_folder(home) / f"{source}.csv"


def _locate(source: str, home: Path | None) -> tuple[Path, str]:
    """Return the file of a source and the name to show.

    Raises:
        DataError: If there is no such file, or it has to be fetched first.
    """
    if source in _BUILT_IN:
        path = _built_in_path(source, home)
        if not path.is_file():
            raise DataError(
                f"The data set {source} is not on this machine yet.",
                f"Fetch it (arxivtag fetch {source}), or go on with the sample."
                if source != SAMPLE
                else "Install arxivtag again: its sample file is missing.",
            )
        return path, _BUILT_IN[source][0]
    if source.startswith(UPLOAD_PREFIX):
        return upload_path(source, home)
    if not source or "\x00" in source or len(source) > 4096:
        raise DataError("No data set was named.", "Choose sample or the path of a file.")
    path = Path(source).expanduser()
    return path, path.name


def load(
    source: str,
    *,
    mapping: Mapping[str, str] | None = None,
    home: Path | None = None,
    progress: Progress | None = None,
) -> Corpus:
    """Load labelled papers.

    Args:
        source: ``sample``, ``arxiv-abstracts``, ``arxiv-api``, ``upload:<id>`` or a path.
        mapping: Which column holds what, as ``{"title": ..., "abstract": ...,
            "labels": ...}``; guessed from the column names where not given.
        home: The home folder.
        progress: Called with a stage and a fraction (or None).

    Returns:
        The corpus: papers as :class:`~arxivtag.papers.schema.Corpus` describes.

    Raises:
        DataError: If the source is unknown or cannot be used.
    """
    bounds = limits()
    path, name = _locate(source, home)
    report = progress or (lambda stage, fraction: None)
    report("reading", 0.0)
    raw, chosen = _read_mapped(path, mapping, bounds)
    report("reading labels", 0.8)
    papers, notes, n_skipped = _to_papers(raw.table, chosen, bounds)
    if papers.empty:
        raise DataError(
            " ".join((f"{name} holds no papers that can be used.", *raw.report.notes, *notes)),
            "Check which columns hold the abstract and the labels.",
        )
    corpus = Corpus(
        source=source,
        name=name,
        papers=papers,
        fingerprint=_fingerprint(path, chosen),
        synthetic=source == SAMPLE,
        report=ReadReport(
            raw.report.n_rows_read,
            raw.report.n_rows_skipped + n_skipped,
            raw.report.notes + notes,
        ),
    )
    report("reading", 1.0)
    return corpus


def _read_mapped(
    path: Path, mapping: Mapping[str, str] | None, bounds: Limits
) -> tuple[RawTable, dict[str, str]]:
    chosen: dict[str, str] = {}

    def keep(columns: object) -> list[str]:
        chosen.update(check_mapping(list(columns), mapping))  # type: ignore[call-overload]
        return list(chosen.values())

    return read_table(path, columns=keep, bounds=bounds), chosen


def _to_papers(
    table: pd.DataFrame, chosen: Mapping[str, str], bounds: Limits
) -> tuple[pd.DataFrame, tuple[str, ...], int]:
    """Return papers, notes and the number of rows left out because of their labels."""
    written = table[chosen[LABELS]]
    parsed: dict[str, tuple[str, ...] | None] = {}
    first_error = ""
    for cell in written.unique():
        try:
            parsed[cell] = parse_labels(cell, bounds)
        except DataError as error:
            parsed[cell] = None
            first_error = first_error or error.message
    labels = written.astype(object).map(parsed)
    usable = labels.notna()
    papers = pd.DataFrame(
        {
            TITLE: table[chosen[TITLE]] if TITLE in chosen else "",
            ABSTRACT: table[chosen[ABSTRACT]],
            LABELS: labels,
            LABELS_AS_WRITTEN: written,
        }
    )
    n_skipped = int((~usable).sum())
    if n_skipped:
        papers = papers[usable]
    notes = []
    if TITLE not in chosen:
        notes.append("There is no column of titles; titles are empty.")
    if n_skipped:
        notes.append(f"{n_skipped:,} rows were left out because of their labels: {first_error}")
    return papers.reset_index(drop=True), tuple(notes), n_skipped


def load_texts(
    source: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    home: Path | None = None,
) -> pd.DataFrame:
    """Load papers to tag: labels are not needed and all columns of the input are kept.

    Returns:
        The input's columns as they stand, and ``title`` and ``abstract`` beside
        them where the input calls these otherwise (``title`` is empty if there is
        none). ``frame.attrs["input_columns"]`` lists the input's own columns, and
        ``frame.attrs["notes"]`` what was noticed in reading.

    Raises:
        DataError: If the file cannot be used or has no column of abstracts.
    """
    path, _ = _locate(str(source), home)
    raw = read_table(path)
    table = raw.table
    columns = list(table.columns)
    chosen = check_mapping(columns, mapping, required=(ABSTRACT,))
    for field in (TITLE, ABSTRACT):
        column = chosen.get(field)
        if column == field:
            continue
        if field in columns:
            raise DataError(
                f"The column {field!r} is there, but {column!r} was chosen for it.",
                f"Rename the column {field!r}.",
            )
        table[field] = table[column] if column else ""
    table.attrs["input_columns"] = columns
    table.attrs["notes"] = list(raw.report.notes)
    return table


def _fingerprint(path: Path, chosen: Mapping[str, str]) -> str:
    """Return the SHA-256 (hex) of the file's bytes and of the columns chosen from it."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    ordered = {field: chosen[field] for field in FIELDS if field in chosen}
    digest.update(json.dumps(ordered, ensure_ascii=True).encode())
    return digest.hexdigest()

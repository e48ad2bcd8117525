"""Reads Kaggle's snapshot of arXiv's metadata: several GB, one JSON object a line.

The file is streamed: only papers in the categories asked for are kept, up to a
number of rows, so memory depends on what is kept and not on the file.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl

import pandas as pd

from arxivtag.callbacks import OnProgress
from arxivtag.config import Limits, SourcesConfig, limits
from arxivtag.errors import DataError
from arxivtag.papers.reading.cells import without_surrogates
from arxivtag.papers.reading.json_lines import json_records
from arxivtag.papers.reading.opening import TextBytes, open_text
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE, ReadReport

SNAPSHOT_NAME = "arxiv-metadata-oai-snapshot.json"
_STREAMED_MB = 50_000  # a streamed file may be large; nothing of it stays but the rows kept
_FIELDS = {"id", "title", "abstract", "categories", "authors_parsed"}
_LOOK_BYTES = 1 << 20  # the first paper of the snapshot is within them


@dataclasses.dataclass(frozen=True)
class MetadataFilter:
    """Which papers are kept: the first so many with one of the categories, or with any."""

    categories: tuple[str, ...]
    max_rows: int


def metadata_filter(options: str = "") -> MetadataFilter:
    """Return the filter that ``options`` ask for: ``categories=cs.LG,cs.CV&max_rows=1000``.

    Raises:
        DataError: If an option is unknown or ``max_rows`` is not a number within its bounds.
    """
    config = SourcesConfig()
    categories, max_rows = config.metadata_categories, config.metadata_max_rows
    for name, value in _options(options):
        if name == "categories":
            categories = tuple(word for word in value.replace(",", " ").split() if word != "all")
        elif name == "max_rows" and value.isascii() and value.isdigit() and len(value) < 10:
            max_rows = int(value)
        else:
            raise DataError(
                f"After the question mark, categories=cs.LG,cs.CV and max_rows=50000 are "
                f"understood. Received: {name[:40]!r} = {value[:40]!r}.",
                "Change the data set's name.",
            )
    most = limits().max_rows
    if not 1 <= max_rows <= most:
        raise DataError(
            f"max_rows should be between 1 and {most:,}. Received: {max_rows:,}.", "Change it."
        )
    return MetadataFilter(categories, max_rows)


def _options(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=10)
    except ValueError as error:
        raise DataError(
            "There are too many options after the question mark.", "Leave some out."
        ) from error


def is_metadata(path: Path) -> bool:
    """Whether a file of this machine looks like the snapshot: its name, or its first line's fields.

    Not for uploads: the snapshot is read without the limits on a file's size.
    """
    if path.name.startswith("arxiv-metadata-oai"):
        return True
    if ".json" not in "".join(path.suffixes[-2:]).lower():
        return False
    try:
        with open_text(path, _streaming(limits()), "utf-8-replace") as stream:
            first = json.loads(stream.read_line(_LOOK_BYTES))
    except (DataError, ValueError, RecursionError):
        return False
    return isinstance(first, dict) and first.keys() >= _FIELDS


def read_metadata(
    path: Path,
    kept: MetadataFilter,
    *,
    bounds: Limits | None = None,
    progress: OnProgress | None = None,
) -> tuple[pd.DataFrame, ReadReport]:
    """Stream the snapshot, plain or packed, of any size; return the papers that pass the filter.

    Returns:
        ``title``, ``abstract`` and ``labels`` (as text), with line breaks in titles
        and abstracts turned into spaces; and the report.

    Raises:
        DataError: If the file cannot be used or no paper passes.
    """
    bounds = bounds or limits()
    skipped: dict[str, int] = {}
    rows: list[tuple[str, str, str]] = []

    def skip(reason: str) -> None:
        skipped[reason] = skipped.get(reason, 0) + 1

    with open_text(path, _streaming(bounds), "utf-8-replace") as stream:
        size = path.stat().st_size
        for record in _matching(stream, kept.categories, skip):
            row = _row(record)
            if row is None or max(map(len, row)) > bounds.max_cell_chars:
                skip("fields are missing or too long")
                continue
            rows.append(row)
            if len(rows) >= kept.max_rows:
                break
            if progress and len(rows) % 500 == 0:
                progress(f"{len(rows):,} papers", min(stream.n_bytes / max(size, 1), 1.0))
    if not rows:
        raise DataError(
            f"{path.name} holds no paper in {', '.join(kept.categories) or 'any category'}.",
            "Choose other categories.",
        )
    frame = pd.DataFrame(rows, columns=[TITLE, ABSTRACT, LABELS], dtype="str")
    notes = [f"Kept papers in {', '.join(kept.categories) or 'all categories'}."]
    if len(rows) >= kept.max_rows:
        # Looking for one more could mean to read all the rest.
        notes.append(f"Stopped at {kept.max_rows:,} papers; the file may hold more.")
    notes += [f"Lines left out, {reason}: {n:,}." for reason, n in skipped.items()]
    n_skipped = sum(skipped.values())
    return frame, ReadReport(len(rows) + n_skipped, n_skipped, tuple(notes))


def _streaming(bounds: Limits) -> Limits:
    return dataclasses.replace(bounds, max_file_mb=_STREAMED_MB, max_decompressed_mb=_STREAMED_MB)


def _matching(
    stream: TextBytes, categories: Sequence[str], skip: Callable[[str], None]
) -> Iterator[Mapping[str, object]]:
    wanted = frozenset(categories)
    # A look at the bytes spares most lines the JSON parser.
    marks = tuple(json.dumps(category)[1:-1].encode() for category in categories)
    for record in json_records(stream, skip, marks):
        found = record.get("categories")
        if not wanted or (isinstance(found, str) and not wanted.isdisjoint(found.split())):
            yield record


def _row(record: Mapping[str, object]) -> tuple[str, str, str] | None:
    title, abstract, labels = (record.get(name) for name in (TITLE, ABSTRACT, "categories"))
    if not (isinstance(title, str) and isinstance(abstract, str) and isinstance(labels, str)):
        return None
    texts = (" ".join(title.split()), " ".join(abstract.split()), labels.strip())
    title, abstract, labels = map(without_surrogates, texts)
    return title, abstract, labels

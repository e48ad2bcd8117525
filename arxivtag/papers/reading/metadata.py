"""Reads Kaggle's snapshot of arXiv's metadata: several GB, one JSON object a line.

The file is streamed: only papers in the categories asked for are kept, up to a
number of rows, and they go to the sink batch by batch.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qsl

from arxivtag.config import Limits, SourcesConfig, limits
from arxivtag.errors import DataError
from arxivtag.papers.dates import date_of
from arxivtag.papers.reading.json_files import json_records
from arxivtag.papers.reading.opening import TextBytes, open_text
from arxivtag.papers.reading.tables import ReadRequest, Record, Sink, table_of_records
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE, ReadReport

SNAPSHOT_NAME = "arxiv-metadata-oai-snapshot.json"
# A streamed file may be large; nothing of it stays but the rows kept.
_STREAMED_MB, _STREAMED_ROWS = 50_000, 100_000_000
_FIELDS = {"id", "title", "abstract", "categories", "authors_parsed"}
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?", re.ASCII)
_LOOK_BYTES = 1 << 20  # the first paper of the snapshot is within them


@dataclasses.dataclass(frozen=True)
class MetadataFilter:
    """Which papers are kept: the first so many with one of the categories, or with any.

    Where ``years`` are given, the first and the last, papers without a date are left out.
    """

    categories: tuple[str, ...]
    max_rows: int
    years: tuple[int, int] | None = None

    @property
    def words(self) -> str:
        """What is kept."""
        of_years = "" if self.years is None else f" of {self.years[0]} to {self.years[1]}"
        return (", ".join(self.categories) or "all categories") + of_years

    def keeps_date(self, record: Record) -> bool:
        """Return whether a record is of the years."""
        if self.years is None:
            return True
        created, paper_id = (str(record.get(name) or "") for name in ("update_date", "id"))
        return self.years[0] <= date_of(created, paper_id) // 10_000 <= self.years[1]


def metadata_filter(options: str) -> MetadataFilter:
    """Return the filter that ``options`` ask for.

    As in ``categories=cs.LG,cs.CV&max_rows=1000&years=2015-2019``.

    Raises:
        DataError: If an option is unknown or ``max_rows`` is not a number within its bounds.
    """
    config = SourcesConfig()
    categories, max_rows = config.metadata_categories, config.metadata_max_rows
    years: tuple[int, int] | None = None
    try:
        said = parse_qsl(options, keep_blank_values=True, max_num_fields=10)
    except ValueError as error:
        raise DataError(
            "There are too many options after the question mark.", "Leave some out."
        ) from error
    for name, value in said:
        if name == "categories":
            categories = tuple(word for word in value.replace(",", " ").split() if word != "all")
        elif name == "max_rows" and value.isascii() and value.isdigit() and len(value) < 10:
            max_rows = int(value)
        elif name == "years" and (found := _YEARS.fullmatch(value)):
            years = int(found[1]), int(found[2] or found[1])
        else:
            raise DataError(
                f"After the question mark, categories=cs.LG,cs.CV, years=2015-2019 and "
                f"max_rows=50000 are understood. Received: {name[:40]!r} = {value[:40]!r}.",
                "Change the data set's name.",
            )
    most = limits().max_rows
    if not 1 <= max_rows <= most:
        raise DataError(
            f"max_rows should be between 1 and {most:,}. Received: {max_rows:,}.", "Change it."
        )
    return MetadataFilter(categories, max_rows, years)


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
    columns: Callable[[Sequence[str]], Sequence[str]],
    *,
    bounds: Limits,
    sink: Sink,
) -> ReadReport:
    """Stream the snapshot, plain or packed, of any size; hand over papers that pass the filter.

    Of ``title``, ``abstract``, ``labels``, ``id`` and ``update_date`` the sink takes what
    ``columns`` returns, without line breaks in titles and abstracts.

    Raises:
        DataError: If the file cannot be used or no paper passes.
    """
    request = ReadRequest(path, columns, kept.max_rows, _streaming(bounds), sink)
    tally = request.tally
    nothing = DataError(
        f"{path.name} holds no paper in {kept.words}.", "Choose other categories or years."
    )
    with open_text(path, request.bounds, "utf-8-replace") as stream:
        # Looking for one more could mean to read all the rest.
        papers = itertools.islice(_papers(stream, kept, request), kept.max_rows)
        table_of_records(request, papers, stream, nothing)
    tally.notes.append(f"Kept papers in {kept.words}.")
    if tally.n_rows - tally.n_skipped >= kept.max_rows:
        tally.notes.append(f"Stopped at {kept.max_rows:,} papers; the file may hold more.")
    return tally.report()


def _streaming(bounds: Limits) -> Limits:
    """Return the limits without those on a file: what is kept of it is bounded by the filter."""
    return dataclasses.replace(
        bounds,
        max_file_mb=_STREAMED_MB,
        max_decompressed_mb=_STREAMED_MB,
        max_rows=_STREAMED_ROWS,
    )


def _papers(stream: TextBytes, kept: MetadataFilter, request: ReadRequest) -> Iterator[Record]:
    wanted = frozenset(kept.categories)
    # A look at the bytes spares most lines the JSON parser.
    marks = tuple(json.dumps(category)[1:-1].encode() for category in kept.categories)
    for record in json_records(stream, request, marks):
        found = record.get("categories")
        if wanted and not (isinstance(found, str) and not wanted.isdisjoint(found.split())):
            continue
        if not kept.keeps_date(record):
            continue
        paper = _paper(record, request.bounds.max_cell_chars)
        if paper:
            yield paper
        else:
            request.tally.skip("fields are missing or too long")


def _paper(record: Record, max_chars: int) -> Record | None:
    """Return the fields of a paper that are kept; None if one is missing or too long."""
    title, abstract, labels = (record.get(name) for name in (TITLE, ABSTRACT, "categories"))
    if not (isinstance(title, str) and isinstance(abstract, str) and isinstance(labels, str)):
        return None
    texts = {
        TITLE: " ".join(title.split()),
        ABSTRACT: " ".join(abstract.split()),
        LABELS: labels.strip(),
    }
    if max(map(len, texts.values())) > max_chars:
        return None
    return {**texts, "id": record.get("id"), "update_date": record.get("update_date")}

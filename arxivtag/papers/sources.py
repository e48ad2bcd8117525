"""Opens every source that :mod:`arxivtag.papers.source` names."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from arxivtag.config import SAMPLE_PATH, Limits, downloads_folder
from arxivtag.errors import DataError
from arxivtag.papers.fetching.downloading import check_record, file_sha256
from arxivtag.papers.fetching.searches import collected, search_name, search_path, search_source
from arxivtag.papers.label_columns import (
    SAMPLE_ROWS,
    columns_of_bits,
    guess_label_column,
)
from arxivtag.papers.labels import AUTO
from arxivtag.papers.missing import blank_missing, missing_notes
from arxivtag.papers.reading.containers import parts_of
from arxivtag.papers.reading.metadata import (
    SNAPSHOT_NAME,
    MetadataFilter,
    is_metadata,
    metadata_filter,
    read_metadata,
)
from arxivtag.papers.reading.readers import FORMATS, read_table
from arxivtag.papers.reading.tables import RawTable, Sink
from arxivtag.papers.schema import (
    ABSTRACT,
    FIELDS,
    LABELS,
    TITLE,
    Layout,
    ReadReport,
    TextTable,
    check_mapping,
    date_columns,
    free_name,
    known_columns,
    numbered_columns,
)
from arxivtag.papers.source import (
    ARXIV_ABSTRACTS,
    ARXIV_API,
    ARXIV_METADATA,
    FILE,
    SAMPLE,
    UPLOAD,
    Source,
    parse_source,
)
from arxivtag.papers.uploads import upload_layout, upload_path
from arxivtag.policy import reading_limits
from arxivtag.storage import is_file


@dataclass(frozen=True)
class SourceInfo:
    """A source that the app can offer.

    Attributes:
        id: What :mod:`arxivtag.papers.source` describes.
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
        "Papers collected with your own searches of arXiv; the newest search.",
    ),
    ARXIV_METADATA: (
        "arXiv metadata (Kaggle)",
        f"All of arXiv; put {SNAPSHOT_NAME} into the downloads folder. Read with a filter.",
    ),
}


def available_sources(home: Path | None = None) -> tuple[SourceInfo, ...]:
    """Return the built-in sources, whether each is ready to load, and each search of arXiv."""
    built_in = (
        SourceInfo(source, name, description, is_file(built_in_path(Source(source), home)))
        for source, (name, description) in _BUILT_IN.items()
    )
    searches = (
        SourceInfo(search_source(path), search_name(path), "Papers collected from arXiv.", True)
        for path in collected(home)
        if search_source(path) != ARXIV_API
    )
    return (*built_in, *searches)


def built_in_path(source: Source, home: Path | None = None) -> Path:
    """Return the file of a source that :func:`available_sources` names, there or not."""
    if source.kind == SAMPLE:
        return SAMPLE_PATH
    if source.kind == ARXIV_API:
        return search_path(str(source), home)
    name = SNAPSHOT_NAME if source.kind == ARXIV_METADATA else f"{source.kind}.csv"
    return downloads_folder(home) / name


def _locate(text: str, home: Path | None) -> tuple[Source, Path, str]:
    """Return the source that ``text`` names, its file, and the name to show.

    Raises:
        DataError: If it names nothing, or has to be fetched first.
    """
    source = parse_source(text)
    if source.kind == UPLOAD:
        return source, *upload_path(text, home)
    if source.kind == FILE:
        path = _local_path(source.key)
        return source, path, path.name
    if source.kind == ARXIV_API and text != ARXIV_API:
        path = search_path(text, home)
        if search_source(path) != text or not is_file(path):
            raise DataError("This search of arXiv is no longer here.", "Search again.")
        return source, path, search_name(path)
    path = built_in_path(Source(source.kind), home)
    if not path.is_file():
        raise DataError(
            f"The data set {source.kind} is not on this machine yet.",
            _how_to_get(source.kind, path),
        )
    return source, path, _BUILT_IN[source.kind][0]


def _local_path(name: str) -> Path:
    if not name or "\x00" in name or len(name) > 4096:
        raise DataError("This names no file of papers.", "Choose sample or the path of a file.")
    try:
        return Path(name).expanduser()
    except RuntimeError as error:  # the home of a user that is not there
        raise DataError(f"There is no file {name!r}.", "Check the path.") from error


def _how_to_get(kind: str, path: Path) -> str:
    if kind == SAMPLE:
        return "Install arxivtag again: its sample file is missing."
    if kind == ARXIV_METADATA:
        return f"Put Kaggle's {SNAPSHOT_NAME} into {path.parent}, or go on with the sample."
    query = " --query 'cat:cs.LG'" if kind == ARXIV_API else ""
    return f"Fetch it (arxivtag fetch {kind}{query}), or go on with the sample."


class OpenedSource:
    """A source whose file was found: what is read from it, and how.

    Attributes:
        path: Its file; a pattern or a folder where it is several.
        layout: What was said about its columns.
        choice: Which columns hold what, once the source was read or has its fingerprint.
    """

    def __init__(self, text: str, layout: Layout | None, home: Path | None) -> None:
        self.source, self.path, self.name = _locate(text, home)
        self.layout = _layout_of(self.source, text, layout, home)
        self.choice = ColumnChoice(self.path, self.layout, reading_limits())
        self._is_filtered = _is_filtered(self.source, self.path, self.layout.columns)

    @property
    def is_synthetic(self) -> bool:
        """Whether its texts were written by a program."""
        return self.source.kind == SAMPLE

    def read(self, sink: Sink) -> ReadReport:
        """Hand the rows of the chosen columns to a sink, with ids and dates, and say what was read.

        Raises:
            DataError: If the file cannot be used.
        """
        self.choice.with_extras, bounds = True, reading_limits()
        if self._is_filtered:
            return read_metadata(self.path, self._filter, self.choice, bounds=bounds, sink=sink)
        return read_table(self.path, columns=self.choice, bounds=bounds, sink=sink).report

    def fingerprint(self) -> str:
        """Return the fingerprint (64 hex digits) of the content and of how it is read.

        Raises:
            DataError: If the columns cannot be chosen, or a fetched file was changed.
        """
        if self._is_filtered:
            separator = _said_separator(self.layout)
            return _metadata_fingerprint(self.path, f"{self._filter!r}{separator}")
        if not self.choice.columns:
            read_table(self.path, columns=self.choice, max_rows=1, bounds=reading_limits())
        return _fingerprint(self.source, self.path, self.choice.columns, self.layout)

    @property
    def most_papers(self) -> int | None:
        """How many papers are kept at most, where a filter says so."""
        return self._filter.max_rows if self._is_filtered else None

    @property
    def _filter(self) -> MetadataFilter:
        return metadata_filter(self.source.options)


def _layout_of(named: Source, source: str, layout: Layout | None, home: Path | None) -> Layout:
    """Return what was said about a source, or what the owner of an upload said."""
    if named.kind == UPLOAD and layout in (None, Layout()):
        return upload_layout(source, home)
    return layout or Layout()


def _is_filtered(source: Source, path: Path, columns: Mapping[str, str]) -> bool:
    """Whether a source is to be read through the filter of Kaggle's snapshot.

    An upload never is: the filter lifts the limits on size, and would leave out papers
    that its owner did not ask to leave out.
    """
    if source.kind == UPLOAD:
        return False
    asked = source.kind == ARXIV_METADATA or bool(source.options)
    return asked or (not columns and is_metadata(path))


class ColumnChoice:
    """Chooses the columns to read once those of the file are known.

    Attributes:
        columns: ``{field: column}``, as :func:`~arxivtag.papers.schema.check_mapping` returns it.
        label_columns: The columns that hold the labels.
        notes: What should be known about the choice, in plain words.
        with_extras: Whether columns of ids and dates are read too.
        extras: Those, as ``{"id": column, "created": column}``.
    """

    def __init__(self, path: Path, layout: Layout, bounds: Limits) -> None:
        self._path, self._layout, self._bounds = path, layout, bounds
        self.columns: dict[str, str] = {}
        self.label_columns: list[str] = []
        self.notes: list[str] = []
        self.with_extras = False
        self.extras: dict[str, str] = {}

    def __call__(self, columns: Sequence[str]) -> list[str]:
        """Return which of the file's columns to read.

        Raises:
            DataError: If one that is needed is missing.
        """
        said = dict(self._layout.columns)
        self.notes = []
        others = check_mapping(columns, {**said, LABELS: ""}, required=(ABSTRACT,)).values()
        if not said.get(LABELS):
            known = [name for name in known_columns(LABELS, columns) if name not in others]
            said[LABELS] = self._guess(known, others)
        self.columns = check_mapping(columns, said)
        if TITLE not in self.columns:
            self.notes.append("There is no column of titles; titles are empty.")
        if self.columns[LABELS] in columns:
            self.label_columns = numbered_columns(self.columns[LABELS], columns)
        else:
            self.label_columns = columns_of_bits(self._sample(), others)
        texts = [column for field, column in self.columns.items() if field != LABELS]
        chosen = list(dict.fromkeys([*texts, *self.label_columns]))
        if self.with_extras:
            self.extras = date_columns(columns, chosen)
        return [*chosen, *self.extras.values()]

    def _guess(self, known: Sequence[str], others: Collection[str]) -> str:
        if len(known) == 1:
            return known[0]
        guessed = guess_label_column(self._sample(), others)
        if rest := [name for name in known if name != guessed]:
            self.notes.append(
                f"Labels are taken from the column {guessed!r}. Others that may hold labels: "
                f"{', '.join(map(repr, rest))}; choose one with --columns labels=COLUMN."
            )
        return guessed

    def _sample(self) -> pd.DataFrame:
        return read_table(self._path, max_rows=SAMPLE_ROWS, bounds=self._bounds).table


def load_texts(
    source: str | Path,
    *,
    layout: Layout | None = None,
    home: Path | None = None,
) -> TextTable:
    """Load papers to tag: labels are not needed and all columns of the input are kept.

    Raises:
        DataError: If the file cannot be used or has no column of abstracts.
    """
    _, path, _ = _locate(str(source), home)
    raw = read_table(path)
    texts, missing = as_texts(raw.table, layout)
    notes = (*raw.report.notes, *missing_notes(missing))
    return dataclasses.replace(texts, notes=notes, n_skipped=raw.report.n_rows_skipped)


def stream_rows(source: str | Path, home: Path | None, sink: Sink) -> RawTable:
    """Hand all columns of a file to a sink, as text; the table returned has the columns alone.

    Raises:
        DataError: If the file cannot be used.
    """
    return read_table(_locate(str(source), home)[1], sink=sink)


def as_texts(frame: pd.DataFrame, layout: Layout | None) -> tuple[TextTable, dict[str, int]]:
    """Return rows as papers to tag, and how many words for nothing were made empty.

    Raises:
        DataError: If there is no column of abstracts.
    """
    columns = tuple(frame.columns)
    said = dict(layout.columns) if layout else {}
    chosen = check_mapping(columns, {**said, LABELS: ""}, required=(ABSTRACT,))
    texts = {
        name: frame[chosen[name]] if name in chosen else ""
        for name in (TITLE, ABSTRACT)
        if chosen.get(name) != name
    }
    set_aside: dict[str, str] = {}
    for name in texts:
        if name in columns:
            set_aside[name] = free_name(name, frame.columns)
            frame[set_aside[name]] = frame[name]
    for name, text in texts.items():
        frame[name] = text
    frame, missing = blank_missing(frame, {f"{name}s": [name] for name in (TITLE, ABSTRACT)})
    return TextTable(frame, columns, set_aside), missing


def _fingerprint(source: Source, path: Path, chosen: Mapping[str, str], layout: Layout) -> str:
    """Return the SHA-256 (hex) of the file's SHA-256, the columns chosen, and what was said.

    Raises:
        DataError: If a fetched file is not the one that was recorded.
    """
    parts = [file_sha256(part) for part in parts_of(path, FORMATS)]
    sha256 = parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()
    if source.kind in (ARXIV_ABSTRACTS, ARXIV_API):
        check_record(path, sha256)
    ordered = {field: chosen[field] for field in FIELDS if field in chosen}
    text = f"{sha256} {json.dumps(ordered)}{_said_separator(layout)}"
    return hashlib.sha256(text.encode()).hexdigest()


def _said_separator(layout: Layout) -> str:
    """Return a separator that was said for a fingerprint: nothing where it was understood."""
    return "" if layout.label_separator == AUTO else f" {layout.label_separator}"


def _metadata_fingerprint(path: Path, kept: str) -> str:
    """Return a fingerprint from size and time: reading gigabytes twice would take too long."""
    status = path.stat()
    text = f"{path.name} {status.st_size} {status.st_mtime_ns} {kept}"
    return hashlib.sha256(text.encode()).hexdigest()

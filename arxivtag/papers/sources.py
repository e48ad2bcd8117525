"""Opens every source that :mod:`arxivtag.papers.source` names.

A source that is not there or cannot be used raises one :class:`DataError`, whoever asks for it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from arxivtag.config import SAMPLE_PATH, downloads_folder, home_folder
from arxivtag.errors import DataError
from arxivtag.papers.fetching import fetched
from arxivtag.papers.label_columns import SAMPLE_ROWS, columns_of_bits, guess_label_column
from arxivtag.papers.labels import AUTO
from arxivtag.papers.reading.metadata import (
    SNAPSHOT_NAME,
    is_metadata,
    metadata_filter,
    read_metadata,
)
from arxivtag.papers.reading.readers import parts_of, read_table
from arxivtag.papers.reading.tables import RawTable, Sink
from arxivtag.papers.schema import (
    ABSTRACT,
    LABELS,
    NOTHING_SAID,
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
from arxivtag.papers.texts import missing_notes, without_missing
from arxivtag.papers.uploads import upload_layout, upload_path
from arxivtag.policy import reading_limits
from arxivtag.storage import is_file


@dataclass(frozen=True)
class SourceInfo:
    """A source that the app can offer: ready to be loaded, or to be fetched first."""

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


def available_sources(home: Path) -> tuple[SourceInfo, ...]:
    """Return the built-in sources, whether each is ready to load, and each search of arXiv."""
    built_in = (
        SourceInfo(source, name, description, is_file(built_in_path(Source(source), home)))
        for source, (name, description) in _BUILT_IN.items()
    )
    collected = {fetched.search_source(path): path for path in fetched.collected(home)}
    searches = (
        SourceInfo(source, fetched.search_name(path), "Papers collected from arXiv.", True)
        for source, path in collected.items()
        if source != ARXIV_API
    )
    return (*built_in, *searches)


def built_in_path(source: Source, home: Path) -> Path:
    """Return the file of a source that :func:`available_sources` names, there or not."""
    if source.kind == SAMPLE:
        return SAMPLE_PATH
    if source.kind == ARXIV_API:
        return fetched.search_path(str(source), home)
    name = SNAPSHOT_NAME if source.kind == ARXIV_METADATA else f"{source.kind}.csv"
    return downloads_folder(home) / name


def _locate(text: str, home: Path) -> tuple[Source, Path, str]:
    """Return the source that ``text`` names, its file, and the name to show."""
    source = parse_source(text)
    if source.kind == UPLOAD:
        return source, *upload_path(text, home)
    if source.kind == FILE:
        path = _local_path(source.key)
        return source, path, path.name
    if source.kind == ARXIV_API and text != ARXIV_API:
        path = fetched.search_path(text, home)
        if fetched.search_source(path) != text or not is_file(path):
            raise DataError("This search of arXiv is no longer here.", "Search again.")
        return source, path, fetched.search_name(path)
    path = built_in_path(Source(source.kind), home)
    if not path.is_file():
        query = " --query 'cat:cs.LG'" if source.kind == ARXIV_API else ""
        advice = f"Fetch it (arxivtag fetch {source.kind}{query}), or go on with the sample."
        if source.kind == SAMPLE:
            advice = "Install arxivtag again: its sample file is missing."
        elif source.kind == ARXIV_METADATA:
            advice = f"Put Kaggle's {SNAPSHOT_NAME} into {path.parent}, or go on with the sample."
        raise DataError(f"The data set {source.kind} is not on this machine yet.", advice)
    return source, path, _BUILT_IN[source.kind][0]


def file_of(source: str, home: Path) -> Path:
    """Return the file behind a source.

    Raises:
        DataError: If it is not on this machine.
    """
    return _locate(source, home)[1]


def _local_path(name: str) -> Path:
    if not name or "\x00" in name or len(name) > 4096:
        raise DataError("This names no file of papers.", "Choose sample or the path of a file.")
    try:
        return Path(name).expanduser()
    except RuntimeError as error:  # the home of a user that is not there
        raise DataError(f"There is no file {name!r}.", "Check the path.") from error


class OpenedSource:
    """A source whose file was found: what is read from it, and how.

    Attributes:
        path: Its file; a pattern or a folder where it is several.
        layout: What was said about its columns, by the owner of an upload where nobody else does.
        choice: Which columns hold what, once the source was read or has its fingerprint.
    """

    def __init__(self, text: str, layout: Layout, home: Path) -> None:
        self.source, self.path, self.name = _locate(text, home)
        if self.source.kind == UPLOAD and layout == NOTHING_SAID:
            layout = upload_layout(text, home)
        self.layout = layout
        self.choice = ColumnChoice(self.path, self.layout)
        self._filter = metadata_filter(self.source.options) if self._is_filtered() else None

    def _is_filtered(self) -> bool:
        """Whether it is to be read through the filter of Kaggle's snapshot.

        An upload never is: the filter lifts the limits on size, and would leave out papers
        that its owner did not ask to leave out.
        """
        if self.source.kind == UPLOAD:
            return False
        asked = self.source.kind == ARXIV_METADATA or bool(self.source.options)
        return asked or (not self.layout.columns and is_metadata(self.path))

    @property
    def is_synthetic(self) -> bool:
        """Whether its texts were written by a program."""
        return self.source.kind == SAMPLE

    @property
    def most_papers(self) -> int | None:
        """How many papers are kept at most, where a filter says so."""
        return self._filter.max_rows if self._filter else None

    def read(self, sink: Sink) -> ReadReport:
        """Hand the rows of the chosen columns to a sink, with ids and dates; say what was read."""
        bounds = reading_limits()
        if self._filter:
            return read_metadata(self.path, self._filter, self.choice, bounds=bounds, sink=sink)
        return read_table(self.path, columns=self.choice, bounds=bounds, sink=sink).report

    def fingerprint(self) -> str:
        """Return the SHA-256 (64 hex digits) of the content and of how it is read.

        Raises:
            DataError: If the columns cannot be chosen, or a fetched file was changed.
        """
        if self._filter:  # by size and time: reading gigabytes twice would take too long
            status = self.path.stat()
            content = f"{self.path.name} {status.st_size} {status.st_mtime_ns} {self._filter!r}"
        else:
            if not self.choice.columns:
                read_table(self.path, columns=self.choice, max_rows=1, bounds=reading_limits())
            content = f"{self._content_sha256()} {json.dumps(self.choice.columns)}"
        said = self.layout.label_separator
        text = content if said == AUTO else f"{content} {said}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _content_sha256(self) -> str:
        parts = [fetched.file_sha256(part) for part in parts_of(self.path)]
        joined = hashlib.sha256("".join(parts).encode()).hexdigest()
        sha256 = parts[0] if len(parts) == 1 else joined
        if self.source.kind in (ARXIV_ABSTRACTS, ARXIV_API):
            fetched.check_record(self.path, sha256)
        return sha256


class ColumnChoice:
    """Chooses the columns to read once those of the file are known.

    Attributes:
        columns: ``{field: column}``, as :func:`~arxivtag.papers.schema.check_mapping` returns it.
        notes: What should be known about the choice, in plain words.
        extras: Those of ids and dates, as ``{"id": column, "created": column}``.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        self._path, self._layout = path, layout
        self.columns: dict[str, str] = {}
        self.label_columns: list[str] = []
        self.notes: list[str] = []
        self.extras: dict[str, str] = {}

    def __call__(self, columns: Sequence[str]) -> list[str]:
        """Return which of the file's columns to read."""
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
        return read_table(self._path, max_rows=SAMPLE_ROWS, bounds=reading_limits()).table


def load_texts(
    source: str | Path,
    *,
    layout: Layout = NOTHING_SAID,
    home: Path | None = None,
) -> TextTable:
    """Load papers to tag: labels are not needed and all columns of the input are kept."""
    _, path, _ = _locate(str(source), home or home_folder())
    raw = read_table(path)
    texts, missing = as_texts(raw.table, layout)
    notes = (*raw.report.notes, *missing_notes(missing))
    return dataclasses.replace(texts, notes=notes, n_skipped=raw.report.n_rows_skipped)


def stream_rows(source: str | Path, home: Path, sink: Sink) -> RawTable:
    """Hand all columns of a file to a sink, as text; the table returned has the columns alone."""
    return read_table(_locate(str(source), home)[1], sink=sink)


def as_texts(frame: pd.DataFrame, layout: Layout) -> tuple[TextTable, dict[str, int]]:
    """Return rows as papers to tag, and how many words for nothing were made empty.

    Raises:
        DataError: If there is no column of abstracts.
    """
    columns = tuple(frame.columns)
    chosen = check_mapping(columns, {**layout.columns, LABELS: ""}, required=(ABSTRACT,))
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
    missing: dict[str, int] = {}
    for name in (TITLE, ABSTRACT):
        frame[name], missing[f"{name}s"] = without_missing(frame[name])
    return TextTable(frame, columns, set_aside), missing

"""Tagging files of any size: in parts, side by side, in order, and on from where it broke off.

A part is some thousand rows of the file, as they come. It is tagged by whoever the pool is: threads
of this process, processes of this machine, or the workers of a cluster, which are handed the rows
and need the model's folder alone. What they return is kept beside the output, in ``.<name>.parts``,
under a name made of the rows, the model and what was asked: so that it is found again by a second
try and by nothing else. At the end the parts are written below each other as one file.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import hashlib
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from arxivtag import __version__, config, storage
from arxivtag.callbacks import OnProgress
from arxivtag.errors import ArxivTagError
from arxivtag.papers.missing import missing_notes
from arxivtag.papers.reading.readers import as_frame
from arxivtag.papers.schema import Layout
from arxivtag.papers.sources import as_texts, stream_rows
from arxivtag.papers.text_checks import count_notes
from arxivtag.tagging import tables
from arxivtag.tagging.loading import load_bundle
from arxivtag.tagging.tagger import BATCH_SIZE, tag_papers

if TYPE_CHECKING:
    from arxivtag.tagging.bundle import Bundle

ROWS_PER_PART = 8 * BATCH_SIZE
_AHEAD = 2  # parts for each that tags: so much is read ahead, and no more is held in memory


@dataclass(frozen=True)
class Pool:
    """Who tags, and how many parts they take at once."""

    executor: Executor
    n: int


@dataclass(frozen=True)
class Wanted:
    """With which model, by the path of its folder, and how (:func:`tagger.tag`)."""

    model: str
    layout: Layout
    top_k: int | None = None
    threshold: float | None = None


@dataclass(frozen=True)
class Done:
    """How many papers were tagged, and what was noticed in reading and about abstracts."""

    n_papers: int
    n_skipped: int
    read_notes: tuple[str, ...]
    notes: dict[str, int]


@contextlib.contextmanager
def local_pool(n_processes: int | None) -> Iterator[Pool]:
    """Give processes of this machine, or without a number threads of this process."""
    if n_processes is None:
        n = os.cpu_count() or 1
        executor: Executor = ThreadPoolExecutor(n)
    else:
        n = n_processes
        # Not forked: this process has threads of Arrow.
        executor = ProcessPoolExecutor(n, multiprocessing.get_context("spawn"))
    try:
        yield Pool(executor, n)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def tag_file(
    source: str, out: Path, wanted: Wanted, pool: Pool, home: Path, progress: OnProgress
) -> Done:
    """Tag the papers of a file into another, of the format that its name ends in.

    Parts that an earlier try left beside ``out`` are taken as they are, if they are of the same
    rows, model and wishes.

    Raises:
        DataError: If the file cannot be used.
        BundleError: If the model cannot.
        StorageError: If the disk refuses.
    """
    separator = tables.label_separator(_bundle(wanted.model).label_names)
    folder = storage.make_folder(out.with_name(f".{out.name}.parts"))
    parts = _Parts(folder, wanted, pool, progress)
    raw = stream_rows(source, home, parts)
    parts.end(pa.Table.from_pandas(raw.table, preserve_index=False))
    notes: collections.Counter[str] = collections.Counter()
    missing: collections.Counter[str] = collections.Counter()

    def tagged() -> Iterator[pa.Table]:
        for path in parts.paths:
            table = pq.read_table(path)
            missing.update(_counts(table))
            frame = as_frame(table)
            notes.update(count_notes(frame.iloc[:, -1]))
            yield frame

    tables.write_tables(tagged(), out, separator)
    storage.remove_folder(folder)
    read_notes = (*raw.report.notes, *missing_notes(missing))
    return Done(parts.n_rows, raw.report.n_rows_skipped, read_notes, dict(notes))


class _Parts:
    """Takes the rows of a file as they are read, and has them tagged part by part.

    Attributes:
        paths: The files of the tagged parts, in the order of the rows.
        n_rows: Rows taken.
    """

    def __init__(self, folder: Path, wanted: Wanted, pool: Pool, progress: OnProgress) -> None:
        self._folder, self._wanted, self._pool, self._progress = folder, wanted, pool, progress
        self._key = _key(wanted)
        self.start_over()

    def start_over(self) -> None:
        """Forget all rows: the file is read again from the start."""
        self.paths: list[Path] = []
        self.n_rows = self._n_kept = 0
        self._kept: list[pa.RecordBatch] = []
        self._waiting: collections.deque[tuple[Path, Future[bytes]]] = collections.deque()

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows."""
        self.n_rows += batch.num_rows
        while self._n_kept + batch.num_rows >= ROWS_PER_PART:
            n = ROWS_PER_PART - self._n_kept
            self._kept.append(batch.slice(0, n))
            self._give()
            batch = batch.slice(n)
        if batch.num_rows:
            self._kept.append(batch)
            self._n_kept += batch.num_rows

    def end(self, empty: pa.Table) -> None:
        """Wait until all is tagged; of a file without rows ``empty`` is."""
        if self._kept or not self.paths:
            self._kept = self._kept or [_no_rows(empty)]
            self._give()
        while self._waiting:
            self._keep_oldest()

    def _give(self) -> None:
        """Have the rows at hand tagged, unless they are, and go on when not too much waits."""
        rows = _as_bytes(_copied(pa.Table.from_batches(self._kept)))
        self._kept, self._n_kept = [], 0
        name = hashlib.sha256(self._key + rows).hexdigest()
        path = self._folder / f"{name}.parquet"
        self.paths.append(path)
        if path.is_file():
            return
        self._waiting.append((path, self._pool.executor.submit(tag_part, rows, self._wanted)))
        while len(self._waiting) > _AHEAD * self._pool.n:
            self._keep_oldest()

    def _keep_oldest(self) -> None:
        path, tagged = self._waiting.popleft()
        try:
            storage.write_bytes(path, tagged.result())
        except BrokenExecutor as error:
            raise ArxivTagError(
                "A process that tags ended unexpectedly.",
                "Memory may be short: use fewer --jobs. What was tagged is kept: the same command "
                "goes on from there.",
            ) from error
        n_done = (len(self.paths) - len(self._waiting)) * ROWS_PER_PART
        self._progress(f"Papers tagged: {min(n_done, self.n_rows):,}", None)


def tag_part(rows: bytes, wanted: Wanted) -> bytes:
    """Tag some rows, all of text; in and out as a table of Arrow's and of Parquet's format."""
    bundle = _bundle(wanted.model)
    with pa.ipc.open_stream(rows) as stream:
        frame = as_frame(stream.read_all())
    texts, missing = as_texts(frame, wanted.layout)
    predicted = [
        tagged
        for start in range(0, len(frame), BATCH_SIZE)  # one by one: others tag beside this
        for tagged in tag_papers(
            bundle, texts.frame[start : start + BATCH_SIZE], wanted.top_k, wanted.threshold
        )
    ]
    separator = tables.label_separator(bundle.label_names)
    table = tables.with_predicted_labels(texts, predicted, separator)
    tagged_rows = pa.Table.from_pandas(
        table, pa.schema([(name, pa.string()) for name in table.columns]), preserve_index=False
    )
    sink = pa.BufferOutputStream()
    counts = {name: str(n) for name, n in missing.items()}
    pq.write_table(tagged_rows.replace_schema_metadata(counts), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _counts(table: pa.Table) -> dict[str, int]:
    """Return how many words for nothing were made empty in a part, as it says of itself."""
    return {key.decode(): int(n) for key, n in (table.schema.metadata or {}).items()}


@functools.lru_cache(maxsize=2)
def _bundle(folder: str) -> Bundle:
    """Return a model, loaded once a process; on other machines the bundled one has other paths."""
    is_bundled = Path(folder).parts[-2:] == config.PRETRAINED_PATH.parts[-2:]
    return load_bundle(config.PRETRAINED_PATH if is_bundled else Path(folder))


def _key(wanted: Wanted) -> bytes:
    """Return what decides how rows are tagged, besides the rows."""
    folder = Path(wanted.model)
    with storage.disk_errors("read", folder):
        files = [(one.name, one.stat().st_size) for one in sorted(folder.iterdir())]
        manifest = (folder / "manifest.json").read_bytes()
    asked = (__version__, wanted.layout, wanted.top_k, wanted.threshold, files)
    return repr(asked).encode() + manifest


def _as_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _copied(table: pa.Table) -> pa.Table:
    """Return a table whose bytes do not tell in which batches its rows came."""
    return table.combine_chunks().take(pa.array(range(table.num_rows), pa.int64()))


def _no_rows(table: pa.Table) -> pa.RecordBatch:
    schema = pa.schema([(name, pa.string()) for name in table.column_names])
    return pa.RecordBatch.from_pylist([], schema)

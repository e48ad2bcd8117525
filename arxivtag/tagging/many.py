"""Tagging files of any size, in parts (:mod:`arxivtag.tagging.parts`).

What is tagged is kept beside the output, in ``.<name>.parts``. At the end the parts are written
below each other as one file.
"""

from __future__ import annotations

import collections
import contextlib
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from arxivtag import locks, storage
from arxivtag.callbacks import OnProgress
from arxivtag.errors import RefusedError, StorageError
from arxivtag.papers.missing import missing_notes
from arxivtag.papers.reading.readers import as_frame
from arxivtag.papers.schema import Layout
from arxivtag.papers.sources import as_texts, stream_rows
from arxivtag.papers.text_checks import count_notes
from arxivtag.tagging import tables
from arxivtag.tagging.parts import Model, Parts, Pool, Work, bundle_of, rows_of
from arxivtag.tagging.tagger import BATCH_SIZE, tag_papers

_WAIT_S = 1.0


@dataclass(frozen=True)
class Wanted:
    """With which model, and how (:func:`tagger.tag`)."""

    model: Model
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


def parts_folder(out: Path) -> Path:
    """Return where the parts of an output are kept until it is whole."""
    return out.with_name(f".{out.name}.parts")


@contextlib.contextmanager
def writing_alone(out: Path) -> Iterator[None]:
    """Let no other command tag into the same file; a folder without parts goes at the end.

    Raises:
        RefusedError: If another one does.
        StorageError: If the disk refuses.
    """
    folder = storage.make_folder(parts_folder(out))
    lock = locks.try_acquire(folder / "lock", _WAIT_S)
    if lock is None:
        raise RefusedError(
            f"Another command writes {out} at this moment.",
            "Wait until it is done, or name another file.",
        )
    try:
        yield
    finally:
        if folder.is_dir() and not any(folder.glob("*.part")):
            with contextlib.suppress(StorageError):
                storage.remove_folder(folder)
        locks.release(lock)


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
    separator = tables.label_separator(bundle_of(wanted.model).label_names)
    folder = storage.make_folder(parts_folder(out))
    work = Work(functools.partial(tag_part, wanted=wanted), repr(wanted), "tagged")
    parts = Parts(folder, work, pool, lambda n: progress(f"Papers tagged: {n:,}", None))
    raw = stream_rows(source, home, parts)
    parts.add(_no_rows(raw.table.columns))
    parts.end()
    notes: collections.Counter[str] = collections.Counter()
    missing: collections.Counter[str] = collections.Counter()

    def tagged() -> Iterator[pa.Table]:
        for path in parts.paths:
            with path.open("rb") as part:  # Arrow takes no name that is not UTF-8
                table = pq.read_table(part)
            missing.update(_counts(table))
            frame = as_frame(table)
            notes.update(count_notes(frame.iloc[:, -1]))
            yield frame

    tables.write_tables(tagged(), out, separator)
    storage.remove_folder(folder)
    read_notes = (*raw.report.notes, *missing_notes(missing))
    return Done(parts.n_rows, raw.report.n_rows_skipped, read_notes, dict(notes))


def tag_part(rows: bytes, wanted: Wanted) -> bytes:
    """Tag the rows of a part; what is returned has Parquet's format."""
    bundle, frame = bundle_of(wanted.model), rows_of(rows)
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


def _no_rows(columns: Iterable[str]) -> pa.RecordBatch:
    """Return what is tagged of a file without rows."""
    return pa.RecordBatch.from_pylist([], pa.schema([(name, pa.string()) for name in columns]))

"""Files tagged and corpora judged, of any size, in parts (:mod:`arxivtag.tagging.parts`).

What is tagged of a file is kept beside the output, in ``.<name>.parts``. At the end the parts are
written below each other as one file. What is said of a corpus is kept with what was prepared from
it until it was used; what a killed process left there is gone on from, or goes when disk is short.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from arxivtag import locks, storage
from arxivtag.callbacks import OnProgress
from arxivtag.corpus.arrays import forget, map_array, new_array
from arxivtag.corpus.kept import REPORT_NAME
from arxivtag.corpus.store import Corpus
from arxivtag.corpus.texts import batches
from arxivtag.errors import RefusedError, StorageError
from arxivtag.papers.reading.readers import as_frame
from arxivtag.papers.schema import ABSTRACT, TITLE, Layout
from arxivtag.papers.sources import as_texts, stream_rows
from arxivtag.papers.text_checks import count_notes
from arxivtag.papers.texts import missing_notes
from arxivtag.tagging import tables
from arxivtag.tagging.parts import Model, Parts, Pool, bundle_of, rows_of
from arxivtag.tagging.tagger import BATCH_SIZE, doubtful, frame_texts, predict_with_readable, tag

_WAIT_S = 10.0  # for another process that judges the same papers
_WAIT_FOR_OUT_S = 1.0  # for one that writes the same file


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
    lock, folder = out.with_name(f".{out.name}.lock"), parts_folder(out)
    taken = RefusedError(
        f"Another command writes {out} at this moment.",
        "Wait until it is done, or name another file.",
    )
    with locks.held(lock, _WAIT_FOR_OUT_S, taken):
        try:
            yield
        finally:
            if folder.is_dir() and not any(folder.glob("*.part")):
                with contextlib.suppress(StorageError):
                    storage.remove_folder(folder)
            with contextlib.suppress(OSError):
                lock.unlink()


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
    do = functools.partial(tag_part, wanted=wanted)
    folder = storage.make_folder(parts_folder(out))
    parts = Parts(folder, do, repr(wanted), pool, lambda n: progress(f"Papers tagged: {n:,}", None))
    raw = stream_rows(source, home, parts)
    schema = pa.schema([(name, pa.string()) for name in raw.table.columns])
    parts.add(pa.RecordBatch.from_pylist([], schema))  # what is tagged of a file without rows
    parts.end()
    notes: Counter[str] = Counter()
    missing: Counter[str] = Counter()

    def tagged() -> Iterator[pa.Table]:
        for path in parts.paths:
            with path.open("rb") as part:  # Arrow takes no name that is not UTF-8
                table = pq.read_table(part)
            counts = table.schema.metadata or {}
            missing.update({key.decode(): int(n) for key, n in counts.items()})
            frame = as_frame(table)
            notes.update(count_notes(frame.iloc[:, -1]))
            yield frame

    tables.write_tables(tagged(), out, separator)
    storage.remove_folder(folder)
    read_notes = (*raw.report.notes, *missing_notes(missing))
    return Done(parts.n_rows, raw.report.n_rows_skipped, read_notes, dict(notes))


def tag_part(rows: bytes, wanted: Wanted) -> bytes:
    """Tag the rows of a part, and count which words for nothing were made empty.

    What is returned has Parquet's format, with these counts as its metadata.
    """
    bundle, frame = bundle_of(wanted.model), rows_of(rows)
    texts, missing = as_texts(frame, wanted.layout)
    joined = frame_texts(bundle, texts.frame)
    predicted = [
        tagged
        for start in range(0, len(joined), BATCH_SIZE)  # one by one: others tag beside this
        for tagged in tag(
            bundle, joined[start : start + BATCH_SIZE], wanted.top_k, wanted.threshold
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
    return bytes(sink.getvalue())


@dataclass(frozen=True, eq=False)
class Judged:
    """What a model says of n papers.

    Attributes:
        y_prob: Calibrated probabilities, (n, n_labels) float32, mapped from disk.
        is_judged: Which papers the model can judge, (n,) bool.
        not_sure: Why not, with how many papers.
    """

    y_prob: NDArray[np.float32]
    is_judged: NDArray[np.bool_]
    not_sure: Counter[str]


@contextlib.contextmanager
def judged(
    corpus: Corpus, papers: NDArray[np.bool_], model: Model, pool: Pool, progress: OnProgress
) -> Iterator[Judged]:
    """Let a pool judge selected papers; what it said is on disk until the block is over.

    If the block or the work is interrupted, the parts that were done stay for a second try.

    Args:
        papers: (n_papers,) the selected papers.

    Raises:
        BundleError: If the model cannot be loaded.
        StorageError: If the disk refuses, or another process judges these papers by this model.
    """
    name = f"scores-{hashlib.sha256(repr(model).encode()).hexdigest()[:16]}"
    with locks.held(corpus.prepared / f"{name}.lock", _WAIT_S):
        folder = storage.make_folder(corpus.prepared / name)
        storage.write_json(folder / REPORT_NAME, {})  # the last use
        n, n_papers = len(bundle_of(model).label_names), int(papers.sum())
        parts = Parts(
            folder, functools.partial(judge_part, model=model), repr(model), pool,
            lambda done: progress(f"Papers judged: {done:,}", done / n_papers),
        )  # fmt: skip
        for table in batches(corpus, papers, [TITLE, ABSTRACT]):
            for batch in table.to_batches():
                parts.add(batch)
        parts.end()
        yield _together(folder / "y_prob", parts.paths, (n_papers, n))
        storage.remove_folder(folder)


def judge_part(rows: bytes, model: Model) -> bytes:
    """Judge the papers of a part; what is returned has the format of numpy's archives."""
    bundle, frame = bundle_of(model), rows_of(rows)
    y_probs, judged, reasons = [], [], []
    for start in range(0, len(frame), BATCH_SIZE):  # one by one: others work beside this
        read = frame_texts(bundle, frame[start : start + BATCH_SIZE])
        y_prob, readable = predict_with_readable(bundle, read)
        doubts = [doubt.short if doubt else "" for doubt in doubtful(bundle, read, y_prob)]
        y_probs.append(y_prob)
        judged.append(readable & np.array([not doubt for doubt in doubts]))
        reasons += doubts
    content = io.BytesIO()
    np.savez(
        content, y_prob=np.concatenate(y_probs), is_judged=np.concatenate(judged),
        reasons=np.array(reasons),
    )  # fmt: skip
    return content.getvalue()


def _together(path: Path, parts: Sequence[Path], shape: tuple[int, int]) -> Judged:
    """Return what the parts say, the probabilities in one array on disk."""
    y_prob = new_array(path, np.float32, shape)
    judged, not_sure, start = [], Counter[str](), 0
    for part in parts:
        with np.load(part, allow_pickle=False) as said:
            stop = start + len(said["is_judged"])
            y_prob[start:stop] = said["y_prob"]
            judged.append(said["is_judged"])
            not_sure.update(reason for reason in said["reasons"].tolist() if reason)
        forget(y_prob)
        start = stop
    return Judged(map_array(path, np.float32).reshape(shape), np.concatenate(judged), not_sure)

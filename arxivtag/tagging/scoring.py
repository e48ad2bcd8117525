"""What a model says of the papers of a corpus, in parts (:mod:`arxivtag.tagging.parts`).

Probabilities are kept on disk, with what was prepared from the corpus, until they have been used.
What a killed process left there is taken up by the next try, or removed when the disk is needed.
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
from numpy.typing import NDArray

from arxivtag import locks, storage
from arxivtag.callbacks import OnProgress
from arxivtag.corpus import texts
from arxivtag.corpus.arrays import forget, map_array, new_array
from arxivtag.corpus.ingest import REPORT_NAME
from arxivtag.corpus.store import PREPARED_SUFFIX, Corpus
from arxivtag.papers.schema import ABSTRACT, TITLE
from arxivtag.tagging.parts import Model, Parts, Pool, Work, bundle_of, rows_of
from arxivtag.tagging.tagger import BATCH_SIZE, doubtful, frame_texts, predict_with_readable

_WAIT_S = 10.0  # for another process that judges the same papers


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
        corpus: The corpus.
        papers: (n_papers,) the selected papers.
        model: The model.
        pool: Who works.
        progress: Told how far it is.

    Raises:
        BundleError: If the model cannot be loaded.
        StorageError: If the disk refuses, or another process judges these papers by this model.
    """
    name = f"scores-{hashlib.sha256(repr(model).encode()).hexdigest()[:16]}"
    prepared = corpus.folder.with_name(corpus.fingerprint + PREPARED_SUFFIX)
    with locks.held(prepared / f"{name}.lock", _WAIT_S):
        folder = storage.make_folder(prepared / name)
        storage.write_json(folder / REPORT_NAME, {})  # the last use
        n, n_papers = len(bundle_of(model).label_names), int(papers.sum())
        work = Work(functools.partial(judge_part, model=model), repr(model), "judged")
        parts = Parts(
            folder, work, pool,
            lambda done: progress(f"Papers judged: {done:,}", done / n_papers),
        )  # fmt: skip
        for table in texts.batches(corpus, papers, [TITLE, ABSTRACT]):
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

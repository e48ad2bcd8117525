"""What a finished training leaves in the run's folder: evaluation, predictions, papers, bundle.

And what is read of it again: the answers on the test papers, and how right they are.
"""

from __future__ import annotations

import platform
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from arxivtag import __version__, storage
from arxivtag.corpus import texts
from arxivtag.corpus.arrays import mask_of
from arxivtag.corpus.store import Corpus
from arxivtag.errors import RunError, StorageError
from arxivtag.learning import thresholds
from arxivtag.learning.network import Network
from arxivtag.learning.predictions import (
    Decision,
    Predictions,
    Scored,
    load_predictions,
    save_predictions,
)
from arxivtag.learning.thresholds import Thresholds
from arxivtag.learning.training import FitResult
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE
from arxivtag.runs.layout import RunFolder, now_iso
from arxivtag.runs.preparing import Features, Part
from arxivtag.runs.registry import Run
from arxivtag.settings import RunConfig
from arxivtag.tagging import bundle, neighbours, saving, scope_fitting

PAPER = "paper"
RIGHT, PARTLY, WRONG, UNTESTED = range(4)
RECORDED_PACKAGES = ("keras", "jax", "numpy", "pandas", "pyarrow", "scikit-learn")


@dataclass(frozen=True)
class Evaluated:
    """What the validation and test papers, calibrated, say about a trained network."""

    decision: Decision
    val: Scored
    test: Scored
    figures: dict[str, Any]


def save(
    settings: RunConfig,
    folder: RunFolder,
    corpus: Corpus,
    features: Features,
    network: Network,
    evaluated: Evaluated,
    details: dict[str, Any],
) -> None:
    """Write everything that is kept of a trained network.

    ``details`` is what :func:`about` says, and the reports of cleaning and split.

    Raises:
        StorageError: If the disk refuses.
    """
    storage.write_json(folder.evaluation, evaluated.figures)
    predictions = Predictions(features.label_names, evaluated.val, evaluated.test)
    save_predictions(folder.predictions, predictions)
    storage.write_atomic(
        folder.test_papers, lambda file: _write_papers(file, corpus, features.test)
    )
    manifest = bundle.new_manifest(settings, corpus.fingerprint, run_id=folder.run_id, **details)
    made = bundle.Bundle(
        manifest=manifest,
        vectorizer=features.vectorizer,
        network=network,
        label_names=features.label_names,
        thresholds=evaluated.decision.thresholds,
        calibration=evaluated.decision.calibration,
        neighbours=neighbours.build_index(
            features.train.rows,
            _titles(corpus, features.train),
            features.train.label_lists,
        ),
        text_fields=settings.text_fields,
    )
    made = scope_fitting.with_scope(made, corpus, features.train.papers, features.val.papers)
    saving.save_bundle(made, folder.bundle)


def _tables(corpus: Corpus, part: Part, columns: list[str]) -> Iterator[pa.Table]:
    """Yield columns of a split's papers, in order, a part at a time."""
    return texts.batches(corpus, mask_of(part.papers, corpus.n_papers), columns)


def _titles(corpus: Corpus, part: Part) -> list[str]:
    tables = _tables(corpus, part, [TITLE])
    return [title for table in tables for title in table.column(0).to_pylist()]


def _write_papers(file: BinaryIO, corpus: Corpus, part: Part) -> None:
    """Write a split's papers as Parquet: title, abstract, labels, and their rows in the corpus."""
    label_lists, n_done = part.label_lists, 0
    schema = pa.schema(
        {
            TITLE: pa.large_string(),
            ABSTRACT: pa.large_string(),
            LABELS: pa.list_(pa.string()),
            PAPER: pa.int64(),
        }
    )
    with pq.ParquetWriter(file, schema) as writer:
        for table in _tables(corpus, part, [TITLE, ABSTRACT]):
            these = slice(n_done, n_done + table.num_rows)
            cells = pa.array(label_lists[these], schema.field(LABELS).type)
            table = table.append_column(LABELS, cells)
            writer.write_table(table.append_column(PAPER, pa.array(part.papers[these])))
            n_done += table.num_rows


def about(settings: RunConfig, corpus: Corpus, fitted: FitResult) -> dict[str, Any]:
    """Return what is needed to repeat the run and to know what it was trained on."""
    from arxivtag.learning.engine import device

    packages = {name: metadata.version(name) for name in RECORDED_PACKAGES}
    return {
        "data": {
            "source": settings.data,
            "name": corpus.name,
            "fingerprint": corpus.fingerprint,
            "synthetic": corpus.report.synthetic,
            "n_rows": corpus.n_papers,
            "n_skipped": corpus.report.read.n_rows_skipped,
            "notes": list(corpus.report.read.notes),
        },
        "best_epoch": fitted.best_epoch,
        "n_epochs_trained": len(fitted.history),
        "device": device(),
        "versions": {"python": platform.python_version(), "arxivtag": __version__} | packages,
        "peak_memory_mb": _peak_memory_mb(),
        "created_at": now_iso(),
    }


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kilobytes, macOS bytes.
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


def read_decided(folder: RunFolder) -> tuple[Predictions, Thresholds]:
    """Return what a run predicted, and the thresholds by which labels are given.

    Raises:
        StorageError: If one of them cannot be read, or they do not belong together.
        KeyError: If the evaluation holds no thresholds.
    """
    predictions = load_predictions(folder.predictions)
    chosen = thresholds.from_dict(storage.read_json(folder.evaluation)["thresholds"])
    if len(chosen.values) != len(predictions.label_names):
        raise StorageError(
            f"There should be {len(predictions.label_names)} thresholds, one per label. "
            f"Received: {len(chosen.values)}.",
            "The run's files do not belong together: train it again.",
        )
    return predictions, chosen


def read_answers(folder: RunFolder) -> tuple[Predictions, Thresholds, pa.Table]:
    """Return :func:`read_decided`, and ``labels`` and ``paper`` of the run's test papers.

    Raises:
        StorageError: If its predictions cannot be read.
        RunError: If it does not say which papers it was tested on.
    """
    try:
        predictions, chosen = read_decided(folder)
        papers = pq.read_table(folder.test_papers, columns=[LABELS, PAPER])
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise RunError(
            "it does not say which papers it was tested on (an older version trained it).",
            "Train it again.",
        ) from error
    if len(papers) != len(predictions.test):
        raise RunError("its predictions and its test papers do not belong together.")
    return predictions, chosen, papers


def rightness(run: Run, corpus: Corpus) -> NDArray[np.uint8] | None:
    """Return (n_papers,) how right a run was about each paper of the corpus it learned from.

    ``RIGHT`` is a test paper that was given all its labels and no other, ``WRONG`` one that was
    given none of its labels, and ``PARTLY`` what lies between. None if the run is of another
    corpus.

    Raises:
        ArxivTagError: As :func:`read_answers`.
    """
    if run.result_of("data").get("fingerprint") != corpus.fingerprint:
        return None
    predictions, chosen, papers = read_answers(run.folder)
    y_true, given = predictions.test.y_true, predictions.test.given(chosen)
    kinds = np.where((given & y_true).any(axis=1), PARTLY, WRONG)
    kinds[(given == y_true).all(axis=1)] = RIGHT
    found = np.full(corpus.n_papers, UNTESTED, dtype=np.uint8)
    found[papers.column(PAPER).to_numpy()] = kinds
    return found

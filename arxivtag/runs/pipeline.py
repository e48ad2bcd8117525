"""The pipeline of a run: load, clean, split, vectorize, train, evaluate, save the bundle.

It reads in the order of the data. The worker runs it in a process of its own,
``arxivtag train`` in the foreground; both give it a recorder that writes the
run's folder. Heavy libraries are imported while the papers are being prepared.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import math
import platform
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from arxivtag import __version__, locks, storage
from arxivtag.config import limits
from arxivtag.errors import ArxivTagError, DataError, RunError
from arxivtag.runs.admission import check_parameters, check_rows
from arxivtag.runs.jobs import create_run, with_absolute_data
from arxivtag.runs.layout import RunFolder, now_iso
from arxivtag.runs.recorder import RunRecorder, timed
from arxivtag.runs.status import (
    FAILED,
    FINISHED,
    RUNNING,
    STOPPED,
    RunStatus,
    read_status,
    write_status,
)
from arxivtag.settings import RunConfig, validate

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from arxivtag.learning.calibration import Calibration
    from arxivtag.learning.features import SparseRows
    from arxivtag.learning.predictions import Predictions
    from arxivtag.learning.thresholds import Thresholds
    from arxivtag.learning.training import FitResult
    from arxivtag.learning.vectorizer import Vectorizer
    from arxivtag.papers.cleaning import CleaningResult
    from arxivtag.papers.schema import Corpus
    from arxivtag.papers.splits import Splits

RECORDED_PACKAGES = ("keras", "jax", "numpy", "pandas", "pyarrow", "scikit-learn")
# Of the evaluation, what the list of runs and ``arxivtag train --json`` do not need.
BULKY_FIGURES = (
    "per_label",
    "curves",
    "reliability",
    "threshold_grid",
    "top_k_grid",
    "confusions",
)
_log = logging.getLogger(__name__)
# Why the run is to stop, as the beginning of a sentence; "" while it may go on.
ShouldStop = Callable[[], str]


class StopRequestedError(Exception):
    """Someone asked to stop before there was a model to keep."""


@dataclass(frozen=True)
class Part:
    """One split, ready for the network.

    Attributes:
        papers: The split's papers.
        rows: Their TF-IDF weights, ``(n_samples, n_features)``.
        y_true: Their labels, ``(n_samples, n_labels)`` bool.
    """

    papers: pd.DataFrame
    rows: SparseRows
    y_true: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.papers)


@dataclass(frozen=True)
class Features:
    """All splits as matrices, and what made them."""

    vectorizer: Vectorizer
    label_names: tuple[str, ...]
    train: Part
    val: Part
    test: Part


@dataclass(frozen=True)
class Judged:
    """What the validation and test papers say about a trained network."""

    calibration: Calibration
    thresholds: Thresholds
    predictions: Predictions
    evaluation: dict[str, Any]


def execute(config: RunConfig, recorder: RunRecorder, should_stop: ShouldStop) -> dict[str, Any]:
    """Run the whole pipeline, write the run's folder and how the run ended.

    Args:
        config: What to do.
        recorder: The writer of the run's folder.
        should_stop: Asked often; once it names a reason, the best model so far is kept.

    Returns:
        The result, as ``result.json`` holds it: ``run_id``, ``status``,
        ``evaluation``, ``timings`` (seconds), ``n_train``, ``n_val``, ``n_test``,
        ``n_features``, ``n_labels`` and what is needed to repeat the run.

    Raises:
        ArxivTagError: If the data or the disk does not allow it; the caller
            writes the failure down.
    """
    timings: dict[str, Any] = {}
    try:
        return _execute(validate(config), recorder, should_stop, timings)
    except StopRequestedError:
        recorder.end(
            STOPPED,
            f"{should_stop()} before training began: there is no model.",
            "Run it again any time.",
        )
        run_id = recorder.folder.run_id
        return {"run_id": run_id, "status": STOPPED, "evaluation": {}, "timings": timings}


def _execute(
    config: RunConfig, recorder: RunRecorder, should_stop: ShouldStop, timings: dict[str, Any]
) -> dict[str, Any]:
    def enter(stage: str, n_papers: int = 0) -> contextlib.AbstractContextManager[None]:
        if stage not in ("evaluate", "bundle") and should_stop():
            raise StopRequestedError
        recorder.stage(stage, n_papers, "papers")
        return timed(timings, "train" if stage == "compile" else stage)

    with enter("load"):
        corpus = _load(config, recorder.folder.home)
    warm_up = _import_in_background()
    with enter("clean", len(corpus.papers)):
        cleaned = _clean(config, corpus)
    with enter("split", len(cleaned.papers)):
        splits = _split(config, cleaned)
    with enter("vectorize", len(cleaned.papers)):
        features = _vectorize(config, splits)
        _check_size(config, features)
    with enter("compile"):
        warm_up.join()
        fitted = _train(config, features, recorder, should_stop)
    with enter("evaluate", len(features.test)):
        judged = _evaluate(config, features, fitted)
    with enter("bundle"):
        details = _details(config, corpus, cleaned, splits, fitted)
        _save(config, recorder.folder, features, fitted, judged, details)
    timings["epochs"] = list(fitted.epoch_seconds)
    result = {
        "run_id": recorder.folder.run_id,
        "status": STOPPED if fitted.stopped else FINISHED,
        "evaluation": headline(judged.evaluation),
        "timings": _rounded(timings),
        "n_train": len(features.train),
        "n_val": len(features.val),
        "n_test": len(features.test),
        "n_features": features.train.rows.n_features,
        "n_labels": len(features.label_names),
        **details,
    }
    storage.write_json(recorder.folder.result, result)
    if config.evaluation.linear_baseline and not fitted.stopped:
        # Last, since it may take 20 s and everything else can be looked at by now.
        recorder.stage("baseline")
        with timed(timings, "baseline"):
            figures = _with_linear_baseline(config, features, judged, should_stop)
        storage.write_json(recorder.folder.evaluation, figures)
        result |= {"evaluation": headline(figures), "timings": _rounded(timings)}
        storage.write_json(recorder.folder.result, result)
    recorder.folder.checkpoint.unlink(missing_ok=True)
    recorder.end(*_ending(fitted, should_stop()))
    return result


def _load(config: RunConfig, home: Path) -> Corpus:
    from arxivtag.papers import sources

    corpus = sources.load(config.data, home=home)
    check_rows(corpus.name, len(corpus.papers))
    return corpus


def _check_size(config: RunConfig, features: Features) -> None:
    """Refuse a network that could not be loaded again, or that visitors may not train.

    Raises:
        ConfigError: If it has too many parameters.
    """
    from arxivtag.learning.model import model_summary
    from arxivtag.tagging import bundle

    layers = model_summary(config.model, features.train.rows.n_features, len(features.label_names))
    n_parameters = sum(layer.n_parameters for layer in layers)
    bundle.check_fits(features.vectorizer, n_parameters)
    check_parameters(n_parameters)


def _clean(config: RunConfig, corpus: Corpus) -> CleaningResult:
    from arxivtag.papers import cleaning

    return cleaning.clean(corpus.papers, config.cleaning)


def _split(config: RunConfig, cleaned: CleaningResult) -> Splits:
    from arxivtag.papers import splits

    return splits.split(cleaned.papers, config.split, config.random_seed)


def _texts(config: RunConfig, papers: pd.DataFrame) -> list[str]:
    from arxivtag.papers.texts import join_text, normalize_text

    return [
        normalize_text(join_text(title, abstract, config.text_fields))
        for title, abstract in zip(papers["title"], papers["abstract"], strict=True)
    ]


def _vectorize(config: RunConfig, splits: Splits) -> Features:
    from arxivtag.learning.features import encode_labels
    from arxivtag.learning.vectorizer import fit_transform
    from arxivtag.papers.cleaning import label_names_of

    for name, papers in (("train", splits.train), ("val", splits.val), ("test", splits.test)):
        if papers.empty:
            raise DataError(
                f"The {name} split holds no paper: the data set is too small after cleaning.",
                "Use more papers, keep rare label combinations, or hold out a larger share.",
            )
    label_names = label_names_of(splits.train["labels"].tolist())
    if len(label_names) > limits().max_labels:
        raise DataError(
            f"The papers have {len(label_names):,} distinct labels; a model learns at most "
            f"{limits().max_labels:,}.",
            "Use coarser labels or raise ARXIVTAG_MAX_LABELS.",
        )
    vectorizer, train_rows = fit_transform(_texts(config, splits.train), config.vectorizer)

    def part(papers: pd.DataFrame, rows: SparseRows) -> Part:
        return Part(papers, rows, encode_labels(papers["labels"].tolist(), label_names))

    return Features(
        vectorizer,
        label_names,
        train=part(splits.train, train_rows),
        val=part(splits.val, vectorizer.transform(_texts(config, splits.val))),
        test=part(splits.test, vectorizer.transform(_texts(config, splits.test))),
    )


def _import_in_background() -> threading.Thread:
    """Import Keras and JAX while the papers are being prepared: it takes seconds."""

    def run() -> None:
        # Whatever goes wrong here goes wrong again, with a report, where it is needed.
        with contextlib.suppress(Exception):
            from arxivtag.learning.model import import_keras

            import_keras()
            importlib.import_module("arxivtag.learning.engine.optimizer")

    thread = threading.Thread(target=run, name="imports", daemon=True)
    thread.start()
    return thread


class _Ticks:
    """Records what training reports, and from it the progress and the time left."""

    def __init__(self, recorder: RunRecorder, n_epochs: int, seconds_after: float) -> None:
        self._recorder = recorder
        self._n_epochs = n_epochs
        self._seconds_after = seconds_after
        self._first: tuple[float, float] | None = None  # (epoch, time) of the first tick

    def __call__(self, record: dict[str, Any]) -> None:
        epoch, now = float(record.get("epoch", 0)), time.monotonic()
        if self._first is None:
            self._recorder.stage("train", self._n_epochs, "epochs")
            if self._recorder.status.attempt > 1:
                # What was recorded beyond the checkpoint before the crash is trained again.
                done = math.ceil(epoch) - 1 if record.get("kind") == "tick" else int(epoch) - 1
                self._recorder.record({"kind": "resume", "epoch": max(0, done), "at": now_iso()})
        self._recorder.record(record)
        self._recorder.progress(epoch, self._n_epochs, "epochs")
        if self._first is None:
            self._first = (epoch, now)
        elif epoch > self._first[0]:
            a_epoch = (now - self._first[1]) / (epoch - self._first[0])
            left = (self._n_epochs - epoch) * a_epoch + self._seconds_after
            self._recorder.seconds_left(round(left, 1))


def _train(
    config: RunConfig, features: Features, recorder: RunRecorder, should_stop: ShouldStop
) -> FitResult:
    from arxivtag.learning import training
    from arxivtag.runs.estimate import seconds_after_training

    _begin_history(config, features, recorder)
    after = seconds_after_training(
        len(features.train), len(features.test), config.evaluation.linear_baseline
    )
    ticks = _Ticks(recorder, config.training.epochs, after)
    return training.fit(
        features.train.rows,
        features.train.y_true,
        features.val.rows,
        features.val.y_true,
        model=config.model,
        training=config.training,
        random_seed=config.random_seed,
        on_tick=ticks,
        should_stop=lambda: bool(should_stop()),
        checkpoint=recorder.folder.checkpoint,
    )


def _begin_history(config: RunConfig, features: Features, recorder: RunRecorder) -> None:
    recorder.record(
        {
            "kind": "start",
            # Binary accuracy of predicting no label at all, on the validation papers.
            "binary_accuracy_all_zeros": float(1.0 - features.val.y_true.mean()),
            "n_train": len(features.train),
            "n_val": len(features.val),
            "n_features": features.train.rows.n_features,
            "n_labels": len(features.label_names),
            "n_epochs": config.training.epochs,
            "at": now_iso(),
        }
    )


def _evaluate(config: RunConfig, features: Features, fitted: FitResult) -> Judged:
    from arxivtag.learning import evaluation
    from arxivtag.learning.features import count_unknown_labels
    from arxivtag.learning.network import probabilities
    from arxivtag.learning.predictions import calibrated_predictions

    val, test = features.val, features.test
    raw_val = probabilities(fitted.network, val.rows)
    raw_test = probabilities(fitted.network, test.rows)
    readable_val, readable_test = val.rows.readable(), test.rows.readable()
    calibration, chosen = evaluation.fit_decision(
        val.y_true, raw_val, config.evaluation, readable_val=readable_val
    )
    figures = evaluation.evaluate_run(
        val.y_true,
        raw_val,
        test.y_true,
        raw_test,
        features.label_names,
        chosen,
        calibration,
        label_counts=features.train.y_true.sum(axis=0),
        n_unknown_labels=count_unknown_labels(test.papers["labels"].tolist(), features.label_names),
        bootstrap_samples=config.evaluation.bootstrap_samples,
        random_seed=config.random_seed,
        readable_val=readable_val,
        readable_test=readable_test,
    )
    predictions = calibrated_predictions(
        features.label_names,
        val.y_true,
        raw_val,
        test.y_true,
        raw_test,
        calibration,
        readable_val=readable_val,
        readable_test=readable_test,
    )
    return Judged(calibration, chosen, predictions, figures)


def _with_linear_baseline(
    config: RunConfig, features: Features, judged: Judged, should_stop: ShouldStop
) -> dict[str, Any]:
    from arxivtag.learning import evaluation

    return evaluation.with_linear_baseline(
        judged.evaluation,
        judged.predictions,
        features.train.rows,
        features.train.y_true,
        features.val.rows,
        features.test.rows,
        random_seed=config.random_seed,
        should_stop=lambda: bool(should_stop()),
    )


def _save(
    config: RunConfig,
    folder: RunFolder,
    features: Features,
    fitted: FitResult,
    judged: Judged,
    details: dict[str, Any],
) -> None:
    from arxivtag.learning.predictions import save_predictions
    from arxivtag.tagging import bundle, neighbours

    storage.write_json(folder.evaluation, judged.evaluation)
    save_predictions(folder.predictions, judged.predictions)
    papers = features.test.papers[["title", "abstract", "labels"]].copy()
    papers["labels"] = papers["labels"].map(list)
    storage.write_atomic(folder.test_papers, papers.to_parquet)
    fingerprint = details["data"]["fingerprint"]
    manifest = bundle.new_manifest(config, fingerprint, run_id=folder.run_id, **details)
    made = bundle.Bundle(
        manifest=manifest,
        vectorizer=features.vectorizer,
        network=fitted.network,
        label_names=features.label_names,
        thresholds=judged.thresholds,
        calibration=judged.calibration,
        neighbours=neighbours.build_index(
            features.train.rows,
            features.train.papers["title"].tolist(),
            features.train.papers["labels"].tolist(),
        ),
        text_fields=config.text_fields,
    )
    bundle.save_bundle(made, folder.bundle)


def headline(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Return an evaluation without its long tables and curves."""
    return {key: value for key, value in evaluation.items() if key not in BULKY_FIGURES}


def _details(
    config: RunConfig, corpus: Corpus, cleaned: CleaningResult, splits: Splits, fitted: FitResult
) -> dict[str, Any]:
    """Return what is needed to repeat the run and to know what it was trained on."""
    return {
        "data": {
            "source": config.data,
            "name": corpus.name,
            "fingerprint": corpus.fingerprint,
            "synthetic": corpus.synthetic,
            "n_rows": len(corpus.papers),
            "n_skipped": corpus.report.n_rows_skipped,
            "notes": list(corpus.report.notes),
        },
        "cleaning": cleaned.report.to_dict(),
        "split": splits.report.to_dict(),
        "best_epoch": fitted.best_epoch,
        "n_epochs_trained": len(fitted.history),
        "versions": versions(),
        "peak_memory_mb": _peak_memory_mb(),
        "created_at": now_iso(),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python, this package and those that decide the figures."""
    found = {"python": platform.python_version(), "arxivtag": __version__}
    for name in RECORDED_PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kilobytes, macOS bytes.
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


def _rounded(timings: dict[str, Any]) -> dict[str, Any]:
    return {
        key: [round(item, 3) for item in value] if isinstance(value, list) else round(value, 3)
        for key, value in timings.items()
    }


def _ending(fitted: FitResult, reason: str) -> tuple[str, str]:
    if not fitted.stopped:
        return FINISHED, ""
    n = len(fitted.history)
    if n == 0:
        return STOPPED, f"{reason} inside the first epoch; the model so far was kept."
    whole = "1 whole epoch" if n == 1 else f"{n} whole epochs"
    return STOPPED, f"{reason} after {whole}; the best model was kept."


def train_in_foreground(
    config: RunConfig, home: Path, progress: Callable[[str, float | None], None] | None = None
) -> dict[str, Any]:
    """Train in this process, as ``arxivtag train`` does, and return the result.

    The run appears in the runs folder like any other. The first Ctrl-C stops the
    training and keeps the best model so far; the second ends the process.

    Args:
        config: What to do.
        home: Where runs live.
        progress: Called with the stage and how far it is (0 to 1, or ``None``).

    Raises:
        ArxivTagError: If the settings, the data or the disk do not allow it; the
            run is then kept as ``failed``.
    """
    from arxivtag.runs.worker import STOPPED_BY_REQUEST, describe_failure, stop_watch

    config = with_absolute_data(validate(config))
    folder = create_run(config, home, RUNNING)
    lock = _lock_of_new_run(folder)
    marker = stop_watch(folder)

    def should_stop() -> str:
        return STOPPED_BY_REQUEST if interrupted.is_set() else marker()

    try:
        with (
            _interrupt_asks_to_stop() as interrupted,
            RunRecorder(folder, read_status(folder.status), _told(progress)) as recorder,
        ):
            try:
                return execute(config, recorder, should_stop)
            except BaseException as error:
                with contextlib.suppress(ArxivTagError):
                    recorder.end(FAILED, *describe_failure(error))
                raise
    finally:
        locks.release(lock)


def _lock_of_new_run(folder: RunFolder) -> int:
    """Take the run's lock; pages that look whether it is held have it for a moment each.

    Raises:
        RunError: If it does not come free; the run is then ``failed``.
    """
    lock = locks.try_acquire(folder.lock, timeout_s=1.0)
    if lock is None:
        error = RunError(f"The lock of run {folder.run_id} could not be taken.", "Try again.")
        failed = RunStatus(FAILED, ended_at=now_iso(), message=error.message, hint=error.hint)
        write_status(folder.status, failed)
        raise error
    return lock


def _told(
    progress: Callable[[str, float | None], None] | None,
) -> Callable[[RunStatus], None] | None:
    """Turn states into calls of ``progress``: one a stage, and one a percent at most."""
    if progress is None:
        return None
    last: tuple[str, int] = ("", -1)

    def tell(status: RunStatus) -> None:
        nonlocal last
        fraction = status.progress.fraction if status.progress else None
        now = (status.stage, int(100 * (fraction or 0)))
        if status.state == RUNNING and status.stage and now != last:
            last = now
            progress(status.stage, fraction)

    return tell


@contextlib.contextmanager
def _interrupt_asks_to_stop() -> Iterator[threading.Event]:
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def handle(number: int, frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)

"""The pipeline of a run: load, clean, split, vectorize, train, evaluate, save the bundle.

It reads in the order of the data. The worker runs it in a process of its own
(:mod:`arxivtag.runs.worker`), ``arxivtag train`` in the foreground
(:mod:`arxivtag.runs.foreground`); both give it a recorder that writes the run's folder.
Keras and JAX are imported while the papers are being prepared.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import platform
import resource
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from arxivtag import __version__, storage
from arxivtag.config import limits
from arxivtag.errors import DataError
from arxivtag.learning.decision import Decision, Scored, fit_decision
from arxivtag.learning.evaluation import evaluate_run, with_linear_baseline
from arxivtag.learning.features import Examples, SparseRows, count_unknown_labels, encode_labels
from arxivtag.learning.measuring import Resampling
from arxivtag.learning.model import model_summary
from arxivtag.learning.network import Network, probabilities
from arxivtag.learning.predictions import Predictions, save_predictions
from arxivtag.learning.training import FitResult, Trainer
from arxivtag.learning.vectorizer import Vectorizer, fit_transform
from arxivtag.papers import cleaning, sources, splits
from arxivtag.papers.schema import parse_layout
from arxivtag.papers.texts import join_text, normalize_text
from arxivtag.runs.admission import check_fits, check_parameters, check_rows
from arxivtag.runs.ending import StopReason
from arxivtag.runs.estimate import seconds_after_training
from arxivtag.runs.layout import RunFolder, now_iso
from arxivtag.runs.recorder import RunRecorder, timed
from arxivtag.runs.status import FINISHED, STOPPED
from arxivtag.settings import RunConfig, validate
from arxivtag.tagging import bundle, neighbours, saving

if TYPE_CHECKING:
    from arxivtag.papers.schema import Corpus

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


class StopRequestedError(Exception):
    """Someone asked to stop before there was a model to keep."""


@dataclass(frozen=True, eq=False)
class Part(Examples):
    """One split, ready for the network.

    Attributes:
        papers: The split's papers, in the order of ``rows`` and ``y_true``.
    """

    papers: pd.DataFrame


@dataclass(frozen=True)
class Features:
    """All splits as matrices, and what made them."""

    vectorizer: Vectorizer
    label_names: tuple[str, ...]
    train: Part
    val: Part
    test: Part


@dataclass(frozen=True)
class Evaluated:
    """What the validation and test papers say about a trained network.

    Attributes:
        decision: How its probabilities become labels.
        val: The validation papers, calibrated.
        test: The test papers, calibrated.
        figures: The evaluation.
    """

    decision: Decision
    val: Scored
    test: Scored
    figures: dict[str, Any]


def execute(settings: RunConfig, recorder: RunRecorder, stop_reason: StopReason) -> dict[str, Any]:
    """Run the whole pipeline, write the run's folder and how the run ended.

    Args:
        settings: What to do.
        recorder: The writer of the run's folder.
        stop_reason: Asked often; once it names a reason, the best model so far is kept.

    Returns:
        The result, as ``result.json`` holds it: ``run_id``, ``status``,
        ``evaluation``, ``timings`` (seconds), ``n_train``, ``n_val``, ``n_test``,
        ``n_features``, ``n_labels``, ``device`` and what is needed to repeat the run.

    Raises:
        ArxivTagError: If the data or the disk does not allow it; the caller
            writes the failure down.
    """
    stages = Stages(recorder, stop_reason)
    try:
        return _execute(validate(settings), recorder, stages, stop_reason)
    except StopRequestedError:
        recorder.end(
            STOPPED,
            f"{stop_reason()} before training began: there is no model.",
            "Run it again any time.",
        )
        run_id = recorder.folder.run_id
        return {"run_id": run_id, "status": STOPPED, "evaluation": {}, "timings": stages.timings}


class Stages:
    """Enters one stage after another: says so in the run's status, and times it.

    Attributes:
        timings: Seconds of each stage that was entered. Preparing the network is part of
            training there.
    """

    def __init__(self, recorder: RunRecorder, stop_reason: StopReason) -> None:
        self._recorder = recorder
        self._stop_reason = stop_reason
        self.timings: dict[str, float] = {}

    @contextlib.contextmanager
    def before_training(self, stage: str, n_papers: int = 0) -> Iterator[None]:
        """Enter a stage that ends without a model.

        Raises:
            StopRequestedError: If the run is to stop.
        """
        if self._stop_reason():
            raise StopRequestedError
        with self.enter(stage, n_papers):
            yield

    @contextlib.contextmanager
    def enter(self, stage: str, total: int = 0, unit: str = "papers") -> Iterator[None]:
        """Enter a stage with ``total`` units of work ahead (0: not known)."""
        self._recorder.stage(stage, total, unit)
        with timed(self.timings, "train" if stage == "compile" else stage):
            yield


def _execute(
    settings: RunConfig, recorder: RunRecorder, stages: Stages, stop_reason: StopReason
) -> dict[str, Any]:
    folder, n_epochs = recorder.folder, settings.training.epochs
    with stages.before_training("load"):
        corpus = _load(settings, folder.home)
    imports = _import_in_background()
    with stages.before_training("clean", len(corpus.papers)):
        cleaned = cleaning.clean(corpus.papers, settings.cleaning)
    with stages.before_training("split", len(cleaned.papers)):
        parts = splits.split(cleaned.papers, settings.split, settings.random_seed)
    with stages.before_training("vectorize", len(cleaned.papers)):
        features = _vectorize(settings, parts)
        _check_size(settings, features)
    with stages.before_training("compile"):
        imports.join()
        trainer = _prepare_training(settings, features, recorder, stop_reason)
    with stages.enter("train", n_epochs, "epochs"):
        fitted = trainer.fit()
    with stages.enter("evaluate", len(features.test)):
        evaluated = _evaluate(settings, features, fitted.network)
    with stages.enter("bundle"):
        details = _details(settings, corpus, fitted)
        details |= {"cleaning": cleaned.report.to_dict(), "split": parts.report.to_dict()}
        _save(settings, folder, features, fitted, evaluated, details)
    sizes = _sizes(features)
    result = _result(folder.run_id, fitted, evaluated.figures, stages.timings) | sizes | details
    storage.write_json(folder.result, result)
    if settings.evaluation.linear_baseline and not fitted.stopped:
        # Last, since it takes a while and everything else can be looked at by now.
        with stages.enter("baseline"):
            figures = _with_linear_baseline(settings, features, evaluated, stop_reason)
        storage.write_json(folder.evaluation, figures)
        result |= _result(folder.run_id, fitted, figures, stages.timings)
        storage.write_json(folder.result, result)
    folder.checkpoint.unlink(missing_ok=True)
    recorder.end(*_ending(fitted, stop_reason()))
    return result


def _result(
    run_id: str, fitted: FitResult, evaluation: dict[str, Any], timings: dict[str, float]
) -> dict[str, Any]:
    rounded = {stage: round(seconds, 3) for stage, seconds in timings.items()}
    return {
        "run_id": run_id,
        "status": STOPPED if fitted.stopped else FINISHED,
        "evaluation": without_tables(evaluation),
        "timings": {**rounded, "epochs": [round(item, 3) for item in fitted.epoch_seconds]},
    }


def _sizes(features: Features) -> dict[str, int]:
    return {
        "n_train": len(features.train),
        "n_val": len(features.val),
        "n_test": len(features.test),
        "n_features": features.train.rows.n_features,
        "n_labels": len(features.label_names),
    }


def _load(settings: RunConfig, home: Path) -> Corpus:
    layout = parse_layout(settings.columns, settings.label_separator)
    corpus = sources.load(settings.data, layout=layout, home=home)
    check_rows(corpus.name, len(corpus.papers))
    return corpus


def _check_size(settings: RunConfig, features: Features) -> None:
    """Refuse a network that could not be loaded again, or that visitors may not train.

    Raises:
        ConfigError: If it has too many parameters.
    """
    layers = model_summary(
        settings.model, features.train.rows.n_features, len(features.label_names)
    )
    n_parameters = sum(layer.n_parameters for layer in layers)
    check_fits(features.vectorizer, n_parameters)
    check_parameters(n_parameters)


def _texts(settings: RunConfig, papers: pd.DataFrame) -> list[str]:
    return [
        normalize_text(join_text(title, abstract, settings.text_fields))
        for title, abstract in zip(papers["title"], papers["abstract"], strict=True)
    ]


def _vectorize(settings: RunConfig, parts: splits.Splits) -> Features:
    for name, papers in (("train", parts.train), ("val", parts.val), ("test", parts.test)):
        if papers.empty:
            raise DataError(
                f"The {name} split holds no paper: the data set is too small after cleaning.",
                "Use more papers, keep rare label combinations, or hold out a larger share.",
            )
    label_names = cleaning.label_names_of(parts.train["labels"].tolist())
    if len(label_names) > limits().max_labels:
        raise DataError(
            f"The papers have {len(label_names):,} distinct labels; a model learns at most "
            f"{limits().max_labels:,}.",
            "Use coarser labels or raise ARXIVTAG_MAX_LABELS.",
        )
    vectorizer, train_rows = fit_transform(_texts(settings, parts.train), settings.vectorizer)

    def part(papers: pd.DataFrame, rows: SparseRows) -> Part:
        return Part(rows, encode_labels(papers["labels"].tolist(), label_names), papers)

    return Features(
        vectorizer,
        label_names,
        train=part(parts.train, train_rows),
        val=part(parts.val, vectorizer.transform(_texts(settings, parts.val))),
        test=part(parts.test, vectorizer.transform(_texts(settings, parts.test))),
    )


def _import_in_background() -> threading.Thread:
    """Import Keras and JAX while the papers are being prepared: it takes seconds."""

    def run() -> None:
        # Whatever goes wrong here goes wrong again, with a report, where it is needed.
        with contextlib.suppress(Exception):
            importlib.import_module("arxivtag.learning.engine.building")

    thread = threading.Thread(target=run, name="imports", daemon=True)
    thread.start()
    return thread


class TickRecorder:
    """Records what training reports, and from it the progress and the time left.

    Args:
        recorder: The writer of the run's folder.
        n_epochs: Epochs that were asked for.
        seconds_after: What the stages after training will take.
    """

    def __init__(self, recorder: RunRecorder, n_epochs: int, seconds_after: float) -> None:
        self._recorder = recorder
        self._n_epochs = n_epochs
        self._seconds_after = seconds_after
        self._first: tuple[float, float] | None = None  # epoch and time of the first tick

    def __call__(self, record: dict[str, Any]) -> None:
        """Record one tick or one finished epoch."""
        epoch, now = float(record.get("epoch", 0)), time.monotonic()
        self._recorder.record(record)
        self._recorder.progress(epoch, self._n_epochs, "epochs")
        if self._first is None:
            self._first = (epoch, now)
        elif epoch > self._first[0]:
            seconds_per_epoch = (now - self._first[1]) / (epoch - self._first[0])
            left = (self._n_epochs - epoch) * seconds_per_epoch + self._seconds_after
            self._recorder.seconds_left(round(left, 1))


def _prepare_training(
    settings: RunConfig, features: Features, recorder: RunRecorder, stop_reason: StopReason
) -> Trainer:
    """Build the network, or bring it back from a checkpoint, and begin the history."""
    from arxivtag.learning.engine import device

    _log.info("device=%s", device())
    after = seconds_after_training(
        len(features.train), len(features.test), settings.evaluation.linear_baseline
    )
    trainer = Trainer(
        features.train,
        features.val,
        settings,
        on_tick=TickRecorder(recorder, settings.training.epochs, after),
        should_stop=lambda: bool(stop_reason()),
        checkpoint=recorder.folder.checkpoint,
    )
    recorder.record(_start_record(features, settings.training.epochs))
    if recorder.status.attempt > 1:
        # What was recorded beyond the checkpoint before the crash is trained again.
        recorder.record({"kind": "resume", "epoch": trainer.n_epochs_done, "at": now_iso()})
    return trainer


def _start_record(features: Features, n_epochs: int) -> dict[str, Any]:
    sizes = _sizes(features)
    del sizes["n_test"]
    return {
        "kind": "start",
        # Binary accuracy of predicting no label at all, on the validation papers.
        "binary_accuracy_all_zeros": float(1.0 - features.val.y_true.mean()),
        **sizes,
        "n_epochs": n_epochs,
        "at": now_iso(),
    }


def _evaluate(settings: RunConfig, features: Features, network: Network) -> Evaluated:
    decision, val = fit_decision(_scored(network, features.val), settings.evaluation)
    test = _scored(network, features.test).calibrated(decision.calibration)
    labels = features.test.papers["labels"].tolist()
    figures = evaluate_run(
        val,
        test,
        features.label_names,
        decision,
        label_counts=features.train.y_true.sum(axis=0),
        n_unknown_labels=count_unknown_labels(labels, features.label_names),
        resampling=Resampling(settings.evaluation.bootstrap_samples, settings.random_seed),
    )
    return Evaluated(decision, val, test, figures)


def _scored(network: Network, part: Part) -> Scored:
    return Scored(part.y_true, probabilities(network, part.rows), part.rows.readable())


def _with_linear_baseline(
    settings: RunConfig, features: Features, evaluated: Evaluated, stop_reason: StopReason
) -> dict[str, Any]:
    """Return the evaluation with the linear baseline, or with a note on why it has none.

    Everything else is complete by now, so that a fault in it does not fail the run.
    """
    try:
        return with_linear_baseline(
            evaluated.figures,
            evaluated.test,
            features.train,
            features.val,
            features.test,
            random_seed=settings.random_seed,
            should_stop=lambda: bool(stop_reason()),
        )
    except Exception as error:
        _log.exception("the linear baseline could not be fitted")
        note = f"The linear model was left out: it could not be fitted ({type(error).__name__})."
        return {**evaluated.figures, "linear_baseline_note": note}


def _save(
    settings: RunConfig,
    folder: RunFolder,
    features: Features,
    fitted: FitResult,
    evaluated: Evaluated,
    details: dict[str, Any],
) -> None:
    storage.write_json(folder.evaluation, evaluated.figures)
    predictions = Predictions(features.label_names, evaluated.val, evaluated.test)
    save_predictions(folder.predictions, predictions)
    papers = features.test.papers[["title", "abstract", "labels"]].copy()
    papers["labels"] = papers["labels"].map(list)
    storage.write_atomic(folder.test_papers, papers.to_parquet)
    fingerprint = details["data"]["fingerprint"]
    manifest = bundle.new_manifest(settings, fingerprint, run_id=folder.run_id, **details)
    made = bundle.Bundle(
        manifest=manifest,
        vectorizer=features.vectorizer,
        network=fitted.network,
        label_names=features.label_names,
        thresholds=evaluated.decision.thresholds,
        calibration=evaluated.decision.calibration,
        neighbours=neighbours.build_index(
            features.train.rows,
            features.train.papers["title"].tolist(),
            features.train.papers["labels"].tolist(),
        ),
        text_fields=settings.text_fields,
    )
    saving.save_bundle(made, folder.bundle)


def without_tables(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Return an evaluation without its long tables and curves."""
    return {key: value for key, value in evaluation.items() if key not in BULKY_FIGURES}


def _details(settings: RunConfig, corpus: Corpus, fitted: FitResult) -> dict[str, Any]:
    """Return what is needed to repeat the run and to know what it was trained on."""
    from arxivtag.learning.engine import device

    return {
        "data": {
            "source": settings.data,
            "name": corpus.name,
            "fingerprint": corpus.fingerprint,
            "synthetic": corpus.synthetic,
            "n_rows": len(corpus.papers),
            "n_skipped": corpus.report.n_rows_skipped,
            "notes": list(corpus.report.notes),
        },
        "best_epoch": fitted.best_epoch,
        "n_epochs_trained": len(fitted.history),
        "device": device(),
        "versions": versions(),
        "peak_memory_mb": _peak_memory_mb(),
        "created_at": now_iso(),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python, this package and those that decide the figures."""
    known = {"python": platform.python_version(), "arxivtag": __version__}
    for name in RECORDED_PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            known[name] = metadata.version(name)
    return known


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kilobytes, macOS bytes.
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


def _ending(fitted: FitResult, reason: str) -> tuple[str, str]:
    if not fitted.stopped:
        return FINISHED, ""
    n = len(fitted.history)
    if n == 0:
        return STOPPED, f"{reason} inside the first epoch; the model so far was kept."
    whole = "1 whole epoch" if n == 1 else f"{n} whole epochs"
    return STOPPED, f"{reason} after {whole}; the best model was kept."

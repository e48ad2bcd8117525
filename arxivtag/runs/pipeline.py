"""The pipeline of a run: load, clean, split, vectorize, train, evaluate, save the bundle.

It reads in the order of the data. Cleaning to vectorizing is done by
:mod:`arxivtag.runs.preparing`, at once where an earlier run did the same; what is left at the end
is written by :mod:`arxivtag.runs.results`. The worker runs it in a process of its own
(:mod:`arxivtag.runs.worker`) or in the foreground, for ``arxivtag train``, with a recorder that
writes the run's folder.
Keras and JAX are imported while the papers are being prepared.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from arxivtag import storage
from arxivtag.callbacks import ShouldStop, StoppedError
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.errors import counted
from arxivtag.learning.network import model_summary
from arxivtag.learning.space import Watch
from arxivtag.learning.training import FitResult, Trainer
from arxivtag.papers.schema import parse_layout
from arxivtag.runs.admission import check_fits, check_parameters, check_rows
from arxivtag.runs.ensembles import fit_members
from arxivtag.runs.estimate import seconds_after_training
from arxivtag.runs.evaluating import evaluate_network, label_ceiling, with_linear_baseline
from arxivtag.runs.preparing import Features, prepare
from arxivtag.runs.recorder import RunRecorder, StopReason
from arxivtag.runs.results import about, save
from arxivtag.runs.space import begin_space
from arxivtag.runs.status import FINISHED, STOPPED
from arxivtag.settings import RunConfig, validate

# Of the evaluation, what the list of runs and ``arxivtag train --json`` do not need.
BULKY_FIGURES = (
    "per_label",
    "curves",
    "reliability",
    "threshold_grid",
    "top_k_grid",
    "confusions",
)
MOST_PAPERS_AHEAD = 60_000
MOST_PARAMETERS_AHEAD = 25_000_000  # 100 MB
STOPPED_NOTE = "The linear model was left out: the run was stopped."
_WAIT_S = 0.2  # between two looks at whether to stop
_log = logging.getLogger(__name__)


def execute(settings: RunConfig, recorder: RunRecorder, stop_reason: StopReason) -> dict[str, Any]:
    """Run the whole pipeline, write the run's folder and how the run ended.

    ``stop_reason`` is asked often; once it names a reason, the best model so far is kept.

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
        return _execute(validate(settings), stages)
    except StoppedError:
        recorder.end(
            STOPPED,
            f"{stop_reason()} before training began: there is no model.",
            "Run it again any time.",
        )
        run_id = recorder.folder.run_id
        return {"run_id": run_id, "status": STOPPED, "evaluation": {}, "timings": stages.timings}


class Stages:
    """Enters one stage after another: says so in the run's status, and times it.

    ``timings`` holds the seconds of each; preparing the network is part of training there.
    """

    def __init__(self, recorder: RunRecorder, stop_reason: StopReason) -> None:
        self.recorder = recorder
        self.stop_reason = stop_reason
        self.timings: dict[str, float] = {}

    def should_stop(self) -> bool:
        """Return whether the run is to stop."""
        return bool(self.stop_reason())

    @contextlib.contextmanager
    def before_training(self, stage: str, n_papers: int = 0) -> Iterator[None]:
        """Enter a stage that ends without a model.

        Raises:
            StoppedError: If the run is to stop.
        """
        if self.should_stop():
            raise StoppedError
        with self.enter(stage, n_papers):
            yield

    @contextlib.contextmanager
    def enter(self, stage: str, total: int = 0, unit: str = "papers") -> Iterator[None]:
        """Enter a stage with ``total`` units of work ahead (0: not known)."""
        self.recorder.stage(stage, total, unit)
        name, started = "train" if stage == "compile" else stage, time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - started
            self.timings[name] = self.timings.get(name, 0.0) + seconds


def _execute(settings: RunConfig, stages: Stages) -> dict[str, Any]:
    folder = stages.recorder.folder
    imports = _imports(folder.home)
    with stages.before_training("load"):
        corpus = _load(settings, stages, partial(_begin, imports))
    _begin(imports)
    enter = partial(stages.before_training, n_papers=corpus.n_papers)
    features = prepare(corpus, settings, enter, stages.should_stop)
    n_parameters = _n_parameters(settings, features)
    check_fits(features.vectorizer, n_parameters)
    check_parameters(n_parameters)
    if settings.members:
        with stages.enter("train", len(settings.members), "models"):
            fitted = fit_members(settings, features, folder.home)
    else:
        fitted = _train(settings, corpus, features, imports, stages)
    with stages.enter("evaluate", len(features.test)):
        evaluated = evaluate_network(settings, features, fitted.network)
        evaluated.figures["ceiling"] = label_ceiling(corpus, settings.cleaning, features)
    if settings.evaluation.linear_baseline and fitted.stopped:
        evaluated.figures["linear_baseline_note"] = STOPPED_NOTE
    with stages.enter("bundle"):
        details = about(settings, corpus, fitted) | features.reports
        save(settings, folder, corpus, features, fitted.network, evaluated, details)
    sizes = _sizes(features)
    result = _result(folder.run_id, fitted, evaluated.figures, stages.timings) | sizes | details
    storage.write_json(folder.result, result)
    if settings.evaluation.linear_baseline and not fitted.stopped:
        # Last, since it takes a while and everything else can be looked at by now.
        with stages.enter("baseline"):
            figures = with_linear_baseline(features, evaluated, stages.should_stop)
        storage.write_json(folder.evaluation, figures)
        result |= _result(folder.run_id, fitted, figures, stages.timings)
        storage.write_json(folder.result, result)
    folder.checkpoint.unlink(missing_ok=True)
    stages.recorder.end(*_ending(fitted, stages.stop_reason()))
    return result


def _train(
    settings: RunConfig,
    corpus: Corpus,
    features: Features,
    imports: threading.Thread,
    stages: Stages,
) -> FitResult:
    """Train, and let go of what training takes."""
    with stages.before_training("compile"):
        _wait_for(imports, stages.should_stop)
        watch = begin_space(stages.recorder.folder, corpus, features, settings.random_seed)
        trainer = _prepare_training(settings, features, stages, watch)
    n_epochs = settings.training.planned_epochs(len(features.train))
    with stages.enter("train", n_epochs, "epochs"):
        return trainer.fit()


def _result(
    run_id: str, fitted: FitResult, evaluation: dict[str, Any], timings: dict[str, float]
) -> dict[str, Any]:
    rounded = {stage: round(seconds, 3) for stage, seconds in timings.items()}
    return {
        "run_id": run_id,
        "status": STOPPED if fitted.stopped else FINISHED,
        "evaluation": {k: v for k, v in evaluation.items() if k not in BULKY_FIGURES},
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


def _load(settings: RunConfig, stages: Stages, meanwhile: Callable[[], None]) -> Corpus:
    """Open the corpus; its folder stays while it is held.

    ``meanwhile`` is called, often, while another process reads the file.
    """
    recorder = stages.recorder

    def progress(_: str, share: float | None) -> None:
        meanwhile()
        recorder.progress(share or 0.0, 1.0, "data set")

    corpus = open_corpus(
        settings.data,
        recorder.folder.home,
        layout=parse_layout(settings.columns, settings.label_separator),
        progress=progress,
        should_stop=stages.should_stop,
    )
    check_rows(corpus.name, corpus.n_papers)
    return corpus


def _n_parameters(settings: RunConfig, features: Features) -> int:
    n_features, n_labels = features.train.rows.n_features, len(features.label_names)
    length = settings.vectorizer.max_length_words or 0
    words = (features.vectorizer.terms.n_words, length) if length else (0, 0)
    layers = model_summary(settings.model, n_features, n_labels, words)
    return sum(layer.n_parameters for layer in layers)


def import_engine(home: Path) -> None:
    """Import Keras and JAX, with the home folder's cache of compiled programs: it takes seconds."""
    from arxivtag.learning import engine

    engine.keep_compiled(home / "compiled")
    importlib.import_module("arxivtag.learning.engine.building")


def prepare_ahead(settings: RunConfig, home: Path) -> None:
    """Do for an expected run what can be done: prepared features, and a compiled train step.

    Of a large data set nothing is prepared unasked, of a large network nothing is built, and an
    ensemble of runs trains nothing: then only the imports are done.
    """
    import_engine(home)
    if settings.members:
        return
    corpus = open_corpus(
        settings.data, home, layout=parse_layout(settings.columns, settings.label_separator)
    )
    if corpus.n_papers > MOST_PAPERS_AHEAD:
        return
    features = prepare(corpus, settings)
    if _n_parameters(settings, features) > MOST_PARAMETERS_AHEAD:
        return
    Trainer(features.train, features.val, settings).compile_ahead()


def _imports(home: Path) -> threading.Thread:
    """Return what imports Keras and JAX while the papers are being read and prepared."""

    def run() -> None:
        # Whatever goes wrong here goes wrong again, with a report, where it is needed.
        with contextlib.suppress(Exception):
            import_engine(home)

    return threading.Thread(target=run, name="imports", daemon=True)


def _begin(imports: threading.Thread) -> None:
    if imports.ident is None:
        imports.start()


def _wait_for(imports: threading.Thread, should_stop: ShouldStop) -> None:
    while imports.is_alive():
        if should_stop():
            raise StoppedError
        imports.join(_WAIT_S)


def _tick_recorder(
    recorder: RunRecorder, n_epochs: int, seconds_after: float
) -> Callable[[dict[str, Any]], None]:
    """Return what records each tick and finished epoch, and with it the progress and time left.

    ``seconds_after`` is what the stages after training will take.
    """
    first: tuple[float, float] | None = None  # epoch and time of the first tick

    def on_tick(record: dict[str, Any]) -> None:
        nonlocal first
        epoch, now = float(record.get("epoch", 0)), time.monotonic()
        recorder.record(record)
        recorder.progress(epoch, n_epochs, "epochs")
        if first is None:
            first = (epoch, now)
        elif epoch > first[0]:
            seconds_per_epoch = (now - first[1]) / (epoch - first[0])
            left = (n_epochs - epoch) * seconds_per_epoch + seconds_after
            recorder.seconds_left(round(left, 1))

    return on_tick


def _prepare_training(
    settings: RunConfig, features: Features, stages: Stages, watch: Watch | None
) -> Trainer:
    """Build the network, or bring it back from a checkpoint, and begin the history."""
    from arxivtag.learning.engine import device

    recorder = stages.recorder
    _log.info("device=%s", device())
    after = seconds_after_training(
        len(features.train), len(features.test), settings.evaluation.linear_baseline
    )
    n_epochs = settings.training.planned_epochs(len(features.train))
    trainer = Trainer(
        features.train,
        features.val,
        settings,
        on_tick=_tick_recorder(recorder, n_epochs, after),
        should_stop=stages.should_stop,
        checkpoint=recorder.folder.checkpoint,
        watch=watch,
    )
    recorder.record(
        {
            "kind": "start",
            # Binary accuracy of predicting no label at all, on the validation papers.
            "binary_accuracy_all_zeros": float(1.0 - features.val.y_true.mean()),
            **_sizes(features),
            "n_epochs": n_epochs,
        }
    )
    if recorder.status.attempt > 1:
        # What was recorded beyond the checkpoint before the crash is trained again.
        recorder.record({"kind": "resume", "epoch": trainer.n_epochs_done})
    return trainer


def _ending(fitted: FitResult, reason: str) -> tuple[str, str]:
    if not fitted.stopped:
        return FINISHED, ""
    n = len(fitted.history)
    if n == 0:
        return STOPPED, f"{reason} inside the first epoch; the model so far was kept."
    return STOPPED, f"{reason} after {counted(n, 'whole epoch')}; the best model was kept."

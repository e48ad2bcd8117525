"""How runs are spoken of: states, stages, figures and data sets in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from arxivtag.errors import DataError
from arxivtag.papers.source import parse_source
from arxivtag.runs.registry import RunSummary
from arxivtag.runs.status import (
    CORRUPT,
    FAILED,
    FINISHED,
    LOST,
    QUEUED,
    RUNNING,
    STAGES,
    STOPPED,
    RunStatus,
)


@dataclass(frozen=True)
class State:
    """How a state of runs is shown."""

    name: str
    icon: str
    color: str


@dataclass(frozen=True)
class Stage:
    """How a stage of a run is called, in a sentence and in the row of all stages.

    ``about`` tells what happens in it, for stages before the first figures.
    """

    name: str
    short: str
    about: str = ""


STATES = {
    QUEUED: State("Waiting", ":material/hourglass_top:", "gray"),
    RUNNING: State("Training", ":material/autorenew:", "blue"),
    FINISHED: State("Finished", ":material/check_circle:", "green"),
    STOPPED: State("Stopped", ":material/stop_circle:", "orange"),
    FAILED: State("Failed", ":material/error:", "red"),
    LOST: State("Lost", ":material/help:", "red"),
    CORRUPT: State("Damaged", ":material/broken_image:", "red"),
}
STAGE_TEXTS = {
    "start": Stage(
        "Starting the process",
        "Start",
        "Training runs in a process of its own, so that the app stays quick.",
    ),
    "load": Stage(
        "Loading the papers",
        "Load",
        "The papers are opened. Those of a new file are read once, and kept for every later run.",
    ),
    "clean": Stage(
        "Cleaning",
        "Clean",
        "Duplicates are left out, and papers whose combination of labels occurs only once.",
    ),
    "split": Stage(
        "Splitting into train, val and test",
        "Split",
        "Most papers are to learn from; some are kept apart to check with. "
        "Near-duplicates stay on one side.",
    ),
    "vectorize": Stage(
        "Turning texts into numbers",
        "Vectorize",
        "Words and pairs of words are counted; each paper becomes a row of weights.",
    ),
    "compile": Stage(
        "Preparing the network",
        "Compile",
        "The network is built and compiled for this machine. The first batch comes next.",
    ),
    "train": Stage("Training", "Train", "The first batch of papers is on its way."),
    "evaluate": Stage("Evaluating on the test papers", "Evaluate"),
    "bundle": Stage("Saving the model", "Save"),
    "baseline": Stage("Fitting a linear model to compare with", "Compare"),
}

# Short names of figures, the same on every page.
METRIC_NAMES = {
    "micro_f1": "Micro-F1",
    "macro_f1": "Macro-F1",
    "samples_f1": "F1 per paper",
    "lrap": "Ranking (LRAP)",
    "precision_at_1": "Precision at 1",
    "precision_at_3": "Precision at 3",
    "precision_at_5": "Precision at 5",
    "subset_accuracy": "Exact label sets",
    "hamming_loss": "Hamming loss",
    "binary_accuracy": "Binary accuracy",
    "binary_accuracy_all_zeros": "Binary accuracy of no label",
}


def stage_name(stage: str, default: str) -> str:
    """Return what a stage is called in a sentence; ``default`` for one of another version."""
    return STAGE_TEXTS[stage].name if stage in STAGE_TEXTS else default


MAKES_ONE_MODEL = (
    "The models of finished runs are made one, each weighed on the validation papers. Nothing is "
    "trained anew, so there is nothing to watch."
)


def stage_about(stage: str) -> str:
    """Return what happens in a stage before the first figures, and what will be seen."""
    about = STAGE_TEXTS[stage].about if stage in STAGE_TEXTS else ""
    return f"{about} The curves begin with the first batch.".strip()


def stage_text(status: RunStatus) -> str:
    """Return the present stage in words: ``Training: epoch 3 of 6``."""
    progress = status.progress
    if progress is not None and progress.unit == "epochs":
        epoch = min(int(progress.done) + 1, int(progress.total))
        return f"Training: epoch {epoch} of {int(progress.total)}"
    text = stage_name(status.stage, default="At work")
    if progress is not None and progress.unit and progress.total > 1:
        text += f": {progress.total:,.0f} {progress.unit}"
    return text


def overall_fraction(status: RunStatus, trained: float | None = None) -> float:
    """Return how much of a run is done, from 0 to 1, for its progress bar.

    Training takes most of the bar, since it takes nearly all of the time. ``trained`` is the share
    of it that is done, where something fresher than the status tells it.
    """
    if status.stage not in STAGES:
        return 0.0
    before, training = 0.08, 0.84
    place, train = STAGES.index(status.stage), STAGES.index("train")
    if place < train:
        return before * place / train
    if place == train:
        if trained is None:
            trained = status.progress.fraction if status.progress else 0.0
        return before + training * min(1.0, trained)
    after = 1.0 - before - training
    return before + training + after * (place - train) / (len(STAGES) - train)


def distinct_names(runs: Sequence[RunSummary]) -> list[str]:
    """Return one name per run, with the id where two have the same."""
    n_of = Counter(run.name for run in runs)
    return [run.name if n_of[run.name] == 1 else f"{run.name} ({run.run_id})" for run in runs]


def data_text(source: str) -> str:
    """Return a run's data set as people may see it: no folder, no upload's secret address.

    Whatever a run folder says has a text, so that one odd run does not break the list.
    """
    try:
        return parse_source(source).shown
    except DataError:
        return "uploaded file"  # an upload's address with something behind it

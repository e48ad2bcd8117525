"""How runs are spoken of: states, stages and data sets in words."""

from __future__ import annotations

from datetime import UTC, datetime

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

STATE_NAMES = {
    QUEUED: "Waiting",
    RUNNING: "Training",
    FINISHED: "Finished",
    STOPPED: "Stopped",
    FAILED: "Failed",
    LOST: "Lost",
    CORRUPT: "Damaged",
}
STATE_ICONS = {
    QUEUED: ":material/hourglass_top:",
    RUNNING: ":material/autorenew:",
    FINISHED: ":material/check_circle:",
    STOPPED: ":material/stop_circle:",
    FAILED: ":material/error:",
    LOST: ":material/help:",
    CORRUPT: ":material/broken_image:",
}
STATE_COLORS = {
    QUEUED: "gray",
    RUNNING: "blue",
    FINISHED: "green",
    STOPPED: "orange",
    FAILED: "red",
    LOST: "red",
    CORRUPT: "red",
}
STAGE_NAMES = {
    "start": "Starting the process",
    "load": "Loading the papers",
    "clean": "Cleaning",
    "split": "Splitting into train, val and test",
    "vectorize": "Turning texts into numbers",
    "compile": "Preparing the network",
    "train": "Training",
    "evaluate": "Evaluating on the test papers",
    "bundle": "Saving the model",
    "baseline": "Fitting a linear model to compare with",
}
STAGE_SHORT = {
    "start": "Start",
    "load": "Load",
    "clean": "Clean",
    "split": "Split",
    "vectorize": "Vectorize",
    "compile": "Compile",
    "train": "Train",
    "evaluate": "Evaluate",
    "bundle": "Save",
    "baseline": "Compare",
}


def stage_text(status: RunStatus) -> str:
    """Return the present stage in words: ``Training: epoch 3 of 6``."""
    progress = status.progress
    if status.stage == "train" and progress is not None:
        epoch = min(int(progress.done) + 1, int(progress.total))
        return f"Training: epoch {epoch} of {int(progress.total)}"
    text = STAGE_NAMES.get(status.stage, "At work")
    if progress is not None and progress.unit and progress.total > 1:
        text += f": {progress.total:,.0f} {progress.unit}"
    return text


def overall_fraction(status: RunStatus, trained: float | None = None) -> float:
    """Return how far a run is, from 0 to 1, for its progress bar.

    Training takes most of the bar, since it takes nearly all of the time.

    Args:
        status: The run's status.
        trained: The share of the training that is done, where something fresher than the
            status tells it.
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


def data_text(source: str) -> str:
    """Return a data source as people may see it: no folder, no upload's secret address."""
    try:
        return parse_source(source).shown
    except DataError:  # a run's settings may hold anything
        return "unknown data"


def parse_time(stamp: str | None) -> datetime | None:
    """Return an ISO 8601 time stamp as a UTC datetime, or ``None`` if it is none."""
    try:
        parsed = datetime.fromisoformat(stamp or "")
    except ValueError:
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def name_text(summary: RunSummary) -> str:
    """Return a run's note with its id, or its id alone."""
    return f"{summary.note} ({summary.run_id})" if summary.note else summary.run_id

"""What a model says of a split's papers, how labels are decided by it, and how a run keeps it."""

from __future__ import annotations

import dataclasses
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from arxivtag.errors import StorageError
from arxivtag.learning import calibration as calibrations
from arxivtag.learning import thresholds as thresholding
from arxivtag.learning.calibration import Calibration
from arxivtag.learning.counts import BoolArray
from arxivtag.learning.thresholds import Thresholds
from arxivtag.settings import EvaluationConfig
from arxivtag.storage import write_atomic


@dataclass(frozen=True, eq=False)
class Scored:
    """What is true of the papers of a split, and what a model says of them.

    Attributes:
        y_true: True labels, (n_samples, n_labels) bool.
        y_prob: Probabilities, same shape, float32; labels are decided by them.
        readable: Which papers hold an n-gram that the model knows, (n_samples,) bool. The
            others are given no label: no probability decides about them.
        y_prob_raw: The model's own probabilities, once ``y_prob`` are calibrated.
    """

    y_true: BoolArray
    y_prob: NDArray[np.float32]
    readable: BoolArray
    y_prob_raw: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        """Return the number of papers."""
        return len(self.y_true)

    def calibrated(self, calibration: Calibration) -> Scored:
        """Return the same papers with calibrated probabilities beside the model's own."""
        y_prob = calibrations.calibrate(calibration, self.y_prob)
        return dataclasses.replace(self, y_prob=y_prob, y_prob_raw=self.y_prob)

    def given(self, thresholds: Thresholds) -> BoolArray:
        """Return the labels that the papers are given, (n_samples, n_labels) bool."""
        return thresholding.decide(thresholds, self.y_prob, self.readable)


@dataclass(frozen=True)
class Decision:
    """What turns a model's own probabilities into labels: first the one, then the other."""

    calibration: Calibration
    thresholds: Thresholds


def fit_decision(val: Scored, config: EvaluationConfig) -> tuple[Decision, Scored]:
    """Fit the calibration on validation papers, then choose thresholds on calibrated probabilities.

    Papers that cannot be read teach nothing. Returned are the decision and the calibrated papers.
    """
    seen = val.readable
    calibration = calibrations.fit_calibration(
        val.y_true[seen], val.y_prob[seen], config.calibration
    )
    val = val.calibrated(calibration)
    thresholds = thresholding.choose(val.y_true[seen], val.y_prob[seen], config.threshold_method)
    return Decision(calibration, thresholds), val


@dataclass(frozen=True, eq=False)
class Predictions:
    """Truth and probabilities of two splits, calibrated; label order as in the bundle."""

    label_names: tuple[str, ...]
    val: Scored
    test: Scored


def save_predictions(path: Path, predictions: Predictions) -> None:
    """Write ``predictions`` to ``path`` (.npz, no pickle) in one rename.

    Raises:
        StorageError: If the disk refuses.
    """
    arrays: dict[str, Any] = {"label_names": np.array(predictions.label_names, dtype=np.str_)}
    for name, part in (("val", predictions.val), ("test", predictions.test)):
        raw = part.y_prob if part.y_prob_raw is None else part.y_prob_raw
        arrays[f"y_true_{name}"] = part.y_true
        arrays[f"y_prob_{name}"] = part.y_prob
        arrays[f"y_prob_{name}_raw"] = raw
        arrays[f"readable_{name}"] = part.readable
    write_atomic(path, lambda file: np.savez(file, **arrays))


def load_predictions(path: Path) -> Predictions:
    """Read what :func:`save_predictions` wrote.

    Raises:
        StorageError: If the file is missing, damaged, or its shapes do not agree.
    """
    try:
        # Opened here, since numpy leaves a file open that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            label_names = tuple(stored["label_names"].tolist())
            val, test = _scored(stored, "val"), _scored(stored, "test")
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise StorageError(
            f"Could not read the predictions in {path}.",
            "Train the run again to see its details.",
        ) from error
    for part in (val, test):
        problem = _problem(part, len(label_names))
        if problem:
            raise StorageError(
                f"The predictions in {path} should {problem}.",
                "The file may be damaged: train the run again to see its details.",
            )
    return Predictions(label_names, val, test)


def _scored(stored: NpzFile, name: str) -> Scored:
    y_true = stored[f"y_true_{name}"]
    # Runs of older versions counted every paper as readable, and kept no word of it.
    readable = stored.get(f"readable_{name}", np.ones(len(y_true), dtype=bool))
    return Scored(y_true, stored[f"y_prob_{name}"], readable, stored[f"y_prob_{name}_raw"])


def _problem(part: Scored, n_labels: int) -> str:
    """Return what the shapes of a split should be, and are not; empty if they agree."""
    arrays = (part.y_true, part.y_prob, part.y_prob_raw)
    shapes = {array.shape for array in arrays if array is not None}
    if shapes != {(len(part), n_labels)}:
        return f"have {n_labels} columns each. Received shapes: {sorted(shapes)}"
    if part.readable.shape != (len(part),):
        about = f"say of {len(part):,} papers whether they can be read"
        return f"{about}. Received shape: {part.readable.shape}"
    return ""

"""The predictions of a run on its validation and test papers, kept for the evaluation page."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from arxivtag.errors import StorageError
from arxivtag.learning.decision import Scored
from arxivtag.storage import write_atomic


@dataclass(frozen=True, eq=False)
class Predictions:
    """Truth and probabilities; label order as in the bundle.

    Args:
        label_names: The labels, n_labels of them.
        y_true_val: (n_val, n_labels) bool.
        y_prob_val_raw: The model's own probabilities, (n_val, n_labels) float32.
        y_prob_val: The calibrated ones, same shape.
        y_true_test: (n_test, n_labels) bool.
        y_prob_test_raw: (n_test, n_labels) float32.
        y_prob_test: (n_test, n_labels) float32.
        readable_val: Which papers hold an n-gram the model knows, (n_val,) bool.
        readable_test: The same of the test papers, (n_test,) bool.
    """

    label_names: tuple[str, ...]
    y_true_val: NDArray[np.bool_]
    y_prob_val_raw: NDArray[np.float32]
    y_prob_val: NDArray[np.float32]
    y_true_test: NDArray[np.bool_]
    y_prob_test_raw: NDArray[np.float32]
    y_prob_test: NDArray[np.float32]
    readable_val: NDArray[np.bool_]
    readable_test: NDArray[np.bool_]

    @classmethod
    def of(cls, label_names: Sequence[str], val: Scored, test: Scored) -> Predictions:
        """Return the predictions of both splits, calibrated."""
        raw_val = val.y_prob if val.y_prob_raw is None else val.y_prob_raw
        raw_test = test.y_prob if test.y_prob_raw is None else test.y_prob_raw
        return cls(
            tuple(label_names),
            y_true_val=val.y_true,
            y_prob_val_raw=raw_val,
            y_prob_val=val.y_prob,
            y_true_test=test.y_true,
            y_prob_test_raw=raw_test,
            y_prob_test=test.y_prob,
            readable_val=val.readable,
            readable_test=test.readable,
        )


def save_predictions(path: Path, predictions: Predictions) -> None:
    """Write ``predictions`` to ``path`` (.npz, no pickle) in one rename.

    Raises:
        StorageError: If the disk refuses.
    """
    arrays = {item.name: getattr(predictions, item.name) for item in fields(predictions)}
    arrays["label_names"] = np.array(predictions.label_names, dtype=np.str_)
    write_atomic(path, lambda file: np.savez(file, **arrays))


def load_predictions(path: Path) -> Predictions:
    """Read what :func:`save_predictions` wrote.

    Raises:
        StorageError: If the file is missing, damaged, or its shapes do not agree.
    """
    try:
        # Opened here, since numpy leaves a file open that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {
                item.name: stored[item.name]
                for item in fields(Predictions)
                if item.name in stored or not item.name.startswith("readable_")
            }
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise StorageError(
            f"Could not read the predictions in {path}.",
            "Train the run again to see its details.",
        ) from error
    label_names = tuple(arrays.pop("label_names").tolist())
    for part in ("val", "test"):
        shapes = {arrays[f"{kind}_{part}"].shape for kind in ("y_true", "y_prob")}
        shapes.add(arrays[f"y_prob_{part}_raw"].shape)
        if len(shapes) != 1 or next(iter(shapes))[1:] != (len(label_names),):
            raise StorageError(
                f"The predictions in {path} should have {len(label_names)} columns each. "
                f"Received shapes: {sorted(shapes)}.",
                "The file may be damaged: train the run again to see its details.",
            )
        # Runs of older versions counted every paper as readable, and kept no word of it.
        n_papers = len(arrays[f"y_true_{part}"])
        readable = arrays.setdefault(f"readable_{part}", np.ones(n_papers, dtype=bool))
        if readable.shape != (n_papers,):
            raise StorageError(
                f"The predictions in {path} should say of {n_papers} papers whether they can be "
                f"read. Received shape: {readable.shape}.",
                "The file may be damaged: train the run again to see its details.",
            )
    return Predictions(label_names, **arrays)

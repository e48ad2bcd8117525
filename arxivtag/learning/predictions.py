"""The predictions of a run on its validation and test papers, kept for the evaluation page."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile

from arxivtag.errors import StorageError
from arxivtag.learning.decision import Scored
from arxivtag.storage import write_atomic


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
        _check_shapes(path, part, len(label_names))
    return Predictions(label_names, val, test)


def _scored(stored: NpzFile, name: str) -> Scored:
    y_true = stored[f"y_true_{name}"]
    # Runs of older versions counted every paper as readable, and kept no word of it.
    readable = stored.get(f"readable_{name}", np.ones(len(y_true), dtype=bool))
    return Scored(y_true, stored[f"y_prob_{name}"], readable, stored[f"y_prob_{name}_raw"])


def _check_shapes(path: Path, part: Scored, n_labels: int) -> None:
    arrays = (part.y_true, part.y_prob, part.y_prob_raw)
    shapes = [array.shape for array in arrays if array is not None]
    if len(set(shapes)) != 1 or shapes[0][1:] != (n_labels,):
        raise StorageError(
            f"The predictions in {path} should have {n_labels} columns each. "
            f"Received shapes: {sorted(set(shapes))}.",
            "The file may be damaged: train the run again to see its details.",
        )
    if part.readable.shape != shapes[0][:1]:
        raise StorageError(
            f"The predictions in {path} should say of {len(part):,} papers whether they can be "
            f"read. Received shape: {part.readable.shape}.",
            "The file may be damaged: train the run again to see its details.",
        )

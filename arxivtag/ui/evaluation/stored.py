"""Cached reading of what a run stored about its evaluation.

Caches are shared by all sessions, bounded, and keyed by the state of the file, so that a
run whose linear baseline arrives late is read again. What they return is shared: do not
change it in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from arxivtag import storage
from arxivtag.errors import StorageError
from arxivtag.learning import predictions as stored_predictions
from arxivtag.learning import thresholds
from arxivtag.learning.predictions import Predictions
from arxivtag.learning.thresholds import Thresholds
from arxivtag.runs.layout import RunFolder
from arxivtag.ui.evaluation.checks import fault_in

_MAX_RUNS = 4  # kept in memory; predictions of the real data are 3 MB a run


@dataclass(frozen=True, eq=False)
class Decisions:
    """Test papers under the thresholds in use.

    Attributes:
        predictions: Truth and probabilities.
        chosen: The thresholds in use.
        y_pred: Labels given to the test papers, (n_test, n_labels) bool.
        best_global: The one threshold with the highest micro-F1 on validation papers.
    """

    predictions: Predictions
    chosen: Thresholds
    y_pred: NDArray[np.bool_]
    best_global: float


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return the run's evaluation.

    Raises:
        StorageError: If there is none, or it is damaged.
    """
    found: dict[str, Any] = _figures(str(folder.evaluation), _state(folder.evaluation))
    return found


def decisions(folder: RunFolder) -> Decisions | None:
    """Return the run's decisions on its test papers; None if it kept no predictions.

    Raises:
        ArxivTagError: If the file is damaged.
    """
    if not folder.predictions.exists():
        return None
    states = (_state(folder.predictions), _state(folder.evaluation))
    found: Decisions = _decisions(str(folder.predictions), str(folder.evaluation), states)
    return found


def test_papers(folder: RunFolder) -> pd.DataFrame | None:
    """Return title, abstract and labels of the test papers; None if the run kept none.

    Raises:
        StorageError: If the file is damaged.
    """
    if not folder.test_papers.exists():
        return None
    found: pd.DataFrame = _test_papers(str(folder.test_papers), _state(folder.test_papers))
    return found


def _state(path: Path) -> tuple[int, int]:
    """Return what changes when a file is replaced."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


@st.cache_resource(max_entries=2 * _MAX_RUNS, show_spinner=False)
def _figures(path: str, state: tuple[int, int]) -> dict[str, Any]:
    found: dict[str, Any] = storage.read_json(Path(path))
    fault = fault_in(found)
    if fault is not None:
        raise StorageError(
            f"The evaluation of this run cannot be read: {fault!r} is not as it should be.",
            "Train the run again to see its figures.",
        )
    return found


@st.cache_resource(max_entries=_MAX_RUNS, show_spinner="Reading the predictions …")
def _decisions(
    path: str, evaluation_path: str, states: tuple[tuple[int, int], tuple[int, int]]
) -> Decisions:
    found = stored_predictions.load_predictions(Path(path))
    chosen = thresholds.from_dict(storage.read_json(Path(evaluation_path)).get("thresholds", {}))
    if len(chosen.values) != len(found.label_names):
        raise StorageError(
            f"The thresholds should be {len(found.label_names)}, one a label. "
            f"Received: {len(chosen.values)}.",
            "The run's files do not belong together: train it again.",
        )
    readable = found.readable_val
    shared = thresholds.choose(found.y_true_val[readable], found.y_prob_val[readable], "global")
    return Decisions(
        found,
        chosen,
        thresholds.decide(chosen, found.y_prob_test, found.readable_test),
        float(shared.values[0]) if len(shared.values) else 0.5,
    )


@st.cache_resource(max_entries=_MAX_RUNS, show_spinner="Reading the test papers …")
def _test_papers(path: str, state: tuple[int, int]) -> pd.DataFrame:
    try:
        papers = pd.read_parquet(path, columns=["title", "abstract", "labels"])
    except (OSError, ValueError, KeyError) as error:
        raise StorageError(
            f"Could not read the test papers in {path}.", "Train the run again to read its errors."
        ) from error
    return papers

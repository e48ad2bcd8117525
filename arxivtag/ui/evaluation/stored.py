"""Reading what a run stored about its evaluation; a run that is trained again is read again."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from arxivtag import storage
from arxivtag.errors import StorageError
from arxivtag.learning import thresholds
from arxivtag.learning.predictions import Predictions
from arxivtag.learning.thresholds import Thresholds
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.results import read_decided
from arxivtag.ui.frame.memory import FileState, file_state, shared

_MAX_RUNS = 4  # kept in memory; predictions of the real data are 3 MB per run
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Decisions:
    """Test papers under the thresholds in use: labels given, (n_test, n_labels) bool.

    ``best_global`` is the one threshold with the highest micro-F1 on validation papers.
    """

    predictions: Predictions
    thresholds: Thresholds
    y_pred: NDArray[np.bool_]
    best_global: float


@contextlib.contextmanager
def readable(what: str) -> Iterator[None]:
    """Guard a block that draws what a run wrote: an older version may have, or it is damaged.

    The pages read the app's own files without looking at every value first. Whatever such a
    value breaks is one sentence for the reader; the traceback goes to the server's log.

    Raises:
        StorageError: If the block failed on a value that is not as this version writes it.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        _LOGGER.warning("The %s of a run could not be drawn", what, exc_info=True)
        raise StorageError(
            f"The {what} of this run cannot be read: it is damaged, or of another version.",
            "Train the run again.",
        ) from error


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return the run's evaluation, as it stands in the file."""
    return storage.read_json(folder.evaluation)


def decisions(folder: RunFolder) -> Decisions | None:
    """Return the run's decisions on its test papers; None if it kept no predictions."""
    if not folder.predictions.exists():
        return None
    states = (file_state(folder.predictions), file_state(folder.evaluation))
    return _decisions(folder.run_id, folder.home, states)


def test_papers(folder: RunFolder) -> pd.DataFrame | None:
    """Return title, abstract and labels of the test papers; None if the run kept none."""
    if not folder.test_papers.exists():
        return None
    return _test_papers(folder.test_papers, file_state(folder.test_papers))


@shared(_MAX_RUNS, "Reading the predictions …")
def _decisions(run_id: str, home: Path, states: tuple[FileState, FileState]) -> Decisions:
    predictions, in_use = read_decided(RunFolder(run_id, home))
    known = predictions.val.readable
    one = thresholds.choose(predictions.val.y_true[known], predictions.val.y_prob[known], "global")
    return Decisions(
        predictions,
        in_use,
        predictions.test.given(in_use),
        float(one.values[0]) if len(one.values) else 0.5,
    )


@shared(_MAX_RUNS, "Reading the test papers …")
def _test_papers(path: Path, state: FileState) -> pd.DataFrame:
    try:
        return pd.read_parquet(path, columns=["title", "abstract", "labels"])
    except (OSError, ValueError, KeyError) as error:
        raise StorageError(
            f"Could not read the test papers in {path}.", "Train the run again to read its errors."
        ) from error

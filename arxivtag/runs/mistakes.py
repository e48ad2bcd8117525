"""Where in a corpus the test papers of a run lie, and how right the run was about each."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from arxivtag import storage
from arxivtag.corpus.store import Corpus
from arxivtag.learning import thresholds
from arxivtag.learning.predictions import load_predictions
from arxivtag.runs.registry import Run
from arxivtag.runs.results import PAPER

RIGHT, PARTLY, WRONG, UNTESTED = range(4)


def rightness(run: Run, corpus: Corpus) -> NDArray[np.uint8] | None:
    """Return (n_papers,) how right a run was about each paper of the corpus it learned from.

    ``RIGHT`` is a test paper that was given all its labels and no other, ``WRONG`` one that was
    given none of its labels, and ``PARTLY`` what lies between. None if the run is of another
    corpus, or does not say which papers it was tested on.

    Raises:
        StorageError: If what the run stored cannot be read.
    """
    if run.result.get("data", {}).get("fingerprint") != corpus.fingerprint:
        return None
    try:
        rows = pq.read_table(run.folder.test_papers, columns=[PAPER]).column(PAPER).to_numpy()
    except (OSError, KeyError, pa.ArrowException):  # an older version trained it
        return None
    test = load_predictions(run.folder.predictions).test
    given = test.given(thresholds.from_dict(storage.read_json(run.folder.evaluation)["thresholds"]))
    kinds = np.where((given & test.y_true).any(axis=1), PARTLY, WRONG)
    kinds[(given == test.y_true).all(axis=1)] = RIGHT
    found = np.full(corpus.n_papers, UNTESTED, dtype=np.uint8)
    found[rows] = kinds
    return found

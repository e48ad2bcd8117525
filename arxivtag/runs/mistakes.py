"""Where in a corpus the test papers of a run lie, and how right the run was about each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arxivtag import storage
from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.splits import split_rows
from arxivtag.corpus.store import Corpus
from arxivtag.learning import thresholds
from arxivtag.learning.predictions import load_predictions
from arxivtag.runs.preparing import SIDES
from arxivtag.runs.registry import Run
from arxivtag.runs.twins import label_matrix

RIGHT, PARTLY, WRONG, UNTESTED = range(4)


def rightness(run: Run, corpus: Corpus) -> NDArray[np.uint8] | None:
    """Return (n_papers,) how right a run was about each paper of the corpus it learned from.

    ``RIGHT`` is a test paper that was given all its labels and no other, ``WRONG`` one that was
    given none of its labels, and ``PARTLY`` what lies between. None if the run is of another
    corpus, kept no predictions, or would be split otherwise today.

    Raises:
        StorageError: If what the run stored cannot be read.
        DataError: If the corpus cannot be split as the run's settings say.
    """
    settings = run.settings
    is_of_corpus = run.result.get("data", {}).get("fingerprint") == corpus.fingerprint
    if settings is None or not is_of_corpus or not run.folder.predictions.exists():
        return None
    predictions = load_predictions(run.folder.predictions)
    cleaned = clean_rows(corpus, settings.cleaning)
    parts = split_rows(corpus, cleaned, settings.split, settings.random_seed)
    rows, test = parts.of(SIDES.index("test")), predictions.test
    truth = label_matrix(cleaned.labels, predictions.label_names)[rows].toarray().astype(bool)
    if not np.array_equal(truth, test.y_true):
        return None
    chosen = thresholds.from_dict(storage.read_json(run.folder.evaluation)["thresholds"])
    given = test.given(chosen)
    kinds = np.where((given & truth).any(axis=1), PARTLY, WRONG)
    kinds[(given == truth).all(axis=1)] = RIGHT
    found = np.full(corpus.n_papers, UNTESTED, dtype=np.uint8)
    found[rows] = kinds
    return found

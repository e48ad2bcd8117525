"""Which n-grams a model keeps where there are more of them than its budget allows.

Memory and the size of a model grow with its n-grams, of which more papers bring ever more. What
tells nothing of the labels (``we then``, ``of the``) is as frequent as what does, so that the most
frequent ones are a poor choice. Kept are those whose papers have other labels than all papers
have, by Pearson's chi-square statistic, summed over labels (Yang and Pedersen, "A comparative study
on feature selection in text categorization", 1997).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arxivtag.learning.features import SparseRows
from arxivtag.learning.vectorizer import Vectorizer


def most_telling(rows: SparseRows, y_true: NDArray[np.bool_], n_kept: int) -> NDArray[np.int64]:
    """Return the ``n_kept`` columns that tell most of the labels, rising.

    Args:
        rows: ``(n_papers, n_features)`` weights of the training papers.
        y_true: ``(n_papers, n_labels)`` their labels.
    """
    kept = np.argsort(-label_statistic(rows, y_true), kind="stable")[:n_kept]
    return np.sort(kept)


def take_terms(vectorizer: Vectorizer, columns: NDArray[np.integer]) -> Vectorizer:
    """Return a vectorizer of these columns alone, with their idf."""
    return Vectorizer(
        vectorizer.vocabulary.take(pa.array(columns)), vectorizer.idf[columns], vectorizer.config
    )


def label_statistic(rows: SparseRows, y_true: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return each n-gram's sum over labels of ``(observed - expected) ** 2 / expected`` papers.

    Observed are the papers with n-gram and label; expected as many as if one told nothing of the
    other.

    Args:
        rows: ``(n_papers, n_features)``.
        y_true: ``(n_papers, n_labels)``.

    Returns:
        ``(n_features,)`` float64, at least 0.
    """
    papers_with = np.bincount(rows.indices, minlength=rows.n_features)
    total = np.zeros(rows.n_features)
    # One label after another: a table of all n-grams by all labels would not fit.
    for has_label in y_true.T:
        expected = np.maximum(papers_with, 1) * has_label.mean()
        labelled = rows.take(np.flatnonzero(has_label))
        observed = np.bincount(labelled.indices, minlength=rows.n_features)
        if len(labelled):
            total += (observed - expected) ** 2 / expected
    return np.where(papers_with > 0, total, 0)

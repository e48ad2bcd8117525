"""Choosing the n-grams that a small model keeps.

``tools/make_pretrained.py`` makes the bundled model with this; the app does not use it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.features import SparseRows
from arxivtag.learning.network import Network


def term_importance(network: Network, rows: SparseRows) -> NDArray[np.float64]:
    """Return how much each n-gram moves the network's first layers on these papers.

    The length of the n-gram's kernel row, times the root of the sum of its squared weights
    over the papers: a rare n-gram needs a long row to count, a frequent one does not.
    For several branches, the squares add up.

    Args:
        network: Trained on these n-grams.
        rows: TF-IDF rows of the training papers.

    Returns:
        ``(n_features,)`` float64, at least 0.
    """
    squares = np.bincount(
        rows.indices, rows.data.astype(np.float64) ** 2, minlength=rows.n_features
    )
    lengths = sum(
        np.square(branch.layers[0].weights(), dtype=np.float64).sum(axis=1)
        for branch in network.branches
    )
    return np.asarray(np.sqrt(squares * lengths))


def most_important(importance: NDArray[np.float64], n_terms: int) -> NDArray[np.int64]:
    """Return the columns of the ``n_terms`` most important n-grams, rising."""
    kept = np.argsort(-importance, kind="stable")[:n_terms]
    return np.sort(kept).astype(np.int64)

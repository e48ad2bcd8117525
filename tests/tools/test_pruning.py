"""Pruning: importance by hand."""

from __future__ import annotations

import numpy as np

from arxivtag.learning.features import SparseRows
from arxivtag.learning.network import Branch, DenseLayer, Network
from tools.pruning import most_important, term_importance


def test_importance_by_hand() -> None:
    """Kernel rows of length 5, 0, 1; root of summed squares 2, 9, 3: importance 10, 0, 3."""
    layer = DenseLayer(np.array([[3, 4], [0, 0], [0, 1]], np.float32), np.zeros(2, np.float32))
    rows = SparseRows(
        np.array([0, 2, 3]),
        np.array([0, 1, 2], np.int32),
        np.array([2, 9, 3], np.float32),
        3,
    )
    one = term_importance(Network((Branch((layer,)),), "sigmoid"), rows)
    np.testing.assert_allclose(one, [10, 0, 3])
    two = term_importance(Network((Branch((layer,)), Branch((layer,))), "sigmoid"), rows)
    np.testing.assert_allclose(two, np.sqrt(2) * one)
    assert most_important(one, 2).tolist() == [0, 2]

"""SparseRows against dense numpy; label encoding by hand."""

import numpy as np
import pytest

from arxivtag.learning.features import SparseRows

DENSE = np.array([[0, 2, 0, 1], [0, 0, 0, 0], [3, 0, 4, 5], [0, 0, 7, 0]], dtype=np.float32)


@pytest.fixture
def rows() -> SparseRows:
    places = np.nonzero(DENSE)
    indptr = np.array([0, 2, 2, 5, 6], dtype=np.int64)
    return SparseRows(indptr, places[1].astype(np.int32), DENSE[places], DENSE.shape[1])


def test_rows_and_length(rows: SparseRows) -> None:
    assert len(rows) == 4
    np.testing.assert_array_equal(rows.to_scipy().toarray(), DENSE)


@pytest.mark.parametrize("chosen", [[], [0], [1], [3, 0, 2, 2], [0, 1, 2, 3]])
def test_take_equals_dense_indexing(rows: SparseRows, chosen: list[int]) -> None:
    taken = rows.take(chosen)
    assert taken.indptr.dtype == np.int64
    assert taken.indices.dtype == np.int32
    np.testing.assert_array_equal(taken.to_scipy().toarray(), DENSE[np.array(chosen, dtype=int)])

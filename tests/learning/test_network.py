"""The plain forward pass against products written out densely."""

from __future__ import annotations

import numpy as np
import pytest

from arxivtag.learning import network as subject
from arxivtag.learning.features import SparseRows
from arxivtag.learning.network import Branch, DenseLayer, Network


def random_rows(n_rows: int, n_features: int, seed: int = 0) -> SparseRows:
    random = np.random.default_rng(seed)
    dense = random.random((n_rows, n_features)).astype(np.float32)
    dense[random.random(dense.shape) < 0.7] = 0
    counts = (dense > 0).sum(axis=1)
    return SparseRows(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.nonzero(dense)[1].astype(np.int32),
        dense[dense > 0],
        n_features,
    )


def layer(n_in: int, n_out: int, seed: int, dtype: str = "float32") -> DenseLayer:
    random = np.random.default_rng(seed)
    return DenseLayer(
        random.normal(size=(n_in, n_out)).astype(dtype), random.normal(size=n_out).astype(dtype)
    )


def wide_and_deep(n_features: int, n_labels: int, dtype: str = "float32") -> Network:
    deep = Branch((layer(n_features, 6, 1, dtype), layer(6, n_labels, 2, dtype)))
    return Network((deep, Branch((layer(n_features, n_labels, 3, dtype),))), "sigmoid")


def dense_logits(network: Network, rows: SparseRows) -> np.ndarray:
    total = 0
    for branch in network.branches:
        values = rows.to_scipy().toarray().astype(np.float64)
        for number, item in enumerate(branch.layers):
            if number:
                values = np.maximum(values, 0)
            values = values @ item.kernel.astype(np.float64) + item.bias.astype(np.float64)
        total = total + values
    return total


@pytest.mark.parametrize("n_rows", [0, 1, 7, 40], ids="rows={}".format)
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_logits_equal_the_dense_product(n_rows: int, dtype: str) -> None:
    network, rows = wide_and_deep(30, 4, dtype), random_rows(n_rows, 30)
    result = subject.logits(network, rows)
    assert result.dtype == np.float32
    assert result.shape == (n_rows, 4)
    np.testing.assert_allclose(result, dense_logits(network, rows), rtol=1e-4, atol=1e-4)


def test_blocks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    network, rows = wide_and_deep(30, 4), random_rows(50, 30)
    monkeypatch.setattr(subject, "_BLOCK_ROWS", 20)
    np.testing.assert_allclose(
        subject.logits(network, rows), dense_logits(network, rows), rtol=1e-4, atol=1e-4
    )


def test_a_paper_without_known_terms_gets_the_biases() -> None:
    network = Network((Branch((layer(5, 3, 1),)),), "sigmoid")
    empty = SparseRows(np.zeros(2, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), 5)
    np.testing.assert_allclose(
        subject.logits(network, empty)[0], network.branches[0].layers[0].bias
    )


def test_another_number_of_features_is_refused() -> None:
    with pytest.raises(ValueError, match=r"30 features. Received: 31"):
        subject.logits(wide_and_deep(30, 4), random_rows(3, 31))


def test_activations_by_hand_and_at_their_ends() -> None:
    values = np.array([[0.0, np.log(3.0)], [1000.0, -1000.0]], np.float32)
    np.testing.assert_allclose(
        subject.activate(values, "sigmoid"), [[0.5, 0.75], [1.0, 0.0]], atol=1e-6
    )
    np.testing.assert_allclose(
        subject.activate(values, "softmax"), [[0.25, 0.75], [1.0, 0.0]], atol=1e-6
    )
    # 1/2 and 3/4, of which neither is right one time in eight.
    np.testing.assert_allclose(
        subject.activate(values, "any_sigmoid"), [[4 / 7, 6 / 7], [1.0, 0.0]], atol=1e-6
    )
    assert subject.activate(values[:0], "softmax").shape == (0, 2)
    # Improbable labels stay apart.
    small = subject.activate(np.array([[-16.0, -17.0, -30.0]], np.float32), "sigmoid")[0]
    np.testing.assert_allclose(small, np.exp([-16.0, -17.0, -30.0]), rtol=1e-5)


def test_sizes() -> None:
    assert wide_and_deep(30, 4).n_labels == 4

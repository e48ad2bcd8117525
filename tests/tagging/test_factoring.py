"""Factors: exact where nothing is left out, the best where something is."""

from __future__ import annotations

import numpy as np

from arxivtag.learning import network as networks
from arxivtag.tagging.factoring import cut_features, factorize
from tests.tagging.models import invented_texts, make_bundle


def test_all_directions_are_the_network_itself() -> None:
    bundle = make_bundle("wide_and_deep")
    rows = bundle.vectorizer.transform(invented_texts(50, seed=2))
    factors = factorize(bundle.network, rows, rank=999)
    assert factors.rows.shape == (len(bundle.vectorizer), 21)
    kernels = [branch.layers[0].kernel for branch in bundle.network.branches]
    product = factors.rows @ factors.columns
    np.testing.assert_allclose(product, np.concatenate(kernels, axis=1), atol=1e-4)


def test_without_balance_no_projection_is_closer() -> None:
    """The Eckart-Young theorem: the error is the rest of the singular values of the outputs."""
    bundle = make_bundle("linear")
    rows = bundle.vectorizer.transform(invented_texts(60, seed=2))
    factors = factorize(bundle.network, rows, rank=3, balance=0.0)
    outputs = rows.to_scipy().toarray() @ bundle.network.branches[0].layers[0].kernel
    error = np.square(rows.to_scipy().toarray() @ (factors.rows @ factors.columns) - outputs).sum()
    singular = np.linalg.svd(outputs, compute_uv=False)
    np.testing.assert_allclose(error, np.square(singular[3:]).sum(), rtol=1e-3)


def test_cut_features_reads_those_alone() -> None:
    bundle = make_bundle("wide_and_deep")
    rows = bundle.vectorizer.transform(invented_texts(20, seed=2))
    columns = np.arange(0, len(bundle.vectorizer), 2)
    dense = rows.to_scipy().toarray()
    dense[:, 1::2] = 0
    expected = sum(
        np.maximum(dense @ branch.layers[0].kernel + branch.layers[0].bias, 0)
        @ branch.layers[1].kernel
        + branch.layers[1].bias
        if len(branch.layers) == 2
        else dense @ branch.layers[0].kernel + branch.layers[0].bias
        for branch in bundle.network.branches
    )
    cut = networks.logits(cut_features(bundle.network, columns), rows.take_columns(columns))
    np.testing.assert_allclose(cut, expected, atol=1e-5)

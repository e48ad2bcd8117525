"""Rounding weights to 8 bits: by hand, its bounds, and in pieces as in one."""

from __future__ import annotations

import numpy as np
import pytest

from arxivtag.learning import network
from arxivtag.learning.network import Branch, DenseLayer, Network, rounded, to_int8
from tests.learning.test_network import random_rows, wide_and_deep


def test_int8_moves_no_weight_by_more_than_half_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_BLOCK_ROWS", 16)
    kernel = np.random.default_rng(0).normal(size=(50, 7)).astype(np.float32)
    kernel[3] = 0
    numbers, scale = to_int8(kernel)
    assert (numbers.dtype, scale.dtype) == (np.int8, np.float32)
    assert np.abs(numbers).max() == 127
    back = numbers * scale[:, None]
    assert (back[3] == 0).all()
    step = np.abs(kernel).max(axis=1, keepdims=True) / 127
    assert (np.abs(back - kernel) <= step / 2 + 1e-7).all()


def test_int8_by_hand() -> None:
    """The largest of a row is 127 steps: steps of 2 and of 0.5."""
    numbers, scale = to_int8(np.array([[254, -2, 5], [0.5, -63.5, 1.1]], np.float32))
    assert scale.tolist() == [2.0, 0.5]
    assert numbers.tolist() == [[127, -1, 2], [1, -127, 2]]


def test_rounding_changes_probabilities_little_and_once() -> None:
    full, rows = wide_and_deep(30, 4), random_rows(40, 30)
    small = rounded(full)
    difference = network.probabilities(small, rows) - network.probabilities(full, rows)
    assert 0 < np.abs(difference).max() < 2e-2
    again = rounded(small)
    for branch, other in zip(again.branches, small.branches, strict=True):
        assert branch.layers == other.layers


def test_a_scale_of_rows_is_kept() -> None:
    layer = DenseLayer(np.array([[254.0, -2]], np.float32), np.zeros(2, np.float32))
    half = DenseLayer(layer.kernel, layer.bias, np.array([0.5], np.float32))
    for one in (half, rounded(Network((Branch((half,)),), "sigmoid")).branches[0].layers[0]):
        assert one.weights().tolist() == [[127, -1]]


@pytest.mark.parametrize("n_rows", [1, 40], ids="rows={}".format)
def test_logits_of_a_rounded_network_equal_those_of_its_weights(n_rows: int) -> None:
    small, rows = rounded(wide_and_deep(30, 4)), random_rows(n_rows, 30)
    written_out = Network(
        tuple(
            Branch(tuple(DenseLayer(layer.weights(), layer.bias) for layer in branch.layers))
            for branch in small.branches
        ),
        "sigmoid",
    )
    np.testing.assert_allclose(
        network.logits(small, rows), network.logits(written_out, rows), rtol=1e-4, atol=1e-5
    )

"""Losses: in training and in numpy they are one formula; the table and the settings agree."""

from __future__ import annotations

import typing

import numpy as np
import pytest

from arxivtag.learning.losses import LOSSES, ranking_losses
from arxivtag.settings import LossName


def test_every_loss_of_the_settings_is_in_the_table() -> None:
    assert set(LOSSES) == set(typing.get_args(LossName))


@pytest.fixture
def labels_and_logits() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    y = random.random((30, 5)) < 0.4
    y[0] = False
    return y, random.normal(size=(30, 5)).astype(np.float32) * 3


@pytest.mark.parametrize("name", LOSSES)
def test_val_loss_is_the_loss_that_is_shown(
    name: LossName, labels_and_logits: tuple[np.ndarray, np.ndarray]
) -> None:
    y, logits = labels_and_logits
    shown = np.asarray(LOSSES[name].shown(y.astype(np.float32), logits))
    assert shown.shape == (30,)
    assert LOSSES[name].validated(y, logits) == pytest.approx(float(shown.mean()), rel=1e-5)


def test_losses_by_hand() -> None:
    y = np.array([[1.0, 1.0, 0.0, 0.0]], np.float32)
    logits = np.log(np.array([[1.0, 2.0, 3.0, 4.0]], np.float32))
    # Sigmoids 1/2, 2/3, 3/4, 4/5; a softmax of 1/10, 2/10, 3/10, 4/10.
    expected = {
        "binary_crossentropy": -np.log([1 / 2, 2 / 3, 1 / 4, 1 / 5]).mean(),
        # One minus 1/2 * 1/3 * 1/4 * 1/5: the chance of any label.
        "any_crossentropy": (np.log(119 / 120) / 4 - np.log([1 / 2, 2 / 3, 1 / 4, 1 / 5]).mean()),
        "softmax_crossentropy": -np.log([1 / 10, 2 / 10]).mean(),
        "squared_hinge": np.square([1.0, 1.0 - np.log(2), 1.0 + np.log(3), 1.0 + np.log(4)]).mean(),
    }
    assert set(expected) == set(LOSSES)
    for name, loss in LOSSES.items():
        assert float(loss.taught(y, logits)[0]) == pytest.approx(expected[name], rel=1e-5), name


def test_ranking_loss_by_hand() -> None:
    logits = np.log(np.array([[2.0, 1.0, 4.0], [1.0, 1.0, 1.0]], np.float32))
    y = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]], np.float32)
    # First paper: 2 against 1, and 4 against 1; a paper without labels costs nothing.
    expected = [-np.log(2 / 3) - np.log(4 / 5), 0.0]
    np.testing.assert_allclose(ranking_losses(y, logits), expected, rtol=1e-5)

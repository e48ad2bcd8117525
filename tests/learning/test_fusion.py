"""Fusion: the weights against a search by hand, and the one network against its members."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from arxivtag.learning.features import Examples
from arxivtag.learning.fusion import fused, member_weights, members_of, weighed
from arxivtag.learning.network import logits
from tests.tagging.models import invented_texts, make_bundle


def noisy(y_true: np.ndarray, noise: float, seed: int) -> np.ndarray:
    """Logits that tell the truth but for noise."""
    random = np.random.default_rng(seed)
    return np.where(y_true, 2.0, -2.0) + random.normal(0, noise, y_true.shape)


@pytest.fixture(scope="module")
def y_true() -> np.ndarray:
    return np.random.default_rng(0).random((400, 3)) < 0.3


def test_common_weights_are_those_of_the_lowest_log_loss(y_true: np.ndarray) -> None:
    outputs = np.stack([noisy(y_true, 2.0, 1), noisy(y_true, 3.0, 2)])
    found = member_weights(y_true, outputs, np.ones(3))

    def loss(share: float) -> float:
        mixed = share * outputs[0] + (1 - share) * outputs[1]
        probability = 1 / (1 + np.exp(-np.where(y_true, mixed, -mixed)))
        return float(-np.log(probability).mean())

    by_hand = min(np.linspace(0, 1, 201), key=loss)
    assert 0.5 < by_hand < 1
    np.testing.assert_allclose(found[0], by_hand, atol=0.01)
    np.testing.assert_allclose(found.sum(axis=0), 1)


def test_a_rare_label_is_left_to_the_best_member(y_true: np.ndarray) -> None:
    outputs = np.stack([noisy(y_true, 3.0, 1), noisy(y_true, 2.0, 2), noisy(y_true, 3.0, 3)])
    found = member_weights(y_true, outputs, np.array([1.0, 0.5, 0.0]))
    assert found[:, 2].tolist() == [0, 1, 0]
    np.testing.assert_allclose(found[:, 1], (found[:, 0] + found[:, 2]) / 2)
    assert (found[:, 0] > 0.1).all()


def test_without_validation_papers_members_weigh_the_same() -> None:
    nothing = np.empty((0, 2), bool)
    assert member_weights(nothing, np.empty((4, 0, 2)), np.ones(2)).tolist() == [[0.25] * 2] * 4


def test_the_whole_is_one_network_that_puts_out_the_weighed_sum() -> None:
    bundle = make_bundle("ensemble")
    members = members_of(bundle.network)
    assert [(len(one.branches), len(one.word_branches)) for one in members] == [(1, 0)] + 4 * [
        (0, 1)
    ]
    rows = bundle.vectorizer.transform(invented_texts(60, seed=5))
    own = np.stack([logits(member, rows) for member in members])
    np.testing.assert_allclose(own.sum(axis=0), logits(bundle.network, rows), atol=1e-4)
    val = Examples(rows, np.random.default_rng(1).random((60, 5)) < 0.4)
    train = Examples(rows.take([0] * 100), np.arange(100)[:, None] < [50, 9, 4, 1, 0])
    whole = logits(fused(members, val, train), rows)
    # On each label a plane through what the members put out.
    for label in range(5):
        inputs = np.column_stack([own[:, :, label].T, np.ones(60)])
        factors, residual, *_ = np.linalg.lstsq(inputs, whole[:, label])
        assert factors[:-1].min() > -0.01
        assert residual[0] < 1e-3 * whole[:, label].var() * 60


def test_only_several_sigmoid_members_are_weighed() -> None:
    bundle = make_bundle("ensemble")
    rows = bundle.vectorizer.transform(invented_texts(40, seed=5))
    papers = Examples(rows, np.random.default_rng(1).random((40, 5)) < 0.4)
    (alone,) = members_of(make_bundle("tuned").network)
    assert weighed(alone, papers, papers) is alone
    softmax = dataclasses.replace(bundle.network, output_activation="softmax")
    assert weighed(softmax, papers, papers) is softmax
    found = weighed(bundle.network, papers, papers)
    expected = fused(members_of(bundle.network), papers, papers)
    np.testing.assert_array_equal(logits(found, rows), logits(expected, rows))

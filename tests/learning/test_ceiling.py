"""The ceiling on made data, where the best possible score is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arxivtag.learning.ceiling import FEWEST_GROUPS, Twins, agreement, by_similarity, ceiling


def twins_of(first: np.ndarray, second: np.ndarray, groups: np.ndarray | None = None) -> Twins:
    return Twins(
        first.sum(axis=1),
        second.sum(axis=1),
        (first & second).sum(axis=1),
        np.arange(len(first)) if groups is None else groups,
        np.ones(len(first)),
    )


def best_f1(probability: np.ndarray) -> float:
    """The expected micro-F1 of the best threshold on known probabilities (n_papers, n_labels)."""
    given = np.sort(probability.ravel())[::-1]
    found = 2 * np.cumsum(given) / (np.arange(1, len(given) + 1) + given.sum())
    return float(found.max())


def made(seed: int, shape: tuple[float, float], n_papers: int = 4000) -> np.ndarray:
    return np.random.default_rng(seed).beta(*shape, size=(n_papers, 12))


def two_labellings(probability: np.ndarray, seed: int) -> Twins:
    chance = np.random.default_rng(seed).random((2, *probability.shape))
    return twins_of(chance[0] < probability, chance[1] < probability)


@pytest.mark.parametrize("shape", [(0.05, 0.4), (0.3, 0.9), (1.0, 5.0), (0.02, 0.02)])
def test_the_best_score_on_made_labels_lies_in_the_band(shape: tuple[float, float]) -> None:
    probability = made(1, shape)
    found = agreement(two_labellings(probability, 2))
    band = ceiling(found)
    assert found is not None
    assert band is not None
    assert band[0] <= best_f1(probability) <= band[1]
    expected = (probability**2).sum() / probability.sum()
    assert found.value == pytest.approx(expected, abs=0.02)


def test_labels_that_never_disagree_allow_everything() -> None:
    truth = np.random.default_rng(0).random((50, 4)) < 0.5
    found = agreement(twins_of(truth, truth))
    assert found is not None
    assert found.value == 1.0
    assert ceiling(found) == (1.0, 1.0)


def test_both_ends_of_the_band_are_reached() -> None:
    # All pairs alike: knowing p helps no more than a threshold below it, F1 = 2p / (1 + p) ...
    alike = np.full((2000, 5), 0.6)
    assert best_f1(alike) == pytest.approx(0.75)
    # ... and many improbable ones beside a few of sqrt(q) reach the upper end.
    mixed = np.concatenate([np.full(1000, 0.7), np.full(300_000, 0.001)])
    q = (mixed**2).sum() / mixed.sum()
    assert best_f1(mixed) == pytest.approx(np.sqrt(q), abs=0.001)


@settings(max_examples=80)
@given(st.lists(st.floats(0.001, 1.0), min_size=1, max_size=40))
def test_no_distribution_leaves_the_band(values: list[float]) -> None:
    probability = np.array(values)
    q = (probability**2).sum() / probability.sum()
    assert q - 1e-9 <= best_f1(probability) <= np.sqrt(q) + 1e-9


def test_agreement_by_hand() -> None:
    first = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]], bool)
    second = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0]], bool)
    found = agreement(twins_of(first, second))
    assert found is not None
    assert found.value == pytest.approx(2 * (1 + 1 + 0) / (3 + 2 + 2))
    assert (found.n_pairs, found.n_groups) == (3, 3)
    assert ceiling(found) is None  # three groups tell nothing
    assert FEWEST_GROUPS > 3


def test_a_large_group_counts_by_its_papers_and_not_by_its_pairs() -> None:
    agreeing = np.ones((1, 1), bool)
    # A group of four papers has six pairs, all of them apart; six pairs of two agree.
    first = np.repeat(agreeing, 12, axis=0)
    second = np.concatenate([np.zeros((6, 1), bool), np.ones((6, 1), bool)])
    groups = np.array([0] * 6 + [1, 2, 3, 4, 5, 6])
    found = agreement(Twins(np.ones(12, int), np.ones(12, int),
                            (first & second).sum(axis=1), groups, np.ones(12)))  # fmt: skip
    assert found is not None
    # 4 papers that disagree, 12 that agree.
    assert found.value == pytest.approx(12 / 16)
    assert found.n_groups == 7


def test_no_pairs_or_no_labels_tell_nothing() -> None:
    assert agreement(twins_of(np.zeros((0, 3), bool), np.zeros((0, 3), bool))) is None
    assert agreement(twins_of(np.zeros((2, 3), bool), np.zeros((2, 3), bool))) is None
    assert ceiling(None) is None


def test_pairs_are_told_apart_by_similarity() -> None:
    ones, zeros = np.ones(2, int), np.zeros(2, int)
    twins = Twins(np.ones(4, int), np.ones(4, int), np.concatenate([zeros, ones]),
                  np.arange(4), np.array([0.5, 0.59, 0.6, 1.0]))  # fmt: skip
    found = by_similarity(twins, (0.5, 0.6, 0.7, 1.001))
    assert [one and (one.value, one.n_pairs) for one in found] == [(0.0, 2), (1.0, 1), (1.0, 1)]

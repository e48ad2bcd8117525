"""Thresholds: best by exhaustive search, shrinkage, top-k, and there and back as JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from arxivtag.errors import ConfigError
from arxivtag.learning import thresholds
from arxivtag.learning.thresholds import Thresholds, apply, best_threshold, choose

# Few distinct values, so that ties are common.
SCORES = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5000001, 0.75, 1.0])


def f1(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    true_positives = (y_true & y_pred).sum()
    below = y_true.sum() + y_pred.sum()
    return float(2 * true_positives / below) if below else 0.0


@given(st.lists(st.tuples(st.booleans(), SCORES), min_size=1, max_size=12))
def test_best_threshold_has_the_highest_f1_of_all_thresholds(pairs) -> None:
    y_true = np.array([truth for truth, _ in pairs])
    y_prob = np.array([score for _, score in pairs], dtype=np.float32)
    found = f1(y_true, y_prob >= best_threshold(y_true, y_prob))
    if y_true.any():
        assert found == max(f1(y_true, y_prob >= score) for score in y_prob)


@pytest.mark.parametrize(
    "chosen",
    [
        Thresholds("global", np.zeros(3, np.float32)),
        Thresholds("top_k", np.zeros(3, np.float32), 2),
    ],
)
def test_a_text_that_cannot_be_read_is_given_no_label(chosen: Thresholds) -> None:
    y_prob = np.array([[0.9, 0.8, 0.1], [0.9, 0.8, 0.1]])
    y_pred = thresholds.decide(chosen, y_prob, np.array([True, False]))
    np.testing.assert_array_equal(y_pred[0], apply(chosen, y_prob)[0])
    assert not y_pred[1].any()


def test_best_threshold_lies_half_way_to_the_next_lower_score() -> None:
    y_true = np.array([True, True, False])
    assert best_threshold(y_true, np.array([0.9, 0.7, 0.3])) == pytest.approx(0.5)
    # Of equal scores all are given or none: 0.7 twice cannot be parted.
    assert best_threshold(y_true, np.array([0.9, 0.7, 0.7])) == pytest.approx(0.7)


def test_best_threshold_without_positives_is_a_half() -> None:
    assert best_threshold(np.zeros(3, bool), np.array([0.1, 0.2, 0.3])) == 0.5
    assert best_threshold(np.zeros(0, bool), np.zeros(0)) == 0.5


def test_global_has_the_highest_micro_f1() -> None:
    generator = np.random.default_rng(0)
    y_true = generator.random((50, 4)) < [0.5, 0.3, 0.1, 0.0]
    y_prob = np.clip(y_true * 0.3 + generator.random((50, 4)) * 0.7, 0, 1).astype(np.float32)
    chosen = choose(y_true, y_prob, "global")
    assert len(set(chosen.values.tolist())) == 1
    best = max(f1(y_true, y_prob >= value) for value in np.unique(y_prob))
    assert f1(y_true, apply(chosen, y_prob)) == best


def test_per_label_is_pulled_towards_the_global_threshold_the_rarer_the_label(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The frequent label sets the global threshold, 0.65; the rare one's own best is 0.15.
    n_papers = 200
    y_true = np.zeros((n_papers, 2), bool)
    y_prob = np.full((n_papers, 2), 0.1, np.float32)
    y_true[:100, 0], y_prob[:100, 0], y_prob[100:, 0] = True, 0.9, 0.4
    y_true[:4, 1], y_prob[:4, 1] = True, 0.2
    shared = choose(y_true, y_prob, "global").values[0]
    own = best_threshold(y_true[:, 1], y_prob[:, 1])

    def chosen(shrinkage_positives: int) -> float:
        monkeypatch.setattr(thresholds, "SHRINKAGE_POSITIVES", shrinkage_positives)
        return float(choose(y_true, y_prob, "per_label").values[1])

    unshrunk, shrunk, more = (chosen(one) for one in (0, 4, 400))
    assert (shared, own, unshrunk) == pytest.approx((0.65, 0.15, 0.15))
    # At shrinkage 4, four positives weigh as much as the global threshold, on the logit scale.
    logit = lambda p: np.log(p / (1 - p))  # noqa: E731
    assert logit(shrunk) == pytest.approx((logit(own) + logit(shared)) / 2, abs=1e-4)
    low, high = sorted([own, float(shared)])
    assert low <= shrunk <= high
    assert abs(more - shared) < abs(shrunk - shared)


def test_labels_with_too_few_positives_take_the_global_threshold() -> None:
    y_true = np.array([[True, True, False], [True, False, False], [False, False, False]])
    y_prob = np.array([[0.9, 0.1, 0.3], [0.8, 0.05, 0.2], [0.1, 0.0, 0.1]], np.float32)
    chosen = choose(y_true, y_prob, "per_label")
    shared = choose(y_true, y_prob, "global").values[0]
    assert chosen.values[1:].tolist() == [shared, shared]  # one positive; none


def test_top_k_is_the_k_with_the_highest_micro_f1() -> None:
    y_prob = np.tile(np.array([0.9, 0.8, 0.1, 0.05], np.float32), (5, 1))
    y_true = np.array([[1, 1, 0, 0]] * 5, bool)
    chosen = choose(y_true, y_prob, "top_k")
    assert (chosen.top_k, chosen.values.tolist()) == (2, [0, 0, 0, 0])
    assert apply(chosen, y_prob).tolist() == y_true.tolist()


def test_top_k_gives_exactly_k_labels_and_the_first_of_ties() -> None:
    y_prob = np.array([[0.5, 0.5, 0.5], [0.0, 0.0, 0.0]], np.float32)
    given = apply(Thresholds("top_k", np.zeros(3, np.float32), 2), y_prob)
    assert given.tolist() == [[True, True, False], [True, True, False]]
    everything = apply(Thresholds("top_k", np.zeros(3, np.float32), 9), y_prob)
    assert everything.all()


def test_a_probability_equal_to_its_threshold_is_given() -> None:
    values = np.array([0.3, 0.3], np.float32)
    y_prob = np.array([[0.3, 0.29999]], np.float32)
    assert apply(Thresholds("global", values), y_prob).tolist() == [[True, False]]


@pytest.mark.parametrize("method", thresholds.METHODS)
@pytest.mark.parametrize("shape", [(0, 3), (4, 0), (0, 0), (1, 1)])
def test_empty_inputs_give_usable_thresholds(method: str, shape: tuple[int, int]) -> None:
    y_true, y_prob = np.zeros(shape, bool), np.zeros(shape, np.float32)
    chosen = choose(y_true, y_prob, method)
    assert chosen.values.shape == (shape[1],)
    assert apply(chosen, y_prob).shape == shape


@settings(max_examples=30)
@given(
    arrays.arrays(np.float32, st.integers(0, 8), elements=st.floats(0, 1, width=32)),
    st.sampled_from([("global", None), ("per_label", None), ("top_k", 3)]),
)
def test_there_and_back_through_json(values: np.ndarray, kind: tuple[str, int | None]) -> None:
    before = Thresholds(kind[0], values, kind[1])
    after = thresholds.from_dict(json.loads(json.dumps(thresholds.to_dict(before))))
    assert (after.method, after.top_k) == kind
    np.testing.assert_array_equal(after.values, before.values)


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"method": "global"},
        {"method": "guess", "values": [0.5]},
        {"method": "global", "values": ["a"]},
        {"method": "global", "values": [[0.5]]},
        {"method": "global", "values": [float("nan")]},
        {"method": "global", "values": [10**400]},
        {"method": "global", "values": [1e300]},
        {"method": "global", "values": [0.5], "top_k": 2},
        {"method": "top_k", "values": [0.5], "top_k": 0},
        {"method": "top_k", "values": [0.5], "top_k": True},
        {"method": "top_k", "values": [0.5]},
        None,
    ],
)
def test_damaged_thresholds_are_refused(damaged) -> None:
    with pytest.raises(ConfigError):
        thresholds.from_dict(damaged)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ConfigError, match="global, per_label, top_k"):
        choose(np.ones((1, 1), bool), np.ones((1, 1)), "guess")

"""Rankings against all their points, counted one by one, and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from arxivtag.learning.rankings import RankedCounts
from arxivtag.learning.thresholds import best_threshold

# Few values, so that many scores are equal.
PAIRS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.7, 1.0])), min_size=1
)
SHARES = np.linspace(0, 1, 7)


def counted(y_true: np.ndarray, y_score: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct scores from the highest down, with true and all pairs at or above each."""
    scores = np.array(sorted(set(y_score.tolist()), reverse=True), y_score.dtype)
    hits = [sum(bool(t) for t, s in zip(y_true, y_score, strict=True) if s >= at) for at in scores]
    return scores, np.array(hits), np.array([(y_score >= at).sum() for at in scores])


@given(PAIRS, st.sampled_from([np.float32, np.float64]))
def test_counts_areas_and_points_are_those_of_all_scores(
    pairs: list[tuple[bool, float]], kind: type
) -> None:
    y_true, y_score = np.array([t for t, _ in pairs]), np.array([s for _, s in pairs], kind)
    scores, hits, predicted = counted(y_true, y_score)
    ranked = RankedCounts(y_true, y_score)
    assert (ranked.n, ranked.n_true) == (len(pairs), y_true.sum())
    np.testing.assert_array_equal(ranked.at(scores), (hits, predicted))
    assert [ranked.below(score) for score in scores] == [*scores[1:], None]
    areas = ranked.areas()
    if not y_true.any():
        assert np.isnan(areas).all()
        return
    assert areas.average_precision == pytest.approx(average_precision_score(y_true, y_score))
    if y_true.all():
        assert np.isnan(areas.roc_auc)
    else:
        assert areas.roc_auc == pytest.approx(roc_auc_score(y_true, y_score))
    misses = predicted - hits
    first = [
        *np.searchsorted(hits / hits[-1], SHARES),
        *np.searchsorted(misses / max(misses[-1], 1), SHARES).clip(0, len(scores) - 1),
        0,
        len(scores) - 1,
    ]
    np.testing.assert_array_equal(ranked.spread(SHARES), scores[np.unique(first)])


@given(PAIRS)
def test_no_threshold_has_a_higher_f1(pairs: list[tuple[bool, float]]) -> None:
    y_true, y_score = np.array([t for t, _ in pairs]), np.array([s for _, s in pairs])
    found = best_threshold(y_true, y_score)
    if not y_true.any():
        assert found == 0.5
        return
    _, hits, predicted = counted(y_true, y_score)
    best = np.max(2 * hits / (predicted + y_true.sum()))
    given_at = y_score >= found
    assert 2 * (y_true & given_at).sum() / (given_at.sum() + y_true.sum()) == pytest.approx(best)


def test_a_table_of_pairs_is_ranked_as_a_whole() -> None:
    generator = np.random.default_rng(1)
    y_true, y_score = generator.random((50, 4)) < 0.2, generator.random((50, 4), np.float32)
    flat = RankedCounts(y_true.ravel(), y_score.ravel())
    assert RankedCounts(y_true, y_score).areas() == flat.areas()
    assert RankedCounts(y_true, np.broadcast_to(y_score[0], (50, 4))).n == 200

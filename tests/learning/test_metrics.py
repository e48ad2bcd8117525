"""Metrics: against scikit-learn on random cases with ties, and by hand where it has none."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics as oracle
from hypothesis import example, given, settings
from hypothesis import strategies as st

from arxivtag.learning import measuring, metrics
from arxivtag.learning.calibration import reliability_bins
from arxivtag.learning.measuring import Resampling, evaluate, evaluate_and_count
from arxivtag.learning.metrics import METRICS, METRICS_BY_KEY

RANKING_KEYS = {metric.key for metric in METRICS if metric.reads in ("rankings", "scores")}


def random_case(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth with every paper and every other label used, scores with ties, labels given."""
    generator = np.random.default_rng(seed)
    n_samples, n_labels = int(generator.integers(2, 30)), int(generator.integers(3, 9))
    y_true = generator.random((n_samples, n_labels)) < generator.uniform(0.1, 0.6)
    y_true[np.arange(n_samples), generator.integers(n_labels, size=n_samples)] = True
    y_true[:, 0] = False  # absent
    y_true[~y_true.any(axis=1), 1] = True
    y_prob = np.round(generator.random((n_samples, n_labels)), int(generator.integers(1, 4)))
    return y_true, y_prob.astype(np.float32), y_prob >= generator.uniform(0.2, 0.9)


def sklearn_figures(y_true: np.ndarray, y_prob: np.ndarray, y_pred: np.ndarray) -> dict[str, float]:
    occurs = y_true.any(axis=0)
    found = {
        "subset_accuracy": oracle.accuracy_score(y_true, y_pred),
        "hamming_loss": oracle.hamming_loss(y_true, y_pred),
        "binary_accuracy": 1 - oracle.hamming_loss(y_true, y_pred),
        "lrap": oracle.label_ranking_average_precision_score(y_true, y_prob),
        "coverage_error": oracle.coverage_error(y_true, y_prob),
    }
    for averaging in ("micro", "macro", "weighted", "samples"):
        # Named, not cut out: scikit-learn reads a single column as two classes.
        labels = np.flatnonzero(occurs) if averaging == "macro" else None
        for name in ("precision", "recall", "f1"):
            score = getattr(oracle, f"{name}_score")
            found[f"{averaging}_{name}"] = score(
                y_true, y_pred, labels=labels, average=averaging, zero_division=0
            )
    for k in metrics.RANKING_DEPTHS:
        found[f"ndcg_at_{k}"] = oracle.ndcg_score(y_true, y_prob, k=k)
    for averaging in ("micro", "macro"):
        columns = occurs if averaging == "macro" else slice(None)
        found[f"{averaging}_average_precision"] = oracle.average_precision_score(
            y_true[:, columns], y_prob[:, columns], average=averaging
        )
    if not y_true[:, occurs].all(axis=0).any():
        found["micro_roc_auc"] = oracle.roc_auc_score(y_true, y_prob, average="micro")
        found["macro_roc_auc"] = oracle.roc_auc_score(y_true[:, occurs], y_prob[:, occurs])
    return found


@settings(max_examples=60, deadline=None)
@example(1344)  # a single label occurs
@given(st.integers(0, 10**6))
def test_every_figure_that_sklearn_has_is_the_same(seed: int) -> None:
    y_true, y_prob, y_pred = random_case(seed)
    found = evaluate(y_true, y_pred, y_prob)
    for key, value in sklearn_figures(y_true, y_prob, y_pred).items():
        assert found[key] == pytest.approx(value, abs=1e-9), key


def test_what_sklearn_lacks_is_checked_by_hand() -> None:
    y_true = np.array([[1, 1, 0, 0], [0, 0, 0, 1]], bool)
    y_prob = np.array([[0.9, 0.1, 0.8, 0.2], [0.4, 0.3, 0.2, 0.1]], np.float32)
    found = evaluate(y_true, y_prob >= 0.5, y_prob)
    # Paper 1 ranks true, false, false, true; paper 2 has its label last of four.
    assert found["precision_at_1"] == pytest.approx((1 + 0) / 2)
    assert found["precision_at_3"] == pytest.approx((1 / 3 + 0) / 2)
    assert found["precision_at_5"] == pytest.approx((2 / 5 + 1 / 5) / 2)  # of 4 labels: of 5 places
    assert found["recall_at_1"] == pytest.approx((1 / 2 + 0) / 2)
    assert found["recall_at_3"] == pytest.approx((1 / 2 + 0) / 2)
    assert found["recall_at_5"] == 1.0
    counted = evaluate_and_count(y_true, y_prob >= 0.5, y_prob)
    assert counted["binary_accuracy_all_zeros"] == 1 - 3 / 8


def test_ties_share_their_ranks_whatever_the_order_of_labels() -> None:
    # Three labels tie on ranks 1 to 3, one of them true: a third of it counts at 1.
    y_true = np.array([[0, 1, 0, 0]], bool)
    y_prob = np.array([[0.5, 0.5, 0.5, 0.1]], np.float32)
    found = evaluate(y_true, y_prob >= 0.6, y_prob)
    assert found["precision_at_1"] == found["recall_at_1"] == pytest.approx(1 / 3)
    assert found["precision_at_3"] == pytest.approx(1 / 3)
    assert found["recall_at_3"] == 1.0
    assert found["lrap"] == pytest.approx(1 / 3)
    assert found["coverage_error"] == 3.0


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_no_figure_hangs_on_the_order_of_labels_or_papers(seed: int) -> None:
    y_true, y_prob, y_pred = random_case(seed)
    generator = np.random.default_rng(seed)
    rows, columns = (generator.permutation(n) for n in y_true.shape)
    mixed = [array[rows][:, columns] for array in (y_true, y_pred, y_prob)]
    before, after = evaluate(y_true, y_pred, y_prob), evaluate(*mixed)
    # A paper's first label is the first of ties: the one figure that must pick one.
    del before["top_label_calibration_error"], after["top_label_calibration_error"]
    for key, value in before.items():
        assert after[key] == pytest.approx(value, abs=1e-9), key


def test_macro_runs_over_labels_that_occur() -> None:
    y_true = np.array([[1, 0, 0], [1, 0, 0]], bool)
    y_pred = np.array([[1, 1, 0], [1, 0, 0]], bool)
    found = evaluate(y_true, y_pred)
    assert found["macro_f1"] == found["macro_precision"] == 1.0
    assert found["micro_precision"] == pytest.approx(2 / 3)  # the wrong label still counts here


def test_papers_without_a_known_label() -> None:
    y_true = np.array([[1, 0], [0, 0]], bool)
    y_prob = np.array([[0.9, 0.2], [0.8, 0.1]], np.float32)
    found = evaluate_and_count(y_true, y_prob >= 0.5, y_prob, n_unknown_labels=3)
    # Left out where a figure has no value for them ...
    assert found["lrap"] == found["coverage_error"] == 1.0
    assert found["recall_at_1"] == found["ndcg_at_1"] == 1.0
    # ... and counted everywhere else.
    assert found["precision_at_1"] == found["samples_f1"] == found["micro_precision"] == 0.5
    assert found["n_papers_without_known_label"] == 1
    assert (found["n_samples"], found["n_labels"], found["n_labels_present"]) == (2, 2, 1)
    assert found["n_unknown_labels"] == 3
    assert found["binary_accuracy_all_zeros"] == 0.75


def test_nothing_known_is_none_and_not_perfect() -> None:
    y_true = np.zeros((2, 3), bool)
    y_prob = np.full((2, 3), 0.1, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = evaluate(y_true, y_true, y_prob)
    for key in ("lrap", "coverage_error", "recall_at_1", "ndcg_at_3", "macro_f1", "weighted_f1"):
        assert found[key] is None, key
    assert found["micro_average_precision"] is None
    assert found["micro_f1"] == found["samples_f1"] == found["precision_at_1"] == 0.0
    assert found["subset_accuracy"] == found["binary_accuracy"] == 1.0


@pytest.mark.parametrize("shape", [(0, 3), (0, 0), (2, 0)])
def test_empty_tables_raise_no_warning(shape: tuple[int, int]) -> None:
    y_true, y_prob = np.zeros(shape, bool), np.zeros(shape, np.float32)
    found = evaluate_and_count(y_true, y_true, y_prob)
    assert found["lrap"] is None
    assert found["binary_accuracy_all_zeros"] is None
    measuring.per_label(y_true, y_true, y_prob)


def test_without_probabilities_there_is_no_ranking() -> None:
    y_true = np.eye(3, dtype=bool)
    found = evaluate(y_true, y_true)
    assert set(found) == set(METRICS_BY_KEY)
    assert {key for key, value in found.items() if value is None} == RANKING_KEYS


def test_calibration_error_by_hand() -> None:
    # 15 bins of width 1/15: 0.05 and 0.06 share the first, 0.9 lies alone in the 14th.
    y_true = np.array([[1, 0, 1]], bool)
    y_prob = np.array([[0.05, 0.06, 0.9]], np.float64)
    bins = reliability_bins(y_true, y_prob)
    assert bins.n.tolist() == [2] + [0] * 12 + [1, 0]
    assert bins.mean_probability[0] == pytest.approx(0.055)
    assert bins.share_true[0] == 0.5
    expected = (2 * abs(0.055 - 0.5) + 1 * abs(0.9 - 1)) / 3
    assert bins.expected_calibration_error == pytest.approx(expected)
    found = evaluate(y_true, y_prob >= 0.5, y_prob)
    assert found["expected_calibration_error"] == pytest.approx(expected)
    assert found["top_label_calibration_error"] == pytest.approx(0.1)


def test_bins_hold_their_upper_edge() -> None:
    y_prob = np.arange(16)[None] / 15
    bins = reliability_bins(np.zeros((1, 16), bool), y_prob)
    assert bins.n.tolist() == [2] + [1] * 14


def test_per_label_columns_are_those_of_single_labels() -> None:
    y_true, y_prob, y_pred = random_case(3)
    columns = measuring.per_label(y_true, y_pred, y_prob)
    for label in range(y_true.shape[1]):
        truth, given, score = y_true[:, label], y_pred[:, label], y_prob[:, label]
        assert columns["support"][label] == truth.sum()
        assert columns["n_predicted"][label] == given.sum()
        if not truth.any():
            assert np.isnan([columns["f1"][label], columns["average_precision"][label]]).all()
            continue
        assert columns["f1"][label] == pytest.approx(oracle.f1_score(truth, given, zero_division=0))
        assert columns["average_precision"][label] == pytest.approx(
            oracle.average_precision_score(truth, score)
        )
        if given.any():
            assert columns["precision"][label] == pytest.approx(
                oracle.precision_score(truth, given)
            )
        else:
            assert np.isnan(columns["precision"][label])


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_weighting_papers_equals_repeating_them(seed: int) -> None:
    y_true, y_prob, y_pred = random_case(seed)
    counts = np.random.default_rng(seed).integers(0, 3, size=len(y_true))
    counts[0] = 1
    rows = np.repeat(np.arange(len(y_true)), counts)
    parts = measuring.contributions(y_true, y_pred, y_prob)
    weighted = measuring.averages(parts, counts[None].astype(np.float32))
    repeated = measuring.averages(measuring.contributions(y_true[rows], y_pred[rows], y_prob[rows]))
    assert set(weighted) == set(repeated)
    for key in weighted:
        assert weighted[key][0] == pytest.approx(repeated[key][0], rel=1e-5, abs=1e-6), key


def test_intervals_cover_the_truth_about_95_times_in_100() -> None:
    generator = np.random.default_rng(0)
    covered, n_trials = 0, 200
    for trial in range(n_trials):
        y_true = generator.random((150, 1)) < 0.5
        y_pred = y_true ^ (generator.random((150, 1)) < 0.2)  # right four times in five
        weights = measuring.resampling_weights(150, Resampling(200, trial))
        found = measuring.averages(measuring.contributions(y_true, y_pred), weights)
        low, high = measuring.interval(found["binary_accuracy"]) or (1.0, 0.0)
        covered += low <= 0.8 <= high
    assert 0.90 <= covered / n_trials <= 0.99


def test_resampling_keeps_rare_labels_so_that_macro_is_not_pushed_upwards() -> None:
    # Twenty labels with one paper each, all missed, and one label always found.
    y_true = np.eye(21, dtype=bool)
    y_true[20, 20] = True
    y_pred = np.zeros_like(y_true)
    y_pred[:, 20] = y_true[:, 20]
    weights = measuring.resampling_weights(21, Resampling(100, 0))
    found = measuring.averages(measuring.contributions(y_true, y_pred), weights)["macro_f1"]
    np.testing.assert_allclose(found, 1 / 21, rtol=1e-5)


def test_resampling_weights_sum_to_the_number_of_papers_and_follow_the_seed() -> None:
    weights = measuring.resampling_weights(40, Resampling(10, 1))
    assert weights.shape == (10, 40)
    np.testing.assert_allclose(weights.sum(axis=1), 40, rtol=1e-5)
    np.testing.assert_array_equal(weights, measuring.resampling_weights(40, Resampling(10, 1)))
    assert not np.array_equal(weights, measuring.resampling_weights(40, Resampling(10, 2)))
    assert measuring.resampling_weights(0, Resampling(3, 1)).shape == (3, 0)


def test_interval_of_nothing_is_none() -> None:
    assert measuring.interval(np.array([np.nan, np.nan])) is None
    assert measuring.interval(np.array([])) is None


def test_the_table_is_complete_and_says_its_averaging() -> None:
    assert len(METRICS_BY_KEY) == len(METRICS)
    averagings = ("micro", "macro", "weighted", "mean over papers", "over all pairs", "each paper")
    for metric in METRICS:
        assert any(word in metric.name for word in averagings), metric.name
        assert metric.sentence.endswith(".")
        assert metric.formula
        assert metric.low < (metric.high or np.inf)
    found = evaluate(*(np.eye(2, dtype=bool),) * 2, np.eye(2, dtype=np.float32))
    assert list(found) == [metric.key for metric in METRICS]
    assert set(metrics.HEADLINE_KEYS) <= set(found)


def test_perfect_and_worst_predictions_reach_the_ends_of_the_range() -> None:
    y_true = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1]], bool)
    perfect = evaluate(y_true, y_true, y_true.astype(np.float32))
    worst = evaluate(y_true, ~y_true, (~y_true).astype(np.float32))
    for metric in METRICS:
        if metric.key.startswith(("precision_at", "recall_at", "coverage", "lrap", "ndcg")):
            continue  # the ends depend on how many labels a paper has
        if "average_precision" in metric.key:
            continue
        best, end = (metric.high, metric.low) if metric.higher_is_better else (0.0, metric.high)
        assert perfect[metric.key] == pytest.approx(best), metric.key
        assert worst[metric.key] == pytest.approx(end), metric.key


def markdown_table() -> str:
    """Return the metrics as the Markdown table of docs/evaluation.md."""
    lines = [
        "| metric | key | formula | range | better | what it says |",
        "|---|---|---|---|---|---|",
    ]
    for metric in METRICS:
        high = "number of labels" if metric.high is None else f"{metric.high:g}"
        cells = (
            metric.name,
            f"`{metric.key}`",
            metric.formula.replace("|", "\\|"),
            f"{metric.low:g} to {high}",
            "higher" if metric.higher_is_better else "lower",
            metric.sentence,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def test_the_documented_table_is_the_table() -> None:
    path = Path(__file__).resolve().parents[2] / "docs/evaluation.md"
    begin, end = "<!-- metrics:begin -->\n", "<!-- metrics:end -->"
    before, rest = path.read_text(encoding="utf-8").split(begin)
    table, after = rest.split(end)
    if os.environ.get("ARXIVTAG_WRITE_DOCS") == "1":
        path.write_text(f"{before}{begin}{markdown_table()}{end}{after}", encoding="utf-8")
        return
    assert table == markdown_table(), "set ARXIVTAG_WRITE_DOCS=1 to write it anew"

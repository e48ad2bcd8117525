"""Evaluations: contract keys, plain JSON, baselines and intervals, curves, confusions, words."""

from __future__ import annotations

import json

import numpy as np
import pytest
import sklearn.metrics as oracle

from arxivtag.learning import (
    baselines,
    calibration,
    evaluation,
    headline,
    measuring,
    metrics,
    thresholds,
)
from arxivtag.learning.evaluation import CURVE_POINTS, threshold_figures
from arxivtag.learning.features import Examples, SparseRows
from arxivtag.learning.measuring import Resampling
from arxivtag.learning.predictions import Decision, Scored, fit_decision
from arxivtag.learning.thresholds import Thresholds
from arxivtag.settings import EvaluationConfig

CONTRACT = (
    "micro_f1", "macro_f1", "samples_f1", "lrap", "precision_at_1", "precision_at_3",
    "precision_at_5", "subset_accuracy", "hamming_loss", "binary_accuracy",
    "binary_accuracy_all_zeros", "n_samples", "n_labels", "n_unknown_labels", "thresholds",
)  # fmt: skip
LABELS = ("cs.LG", "cs.CV", "cs.CL", "math.ST", "q-bio.NC", "never")


def made(n_papers: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Truth and better-than-chance probabilities; the last label never occurs."""
    generator = np.random.default_rng(seed)
    y_true = generator.random((n_papers, 6)) < [0.5, 0.4, 0.2, 0.1, 0.05, 0.0]
    y_prob = 1 / (1 + np.exp(-(4 * y_true - 2.5 + generator.normal(0, 1.5, y_true.shape))))
    return y_true, y_prob.astype(np.float32)


def scored(y_true: np.ndarray, y_prob: np.ndarray, readable: np.ndarray | None = None) -> Scored:
    """All papers are readable, unless told."""
    return Scored(y_true, y_prob, np.ones(len(y_true), bool) if readable is None else readable)


def decided(
    read_val: np.ndarray | None = None, read_test: np.ndarray | None = None
) -> tuple[Decision, Scored, Scored]:
    """A decision of validation papers, and both splits calibrated."""
    decision, val = fit_decision(scored(*made(200, 0), read_val), EvaluationConfig())
    return decision, val, scored(*made(300, 1), read_test).calibrated(decision.calibration)


def evaluate_bundle(y_true: np.ndarray, y_prob: np.ndarray, *rest, **options) -> dict:
    return evaluation.evaluate_bundle(scored(y_true, y_prob), *rest, **options)


NO_RESAMPLES = Resampling(n_resamples=0)


@pytest.fixture(scope="module")
def run() -> dict:
    decision, val, test = decided()
    return evaluation.evaluate_run(
        val, test, LABELS, decision,
        label_counts=np.array([900, 700, 400, 200, 90, 3]), n_unknown_labels=7,
    )  # fmt: skip


def test_the_contract_is_there_and_json_holds_it(run: dict) -> None:
    assert set(CONTRACT) <= set(run)
    text = json.dumps(run, allow_nan=False)
    assert json.loads(text) == run
    assert (run["n_samples"], run["n_labels"], run["n_unknown_labels"]) == (300, 6, 7)
    assert run["n_labels_present"] == 5


def test_figures_are_those_at_the_models_own_thresholds(run: dict) -> None:
    decision, _, test = decided()
    y_test, p_test = made(300, 1)
    y_prob = calibration.calibrate(decision.calibration, p_test)
    y_pred = y_prob >= np.array(run["thresholds"]["values"], np.float32)
    np.testing.assert_array_equal(y_pred, test.given(decision.thresholds))
    assert run["micro_f1"] == pytest.approx(oracle.f1_score(y_test, y_pred, average="micro"))
    assert run["lrap"] == pytest.approx(
        oracle.label_ranking_average_precision_score(
            y_test[y_test.any(axis=1)], y_prob[y_test.any(axis=1)]
        )
    )


def test_papers_that_cannot_be_read_teach_nothing_and_get_no_label() -> None:
    (y_val, p_val), (y_test, _) = made(200, 0), made(300, 1)
    read_val, read_test = np.arange(200) >= 20, np.arange(300) >= 30
    decision, val, test = decided(read_val, read_test)
    without, _ = fit_decision(scored(y_val[20:], p_val[20:]), EvaluationConfig())
    assert decision.calibration == without.calibration
    np.testing.assert_array_equal(decision.thresholds.values, without.thresholds.values)
    found = evaluation.evaluate_run(
        val, test, LABELS, decision,
        label_counts=y_val.sum(axis=0), resampling=Resampling(n_resamples=20),
    )  # fmt: skip
    y_pred = test.given(decision.thresholds)
    assert not y_pred[:30].any()
    assert found["micro_f1"] == pytest.approx(oracle.f1_score(y_test, y_pred, average="micro"))
    assert found["threshold_grid"]["labels_per_paper"][0] <= 6 * 0.9
    assert found["top_k_grid"]["labels_per_paper"][:2] == [0.9, 1.8]
    expected = thresholds.best_threshold(y_val[20:, 0], val.y_prob[20:, 0])
    assert found["per_label"]["best_threshold"][0] == pytest.approx(expected, abs=1e-4)


def test_probabilities_are_calibrated_once_per_split(monkeypatch: pytest.MonkeyPatch) -> None:
    calibrated = []
    calibrate = calibration.calibrate

    def counted(correction: calibration.Calibration, y_prob: np.ndarray) -> np.ndarray:
        calibrated.append(len(y_prob))
        return calibrate(correction, y_prob)

    monkeypatch.setattr(calibration, "calibrate", counted)
    decision, val, test = decided()
    evaluation.evaluate_run(
        val, test, LABELS, decision, label_counts=val.y_true.sum(axis=0), resampling=NO_RESAMPLES
    )
    assert calibrated == [200, 300]


def test_intervals_hold_their_figures(run: dict) -> None:
    assert set(metrics.HEADLINE_KEYS) <= set(run["intervals"])
    for key, (low, high) in run["intervals"].items():
        assert low <= run[key] <= high, key
    assert all(low < high for low, high in map(run["intervals"].get, metrics.HEADLINE_KEYS))


def test_no_resamples_no_intervals() -> None:
    y_true, y_prob = made(20, 0)
    chosen = thresholds.choose(y_true, y_prob, "global")
    found = evaluate_bundle(y_true, y_prob, LABELS, chosen, resampling=NO_RESAMPLES)
    assert found["intervals"] == {}
    assert all(item["difference"] == {} for item in found["baselines"])


def test_differences_are_paired(run: dict) -> None:
    nothing, frequent = run["baselines"]
    assert (nothing["key"], frequent["key"]) == ("all_zeros", "most_frequent")
    difference, low, high = nothing["difference"]["micro_f1"]
    # Against a baseline of exactly 0, the difference is the figure itself, on every resample.
    assert [low, high] == pytest.approx(run["intervals"]["micro_f1"])
    assert difference == pytest.approx(run["micro_f1"], abs=1e-6)
    difference, low, high = frequent["difference"]["lrap"]
    assert difference == pytest.approx(run["lrap"] - frequent["metrics"]["lrap"], abs=2e-6)
    assert low < difference < high
    assert nothing["metrics"]["binary_accuracy"] == pytest.approx(
        run["binary_accuracy_all_zeros"], abs=1e-6
    )


def test_each_model_is_resampled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    resampled = []
    averages = measuring.averages

    def counted(parts: measuring.Contributions, weights: np.ndarray | None = None) -> dict:
        if weights is not None:
            resampled.append(parts)
        return averages(parts, weights)

    monkeypatch.setattr(measuring, "averages", counted)
    y_true, y_prob = made(50, 0)
    chosen = thresholds.choose(y_true, y_prob, "global")
    evaluate_bundle(y_true, y_prob, LABELS, chosen, resampling=Resampling(20))
    assert len(resampled) == 3  # the model and two baselines


def test_per_label_columns_are_one_row_a_label(run: dict) -> None:
    columns = run["per_label"]
    assert {len(column) for column in columns.values()} == {6}
    assert columns["label"] == list(LABELS)
    never = 5
    assert columns["support"][never] == 0
    assert columns["f1"][never] is columns["best_threshold"][never] is None
    assert columns["train_support"] == [900, 700, 400, 200, 90, 3]


def test_curves_are_points_of_the_full_curves(run: dict) -> None:
    assert set(run["curves"]["labels"]) == set(LABELS) - {"never"}
    y_test, _ = made(300, 1)
    curve = run["curves"]["labels"]["cs.LG"]
    assert {len(column) for column in curve.values()} == {len(curve["recall"])}
    assert len(curve["recall"]) <= CURVE_POINTS + 2
    assert curve["recall"][-1] == curve["false_positive_rate"][-1] == 1.0
    assert curve["precision"][-1] == pytest.approx(y_test[:, 0].mean(), abs=1e-4)
    assert curve["recall"] == sorted(curve["recall"])
    assert curve["threshold"] == sorted(curve["threshold"], reverse=True)
    # Thinned points keep the area under the ROC curve.
    area = np.trapezoid([0, *curve["recall"]], [0, *curve["false_positive_rate"]])
    assert area == pytest.approx(run["per_label"]["roc_auc"][0], abs=0.01)


def test_threshold_grid_is_the_figures_at_each_threshold(run: dict) -> None:
    y_test, p_test = made(300, 1)
    chosen = Thresholds("global", np.full(6, 0.5, np.float32))
    found = evaluate_bundle(y_test, p_test, LABELS, chosen, resampling=NO_RESAMPLES)
    at = found["threshold_grid"]["threshold"].index(0.5)
    assert found["threshold_grid"]["f1"][at] == pytest.approx(found["micro_f1"], abs=1e-4)
    assert found["threshold_grid"]["macro_f1"][at] == pytest.approx(found["macro_f1"], abs=1e-4)
    assert found["threshold_grid"]["labels_per_paper"][at] == pytest.approx(
        found["labels_per_paper"], abs=1e-4
    )
    assert found["top_k_grid"]["k"] == [1, 2, 3, 4, 5, 6]
    assert found["top_k_grid"]["labels_per_paper"] == [1, 2, 3, 4, 5, 6]
    assert found["top_k_grid"]["precision"][0] == pytest.approx(found["precision_at_1"], abs=1e-4)


def test_threshold_figures_by_hand() -> None:
    y_true = np.array([[1, 0], [0, 1], [0, 0]], bool)
    y_pred = np.array([[1, 1], [0, 0], [0, 0]], bool)
    found = threshold_figures(y_true, y_pred)
    assert found == pytest.approx(
        {
            "precision": 1 / 2, "recall": 1 / 2, "f1": 1 / 2, "macro_f1": 1 / 2,
            "labels_per_paper": 2 / 3, "share_without_label": 2 / 3,
        }
    )  # fmt: skip


def test_confusions_count_a_missed_label_beside_a_wrong_one() -> None:
    y_true = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 1], [1, 0, 0]], bool)
    y_prob = np.array([[0, 1, 0], [0, 1, 1], [0, 0, 1], [1, 0, 1]], np.float32)
    chosen = Thresholds("global", np.full(3, 0.5, np.float32))
    found = evaluate_bundle(y_true, y_prob, ["a", "b", "c"], chosen)
    assert found["confusions"] == [
        {"missed": "a", "given": "b", "n_papers": 2, "n_missed": 3},
        {"missed": "a", "given": "c", "n_papers": 1, "n_missed": 3},
    ]


def test_reliability_holds_bins_before_and_after(run: dict) -> None:
    for kind, n_pairs in (("all_pairs", 300 * 6), ("top_label", 300)):
        before, after = (run["reliability"][kind][when] for when in ("before", "after"))
        assert sum(before["n"]) == sum(after["n"]) == n_pairs
    after = run["reliability"]["all_pairs"]["after"]
    assert after["expected_calibration_error"] == pytest.approx(
        run["expected_calibration_error"], abs=1e-6
    )


@pytest.mark.parametrize("method", thresholds.METHODS)
@pytest.mark.parametrize("n_papers", [0, 1])
def test_tiny_splits_are_evaluated_without_a_warning(method: str, n_papers: int) -> None:
    y_true, y_prob = made(n_papers, 0)
    chosen = thresholds.choose(y_true, y_prob, method)
    found = evaluate_bundle(y_true, y_prob, LABELS, chosen)
    json.dumps(found, allow_nan=False)
    assert headline.headline_text(found)


def test_papers_without_any_known_label_are_evaluated() -> None:
    y_true, y_prob = np.zeros((3, 6), bool), made(3, 0)[1]
    chosen = Thresholds("global", np.full(6, 0.5, np.float32))
    found = evaluate_bundle(y_true, y_prob, LABELS, chosen, n_unknown_labels=5)
    json.dumps(found, allow_nan=False)
    assert found["lrap"] is None
    assert found["n_papers_without_known_label"] == 3
    assert "3 papers have none of the labels" in headline.headline_text(found)


def linear_rows(y_true: np.ndarray) -> SparseRows:
    rows, columns = np.nonzero(np.hstack([y_true, np.ones((len(y_true), 1), bool)]))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(y_true)))])
    return SparseRows(
        indptr.astype(np.int64), columns.astype(np.int32), np.ones(len(rows), np.float32), 7
    )


def with_linear(run: dict) -> dict:
    train, val, test = (
        Examples(linear_rows(y), y) for y, _ in (made(400, 5), made(200, 0), made(300, 1))
    )
    return evaluation.with_linear_baseline(run, decided()[2], train, val, test)


def test_the_linear_baseline_joins_last_and_once(run: dict) -> None:
    found = with_linear(with_linear(run))
    assert [item["key"] for item in found["baselines"]] == ["all_zeros", "most_frequent", "linear"]
    assert len(run["baselines"]) == 2  # what it was given stays as it was
    linear = found["baselines"][-1]
    assert linear["metrics"]["micro_f1"] > 0.95  # its features are the labels themselves
    assert evaluation.best_baseline(found) is linear
    difference, low, high = linear["difference"]["micro_f1"]
    assert low <= difference <= high < 0
    worse = headline.headline_sentences(found)[1]
    assert "worse, more than chance explains" in worse
    json.dumps(found, allow_nan=False)


def test_a_linear_baseline_left_out_says_why(run: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "MAX_PAPERS", 399)
    found = with_linear(run)
    assert len(found["baselines"]) == 2
    assert "was left out" in found["linear_baseline_note"]
    assert found["linear_baseline_note"] in headline.remarks(found)


def test_headline_names_figure_interval_and_best_baseline(run: dict) -> None:
    worth, comparison = headline.headline_sentences(run)
    assert "On 300 papers that it never saw" in worth
    assert f"micro-F1 of {run['micro_f1']:.3f}" in worth
    assert "95 % interval" in worth
    best = evaluation.best_baseline(run)
    assert best is not None
    assert best["name"].lower() in comparison.lower()
    assert "better, more than chance explains" in comparison


def test_a_lead_within_its_interval_is_called_chance(run: dict) -> None:
    item = {
        "key": "linear", "name": "Linear", "note": "", "metrics": {"micro_f1": 0.7},
        "difference": {"micro_f1": [0.01, -0.01, 0.03]},
    }  # fmt: skip
    changed = {**run, "micro_f1": 0.71, "baselines": [item]}
    assert (
        "no more than chance explains (-0.010 to +0.030)" in headline.headline_sentences(changed)[1]
    )


def test_the_verdict_is_one_short_sentence(run: dict) -> None:
    item = {
        "key": "linear", "name": "Linear model on the same features", "note": "",
        "metrics": {"micro_f1": 0.7}, "difference": {"micro_f1": [0.01, -0.01, 0.03]},
    }  # fmt: skip
    changed = {**run, "micro_f1": 0.71, "baselines": [item]}
    assert (
        headline.verdict(changed) == "Micro-F1 0.710: 0.010 above the linear model, within chance."
    )
    frequent = {**item, "key": "most_frequent", "name": "The 4 most frequent labels always"}
    said = headline.verdict({**changed, "baselines": [frequent]})
    assert said == "Micro-F1 0.710: 0.010 above the 4 most frequent labels always, within chance."


def test_few_papers_are_said_to_be_few(run: dict) -> None:
    said = headline.remarks({**run, "n_samples": 1})
    assert said[0].startswith("1 paper is too few to measure on")
    assert headline.remarks({**run, "n_samples": 29})[0].startswith("29 papers are too few")
    assert "too few to measure" not in " ".join(headline.remarks({**run, "n_samples": 30}))


def test_a_lead_too_small_to_show_is_no_lead(run: dict) -> None:
    item = {
        "key": "linear", "name": "Linear model on the same features", "note": "",
        "metrics": {"micro_f1": 0.7}, "difference": {"micro_f1": [0.0001, -0.01, 0.03]},
    }  # fmt: skip
    for micro_f1 in (0.7001, 0.6999):
        changed = {**run, "micro_f1": micro_f1, "baselines": [item]}
        assert headline.verdict(changed) == "Micro-F1 0.700: level with the linear model."
        assert headline.headline_sentences(changed)[1].endswith(
            "reaches 0.700: the model is level with it (the difference: -0.010 to +0.030)."
        )


def test_a_stopped_run_does_not_shine_beside_a_weak_baseline(run: dict) -> None:
    stopped = {**run, "linear_baseline_note": "The linear model was left out: it was stopped."}
    missing = "not compared with a linear model, the baseline that counts"
    assert missing in headline.verdict(stopped)
    assert missing in headline.headline_sentences(stopped)[1]
    assert "better" not in " ".join(headline.headline_sentences(stopped))


def test_binary_accuracy_never_stands_without_all_zeros(run: dict) -> None:
    for figures in (run, {k: v for k, v in run.items() if k != "baselines"}):
        text = headline.headline_text(figures)
        (line,) = [line for line in text.splitlines() if line.startswith("Binary accuracy,")]
        assert f"{run['binary_accuracy_all_zeros']:.3f}" in line
        assert "no label" in text


def test_an_empty_evaluation_has_words_too() -> None:
    assert headline.headline_text({}) == "There is no evaluation."


def test_one_of_a_kind_is_told_in_the_singular() -> None:
    one = {
        "n_without_abstract": 1, "n_unknown_labels": 1, "n_papers_without_known_label": 1,
        "n_labels": 5, "n_labels_present": 4,
    }  # fmt: skip
    assert headline.remarks(one) == (
        "1 row without an abstract is left out.",
        "1 label occurrence is unknown to the model and left out of the figures.",
        "1 paper has none of the labels the model knows; it is left out of ranking figures that "
        "have no value for it.",
        "1 of 5 labels does not occur in these papers; macro averages run over the others.",
    )
    ceiling = {"low": None, "n_groups": 1}
    assert "1 group of near-duplicates with labels is too few" in headline.ceiling_sentence(
        {"ceiling": ceiling}
    )


def test_only_a_runs_own_test_papers_are_called_unseen(run: dict) -> None:
    assert "that it never saw" in headline.headline_sentences(run)[0]
    y_true, y_prob = made(20, 0)
    given = evaluate_bundle(y_true, y_prob, LABELS, thresholds.choose(y_true, y_prob, "global"))
    assert headline.headline_sentences(given)[0].startswith("On 20 papers, the model reaches")

"""The evaluation of a model: all numbers that the page draws and the command line prints.

:func:`evaluate_run` and :func:`evaluate_bundle` return plain values that JSON holds.
Top-level keys:

- all keys of :func:`arxivtag.learning.metrics.headline`;
- ``split``: ``test`` (the run's own test papers) or ``given`` (papers that someone named);
- ``thresholds``, ``calibration``: what turned probabilities into labels;
- ``intervals``: 95 % intervals by metric key, ``[low, high]``;
- ``baselines``: a list of key, name, note, ``metrics`` and ``difference`` (the model minus
  the baseline on the same resampled papers: ``[difference, low, high]`` by metric key);
- ``per_label``: columns of equal length, one row a label;
- ``curves``: precision-recall and ROC points, thinned, by label and pooled;
- ``reliability``: bins before and after calibration;
- ``threshold_grid``, ``top_k_grid``: figures at other decisions, the same for all labels;
- ``confusions``: which label was given in place of which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning import baselines, metrics, thresholds
from arxivtag.learning import calibration as calibrations
from arxivtag.learning.calibration import Calibration
from arxivtag.learning.features import SparseRows
from arxivtag.learning.predictions import Predictions
from arxivtag.learning.thresholds import Thresholds
from arxivtag.settings import EvaluationConfig

SCHEMA_VERSION = 1
CURVE_POINTS = 60
MAX_CONFUSIONS = 60
GRID = tuple(round(0.01 * step, 2) for step in range(1, 100))

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.floating[Any]]


def fit_decision(
    y_true_val: BoolArray,
    y_prob_val: FloatArray,
    config: EvaluationConfig,
    *,
    readable_val: BoolArray | None = None,
) -> tuple[Calibration, Thresholds]:
    """Fit the calibration, then choose thresholds on calibrated probabilities.

    Args:
        y_true_val: True labels of the validation papers, (n_val, n_labels).
        y_prob_val: The model's own probabilities there, same shape.
        config: Which methods.
        readable_val: Which papers hold a known n-gram; the others teach nothing, since no
            probability decides about them. None: all.
    """
    if readable_val is not None:
        y_true_val, y_prob_val = y_true_val[readable_val], y_prob_val[readable_val]
    calibration = calibrations.fit_calibration(y_true_val, y_prob_val, config.calibration)
    calibrated = calibrations.calibrate(calibration, y_prob_val)
    return calibration, thresholds.choose(y_true_val, calibrated, config.threshold_method)


def evaluate_run(
    y_true_val: BoolArray,
    y_prob_val: FloatArray,
    y_true_test: BoolArray,
    y_prob_test: FloatArray,
    label_names: Sequence[str],
    chosen: Thresholds,
    calibration: Calibration,
    *,
    label_counts: NDArray[Any] | None = None,
    n_unknown_labels: int = 0,
    bootstrap_samples: int = EvaluationConfig.bootstrap_samples,
    random_seed: int = 42,
    readable_val: BoolArray | None = None,
    readable_test: BoolArray | None = None,
) -> dict[str, Any]:
    """Return the evaluation of a run on its test papers.

    Args:
        y_true_val: True labels of the validation papers, (n_val, n_labels).
        y_prob_val: The model's own (uncalibrated) probabilities there.
        y_true_test: True labels of the test papers, (n_test, n_labels).
        y_prob_test: The model's own (uncalibrated) probabilities there.
        label_names: The labels, n_labels of them.
        chosen: Thresholds for calibrated probabilities.
        calibration: The correction of the probabilities.
        label_counts: How often each label occurs in the training papers; None: in the
            validation papers.
        n_unknown_labels: Label occurrences of the test papers without a column.
        bootstrap_samples: Resamples for the intervals; 0: no intervals.
        random_seed: Seed of the resampling.
        readable_val: Which validation papers hold a known n-gram; None: all.
        readable_test: Which test papers do; the others are given no label.
    """
    if label_counts is None:
        label_counts = y_true_val.sum(axis=0)
    calibrated_val = calibrations.calibrate(calibration, y_prob_val)
    found = _evaluate(
        y_true_test,
        y_prob_test,
        label_names,
        chosen,
        calibration,
        baselines.most_frequent_k(label_counts, len(y_true_test), y_true_val=y_true_val),
        n_unknown_labels,
        bootstrap_samples,
        random_seed,
        readable_test,
    )
    found["split"] = "test"
    per_label = found["per_label"]
    seen = slice(None) if readable_val is None else readable_val
    per_label["best_threshold"] = [
        round(thresholds.best_threshold(truth, score), 4) if truth.any() else None
        for truth, score in zip(y_true_val[seen].T, calibrated_val[seen].T, strict=True)
    ]
    per_label["val_support"] = y_true_val.sum(axis=0).tolist()
    per_label["train_support"] = np.asarray(label_counts).astype(int).tolist()
    return found


def evaluate_bundle(
    y_true: BoolArray,
    y_prob: FloatArray,
    label_names: Sequence[str],
    chosen: Thresholds,
    *,
    label_counts: NDArray[Any] | None = None,
    n_unknown_labels: int = 0,
    bootstrap_samples: int = EvaluationConfig.bootstrap_samples,
    random_seed: int = 42,
    readable: BoolArray | None = None,
) -> dict[str, Any]:
    """Return the evaluation of a saved model on labelled papers it never saw.

    As :func:`evaluate_run`, but with probabilities as the model gives them (calibrated)
    and without validation papers. Where ``label_counts`` is not known, the
    frequent-labels baseline ranks labels by these very papers, which only makes it
    stronger.
    """
    y_true = np.asarray(y_true, dtype=bool)
    frequent = y_true.sum(axis=0) if label_counts is None else label_counts
    return _evaluate(
        y_true,
        y_prob,
        label_names,
        chosen,
        None,
        baselines.most_frequent_k(frequent, len(y_true), y_true_val=y_true),
        n_unknown_labels,
        bootstrap_samples,
        random_seed,
        readable,
    )


def with_linear_baseline(
    evaluation: Mapping[str, Any],
    predictions: Predictions,
    train: SparseRows,
    y_train: BoolArray,
    val: SparseRows,
    test: SparseRows,
    *,
    time_budget_s: float = baselines.TIME_BUDGET_S,
    random_seed: int = 42,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Return ``evaluation`` with the linear baseline among its baselines.

    It takes up to ``time_budget_s``, so a run calls it last, when everything else is
    there to see. Where it is left out, ``linear_baseline_note`` says why.
    """
    chosen = thresholds.from_dict(evaluation["thresholds"])
    found = baselines.linear(
        train,
        y_train,
        val,
        predictions.y_true_val,
        test,
        threshold_method=chosen.method,
        time_budget_s=time_budget_s,
        random_seed=random_seed,
        should_stop=should_stop,
    )
    if isinstance(found, baselines.SkippedBaseline):
        return {**evaluation, "linear_baseline_note": found.reason}
    resampling = evaluation["bootstrap"]
    parts = metrics.contributions(
        predictions.y_true_test,
        thresholds.decide(chosen, predictions.y_prob_test, predictions.readable_test),
        predictions.y_prob_test,
    )
    weights = metrics.resampling_weights(
        len(predictions.y_true_test), resampling["n_resamples"], resampling["random_seed"]
    )
    kept = [item for item in evaluation["baselines"] if item["key"] != baselines.LINEAR]
    return {**evaluation, "baselines": [*kept, _compared(found, _measured(parts, weights))]}


def best_baseline(evaluation: Mapping[str, Any], key: str = "micro_f1") -> dict[str, Any] | None:
    """Return the baseline with the highest ``key``; None if there is none."""
    found = [
        item for item in evaluation.get("baselines", ()) if item["metrics"].get(key) is not None
    ]
    return max(found, key=lambda item: float(item["metrics"][key]), default=None)


def threshold_figures(y_true: BoolArray, y_pred: BoolArray) -> dict[str, float]:
    """Return what the threshold explorer shows for one way of deciding.

    Keys: ``precision``, ``recall``, ``f1`` (micro), ``macro_f1`` (over labels that occur),
    ``labels_per_paper`` and ``share_without_label``. All are 0 without papers.
    """
    true_positives = np.count_nonzero(y_true & y_pred, axis=0)
    n_true, n_predicted = np.count_nonzero(y_true, axis=0), np.count_nonzero(y_pred, axis=0)
    figures = metrics.figures_from_counts(true_positives, n_true, n_predicted)
    n_papers = max(len(y_true), 1)
    return {
        "precision": float(figures["micro_precision"]),
        "recall": float(figures["micro_recall"]),
        "f1": float(figures["micro_f1"]),
        "macro_f1": float(np.nan_to_num(figures["macro_f1"])),
        "labels_per_paper": float(n_predicted.sum() / n_papers),
        "share_without_label": float(np.count_nonzero(~y_pred.any(axis=1)) / n_papers),
    }


def _evaluate(
    y_true: BoolArray,
    y_prob_raw: FloatArray,
    label_names: Sequence[str],
    chosen: Thresholds,
    calibration: Calibration | None,
    frequent: baselines.Baseline,
    n_unknown_labels: int,
    bootstrap_samples: int,
    random_seed: int,
    readable: BoolArray | None,
) -> dict[str, Any]:
    y_true = np.asarray(y_true, dtype=bool)
    y_prob = calibrations.calibrate(calibration or Calibration(), y_prob_raw)
    if readable is None:
        readable = np.ones(len(y_true), dtype=bool)
    y_pred = thresholds.decide(chosen, y_prob, readable)
    model = _measured(
        metrics.contributions(y_true, y_pred, y_prob),
        metrics.resampling_weights(len(y_true), bootstrap_samples, random_seed),
    )
    nothing = baselines.all_zeros(*y_true.shape)
    return {
        "schema_version": SCHEMA_VERSION,
        "split": "given",
        **metrics.headline(y_true, y_prob, y_pred, label_names, n_unknown_labels),
        "labels_per_paper": float(y_pred.sum() / max(len(y_pred), 1)),
        "true_labels_per_paper": float(y_true.sum() / max(len(y_true), 1)),
        "share_without_label": float(np.mean(~y_pred.any(axis=1))) if len(y_pred) else None,
        "thresholds": thresholds.to_dict(chosen),
        "calibration": calibrations.to_dict(calibration) if calibration else None,
        "bootstrap": {"n_resamples": bootstrap_samples, "random_seed": random_seed},
        "intervals": _intervals(model),
        "baselines": [_compared(item, model) for item in (nothing, frequent)],
        "per_label": {
            "label": list(label_names),
            **_rounded_columns(metrics.per_label(y_true, y_pred, y_prob)),
            "threshold": _rounded(chosen.values),
        },
        "curves": _curves(y_true, y_prob, label_names),
        "reliability": _reliability(
            y_true, np.asarray(y_prob_raw) if calibration else None, y_prob
        ),
        "threshold_grid": _threshold_grid(y_true, y_prob, readable),
        "top_k_grid": _top_k_grid(y_true, y_prob, readable),
        "confusions": _confusions(y_true, y_pred, label_names),
    }


@dataclass(frozen=True)
class _Measured:
    """The model's figures, computed once for its intervals and for each baseline beside it.

    Attributes:
        parts: What each paper contributes.
        weights: How often each paper counts in each resample, (n_resamples, n_papers).
        figures: Each figure on all papers.
        resampled: The same on each resample; empty without resamples or papers.
    """

    parts: metrics.Contributions
    weights: NDArray[np.float32]
    figures: dict[str, NDArray[np.float64]]
    resampled: dict[str, NDArray[np.float64]]


def _measured(parts: metrics.Contributions, weights: NDArray[np.float32]) -> _Measured:
    can_resample = len(weights) and len(parts.y_true)
    return _Measured(
        parts,
        weights,
        metrics.averages(parts),
        metrics.averages(parts, weights) if can_resample else {},
    )


def _intervals(model: _Measured) -> dict[str, list[float]]:
    intervals = {key: metrics.interval(value) for key, value in model.resampled.items()}
    return {key: _rounded(pair, 6) for key, pair in intervals.items() if pair is not None}


def _compared(baseline: baselines.Baseline, model: _Measured) -> dict[str, Any]:
    """Return a baseline's figures and the model's lead over it on the same resamples."""
    figures = metrics.evaluate(model.parts.y_true, baseline.y_pred, baseline.y_score)
    for key in ("expected_calibration_error", "top_label_calibration_error"):
        figures[key] = None  # its scores are no probabilities
    return {
        "key": baseline.key,
        "name": baseline.name,
        "note": baseline.note,
        "seconds": round(baseline.seconds, 2),
        "metrics": {
            key: None if value is None else round(value, 6) for key, value in figures.items()
        },
        "difference": _differences(baseline, model),
    }


def _differences(baseline: baselines.Baseline, model: _Measured) -> dict[str, list[float]]:
    if not model.resampled:
        return {}
    other = _measured(
        metrics.contributions(model.parts.y_true, baseline.y_pred, baseline.y_score),
        model.weights,
    )
    found: dict[str, list[float]] = {}
    for key in metrics.HEADLINE_KEYS:
        if key not in model.figures or key not in other.figures:
            continue
        spread = metrics.interval(model.resampled[key] - other.resampled[key])
        if spread is not None:
            lead = float(model.figures[key][0] - other.figures[key][0])
            found[key] = _rounded([lead, *spread], 6)
    return found


def _curves(y_true: BoolArray, y_prob: FloatArray, label_names: Sequence[str]) -> dict[str, Any]:
    """Return thinned curves of the labels that occur, and of all pairs pooled."""
    labels = {
        name: _curve(metrics.ranked_counts(y_true[:, column], y_prob[:, column]))
        for column, name in enumerate(label_names)
        if y_true[:, column].any()
    }
    pooled = _curve(metrics.ranked_counts(y_true.ravel(), y_prob.ravel())) if labels else None
    return {"pooled": pooled, "labels": labels}


def _curve(counts: metrics.RankedCounts) -> dict[str, list[float]]:
    """Return about :data:`CURVE_POINTS` points of both curves, from the highest threshold down.

    Points are spread evenly over recall and over the false positive rate, so that neither
    curve loses its steep part. The last point gives the label to every paper.
    """
    hits, predicted = counts.true_positives, counts.n_predicted
    misses = predicted - hits
    recall = hits / hits[-1]
    false_positive_rate = misses / max(misses[-1], 1)
    wanted = np.linspace(0, 1, CURVE_POINTS // 2)
    kept = np.unique(
        np.concatenate(
            [
                np.searchsorted(recall, wanted, side="left"),
                np.searchsorted(false_positive_rate, wanted, side="left"),
                [0, len(hits) - 1],
            ]
        ).clip(0, len(hits) - 1)
    )
    return {
        "threshold": _rounded(counts.scores[kept]),
        "precision": _rounded(hits[kept] / predicted[kept]),
        "recall": _rounded(recall[kept]),
        "false_positive_rate": _rounded(false_positive_rate[kept]),
    }


def _reliability(y_true: BoolArray, before: FloatArray | None, after: FloatArray) -> dict[str, Any]:
    """Return the bins of all pairs and of each paper's most probable label."""

    def both(pairs: Callable[[FloatArray], tuple[BoolArray, FloatArray]]) -> dict[str, Any]:
        return {
            "before": None if before is None else _bins(*pairs(before)),
            "after": _bins(*pairs(after)),
        }

    return {
        "n_bins": metrics.ECE_BINS,
        "all_pairs": both(lambda y_prob: (y_true, y_prob)),
        "top_label": both(lambda y_prob: metrics.top_label_pairs(y_true, y_prob)),
    }


def _bins(y_true: BoolArray, y_prob: FloatArray) -> dict[str, Any]:
    found = metrics.reliability_bins(y_true, y_prob)
    return {
        "n": found.n.tolist(),
        "mean_probability": _rounded(found.mean_probability),
        "share_true": _rounded(found.share_true),
        "expected_calibration_error": _rounded([found.expected_calibration_error], 6)[0],
    }


def _threshold_grid(
    y_true: BoolArray, y_prob: FloatArray, readable: BoolArray
) -> dict[str, list[float]]:
    n_labels = y_true.shape[1]
    rows = [
        threshold_figures(
            y_true,
            thresholds.decide(
                Thresholds("global", np.full(n_labels, threshold, np.float32)), y_prob, readable
            ),
        )
        for threshold in GRID
    ]
    return {"threshold": list(GRID), **_columns(rows)}


def _top_k_grid(y_true: BoolArray, y_prob: FloatArray, readable: BoolArray) -> dict[str, list[Any]]:
    largest = min(thresholds.MAX_TOP_K, y_true.shape[1])
    zeros = np.zeros(y_true.shape[1], np.float32)
    depths = list(range(1, largest + 1))
    rows = [
        threshold_figures(
            y_true, thresholds.decide(Thresholds("top_k", zeros, k), y_prob, readable)
        )
        for k in depths
    ]
    return {"k": depths, **_columns(rows)}


def _columns(rows: Sequence[Mapping[str, float]]) -> dict[str, list[Any]]:
    return {key: _rounded([row[key] for row in rows]) for key in (rows[0] if rows else ())}


def _confusions(
    y_true: BoolArray, y_pred: BoolArray, label_names: Sequence[str]
) -> list[dict[str, Any]]:
    """Return which wrong label stood on papers that lack which true one, most often first.

    A pair counts once for each paper on which ``missed`` was true and not given while
    ``given`` was given and not true.
    """
    missed, given = y_true & ~y_pred, y_pred & ~y_true
    together = missed.astype(np.float32).T @ given.astype(np.float32)  # (n_labels, n_labels)
    n_missed = missed.sum(axis=0)
    order = np.argsort(-together, axis=None, kind="stable")[:MAX_CONFUSIONS]
    rows, columns = np.unravel_index(order, together.shape)
    return [
        {
            "missed": label_names[row],
            "given": label_names[column],
            "n_papers": int(together[row, column]),
            "n_missed": int(n_missed[row]),
        }
        for row, column in zip(rows, columns, strict=True)
        if together[row, column] > 0
    ]


def _rounded(values: FloatArray | Sequence[float], digits: int = 4) -> list[Any]:
    """Return floats for JSON; NaN becomes None."""
    return [
        round(float(value), digits) if np.isfinite(value) else None for value in np.asarray(values)
    ]


def _rounded_columns(columns: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {
        key: [round(value, 4) if isinstance(value, float) else value for value in column]
        for key, column in columns.items()
    }

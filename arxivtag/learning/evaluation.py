"""The evaluation of a model: all numbers that the page draws and the command line prints.

:func:`evaluate_run` and :func:`evaluate_bundle` return plain values that JSON holds.
Top-level keys:

- all keys of :func:`arxivtag.learning.measuring.evaluate_and_count`;
- ``split``: ``test`` (the run's own test papers) or ``given`` (papers that someone named);
- ``thresholds``, ``calibration``: what turned probabilities into labels;
- ``intervals``: 95 % intervals by metric key, ``[low, high]``;
- ``baselines``: a list of key, name, note, ``metrics`` and ``difference`` (the model minus
  the baseline on the same resampled papers: ``[difference, low, high]`` by metric key);
- ``per_label``: columns of equal length, one row per label;
- ``curves``: precision-recall and ROC points, thinned, by label and pooled;
- ``reliability``: bins before and after calibration;
- ``threshold_grid``, ``top_k_grid``: figures at other decisions, the same for all labels;
- ``confusions``: which label was given in place of which.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.callbacks import ShouldStop, never
from arxivtag.learning import baselines, counts, measuring, thresholds
from arxivtag.learning import calibration as calibrations
from arxivtag.learning.calibration import N_BINS, reliability_bins, top_label_pairs
from arxivtag.learning.counts import BoolArray, Counts, FloatArray, IntArray
from arxivtag.learning.features import Examples
from arxivtag.learning.measuring import Resampling
from arxivtag.learning.metrics import HEADLINE_KEYS
from arxivtag.learning.predictions import Decision, Scored
from arxivtag.learning.rankings import RankedCounts
from arxivtag.learning.thresholds import MAX_TOP_K, Thresholds

SCHEMA_VERSION = 1
CURVE_POINTS = 60
MAX_CONFUSIONS = 60
_BLOCK = 16_384  # papers handled at once, to bound memory
GRID = tuple(round(0.01 * step, 2) for step in range(1, 100))


def evaluate_run(
    val: Scored,
    test: Scored,
    label_names: Sequence[str],
    decision: Decision,
    *,
    label_counts: IntArray,
    n_unknown_labels: int = 0,
    resampling: Resampling = measuring.DEFAULT_RESAMPLING,
) -> dict[str, Any]:
    """Return the evaluation of a run on its test papers; both splits are calibrated.

    Args:
        label_counts: How often each label occurs in the training papers, (n_labels,).
        n_unknown_labels: Label occurrences of the test papers without a column.
    """
    frequent = baselines.most_frequent_k(label_counts, len(test), y_true_val=val.y_true)
    evaluation = _evaluate(
        test, label_names, decision.thresholds, frequent, n_unknown_labels, resampling
    )
    evaluation["split"] = "test"
    evaluation["calibration"] = calibrations.to_dict(decision.calibration)
    seen = val.readable
    evaluation["per_label"] |= {
        "best_threshold": [
            round(thresholds.best_threshold(truth, score), 4) if truth.any() else None
            for truth, score in zip(val.y_true[seen].T, val.y_prob[seen].T, strict=True)
        ],
        "val_support": val.y_true.sum(axis=0).tolist(),
        "train_support": np.asarray(label_counts).astype(int).tolist(),
    }
    return evaluation


def evaluate_bundle(
    papers: Scored,
    label_names: Sequence[str],
    chosen: Thresholds,
    *,
    n_unknown_labels: int = 0,
    resampling: Resampling = measuring.DEFAULT_RESAMPLING,
) -> dict[str, Any]:
    """Return the evaluation of a saved model on labelled papers it never saw.

    As :func:`evaluate_run`, but without validation papers. The frequent-labels baseline ranks
    labels by these very papers, which only makes it stronger.
    """
    n_papers = papers.y_true.sum(axis=0)
    frequent = baselines.most_frequent_k(n_papers, len(papers), y_true_val=papers.y_true)
    return _evaluate(papers, label_names, chosen, frequent, n_unknown_labels, resampling)


def with_linear_baseline(
    evaluation: Mapping[str, Any],
    scored_test: Scored,
    train: Examples,
    val: Examples,
    test: Examples,
    *,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Return ``evaluation`` with the linear baseline among its baselines.

    It takes a while, so a run calls it last, when everything else is there to see. Where it is
    left out, ``linear_baseline_note`` says why.
    """
    chosen = thresholds.from_dict(evaluation["thresholds"])
    fitted = baselines.linear(
        train, val, test.rows, threshold_method=chosen.method, should_stop=should_stop
    )
    if isinstance(fitted, str):
        return {**evaluation, "linear_baseline_note": fitted}
    resampling = Resampling(**evaluation["bootstrap"])
    y_pred = scored_test.given(chosen)
    model = _measured(scored_test.y_true, y_pred, scored_test.y_prob, resampling)
    kept = [item for item in evaluation["baselines"] if item["key"] != baselines.LINEAR]
    return {**evaluation, "baselines": [*kept, _compared(fitted, model)]}


def best_baseline(evaluation: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the baseline with the highest micro-F1; None if there is none."""
    every = evaluation.get("baselines", ())
    known = [item for item in every if item["metrics"].get("micro_f1") is not None]
    return max(known, key=lambda item: float(item["metrics"]["micro_f1"]), default=None)


def _evaluate(
    papers: Scored,
    label_names: Sequence[str],
    chosen: Thresholds,
    frequent: baselines.Baseline,
    n_unknown_labels: int,
    resampling: Resampling,
) -> dict[str, Any]:
    y_true, y_prob, y_pred = papers.y_true, papers.y_prob, papers.given(chosen)
    model = _measured(y_true, y_pred, y_prob, resampling)
    nothing = baselines.all_zeros(*y_true.shape)
    return {
        "schema_version": SCHEMA_VERSION,
        "split": "given",
        **measuring.evaluate_and_count(y_true, y_pred, y_prob, n_unknown_labels),
        "labels_per_paper": float(y_pred.sum() / max(len(y_pred), 1)),
        "true_labels_per_paper": float(y_true.sum() / max(len(y_true), 1)),
        "share_without_label": float(np.mean(~y_pred.any(axis=1))) if len(y_pred) else None,
        "thresholds": thresholds.to_dict(chosen),
        "calibration": None,
        "bootstrap": dataclasses.asdict(resampling),
        "intervals": {
            key: _rounded(spread, 6)
            for key, values in model.resampled.items()
            if (spread := measuring.interval(values))
        },
        "baselines": [_compared(item, model) for item in (nothing, frequent)],
        "per_label": {
            "label": list(label_names),
            **{
                key: _rounded(column)
                for key, column in measuring.per_label(y_true, y_pred, y_prob).items()
            },
            "threshold": _rounded(chosen.values),
        },
        "curves": _curves(papers, label_names),
        "reliability": _reliability(papers),
        "threshold_grid": _threshold_grid(papers),
        "top_k_grid": _top_k_grid(papers),
        "confusions": _confusions(y_true, y_pred, label_names),
    }


@dataclass(frozen=True)
class _Measured:
    """A model's figures on all papers, and on each resample (none without resamples or papers)."""

    y_true: BoolArray
    resampling: Resampling
    figures: dict[str, NDArray[np.float64]]
    resampled: dict[str, NDArray[np.float64]]


def _measured(
    y_true: BoolArray, y_pred: BoolArray, y_score: FloatArray | None, resampling: Resampling
) -> _Measured:
    parts = measuring.contributions(y_true, y_pred, y_score)
    resampled = measuring.resampled_averages(parts, resampling)
    return _Measured(y_true, resampling, measuring.averages(parts), resampled)


def _compared(baseline: baselines.Baseline, model: _Measured) -> dict[str, Any]:
    """Return a baseline's figures and the model's lead over it on the same resamples."""
    figures = measuring.evaluate(model.y_true, baseline.y_pred, baseline.y_score)
    for key in ("expected_calibration_error", "top_label_calibration_error"):
        figures[key] = None  # its scores are not probabilities
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
    other = _measured(model.y_true, baseline.y_pred, baseline.y_score, model.resampling)
    return {
        key: _rounded([float(model.figures[key][0] - other.figures[key][0]), *spread], 6)
        for key in HEADLINE_KEYS
        if key in other.resampled
        and (spread := measuring.interval(model.resampled[key] - other.resampled[key]))
    }


def _curves(papers: Scored, label_names: Sequence[str]) -> dict[str, Any]:
    """Return thinned curves of the labels that occur, and of all pairs pooled."""
    y_true, y_prob = papers.y_true, papers.y_prob
    labels = {
        name: _curve(RankedCounts(y_true[:, column], y_prob[:, column]))
        for column, name in enumerate(label_names)
        if y_true[:, column].any()
    }
    pooled = _curve(RankedCounts(y_true, y_prob)) if labels else None
    return {"pooled": pooled, "labels": labels}


def _curve(ranked: RankedCounts) -> dict[str, list[float]]:
    """Return about :data:`CURVE_POINTS` points of both curves, from the highest threshold down.

    Points are spread evenly over recall and over the false positive rate, so that neither
    curve loses its steep part. The last point gives the label to every paper.
    """
    scores = ranked.spread(np.linspace(0, 1, CURVE_POINTS // 2))
    hits, predicted = ranked.at(scores)
    return {
        "threshold": _rounded(scores),
        "precision": _rounded(hits / predicted),
        "recall": _rounded(hits / ranked.n_true),
        "false_positive_rate": _rounded((predicted - hits) / max(ranked.n - ranked.n_true, 1)),
    }


def _reliability(papers: Scored) -> dict[str, Any]:
    """Return the bins of all pairs and of each paper's most probable label."""
    before, after, y_true = papers.y_prob_raw, papers.y_prob, papers.y_true
    return {
        "n_bins": N_BINS,
        "all_pairs": {
            "before": None if before is None else _bins(y_true, before),
            "after": _bins(y_true, after),
        },
        "top_label": {
            "before": None if before is None else _bins(*top_label_pairs(y_true, before)),
            "after": _bins(*top_label_pairs(y_true, after)),
        },
    }


def _bins(y_true: BoolArray, y_prob: FloatArray) -> dict[str, Any]:
    bins = reliability_bins(y_true, y_prob)
    return {
        "n": bins.n.tolist(),
        "mean_probability": _rounded(bins.mean_probability),
        "share_true": _rounded(bins.share_true),
        "expected_calibration_error": _rounded([bins.expected_calibration_error], 6)[0],
    }


def _threshold_grid(papers: Scored) -> dict[str, list[Any]]:
    """Return the figures at each threshold of :data:`GRID`, the same for all labels."""
    n_labels = papers.y_true.shape[1]
    tried = [Thresholds("global", np.full(n_labels, value, np.float32)) for value in GRID]
    return {"threshold": list(GRID), **_figures_at(tried, papers)}


def _top_k_grid(papers: Scored) -> dict[str, list[Any]]:
    """Return the figures where every paper gets its k most probable labels, for each k."""
    n_labels = papers.y_true.shape[1]
    depths = list(range(1, min(MAX_TOP_K, n_labels) + 1))
    tried = [Thresholds("top_k", np.zeros(n_labels, np.float32), k) for k in depths]
    return {"k": depths, **_figures_at(tried, papers)}


def _figures_at(tried: Sequence[Thresholds], papers: Scored) -> dict[str, list[Any]]:
    rows = [threshold_figures(papers.y_true, papers.given(one)) for one in tried]
    return {key: _rounded([row[key] for row in rows]) for key in (rows[0] if rows else ())}


def threshold_figures(y_true: BoolArray, y_pred: BoolArray) -> dict[str, float]:
    """Return what the threshold explorer shows for one way of deciding.

    Keys: ``precision``, ``recall``, ``f1`` (micro), ``macro_f1`` (over labels that occur),
    ``labels_per_paper`` and ``share_without_label``. All are 0 without papers.
    """
    by_label = Counts.along(0, y_true, y_pred)
    n_papers = max(len(y_true), 1)
    return {
        "precision": float(counts.micro(counts.precision, by_label)),
        "recall": float(counts.micro(counts.recall, by_label)),
        "f1": float(counts.micro(counts.f1, by_label)),
        "macro_f1": float(np.nan_to_num(counts.macro(counts.f1, by_label))),
        "labels_per_paper": float(by_label.n_predicted.sum() / n_papers),
        "share_without_label": float(np.count_nonzero(~y_pred.any(axis=1)) / n_papers),
    }


def _confusions(
    y_true: BoolArray, y_pred: BoolArray, label_names: Sequence[str]
) -> list[dict[str, Any]]:
    """Return which wrong label stood on papers that lack which true one, most often first.

    A pair counts once for each paper on which ``missed`` was true and not given while
    ``given`` was given and not true.
    """
    missed, given = y_true & ~y_pred, y_pred & ~y_true
    together = np.zeros((len(label_names), len(label_names)))
    for start in range(0, len(missed), _BLOCK):
        part = slice(start, start + _BLOCK)
        together += missed[part].astype(np.float32).T @ given[part].astype(np.float32)
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


def _rounded(values: FloatArray | IntArray | Sequence[float], digits: int = 4) -> list[Any]:
    """Return numbers for JSON; NaN becomes None."""
    plain = np.asarray(values).tolist()
    return [round(value, digits) if np.isfinite(value) else None for value in plain]

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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning import baselines, measuring, thresholds
from arxivtag.learning import calibration as calibrations
from arxivtag.learning import evaluation_tables as tables
from arxivtag.learning.counts import IntArray
from arxivtag.learning.evaluation_tables import rounded
from arxivtag.learning.features import Examples
from arxivtag.learning.measuring import Contributions, Resampling
from arxivtag.learning.metrics import HEADLINE_KEYS
from arxivtag.learning.predictions import Decision, Scored
from arxivtag.learning.thresholds import Thresholds

SCHEMA_VERSION = 1


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
    """Return the evaluation of a run on its test papers.

    Args:
        val: The validation papers, calibrated.
        test: The test papers, calibrated.
        label_names: The labels, n_labels of them.
        decision: How labels are decided.
        label_counts: How often each label occurs in the training papers, (n_labels,).
        n_unknown_labels: Label occurrences of the test papers without a column.
        resampling: For the intervals.
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
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Return ``evaluation`` with the linear baseline among its baselines.

    It takes a while, so a run calls it last, when everything else is there to see. Where it is
    left out, ``linear_baseline_note`` says why.
    """
    chosen = thresholds.from_dict(evaluation["thresholds"])
    fitted = baselines.linear(
        train,
        val,
        test.rows,
        threshold_method=chosen.method,
        should_stop=should_stop,
    )
    if isinstance(fitted, str):
        return {**evaluation, "linear_baseline_note": fitted}
    model = _measured(scored_test, chosen, Resampling(**evaluation["bootstrap"]))
    kept = [item for item in evaluation["baselines"] if item["key"] != baselines.LINEAR]
    return {**evaluation, "baselines": [*kept, _compared(fitted, model)]}


def best_baseline(evaluation: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the baseline with the highest micro-F1; None if there is none."""
    scores = [(item["metrics"].get("micro_f1"), item) for item in evaluation.get("baselines", ())]
    known = [(float(score), item) for score, item in scores if score is not None]
    return max(known, key=lambda scored: scored[0], default=(0.0, None))[1]


def _evaluate(
    papers: Scored,
    label_names: Sequence[str],
    chosen: Thresholds,
    frequent: baselines.Baseline,
    n_unknown_labels: int,
    resampling: Resampling,
) -> dict[str, Any]:
    y_true, y_prob, y_pred = papers.y_true, papers.y_prob, papers.given(chosen)
    model = _measured(papers, chosen, resampling)
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
        "intervals": _intervals(model),
        "baselines": [_compared(item, model) for item in (nothing, frequent)],
        "per_label": {
            "label": list(label_names),
            **tables.per_label(y_true, y_pred, y_prob),
            "threshold": rounded(chosen.values),
        },
        "curves": tables.curves(papers, label_names),
        "reliability": tables.reliability(papers),
        "threshold_grid": tables.threshold_grid(papers),
        "top_k_grid": tables.top_k_grid(papers),
        "confusions": tables.confusions(y_true, y_pred, label_names),
    }


@dataclass(frozen=True)
class _Measured:
    """The model's figures, computed once for its intervals and for each baseline beside it.

    Attributes:
        parts: What each paper contributes.
        resampling: How papers are resampled.
        figures: Each figure on all papers.
        resampled: The same on each resample; empty without resamples or papers.
    """

    parts: Contributions
    resampling: Resampling
    figures: dict[str, NDArray[np.float64]]
    resampled: dict[str, NDArray[np.float64]]


def _measured(papers: Scored, chosen: Thresholds, resampling: Resampling) -> _Measured:
    parts = measuring.contributions(papers.y_true, papers.given(chosen), papers.y_prob)
    return _measured_parts(parts, resampling)


def _measured_parts(parts: Contributions, resampling: Resampling) -> _Measured:
    resampled = measuring.resampled_averages(parts, resampling)
    return _Measured(parts, resampling, measuring.averages(parts), resampled)


def _intervals(model: _Measured) -> dict[str, list[float]]:
    intervals = {key: measuring.interval(value) for key, value in model.resampled.items()}
    return {key: rounded(pair, 6) for key, pair in intervals.items() if pair is not None}


def _compared(baseline: baselines.Baseline, model: _Measured) -> dict[str, Any]:
    """Return a baseline's figures and the model's lead over it on the same resamples."""
    figures = measuring.evaluate(model.parts.y_true, baseline.y_pred, baseline.y_score)
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
    if not model.resampled:
        return {}
    parts = measuring.contributions(model.parts.y_true, baseline.y_pred, baseline.y_score)
    other = _measured_parts(parts, model.resampling)
    differences: dict[str, list[float]] = {}
    for key in HEADLINE_KEYS:
        if key not in model.figures or key not in other.figures:
            continue
        spread = measuring.interval(model.resampled[key] - other.resampled[key])
        if spread is not None:
            lead = float(model.figures[key][0] - other.figures[key][0])
            differences[key] = rounded([lead, *spread], 6)
    return differences

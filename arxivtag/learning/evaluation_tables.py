"""The tables of an evaluation that pages draw: curves, bins, grids, confusions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from arxivtag.learning import counts, measuring
from arxivtag.learning.calibration import N_BINS, reliability_bins, top_label_pairs
from arxivtag.learning.counts import BoolArray, Counts, FloatArray
from arxivtag.learning.predictions import Scored
from arxivtag.learning.rankings import RankedCounts
from arxivtag.learning.thresholds import MAX_TOP_K, Thresholds

CURVE_POINTS = 60
MAX_CONFUSIONS = 60
_BLOCK = 16_384  # papers handled at once, to bound memory
GRID = tuple(round(0.01 * step, 2) for step in range(1, 100))


def curves(papers: Scored, label_names: Sequence[str]) -> dict[str, Any]:
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
        "threshold": rounded(scores),
        "precision": rounded(hits / predicted),
        "recall": rounded(hits / ranked.n_true),
        "false_positive_rate": rounded((predicted - hits) / max(ranked.n - ranked.n_true, 1)),
    }


def reliability(papers: Scored) -> dict[str, Any]:
    """Return the bins of all pairs and of each paper's most probable label."""
    both = {"before": papers.y_prob_raw, "after": papers.y_prob}
    return {
        "n_bins": N_BINS,
        "all_pairs": {
            when: None if y_prob is None else _bins(papers.y_true, y_prob)
            for when, y_prob in both.items()
        },
        "top_label": {
            when: None if y_prob is None else _bins(*top_label_pairs(papers.y_true, y_prob))
            for when, y_prob in both.items()
        },
    }


def _bins(y_true: BoolArray, y_prob: FloatArray) -> dict[str, Any]:
    bins = reliability_bins(y_true, y_prob)
    return {
        "n": bins.n.tolist(),
        "mean_probability": rounded(bins.mean_probability),
        "share_true": rounded(bins.share_true),
        "expected_calibration_error": rounded([bins.expected_calibration_error], 6)[0],
    }


def threshold_grid(papers: Scored) -> dict[str, list[Any]]:
    """Return the figures at each threshold of :data:`GRID`, the same for all labels."""
    n_labels = papers.y_true.shape[1]
    tried = [Thresholds("global", np.full(n_labels, value, np.float32)) for value in GRID]
    return {"threshold": list(GRID), **_figures_at(tried, papers)}


def top_k_grid(papers: Scored) -> dict[str, list[Any]]:
    """Return the figures where every paper gets its k most probable labels, for each k."""
    n_labels = papers.y_true.shape[1]
    depths = list(range(1, min(MAX_TOP_K, n_labels) + 1))
    tried = [Thresholds("top_k", np.zeros(n_labels, np.float32), k) for k in depths]
    return {"k": depths, **_figures_at(tried, papers)}


def _figures_at(tried: Sequence[Thresholds], papers: Scored) -> dict[str, list[Any]]:
    rows = [threshold_figures(papers.y_true, papers.given(one)) for one in tried]
    return {key: rounded([row[key] for row in rows]) for key in (rows[0] if rows else ())}


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


def confusions(
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


def per_label(y_true: BoolArray, y_pred: BoolArray, y_prob: FloatArray) -> dict[str, list[Any]]:
    """Return :func:`arxivtag.learning.measuring.per_label` with four decimals."""
    return {
        key: [round(value, 4) if isinstance(value, float) else value for value in column]
        for key, column in measuring.per_label(y_true, y_pred, y_prob).items()
    }


def rounded(values: FloatArray | Sequence[float], digits: int = 4) -> list[Any]:
    """Return floats for JSON; NaN becomes None."""
    return [
        round(float(value), digits) if np.isfinite(value) else None for value in np.asarray(values)
    ]

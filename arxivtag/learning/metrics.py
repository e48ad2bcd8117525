"""The metrics of multi-label predictions: one table, :data:`METRICS`.

It names every figure with its averaging, formula, range, meaning and the function that
computes it; pages, the command line and docs/evaluation.md read it. To add a metric: one row
here, and one line in ``tests/learning/test_metrics.py`` that checks it.

All arithmetic is numpy, so that evaluating imports nothing slow; the tests check it against
scikit-learn. Conventions:

- A share of nothing is 0 (scikit-learn's ``zero_division=0``): a label never
  predicted has precision 0, a paper without true labels has recall 0.
- Macro averages run over the labels that occur in the papers at hand: a label
  absent from them has no recall, no average precision and no ROC curve.
- A paper with none of the labels the model knows stays in every count and in the
  means of precision; it has no value for recall at k, nDCG, label ranking average
  precision and coverage, and is left out of those. (scikit-learn would count it as a
  perfect ranking.)
- Equal probabilities share their ranks: figures at k are the mean over all orders of
  the tied labels, so that no figure depends on the order of the label names.
- A figure that is undefined for the papers at hand is None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.calibration import N_BINS, reliability_bins, top_label_pairs
from arxivtag.learning.counts import BoolArray, Counts, Ratio, f1, macro, micro, precision, recall
from arxivtag.learning.counts import weighted as weighted_by_support
from arxivtag.learning.rankings import Areas, PaperRankings, Scores

RANKING_DEPTHS = (1, 3, 5)


@dataclass(frozen=True)
class Metric:
    """One figure: what it is called, what it means and how it is computed.

    Args:
        name: Its name for people; the averaging is part of it.
        reads: What ``function`` takes. ``labels``: true and given labels, (n_samples, n_labels)
            bool each; it returns one value per paper. ``rankings``: :class:`PaperRankings`; one
            value per paper. ``counts``: the :class:`Counts` of each label, (..., n_labels); it
            returns (...). ``scores``: :class:`Scores`; one value. Of values per paper, the
            figure is the mean of those that are defined.
        function: Computes it; NaN where undefined.
        high: Largest possible value; None: as many as there are labels.
    """

    key: str
    name: str
    formula: str
    sentence: str
    reads: Literal["labels", "rankings", "counts", "scores"]
    function: Callable[..., Any]
    low: float = 0.0
    high: float | None = 1.0
    higher_is_better: bool = True


def _of_papers(ratio: Ratio, y_true: BoolArray, y_pred: BoolArray) -> NDArray[np.float64]:
    return ratio(Counts.along(1, y_true, y_pred))


def _all_right(y_true: BoolArray, y_pred: BoolArray) -> NDArray[np.float64]:
    return np.asarray((y_true == y_pred).all(axis=1), dtype=np.float64)


def _share_wrong(y_true: BoolArray, y_pred: BoolArray) -> NDArray[np.float64]:
    return np.asarray((y_true != y_pred).sum(axis=1) / np.float64(y_true.shape[1]))


def _mean_over_labels(area: Callable[[Areas], float], scores: Scores) -> float:
    defined = [value for value in map(area, scores.by_label) if np.isfinite(value)]
    return float(np.mean(defined)) if defined else float("nan")


def _calibration_error(scores: Scores) -> float:
    return reliability_bins(scores.y_true, scores.y_score).expected_calibration_error


def _top_label_calibration_error(scores: Scores) -> float:
    pairs = top_label_pairs(scores.y_true, scores.y_score)
    return reliability_bins(*pairs).expected_calibration_error


# Of precision, recall and F1: name, formula, meaning.
_RATIOS: dict[str, tuple[Ratio, str, str, str]] = {
    "precision": (
        precision, "Precision", "TP / (TP + FP)", "Of the labels given, the share that is right"
    ),
    "recall": (
        recall, "Recall", "TP / (TP + FN)", "Of the true labels, the share that is given"
    ),
    "f1": (
        f1, "F1", "2 TP / (2 TP + FP + FN)", "The balance (harmonic mean) of precision and recall"
    ),
}  # fmt: skip


def _averaged(
    key: str,
    average: Callable[..., NDArray[np.float64]],
    name: str,
    formula: str,
    sentence: str,
    reads: Literal["labels", "counts"] = "counts",
) -> tuple[Metric, ...]:
    """Return precision, recall and F1 in one averaging."""
    return tuple(
        Metric(
            f"{key}_{ratio_key}",
            f"{ratio_name}, {name}",
            f"{ratio_formula} {formula}",
            f"{ratio_sentence}, {sentence}.",
            reads,
            partial(average, ratio),
        )
        for ratio_key, (ratio, ratio_name, ratio_formula, ratio_sentence) in _RATIOS.items()
    )


def _first(k: int) -> str:
    return "most probable label" if k == 1 else f"{k} most probable labels"


METRICS: tuple[Metric, ...] = (
    *_averaged(
        "micro",
        micro,
        "micro average",
        "with counts summed over all labels",
        "all papers and labels counted together, so that frequent labels weigh most",
    ),
    *_averaged(
        "macro",
        macro,
        "macro average over labels that occur",
        "of each label, mean over labels",
        "averaged over the labels that occur, so that rare labels weigh as much as frequent",
    ),
    *_averaged(
        "weighted",
        weighted_by_support,
        "weighted average over labels",
        "of each label, mean by support",
        "averaged over labels by how often each occurs",
    ),
    *_averaged(
        "samples",
        _of_papers,
        "mean over papers",
        "of each paper, mean over papers",
        "worked out for each paper and averaged over papers",
        reads="labels",
    ),
    Metric(
        "subset_accuracy",
        "Subset accuracy, mean over papers",
        "papers with y_pred = y_true / papers",
        "The share of papers whose labels are all found with none too many.",
        "labels",
        _all_right,
    ),
    Metric(
        "hamming_loss",
        "Hamming loss, over all pairs of paper and label",
        "(FP + FN) / (papers x labels)",
        "The share of yes-or-no decisions that are wrong; tiny for any model, since most "
        "labels do not apply to most papers.",
        "labels",
        _share_wrong,
        higher_is_better=False,
    ),
    Metric(
        "binary_accuracy",
        "Binary accuracy, over all pairs of paper and label",
        "1 - Hamming loss",
        "The share of yes-or-no decisions that are right; predicting no label at all "
        "scores nearly as much, so read it only beside that.",
        "labels",
        lambda y_true, y_pred: 1 - _share_wrong(y_true, y_pred),
    ),
    *(
        Metric(
            f"precision_at_{k}",
            f"Precision at {k}, mean over papers",
            f"true labels among the first {k} / {k}",
            f"{'How often' if k == 1 else 'The share of'} a paper's {_first(k)} "
            f"{'is' if k == 1 else 'that are'} right, whatever the thresholds.",
            "rankings",
            partial(PaperRankings.precision_at, k=k),
        )
        for k in RANKING_DEPTHS
    ),
    *(
        Metric(
            f"recall_at_{k}",
            f"Recall at {k}, mean over papers",
            f"true labels among the first {k} / true labels",
            f"The share of a paper's true labels found in its {_first(k)}.",
            "rankings",
            partial(PaperRankings.recall_at, k=k),
        )
        for k in RANKING_DEPTHS
    ),
    *(
        Metric(
            f"ndcg_at_{k}",
            f"nDCG at {k}, mean over papers",
            f"sum over true labels with rank <= {k} of 1 / log2(rank + 1) / its largest value",
            f"As recall at {k}, but a true label counts more the higher it ranks.",
            "rankings",
            partial(PaperRankings.ndcg_at, k=k),
        )
        for k in RANKING_DEPTHS
    ),
    Metric(
        "lrap",
        "Label ranking average precision, mean over papers",
        "mean over true labels of (true labels ranked at or above it / labels ranked at or above)",
        "How purely true labels stand at the top of a paper's ranking.",
        "rankings",
        PaperRankings.average_precision,
    ),
    Metric(
        "coverage_error",
        "Coverage error, mean over papers",
        "rank of the lowest-ranked true label",
        "How many labels one must read down a paper's ranking to meet all true ones.",
        "rankings",
        PaperRankings.coverage,
        low=1.0,
        high=None,
        higher_is_better=False,
    ),
    Metric(
        "micro_average_precision",
        "Average precision, micro average",
        "sum over thresholds of (R_n - R_(n-1)) P_n, all pairs of paper and label together",
        "Precision averaged over all thresholds, all decisions in one ranking.",
        "scores",
        lambda scores: scores.pooled.average_precision,
    ),
    Metric(
        "macro_average_precision",
        "Average precision, macro average over labels that occur",
        "sum over thresholds of (R_n - R_(n-1)) P_n of each label, mean over labels",
        "Precision averaged over all thresholds, for each label alone, then over labels.",
        "scores",
        partial(_mean_over_labels, attrgetter("average_precision")),
    ),
    Metric(
        "micro_roc_auc",
        "ROC AUC, micro average",
        "P(a true pair scores above a false pair), ties half, all pairs together",
        "How surely a true label of some paper scores above a false label of some paper; "
        "high for any model, since most labels are easy to rule out.",
        "scores",
        lambda scores: scores.pooled.roc_auc,
    ),
    Metric(
        "macro_roc_auc",
        "ROC AUC, macro average over labels that occur",
        "P(a paper with the label scores above one without), ties half, mean over labels",
        "How surely a paper with a label scores above one without it, mean over labels.",
        "scores",
        partial(_mean_over_labels, attrgetter("roc_auc")),
    ),
    Metric(
        "expected_calibration_error",
        "Expected calibration error, over all pairs of paper and label",
        f"sum over {N_BINS} equal-width bins of (pairs in bin / pairs) "
        "|mean probability - share true|",
        "How far probabilities are from the shares that come true; small for any model, "
        "since most pairs are surely false.",
        "scores",
        _calibration_error,
        higher_is_better=False,
    ),
    Metric(
        "top_label_calibration_error",
        "Expected calibration error, most probable label of each paper",
        f"the same over {N_BINS} equal-width bins of each paper's highest probability",
        "How far the probability of a paper's first label is from how often it is right.",
        "scores",
        _top_label_calibration_error,
        higher_is_better=False,
    ),
)
METRICS_BY_KEY: Mapping[str, Metric] = {metric.key: metric for metric in METRICS}

# The figures that are shown first and compared with the baselines.
HEADLINE_KEYS = (
    "micro_f1",
    "macro_f1",
    "samples_f1",
    "lrap",
    "precision_at_1",
    "precision_at_3",
    "precision_at_5",
    "subset_accuracy",
    "hamming_loss",
    "binary_accuracy",
)

"""Metrics of multi-label predictions: one table, one way to compute each.

:data:`METRICS` names every figure with its averaging, formula, range and one plain
sentence; pages, the command line and docs/evaluation.md read it. All arithmetic is
numpy, so that evaluating imports nothing slow; the tests check it against
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
  the tied labels, so that no figure hangs on the order of the label names.
- A figure that is undefined for the papers at hand is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.integer[Any]]

RANKING_DEPTHS = (1, 3, 5)
ECE_BINS = 15
_BLOCK = 16_384  # rows or columns handled at once, to bound memory


@dataclass(frozen=True)
class Metric:
    """One figure: what it is called and what it means.

    Args:
        key: Its key in an evaluation.
        name: Its name for people; the averaging is part of it.
        formula: How it is computed, in plain characters.
        low: Smallest possible value.
        high: Largest possible value; None: as many as there are labels.
        sentence: What it says, in one plain sentence.
        higher_is_better: Whether more is better.
        needs: Whether it reads the labels given (``y_pred``) or the probabilities.
    """

    key: str
    name: str
    formula: str
    low: float
    high: float | None
    sentence: str
    higher_is_better: bool
    needs: Literal["y_pred", "y_prob"]


def _share(
    key: str, name: str, formula: str, sentence: str, needs: Literal["y_pred", "y_prob"] = "y_pred"
) -> Metric:
    """Return a metric between 0 and 1 of which more is better."""
    return Metric(key, name, formula, 0.0, 1.0, sentence, True, needs)


def _averaged(kind: str, averaging: str, over: str) -> tuple[Metric, ...]:
    """Return precision, recall and F1 in one averaging."""
    return (
        _share(
            f"{kind}_precision",
            f"Precision, {averaging}",
            f"TP / (TP + FP) {over}",
            f"Of the labels given, the share that is right, {_PLAIN[kind]}.",
        ),
        _share(
            f"{kind}_recall",
            f"Recall, {averaging}",
            f"TP / (TP + FN) {over}",
            f"Of the true labels, the share that is given, {_PLAIN[kind]}.",
        ),
        _share(
            f"{kind}_f1",
            f"F1, {averaging}",
            f"2 TP / (2 TP + FP + FN) {over}",
            f"The balance (harmonic mean) of precision and recall, {_PLAIN[kind]}.",
        ),
    )


_PLAIN = {
    "micro": "all papers and labels counted together, so that frequent labels weigh most",
    "macro": "averaged over the labels that occur, so that rare labels weigh as much as frequent",
    "weighted": "averaged over labels by how often each occurs",
    "samples": "worked out for each paper and averaged over papers",
}


def _at_depths() -> tuple[Metric, ...]:
    """Return precision, recall and nDCG at each ranking depth."""
    found: list[Metric] = []
    for k in RANKING_DEPTHS:
        first = "most probable label" if k == 1 else f"{k} most probable labels"
        found.append(
            _share(
                f"precision_at_{k}",
                f"Precision at {k}, mean over papers",
                f"true labels among the first {k} / {k}",
                f"{'How often' if k == 1 else 'The share of'} a paper's {first} "
                f"{'is' if k == 1 else 'that are'} right, whatever the thresholds.",
                "y_prob",
            )
        )
    for k in RANKING_DEPTHS:
        first = "most probable label" if k == 1 else f"{k} most probable labels"
        found.append(
            _share(
                f"recall_at_{k}",
                f"Recall at {k}, mean over papers",
                f"true labels among the first {k} / true labels",
                f"The share of a paper's true labels found in its {first}.",
                "y_prob",
            )
        )
    for k in RANKING_DEPTHS:
        found.append(
            _share(
                f"ndcg_at_{k}",
                f"nDCG at {k}, mean over papers",
                f"sum over true labels with rank <= {k} of 1 / log2(rank + 1) / its largest value",
                f"As recall at {k}, but a true label counts more the higher it ranks.",
                "y_prob",
            )
        )
    return tuple(found)


METRICS: tuple[Metric, ...] = (
    *_averaged("micro", "micro average", "with counts summed over all labels"),
    *_averaged("macro", "macro average over labels that occur", "of each label, mean over labels"),
    *_averaged("weighted", "weighted average over labels", "of each label, mean by support"),
    *_averaged("samples", "mean over papers", "of each paper, mean over papers"),
    _share(
        "subset_accuracy",
        "Subset accuracy, mean over papers",
        "papers with y_pred = y_true / papers",
        "The share of papers whose labels are all found with none too many.",
    ),
    Metric(
        "hamming_loss",
        "Hamming loss, over all pairs of paper and label",
        "(FP + FN) / (papers x labels)",
        0.0,
        1.0,
        "The share of yes-or-no decisions that are wrong; tiny for any model, since most "
        "labels do not apply to most papers.",
        False,
        "y_pred",
    ),
    _share(
        "binary_accuracy",
        "Binary accuracy, over all pairs of paper and label",
        "1 - Hamming loss",
        "The share of yes-or-no decisions that are right; predicting no label at all "
        "scores nearly as much, so read it only beside that.",
    ),
    *_at_depths(),
    _share(
        "lrap",
        "Label ranking average precision, mean over papers",
        "mean over true labels of (true labels ranked at or above it / labels ranked at or above)",
        "How purely true labels stand at the top of a paper's ranking.",
        "y_prob",
    ),
    Metric(
        "coverage_error",
        "Coverage error, mean over papers",
        "rank of the lowest-ranked true label",
        1.0,
        None,
        "How many labels one must read down a paper's ranking to meet all true ones.",
        False,
        "y_prob",
    ),
    _share(
        "micro_average_precision",
        "Average precision, micro average",
        "sum over thresholds of (R_n - R_(n-1)) P_n, all pairs of paper and label together",
        "Precision averaged over all thresholds, all decisions in one ranking.",
        "y_prob",
    ),
    _share(
        "macro_average_precision",
        "Average precision, macro average over labels that occur",
        "sum over thresholds of (R_n - R_(n-1)) P_n of each label, mean over labels",
        "Precision averaged over all thresholds, for each label alone, then over labels.",
        "y_prob",
    ),
    _share(
        "micro_roc_auc",
        "ROC AUC, micro average",
        "P(a true pair scores above a false pair), ties half, all pairs together",
        "How surely a true label of some paper scores above a false label of some paper; "
        "high for any model, since most labels are easy to rule out.",
        "y_prob",
    ),
    _share(
        "macro_roc_auc",
        "ROC AUC, macro average over labels that occur",
        "P(a paper with the label scores above one without), ties half, mean over labels",
        "How surely a paper with a label scores above one without it, mean over labels.",
        "y_prob",
    ),
    Metric(
        "expected_calibration_error",
        "Expected calibration error, over all pairs of paper and label",
        f"sum over {ECE_BINS} equal-width bins of (pairs in bin / pairs) "
        "|mean probability - share true|",
        0.0,
        1.0,
        "How far probabilities are from the shares that come true; small for any model, "
        "since most pairs are surely false.",
        False,
        "y_prob",
    ),
    Metric(
        "top_label_calibration_error",
        "Expected calibration error, most probable label of each paper",
        f"the same over {ECE_BINS} equal-width bins of each paper's highest probability",
        0.0,
        1.0,
        "How far the probability of a paper's first label is from how often it is right.",
        False,
        "y_prob",
    ),
)
METRICS_BY_KEY: Mapping[str, Metric] = {metric.key: metric for metric in METRICS}

# The figures that the headline shows and compares with the baselines.
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


def markdown_table() -> str:
    """Return :data:`METRICS` as the Markdown table of docs/evaluation.md."""
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


@dataclass(frozen=True)
class Contributions:
    """What each paper adds to each figure, so that resampling papers is arithmetic.

    Args:
        y_true: (n_samples, n_labels) bool.
        y_pred: (n_samples, n_labels) bool.
        papers: Per-paper values, (n_samples,) each, NaN where a paper has none; the
            figure is their mean.
    """

    y_true: BoolArray
    y_pred: BoolArray
    papers: Mapping[str, NDArray[np.float64]]


def contributions(
    y_true: BoolArray, y_pred: BoolArray, y_prob: FloatArray | None = None
) -> Contributions:
    """Return what each paper adds to each figure; without ``y_prob``, no ranking figures."""
    y_true, y_pred = np.asarray(y_true, dtype=bool), np.asarray(y_pred, dtype=bool)
    papers = _label_set_values(y_true, y_pred)
    if y_prob is not None:
        papers |= _ranking_values(y_true, np.asarray(y_prob))
    return Contributions(y_true, y_pred, papers)


def averages(
    parts: Contributions, weights: NDArray[np.float32] | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return the figures for papers counted ``weights`` times, (n_resamples,) each.

    Args:
        parts: What each paper adds.
        weights: (n_resamples, n_samples), such as :func:`resampling_weights` gives;
            None: each paper once.

    Returns:
        Values by metric key, NaN where undefined.
    """
    if weights is None:
        weights = np.ones((1, len(parts.y_true)), dtype=np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            key: np.asarray(weights @ np.nan_to_num(value) / (weights @ np.isfinite(value)))
            for key, value in parts.papers.items()
        }
        true_positives, n_true, n_predicted = (
            _weighted_sums(weights, mask)
            for mask in (parts.y_true & parts.y_pred, parts.y_true, parts.y_pred)
        )
        found |= figures_from_counts(true_positives, n_true, n_predicted)
    return found


def figures_from_counts(
    true_positives: FloatArray | IntArray,
    n_true: FloatArray | IntArray,
    n_predicted: FloatArray | IntArray,
) -> dict[str, NDArray[np.float64]]:
    """Return micro, macro and weighted precision, recall and F1 from counts a label.

    Args:
        true_positives: Papers that rightly got the label, (..., n_labels).
        n_true: Papers that have it, same shape.
        n_predicted: Papers that got it, same shape.
    """
    counts = (true_positives, n_true, n_predicted)
    values = dict(zip(("precision", "recall", "f1"), precision_recall_f1(*counts), strict=True))
    summed = dict(
        zip(
            ("precision", "recall", "f1"),
            precision_recall_f1(*(count.sum(axis=-1) for count in counts)),
            strict=True,
        )
    )
    occurs = np.asarray(n_true) > 0
    found: dict[str, NDArray[np.float64]] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for name, value in values.items():
            found[f"micro_{name}"] = summed[name]
            found[f"macro_{name}"] = np.where(occurs, value, 0).sum(-1) / occurs.sum(-1)
            found[f"weighted_{name}"] = (value * n_true).sum(-1) / n_true.sum(-1)
    return found


def precision_recall_f1(
    true_positives: FloatArray | IntArray,
    n_true: FloatArray | IntArray,
    n_predicted: FloatArray | IntArray,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return precision, recall and F1 of counts of one shape; shares of nothing are 0."""
    return (
        _ratio(true_positives, n_predicted),
        _ratio(true_positives, n_true),
        _ratio(2 * true_positives, n_true + n_predicted),
    )


def evaluate(
    y_true: BoolArray, y_pred: BoolArray, y_prob: FloatArray | None = None
) -> dict[str, float | None]:
    """Return every figure of :data:`METRICS`; None where undefined or ``y_prob`` is missing.

    Args:
        y_true: True labels, (n_samples, n_labels) bool.
        y_pred: Labels given, same shape.
        y_prob: Probabilities, same shape; None for a prediction without ranking.
    """
    parts = contributions(y_true, y_pred, y_prob)
    return _all_figures(parts, None if y_prob is None else np.asarray(y_prob))


def headline(
    y_true: BoolArray,
    y_prob: FloatArray | None,
    y_pred: BoolArray,
    label_names: Sequence[str],
    n_unknown_labels: int = 0,
) -> dict[str, float | int | None]:
    """Return the top-level numbers of an evaluation.

    They are all figures of :data:`METRICS`, ``binary_accuracy_all_zeros`` (the binary
    accuracy of giving no label to any paper), ``n_samples``, ``n_labels`` (the model
    knows), ``n_labels_present`` (of those, occur here), ``n_papers_without_known_label``
    and ``n_unknown_labels`` (label occurrences the model does not know, left out of
    every other figure).
    """
    y_true = np.asarray(y_true, dtype=bool)
    return {
        **evaluate(y_true, y_pred, y_prob),
        "binary_accuracy_all_zeros": binary_accuracy_all_zeros(y_true),
        "n_samples": len(y_true),
        "n_labels": len(label_names),
        "n_labels_present": int(y_true.any(axis=0).sum()),
        "n_papers_without_known_label": int((~y_true.any(axis=1)).sum()),
        "n_unknown_labels": int(n_unknown_labels),
    }


def binary_accuracy_all_zeros(y_true: BoolArray) -> float | None:
    """Return the binary accuracy of giving no label to any paper; None without papers."""
    return float(1 - np.mean(y_true)) if np.size(y_true) else None


def resampling_weights(n_samples: int, n_resamples: int, random_seed: int) -> NDArray[np.float32]:
    """Return how much each paper counts in each resample of the Bayesian bootstrap.

    Rubin (1981), "The Bayesian Bootstrap": weights uniform over all that sum to
    n_samples, in place of counts of papers drawn with replacement. No paper is ever
    left out, so that a label with one paper never vanishes from a macro average, which
    would push its interval upwards.

    Returns:
        (n_resamples, n_samples) float32; each row sums to n_samples.
    """
    if not n_samples:
        return np.zeros((n_resamples, 0), dtype=np.float32)
    generator = np.random.default_rng(random_seed)
    weights = generator.standard_exponential((n_resamples, n_samples), dtype=np.float32)
    return np.asarray(weights * (n_samples / weights.sum(axis=1, keepdims=True)))


def interval(values: FloatArray) -> tuple[float, float] | None:
    """Return the middle 95 % of resampled values; None if none is defined."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    low, high = np.percentile(finite, [2.5, 97.5])
    return float(low), float(high)


def per_label(
    y_true: BoolArray, y_pred: BoolArray, y_prob: FloatArray
) -> dict[str, list[float | int | None]]:
    """Return the figures of each label as columns of n_labels values.

    Columns: ``support``, ``n_predicted``, ``precision``, ``recall``, ``f1``,
    ``average_precision``, ``roc_auc``. Of a label that does not occur, recall, F1,
    average precision and ROC AUC are None; so is the precision of one never predicted.
    """
    y_true, y_pred = np.asarray(y_true, dtype=bool), np.asarray(y_pred, dtype=bool)
    n_true, n_predicted = y_true.sum(axis=0), y_pred.sum(axis=0)
    precision, recall, f1 = precision_recall_f1((y_true & y_pred).sum(axis=0), n_true, n_predicted)
    ranked = [ranked_counts(y_true[:, j], y_prob[:, j]) for j in range(y_true.shape[1])]
    return {
        "support": n_true.tolist(),
        "n_predicted": n_predicted.tolist(),
        "precision": _or_none(precision, n_predicted > 0),
        "recall": _or_none(recall, n_true > 0),
        "f1": _or_none(f1, n_true > 0),
        "average_precision": [_plain(average_precision(counts)) for counts in ranked],
        "roc_auc": [_plain(roc_auc(counts)) for counts in ranked],
    }


@dataclass(frozen=True)
class RankedCounts:
    """Counts above each distinct score, from the highest score down.

    Args:
        scores: Distinct scores, falling, (n,).
        true_positives: Positives with at least that score, (n,).
        n_predicted: All with at least that score, (n,).
    """

    scores: FloatArray
    true_positives: NDArray[np.int64]
    n_predicted: NDArray[np.int64]


def ranked_counts(y_true: BoolArray, y_score: FloatArray) -> RankedCounts:
    """Return the counts behind precision-recall and ROC curves of ``(n,)`` truths and scores."""
    order = np.argsort(-y_score, kind="stable")
    scores = np.asarray(y_score)[order]
    last_of_tie = np.flatnonzero(np.append(scores[1:] != scores[:-1], True)[: len(scores)])
    cumulated = np.cumsum(np.asarray(y_true)[order], dtype=np.int64)
    return RankedCounts(scores[last_of_tie], cumulated[last_of_tie], last_of_tie + 1)


def average_precision(counts: RankedCounts) -> float:
    """Return the average precision as scikit-learn defines it; NaN without positives."""
    if not len(counts.scores) or not counts.true_positives[-1]:
        return float("nan")
    precision = counts.true_positives / counts.n_predicted
    recall_steps = np.diff(counts.true_positives, prepend=0) / counts.true_positives[-1]
    return float(recall_steps @ precision)


def roc_auc(counts: RankedCounts) -> float:
    """Return the area under the ROC curve; NaN unless both classes occur."""
    if not len(counts.scores):
        return float("nan")
    hits = np.append(0, counts.true_positives)
    misses = np.append(0, counts.n_predicted - counts.true_positives)
    if not hits[-1] or not misses[-1]:
        return float("nan")
    return float(np.trapezoid(hits / hits[-1], misses / misses[-1]))


@dataclass(frozen=True)
class ReliabilityBins:
    """Probabilities against what came true, in equal-width bins from 0 to 1.

    Args:
        n: Pairs in each bin, (n_bins,).
        mean_probability: Their mean probability, NaN in empty bins.
        share_true: How many of them are true, NaN in empty bins.
    """

    n: NDArray[np.int64]
    mean_probability: FloatArray
    share_true: FloatArray

    @property
    def expected_calibration_error(self) -> float:
        """Gap between probability and truth, mean over pairs; NaN without pairs."""
        if not self.n.sum():
            return float("nan")
        gaps = np.abs(self.mean_probability - self.share_true)
        return float(np.nansum(self.n * gaps) / self.n.sum())


def reliability_bins(
    y_true: BoolArray, y_prob: FloatArray, n_bins: int = ECE_BINS
) -> ReliabilityBins:
    """Return the reliability of probabilities in arrays of one shape, all pairs together.

    Bin i holds probabilities in (i / n_bins, (i + 1) / n_bins], and 0 belongs to the first.
    """
    probability = np.asarray(y_prob, dtype=np.float64).ravel()
    edges = np.arange(1, n_bins) / n_bins
    where = np.searchsorted(edges, probability, side="left")
    n = np.bincount(where, minlength=n_bins)
    truth = np.asarray(y_true, dtype=np.float64).ravel()
    with np.errstate(invalid="ignore"):
        return ReliabilityBins(
            n=n,
            mean_probability=np.bincount(where, probability, n_bins) / n,
            share_true=np.bincount(where, truth, n_bins) / n,
        )


def top_label_pairs(y_true: BoolArray, y_prob: FloatArray) -> tuple[BoolArray, FloatArray]:
    """Return whether each paper's most probable label is true, and its probability."""
    if not y_prob.size:
        return np.zeros(0, dtype=bool), np.zeros(0)
    first = y_prob.argmax(axis=1)
    rows = np.arange(len(y_prob))
    return y_true[rows, first], y_prob[rows, first]


def _all_figures(parts: Contributions, y_prob: FloatArray | None) -> dict[str, float | None]:
    found = {key: float(value[0]) for key, value in averages(parts).items()}
    if y_prob is not None:
        found |= _score_figures(parts.y_true, y_prob)
    return {metric.key: _plain(found.get(metric.key, np.nan)) for metric in METRICS}


def _score_figures(y_true: BoolArray, y_prob: FloatArray) -> dict[str, float]:
    """Return the figures that are no mean over papers: areas under curves, calibration."""
    pooled = ranked_counts(y_true.ravel(), y_prob.ravel())
    ranked = [ranked_counts(y_true[:, j], y_prob[:, j]) for j in np.flatnonzero(y_true.any(0))]
    return {
        "micro_average_precision": average_precision(pooled),
        "macro_average_precision": _nanmean([average_precision(counts) for counts in ranked]),
        "micro_roc_auc": roc_auc(pooled),
        "macro_roc_auc": _nanmean([roc_auc(counts) for counts in ranked]),
        "expected_calibration_error": reliability_bins(y_true, y_prob).expected_calibration_error,
        "top_label_calibration_error": reliability_bins(
            *top_label_pairs(y_true, y_prob)
        ).expected_calibration_error,
    }


def _label_set_values(y_true: BoolArray, y_pred: BoolArray) -> dict[str, NDArray[np.float64]]:
    """Return the per-paper values of figures on label sets, (n_samples,) each."""
    precision, recall, f1 = precision_recall_f1(
        (y_true & y_pred).sum(axis=1), y_true.sum(axis=1), y_pred.sum(axis=1)
    )
    with np.errstate(invalid="ignore"):
        wrong = (y_true != y_pred).sum(axis=1) / np.float64(y_true.shape[1])
    return {
        "samples_precision": np.asarray(precision, dtype=np.float64),
        "samples_recall": np.asarray(recall, dtype=np.float64),
        "samples_f1": np.asarray(f1, dtype=np.float64),
        "subset_accuracy": (y_true == y_pred).all(axis=1).astype(np.float64),
        "hamming_loss": wrong,
        "binary_accuracy": 1 - wrong,
    }


def _ranking_values(y_true: BoolArray, y_prob: FloatArray) -> dict[str, NDArray[np.float64]]:
    """Return the per-paper values of ranking figures, (n_samples,) each.

    Each true label of each paper is compared with all labels of that paper. Tied labels
    hold ranks ``n_above + 1 .. n_at_or_above`` together, so that a true label's expected
    gain is the mean gain over those ranks.
    """
    n_samples, n_labels = y_true.shape
    rows, columns = np.nonzero(y_true)
    n_above, n_at_or_above, n_true_at_or_above = _ranks(y_true, y_prob, rows, columns)
    n_true = y_true.sum(axis=1)
    has_labels = np.where(n_true > 0, 1.0, np.nan)

    def sums(values: FloatArray) -> NDArray[np.float64]:
        return np.bincount(rows, values, n_samples).astype(np.float64)

    def expected(gains: FloatArray) -> NDArray[np.float64]:
        cumulated = np.append(0.0, np.cumsum(gains))  # (n_labels + 1,)
        mean_gain = (cumulated[n_at_or_above] - cumulated[n_above]) / (n_at_or_above - n_above)
        return sums(mean_gain)

    ranks = np.arange(1, n_labels + 1)
    found: dict[str, NDArray[np.float64]] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for k in RANKING_DEPTHS:
            hits = expected((ranks <= k).astype(np.float64))
            found[f"precision_at_{k}"] = hits / k
            found[f"recall_at_{k}"] = hits / n_true * has_labels
            discounts = np.where(ranks <= k, 1 / np.log2(ranks + 1), 0.0)
            ideal = np.append(0.0, np.cumsum(discounts))[n_true]
            found[f"ndcg_at_{k}"] = expected(discounts) / ideal * has_labels
        found["lrap"] = sums(n_true_at_or_above / n_at_or_above) / n_true * has_labels
    lowest = np.zeros(n_samples)
    np.maximum.at(lowest, rows, n_at_or_above)
    found["coverage_error"] = lowest * has_labels
    return found


def _ranks(
    y_true: BoolArray, y_prob: FloatArray, rows: IntArray, columns: IntArray
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return, for each given pair, how many labels of its paper rank above it, at or above
    it, and how many of the latter are true; (n_pairs,) each.
    """
    found = np.zeros((3, len(rows)), dtype=np.int64)
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        row_scores = y_prob[rows[part]]  # (block, n_labels)
        own = y_prob[rows[part], columns[part]][:, None]
        at_or_above = row_scores >= own
        found[0, part] = (row_scores > own).sum(axis=1)
        found[1, part] = at_or_above.sum(axis=1)
        found[2, part] = (at_or_above & y_true[rows[part]]).sum(axis=1)
    return found[0], found[1], found[2]


def _weighted_sums(weights: FloatArray, mask: BoolArray) -> FloatArray:
    """Return ``weights @ mask``, a block of papers at a time, (n_resamples, n_labels)."""
    total = np.zeros((len(weights), mask.shape[1]), dtype=np.float32)
    for start in range(0, len(mask), _BLOCK):
        part = slice(start, start + _BLOCK)
        total += weights[:, part] @ mask[part].astype(np.float32)
    return total.astype(np.float64)


def _ratio(above: FloatArray | IntArray, below: FloatArray | IntArray) -> NDArray[np.float64]:
    above, below = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _nanmean(values: Sequence[float]) -> float:
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else float("nan")


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _or_none(values: FloatArray, defined: BoolArray) -> list[float | int | None]:
    return [float(v) if ok else None for v, ok in zip(values, defined, strict=True)]

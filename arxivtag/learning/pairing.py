"""Models judged on the same papers: paired differences, with intervals over the papers.

Two models that were tested on the same papers err on the same hard ones, so that their difference
is known better than either figure. Papers are resampled (:func:`.measuring.resampling_weights`)
for both at once. Of several pairs (one for each random seed) the difference is the mean, and a
paper that several seeds test counts alike in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning import measuring
from arxivtag.learning.measuring import Contributions, Resampling
from arxivtag.learning.predictions import Scored
from arxivtag.learning.thresholds import Thresholds

PAIRED_KEYS = ("micro_f1", "macro_f1", "samples_f1", "lrap", "precision_at_1")
RESAMPLING = Resampling(n_resamples=500)


@dataclass(frozen=True, eq=False)
class Judged:
    """What a model's answers on its test ``papers``, (n_samples,), each once, are worth."""

    papers: NDArray[np.int64]
    parts: Contributions

    def figures(self) -> dict[str, float]:
        """Return the figures of :data:`PAIRED_KEYS` on all its papers."""
        figures = measuring.averages(self.parts)
        return {key: float(figures[key][0]) for key in PAIRED_KEYS}

    def on(self, papers: NDArray[np.int64]) -> Judged:
        """Return the same of some of its papers, in their order."""
        order = np.argsort(self.papers)
        rows = order[np.searchsorted(self.papers, papers, sorter=order)]
        parts = self.parts
        values = {key: value[rows] for key, value in parts.papers.items()}
        return Judged(papers, Contributions(parts.y_true[rows], parts.y_pred[rows], values))


@dataclass(frozen=True)
class Difference:
    """One model minus another: a figure, and its 95 % interval over the papers."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether it is more than chance explains."""
        return self.low > 0 or self.high < 0


def judge(
    test: Scored,
    label_names: Sequence[str],
    label_lists: Sequence[Sequence[str]],
    thresholds: Thresholds,
    papers: NDArray[np.int64],
) -> Judged:
    """Return what a model is worth on its test papers, with every label of theirs counted.

    A label that the model never saw is one that it misses on every paper, so that models that
    learnt from fewer papers can be compared with others.

    Args:
        test: Truth and probabilities of the labels that it knows, ``label_names``.
        label_lists: All labels of each paper.
        papers: (n_samples,) which papers they are.
    """
    known = set(label_names)
    unknown = sorted({label for labels in label_lists for label in labels} - known)
    column = {label: place for place, label in enumerate(unknown)}
    missed = np.zeros((len(test), len(unknown)), dtype=np.bool_)
    for row, labels in enumerate(label_lists):
        missed[row, [column[label] for label in labels if label in column]] = True
    nothing = np.zeros_like(missed)
    parts = measuring.contributions(
        np.hstack([test.y_true, missed]),
        np.hstack([test.given(thresholds), nothing]),
        np.hstack([test.y_prob, nothing.astype(np.float32)]),
    )
    paired = {key: value for key, value in parts.papers.items() if key in PAIRED_KEYS}
    kept = Contributions(parts.y_true, parts.y_pred, paired)
    return Judged(np.asarray(papers, dtype=np.int64), kept)


def differences(
    pairs: Sequence[tuple[Judged, Judged]], resampling: Resampling = RESAMPLING
) -> dict[str, Difference]:
    """Return how much better the first of each pair is than the second, mean over the pairs.

    Each pair is compared on the papers that both were tested on; pairs without any are left out.

    Returns:
        By key of :data:`PAIRED_KEYS`; empty if no pair has papers in common.
    """
    shared = [np.intersect1d(one.papers, other.papers) for one, other in pairs]
    compared = [
        (one.on(papers), other.on(papers))
        for (one, other), papers in zip(pairs, shared, strict=True)
        if len(papers)
    ]
    if not compared:
        return {}
    everyone = np.unique(np.concatenate(shared))
    weights = measuring.resampling_weights(len(everyone), resampling)
    found: dict[str, list[NDArray[np.float64]]] = {key: [] for key in PAIRED_KEYS}
    for one, other in compared:
        of_pair = weights[:, np.searchsorted(everyone, one.papers)]
        on_all, other_on_all = one.figures(), other.figures()
        first = measuring.averages(one.parts, of_pair)
        second = measuring.averages(other.parts, of_pair)
        for key in PAIRED_KEYS:
            value = on_all[key] - other_on_all[key]
            found[key].append(np.concatenate([[value], first[key] - second[key]]))
    return {key: _difference(np.mean(values, axis=0)) for key, values in found.items()}


def _difference(values: NDArray[np.float64]) -> Difference:
    """Return the first value with the interval of the others."""
    low, high = measuring.interval(values[1:]) or (float("nan"), float("nan"))
    return Difference(float(values[0]), low, high)

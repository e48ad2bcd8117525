"""The label space: where papers stand among the most frequent labels while a network learns.

The labels stand evenly on a circle of radius 1 around (0, 0), those that share papers side by
side. A paper stands at the mean of their places, weighted by their probabilities: in the middle
as long as the network tells nothing apart, and near its labels once it knows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.network import FloatArray

MAX_LABELS = 24
MIN_LABELS = 3
MAX_PAPERS = 1_500
# Training papers that labels are counted on together: enough for an order of 24 labels.
_COUNTED = 50_000
_LEVELS = 255
BoolArray = NDArray[np.bool_]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Watch:
    """Which validation papers and labels are looked at during training, and who is told.

    Attributes:
        papers: ``(n_papers,)`` rows of the validation papers.
        labels: ``(n_labels,)`` columns of ``y_prob``, in the order of the circle.
        record: Called with the epoch (a fraction) and ``(n_papers, n_labels)`` probabilities.
    """

    papers: NDArray[np.int64]
    labels: NDArray[np.int64]
    record: Callable[[float, FloatArray], None] = lambda epoch, y_prob: None


def new_watch(y_train: BoolArray, y_val: BoolArray, random_seed: int) -> Watch | None:
    """Return what to look at, or None where there are too few labels or papers to show.

    Args:
        y_train: ``(n_train, n_labels)``, most frequent label first.
        y_val: ``(n_val, n_labels)``; of papers with a label shown, at most :data:`MAX_PAPERS` are
            drawn by chance.
    """
    shown = np.flatnonzero(y_val[:, :MAX_LABELS].any(axis=1))
    if y_train.shape[1] < MIN_LABELS or not len(shown):
        return None
    random = np.random.default_rng(random_seed)
    papers = np.sort(random.permutation(shown)[:MAX_PAPERS])
    return Watch(papers, circle_order(y_train[:_COUNTED, :MAX_LABELS]))


def circle_order(y_true: BoolArray) -> NDArray[np.int64]:
    """Return the columns of ``(n_papers, n_labels)`` with those that share papers side by side.

    They are clustered by the cosine of their columns; of all orders that keep the clusters
    together it is the one whose neighbours are most alike (Bar-Joseph et al., 2001).
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    together = y_true.T.astype(np.float32) @ y_true.astype(np.float32)
    sizes = np.sqrt(np.maximum(together.diagonal(), 1))
    apart = 1.0 - together / np.outer(sizes, sizes)
    np.fill_diagonal(apart, 0.0)
    tree = linkage(squareform(np.maximum(apart, 0), checks=False), "average", optimal_ordering=True)
    return np.asarray(leaves_list(tree), np.int64)


def circle_places(n_labels: int) -> FloatArray:
    """Return ``(n_labels, 2)``: x to the right and y upward, from the top clockwise."""
    angle = 2 * np.pi * np.arange(n_labels) / n_labels
    return np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


def paper_places(y_prob: FloatArray) -> FloatArray:
    """Return ``(..., n_papers, 2)`` for probabilities ``(..., n_papers, n_labels)``."""
    total = y_prob.sum(axis=-1, keepdims=True)
    places = (y_prob @ circle_places(y_prob.shape[-1])) / np.where(total > 0, total, 1)
    return np.asarray(places, np.float32)


def to_bytes(y_prob: FloatArray) -> Bytes:
    """Return probabilities in a byte each: their square root in 255 steps, fine near 0."""
    return np.asarray(np.rint(_LEVELS * np.sqrt(np.clip(y_prob, 0, 1))), np.uint8)


def from_bytes(packed: Bytes) -> FloatArray:
    """Return the probabilities of :func:`to_bytes`, each within 0.004."""
    return np.square(packed.astype(np.float32) / _LEVELS)


def f1_of_labels(y_true: BoolArray, packed: Bytes) -> FloatArray:
    """Return the F1 of each label, ``(n_labels,)``, at the one threshold with the best micro-F1.

    ``packed`` are probabilities, ``(n_papers, n_labels)``, of :func:`to_bytes`. A label that no
    paper has and none is given has 0.
    """
    at_least = [
        np.bincount(levels, minlength=_LEVELS + 1)[::-1].cumsum()[::-1]
        for levels in (packed[y_true], packed.reshape(-1))
    ]
    hits, given = at_least
    threshold = int((2 * hits / np.maximum(given + y_true.sum(), 1)).argmax())
    y_pred = packed >= threshold
    both = (y_pred & y_true).sum(axis=0)
    return np.asarray(2 * both / np.maximum(y_pred.sum(axis=0) + y_true.sum(axis=0), 1), np.float32)

"""The ceiling: what any model can score where the labels themselves disagree.

Two papers of nearly the same text are two labellings of one content. Let p be the probability
that a labeller gives some label to some paper. The first labelling says what is true, the second
is a guess by someone who knows the content: its micro-F1 is q = E[p^2] / E[p], the *agreement*.
The best that a model can do is to know every p and to give the label wherever p exceeds a
threshold. With S the pairs where it does and a = E[p; S],

    F1 = 2 a / (P(S) + E[p]),    and P(S) >= a^2 / E[p^2]    (Cauchy and Schwarz),

which is largest at a = sqrt(E[p] E[p^2]) and is then sqrt(q). Nor is it less than q, since giving
labels at random by p scores q and some threshold does no worse. So the best possible micro-F1 lies
**between q and sqrt(q)**, whatever the distribution of p; both ends are reached by some.

It assumes that the two labellings are independent, and that papers of which there are two are
labelled like others. Authors who copy their own labels make q too high; papers that differ in
more than their words make it too low.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.measuring import Resampling, interval, resampling_weights

Ints = NDArray[np.int64]
# With fewer groups of twins, the interval is too wide to say anything.
FEWEST_GROUPS = 20
N_RESAMPLES = 500


@dataclass(frozen=True, eq=False)
class Twins:
    """Pairs of papers, and how far their labels agree.

    Attributes:
        n_first: (n_pairs,) labels of the first paper.
        n_second: (n_pairs,) labels of the second.
        n_both: (n_pairs,) labels that both have.
        groups: (n_pairs,) equal numbers for pairs whose papers are all alike.
        similarity: (n_pairs,) how alike the two texts are, 0 to 1.
    """

    n_first: Ints
    n_second: Ints
    n_both: Ints
    groups: Ints
    similarity: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.groups)

    def where(self, rows: NDArray[np.bool_]) -> Twins:
        """Return the pairs where ``rows`` (n_pairs,) is true."""
        return Twins(*(values[rows] for values in vars(self).values()))


@dataclass(frozen=True)
class Agreement:
    """The micro-F1 of one labelling against the other, with a 95 % interval over groups."""

    value: float
    low: float
    high: float
    n_pairs: int
    n_groups: int


def agreement(twins: Twins) -> Agreement | None:
    """Return how far the labels of twins agree; None without pairs that have labels.

    A group of n papers counts n times, however many of its pairs there are.
    """
    _, group, n_pairs = np.unique(twins.groups, return_inverse=True, return_counts=True)
    if not len(n_pairs):
        return None
    n_papers = (1 + np.sqrt(1 + 8 * n_pairs)) / 2  # all pairs of n papers are n (n - 1) / 2
    weight = (n_papers / n_pairs)[group]
    shared = np.bincount(group, weight * 2 * twins.n_both)
    total = np.bincount(group, weight * (twins.n_first + twins.n_second))
    if not total.sum():
        return None
    weights = resampling_weights(len(n_pairs), Resampling(N_RESAMPLES)).astype(np.float64)
    low, high = interval((weights @ shared) / (weights @ total)) or (0.0, 1.0)
    value = float(shared.sum() / total.sum())
    return Agreement(value, low, high, len(twins), len(n_pairs))


def ceiling(found: Agreement | None) -> tuple[float, float] | None:
    """Return from and to what micro-F1 a model can reach; None with too few groups of twins.

    The interval of the agreement is included.
    """
    if found is None or found.n_groups < FEWEST_GROUPS:
        return None
    return found.low, math.sqrt(found.high)


def by_similarity(twins: Twins, bounds: tuple[float, ...]) -> list[Agreement | None]:
    """Return the agreement of pairs between each two of the rising ``bounds``."""
    places = np.digitize(twins.similarity, bounds[1:-1])
    return [agreement(twins.where(places == place)) for place in range(len(bounds) - 1)]

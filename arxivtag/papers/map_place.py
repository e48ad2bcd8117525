"""Where a text belongs on the map of arXiv, by the areas that a model gives it.

The map ships ids, areas and places of papers, no words: so a text is placed by its areas alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

N_FITTING, N_NEAREST = 60, 6


@dataclass(frozen=True, eq=False)
class MapPlace:
    """A place on the map, and the papers it was found by.

    Attributes:
        x: 0 to :data:`arxivtag.papers.facts.SIDE`, as ``y``.
        y: Upward.
        fitting: ``(n_papers,)``, the papers whose areas fit best.
        nearest: Positions of those of them that lie nearest to the place, the nearest first.
    """

    x: int
    y: int
    fitting: NDArray[np.bool_]
    nearest: tuple[int, ...]


def place_on_map(papers: pd.DataFrame, probabilities: Mapping[str, float]) -> MapPlace:
    """Place a text where the papers whose areas fit it best lie most densely.

    Args:
        papers: Of :class:`arxivtag.papers.facts.ArxivMap`.
        probabilities: Of each area.
    """
    fits = _fits(papers["labels"].astype(str), probabilities)
    least = np.sort(fits)[-min(N_FITTING, len(fits))]
    fitting = fits >= least  # all of those that fit equally well
    own = np.flatnonzero(fitting)
    places = papers[["x", "y"]].to_numpy(np.float64)
    middle = _densest(places[own])
    order = np.argsort(np.hypot(*(places[own] - middle).T), kind="stable")
    x, y = np.rint(middle).astype(int).tolist()
    return MapPlace(x, y, fitting, tuple(own[order[:N_NEAREST]].tolist()))


def _fits(labels: pd.Series[str], probabilities: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the cosine of each paper's areas with the probabilities, up to one factor."""
    codes, kinds = pd.factorize(labels)
    of_kind = [
        sum(probabilities.get(area, 0.0) for area in kind.split()) / np.sqrt(len(kind.split()))
        for kind in kinds
    ]
    return np.array(of_kind)[codes]


def _densest(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the middle of the nearest half of the nearest half of ``(n, 2)`` places."""
    middle = np.median(places, axis=0)
    for _ in range(2):
        far = np.hypot(*(places - middle).T)
        places = places[far <= np.median(far)]
        middle = np.median(places, axis=0)
    return np.asarray(middle)

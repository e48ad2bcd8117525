"""Where a text stands on the map of arXiv, by its areas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arxivtag.papers.facts import N_FITTING, N_NEAREST, SIDE, load_map, place_on_map


def papers_at(*groups: tuple[str, int, int, int]) -> pd.DataFrame:
    """Papers with ``labels``, so many around ``x`` and ``y``, one step from the next."""
    return pd.DataFrame(
        [(labels, x + i % 5, y + i // 5) for labels, n, x, y in groups for i in range(n)],
        columns=["labels", "x", "y"],
    )


def test_it_stands_where_papers_with_its_areas_are_densest() -> None:
    papers = papers_at(
        ("math.AG", 40, 100, 100), ("cs.CV eess.IV", 70, 5000, 7000), ("cs.CV", 40, 9000, 1000)
    )
    place = place_on_map(papers, {"cs.CV": 0.8, "eess.IV": 0.7, "math.AG": 0.01})
    # (0.8 + 0.7) / sqrt(2) = 1.06 for both areas, 0.8 for cs.CV alone: 70 fit best, all alike.
    assert np.flatnonzero(place.fitting).tolist() == list(range(40, 110))
    assert abs(place.x - 5002) <= 1
    assert abs(place.y - 7006) <= 2
    assert len(place.nearest) == N_NEAREST
    assert set(place.nearest) <= set(range(40, 110))


def test_of_two_heaps_the_larger_one_is_its_place_and_not_the_void_between() -> None:
    papers = papers_at(("hep-th", 60, 1000, 1000), ("hep-th", 20, 20000, 20000))
    place = place_on_map(papers, {"hep-th": 0.9})
    assert place.x < 1010
    assert place.y < 1020


def test_on_the_real_map_areas_lie_apart() -> None:
    papers = load_map().papers
    places = {area: place_on_map(papers, {area: 0.9}) for area in ("cs.CV", "math.AG", "hep-ph")}
    for area, place in places.items():
        assert place.fitting.sum() >= N_FITTING
        assert 0 <= place.x <= SIDE
        assert all(area in papers["labels"].iloc[near].split() for near in place.nearest)
    points = np.array([(place.x, place.y) for place in places.values()])
    apart = np.hypot(*(points[:, None] - points[None]).T)
    assert apart[np.triu_indices(3, 1)].min() > 5000

"""What the colours on a map of papers stand for: groups by label, year, split, mistakes ..."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arxivtag.corpus.arrays import Ints
from arxivtag.corpus.cleaning import near_groups
from arxivtag.corpus.labels import LabelIndex
from arxivtag.corpus.splits import SplitRows
from arxivtag.corpus.store import Corpus
from arxivtag.settings import CleaningConfig

N_LABELS = 6  # as many as colours that all people can tell apart, with one for the others
N_SPANS = 6  # of years


@dataclass(frozen=True, eq=False)
class Grouping:
    """Points in groups.

    Attributes:
        codes: (n_points,) the group of each point.
        ordered: Whether the groups follow one another, as years do.
        has_rest: Whether the last group is of what belongs to no other.
    """

    names: tuple[str, ...]
    codes: npt.NDArray[np.uint8]
    ordered: bool = False
    has_rest: bool = False


def by_label(index: LabelIndex, rows: Ints) -> Grouping:
    """Group papers by their first label: the most frequent ones, and the others together."""
    n_labels = len(index.label_names)
    first = np.full(len(index), n_labels)
    has_label = index.sizes > 0
    first[has_label] = index.codes[index.indptr[:-1][has_label]]
    counts = np.bincount(first[rows], minlength=n_labels + 1)
    top = np.argsort(-counts[:n_labels], kind="stable")[:N_LABELS]
    top = top[counts[top] > 0]
    place = np.full(n_labels + 1, len(top), dtype=np.uint8)
    place[top] = np.arange(len(top))
    names = (*(index.label_names[code] for code in top), "other")
    return Grouping(names, place[first[rows]], has_rest=True)


def by_sameness(corpus: Corpus, rows: Ints) -> Grouping:
    """Group papers by whether others of the corpus, on the map or not, are the same."""
    same = np.zeros(corpus.n_papers, dtype=bool)
    for firsts in (corpus.first_of_title, corpus.first_of_abstract):
        same |= (np.bincount(firsts, minlength=corpus.n_papers) > 1)[firsts]
    everything = np.ones(corpus.n_papers, dtype=bool)
    groups = near_groups(corpus, CleaningConfig().near_duplicate_similarity, everything)
    near = (np.bincount(groups) > 1)[groups]
    codes = np.where(same, 0, np.where(near, 1, 2))[rows].astype(np.uint8)
    names = ("same title or abstract as another", "abstract nearly that of another", "alone")
    return Grouping(names, codes, has_rest=True)


def by_year(years: npt.NDArray[np.int32]) -> Grouping | None:
    """Group papers by spans of years with about as many papers each; None within one year.

    ``years`` (n_points,) are -1 where they are not known.
    """
    dated = np.sort(years[years >= 0])
    if len(np.unique(dated)) < 2:
        return None
    quantiles = dated[np.arange(N_SPANS) * len(dated) // N_SPANS]
    starts = np.unique(quantiles)
    codes = np.searchsorted(starts, years, side="right") - 1
    codes[years < 0] = len(starts)
    ends = [*(starts[1:] - 1).tolist(), int(dated[-1])]
    spans = zip(starts.tolist(), ends, strict=True)
    names = tuple(f"{first}" if first == last else f"{first} to {last}" for first, last in spans)
    return Grouping((*names, "no date"), codes.astype(np.uint8), ordered=True, has_rest=True)


def by_split(splits: SplitRows, n_papers: int, rows: Ints) -> Grouping:
    """Group papers by the side that training would put them on."""
    sides = np.full(n_papers, 3, dtype=np.uint8)
    sides[splits.rows] = splits.sides
    return Grouping(("train", "val", "test", "left out"), sides[rows], has_rest=True)


def by_mistakes(kinds: npt.NDArray[np.uint8], rows: Ints) -> Grouping | None:
    """Group papers by how right a model was about them; None where it was tested on none.

    ``kinds`` (n_papers,) are 0 where all its labels were right, 1 some, 2 none, 3 not tested.
    """
    codes = kinds[rows]
    names = ("all labels right", "some right", "none right", "not a test paper")
    return None if (codes == 3).all() else Grouping(names, codes, has_rest=True)

"""How often labels disagree: near-duplicates and nearest neighbours in a run's own corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.corpus.labels import LabelIndex, with_current_names
from arxivtag.corpus.near import LEAST_SIMILARITY
from arxivtag.corpus.store import Corpus
from arxivtag.learning import ceiling as ceilings
from arxivtag.learning.ceiling import Agreement, Ints, Twins
from arxivtag.learning.features import SparseRows
from arxivtag.runs.preparing import Features
from arxivtag.settings import CleaningConfig

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

TWIN_SIMILARITY = CleaningConfig().near_duplicate_similarity
SIMILARITY_BOUNDS = (LEAST_SIMILARITY, 0.6, 0.7, TWIN_SIMILARITY, 0.9, 1.001)
NEIGHBOUR_BOUNDS = (0.0, 0.2, 0.3, 0.4, 0.5, 1.001)
# Test papers whose neighbours are looked up, and training papers among which: about a second.
MAX_ASKED, MAX_NEIGHBOURS = 400, 50_000
_BLOCK = 50


def label_ceiling(corpus: Corpus, cleaning: CleaningConfig, features: Features) -> dict[str, Any]:
    """Return what near-duplicates and neighbours say about the labels, for an evaluation.

    Keys: ``low`` and ``high`` (the band of the best possible micro-F1; None with too few
    near-duplicates), ``agreement``, ``n_pairs`` and ``n_groups`` of near-duplicates,
    ``neighbours`` (the agreement of test papers with the most similar training paper), and
    ``near_duplicates_by_similarity`` and ``neighbours_by_similarity`` (rows of ``from``, ``to``,
    ``n_pairs``, ``agreement``, ``low``, ``high``).
    """
    labels = with_current_names(corpus.labels) if cleaning.merge_areas else corpus.labels
    has_label = label_matrix(labels, features.label_names)
    near = near_twins(corpus, has_label)
    twins = near.where(near.similarity >= TWIN_SIMILARITY)
    found = ceilings.agreement(twins)
    band = ceilings.ceiling(found)
    neighbours = neighbour_twins(features)
    return {
        "low": None if band is None else round(band[0], 4),
        "high": None if band is None else round(band[1], 4),
        "agreement": None if found is None else round(found.value, 4),
        "n_pairs": len(twins),
        "n_groups": 0 if found is None else found.n_groups,
        "near_duplicates_by_similarity": _table(near, SIMILARITY_BOUNDS),
        "neighbours": _row(ceilings.agreement(neighbours)),
        "neighbours_by_similarity": _table(neighbours, NEIGHBOUR_BOUNDS),
    }


def _table(twins: Twins, bounds: tuple[float, ...]) -> list[dict[str, Any]]:
    steps = zip(bounds, bounds[1:], ceilings.by_similarity(twins, bounds), strict=False)
    return [{"from": low, "to": min(high, 1.0), **_row(found)} for low, high, found in steps]


def _row(found: Agreement | None) -> dict[str, Any]:
    if found is None:
        return {"n_pairs": 0, "agreement": None, "low": None, "high": None}
    return {
        "n_pairs": found.n_pairs,
        "agreement": round(found.value, 4),
        "low": round(found.low, 4),
        "high": round(found.high, 4),
    }


def label_matrix(labels: LabelIndex, label_names: tuple[str, ...]) -> csr_matrix:
    """Return (n_papers, n_labels) int32 which of ``label_names`` each paper has."""
    from scipy.sparse import csr_matrix

    column = {name: place for place, name in enumerate(label_names)}
    columns = np.array([column.get(name, -1) for name in labels.label_names], dtype=np.int64)
    of_each = columns[labels.codes]
    known = of_each >= 0
    cells = (np.ones(int(known.sum()), np.int32), (labels.papers[known], of_each[known]))
    return csr_matrix(cells, shape=(len(labels), len(label_names)))


def near_twins(corpus: Corpus, has_label: csr_matrix) -> Twins:
    """Return the pairs of papers with nearly the same abstract, both of which have a label.

    Papers with one abstract under several titles are pairs too; copies of a record are not.
    """
    first_of = corpus.first_of_abstract.astype(np.int64)
    rows = np.arange(corpus.n_papers, dtype=np.int64)
    titles = corpus.first_of_title
    retitled = (first_of != rows) & (titles != titles[first_of]) & ~corpus.is_blank
    near = corpus.near_pairs
    first = np.concatenate([near.first, first_of[retitled]])
    second = np.concatenate([near.second, rows[retitled]])
    similarity = np.concatenate([near.similarity, np.ones(int(retitled.sum()))])
    groups = near.components(corpus.n_papers, TWIN_SIMILARITY)[first_of]
    # Less similar pairs are in no group of twins: each is one of its own.
    alone = similarity < TWIN_SIMILARITY
    of_pair = np.where(alone, corpus.n_papers + np.arange(len(first)), groups[first])
    one, other = has_label[first], has_label[second]
    both = one.multiply(other).tocsr()
    twins = Twins(_counts(one), _counts(other), _counts(both), of_pair, similarity)
    return twins.where((twins.n_first > 0) & (twins.n_second > 0))


def neighbour_twins(features: Features) -> Twins:
    """Return test papers, evenly spaced, each with the training paper that is most like it."""
    asked = _evenly(len(features.test), MAX_ASKED)
    among = _evenly(len(features.train), MAX_NEIGHBOURS)
    nearest, similarity = _nearest(features.test.rows.take(asked), features.train.rows.take(among))
    y_test, y_train = features.test.y_true[asked], features.train.y_true[among[nearest]]
    found = Twins(
        y_test.sum(axis=1),
        y_train.sum(axis=1),
        (y_test & y_train).sum(axis=1),
        np.arange(len(asked)),
        similarity,
    )
    return found.where(similarity > 0)


def _evenly(n: int, most: int) -> Ints:
    kept = min(n, most)
    return np.arange(kept, dtype=np.int64) * n // max(kept, 1)


def _nearest(asked: SparseRows, among: SparseRows) -> tuple[Ints, NDArray[np.float64]]:
    """Return the row of ``among`` with the highest cosine for each of ``asked``, and the cosine."""
    from sklearn.preprocessing import normalize

    queries, rows = normalize(asked.to_scipy()), normalize(among.to_scipy()).T.tocsr()
    nearest, similarity = [np.empty(0, np.int64)], [np.empty(0)]
    for start in range(0, len(asked), _BLOCK):
        cosines = (queries[start : start + _BLOCK] @ rows).toarray()
        nearest.append(cosines.argmax(axis=1))
        similarity.append(cosines.max(axis=1).astype(np.float64))
    return np.concatenate(nearest), np.concatenate(similarity)


def _counts(matrix: csr_matrix) -> Ints:
    return np.asarray(matrix.sum(axis=1)).ravel().astype(np.int64)

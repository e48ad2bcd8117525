"""Similar papers: training papers that share a text's n-grams, rare ones before common ones.

Each paper is kept as its 64 strongest n-grams by TF-IDF (8-bit weights, length one), so
27,000 papers take about 9 MB, and a search is one look-up of the text's weights at
every kept n-gram. Of more than :data:`MAX_PAPERS`, that many are kept, evenly spaced: at most
32 MB and their titles, however many papers there are. The similarity is the cosine between the
text's TF-IDF row and the paper's shortened one: 1 is the same paper, 0 shares none of the
paper's n-grams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arxivtag.learning.features import SparseRows

TERMS_PER_PAPER = 64
MAX_PAPERS = 100_000
_BLOCK_PAPERS = 4096
# Separators inside one line; cleaning removes both from titles and labels.
_LABEL_END, _TITLE_START = "\x1f", "\x1e"
_MAX_TITLE_CHARS = 500


@dataclass(frozen=True)
class Neighbour:
    """A training paper like the text, with its true labels; the similarity is a cosine, 0 to 1."""

    title: str
    labels: tuple[str, ...]
    similarity: float


@dataclass(frozen=True, eq=False)
class NeighbourIndex:
    """Training papers by their strongest n-grams.

    Attributes:
        indptr: ``(n_papers + 1,)`` int64, where each paper's n-grams start.
        indices: ``(n_entries,)`` int32, columns of the vocabulary.
        weights: ``(n_entries,)`` uint8, 255 times the weight.
        captions: ``(n_papers,)`` labels and title of each paper in one line.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: NDArray[np.uint8]
    captions: pa.StringArray

    def problem(self, n_features: int) -> str:
        """Return what is wrong with the arrays of an index that was read, or an empty string."""
        if self.indptr[0] != 0 or self.indptr[-1] != len(self.indices):
            return "row borders do not cover the entries"
        if (np.diff(self.indptr) < 0).any():
            return "row borders fall"
        if len(self.indices) and not 0 <= self.indices.min() <= self.indices.max() < n_features:
            return "an n-gram lies outside the vocabulary"
        return ""

    def similarities(self, row: SparseRows) -> NDArray[np.float32]:
        """Return the cosine of one TF-IDF row with every paper: ``(n_papers,)`` float32."""
        query = np.zeros(row.n_features, dtype=np.float32)
        norm = float(np.sqrt((row.data**2).sum()))
        query[row.indices] = row.data / norm if norm else 0
        products = query[self.indices] * self.weights
        sums = np.zeros(len(self.captions), dtype=np.float32)
        filled = np.diff(self.indptr) > 0
        sums[filled] = np.add.reduceat(products, self.indptr[:-1][filled])
        return np.clip(sums / 255, 0, 1)

    def nearest(self, row: SparseRows, k: int) -> tuple[Neighbour, ...]:
        """Return the ``k`` papers most like one TF-IDF row, most similar first.

        Fewer, or none, where fewer share an n-gram with it.
        """
        similarities = self.similarities(row)
        best = np.argsort(-similarities, kind="stable")[: max(k, 0)]
        return tuple(
            self.paper(int(number), float(similarities[number]))
            for number in best
            if similarities[number] > 0
        )

    def paper(self, number: int, similarity: float) -> Neighbour:
        """Return one paper as a :class:`Neighbour`."""
        labels, _, title = self.captions[number].as_py().partition(_TITLE_START)
        return Neighbour(title, tuple(filter(None, labels.split(_LABEL_END))), similarity)


def build_index(
    rows: SparseRows, titles: Sequence[str], labels: Sequence[tuple[str, ...]]
) -> NeighbourIndex:
    """Return an index of papers, in their order; of more than 100,000, so many evenly spaced ones.

    ``rows`` are their TF-IDF rows, ``(n_papers, n_features)``; titles are cut after 500 characters.
    """
    n_papers = min(len(rows), MAX_PAPERS)
    papers = [number * len(rows) // n_papers for number in range(n_papers)]
    # In blocks, since sorting the n-grams of all papers at once takes a gigabyte.
    starts = range(0, n_papers, _BLOCK_PAPERS)
    blocks = [_strongest(rows.take(papers[start : start + _BLOCK_PAPERS])) for start in starts]
    indptr = np.zeros(n_papers + 1, dtype=np.int64)
    np.cumsum([size for sizes, _, _ in blocks for size in sizes], out=indptr[1:])
    captions = [
        _LABEL_END.join(_plain(label) for label in labels[paper])
        + _TITLE_START
        + _plain(titles[paper])
        for paper in papers
    ]
    return NeighbourIndex(
        indptr,
        np.concatenate([np.zeros(0, np.int32), *(indices for _, indices, _ in blocks)]),
        np.concatenate([np.zeros(0, np.uint8), *(weights for _, _, weights in blocks)]),
        pa.array(captions, pa.string()),
    )


def _strongest(rows: SparseRows) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]:
    """Return how many n-grams of each row stay, which, and their weights for length one."""
    row_of = np.repeat(np.arange(len(rows)), np.diff(rows.indptr))
    # Strongest first within each row; then the first ones of each row stay.
    order = np.lexsort((-rows.data, row_of))
    rank = np.arange(len(order)) - np.repeat(rows.indptr[:-1], np.diff(rows.indptr))
    kept = order[rank < TERMS_PER_PAPER]
    kept.sort()
    weights, kept_rows = rows.data[kept], row_of[kept]
    norms = np.sqrt(np.bincount(kept_rows, weights.astype(np.float64) ** 2, minlength=len(rows)))
    return (
        np.bincount(kept_rows, minlength=len(rows)),
        rows.indices[kept],
        np.rint(255 * weights / norms[kept_rows]).astype(np.uint8),
    )


def _plain(text: str) -> str:
    """Return ``text`` in one line, without the separators used here and without surrogates."""
    shown = "".join(" " if char < " " or char == "\x7f" else char for char in text)
    return shown[:_MAX_TITLE_CHARS].encode("utf-8", "replace").decode("utf-8")

"""Similar papers: training papers whose most telling n-grams a text shares.

Each paper is kept as its 64 strongest n-grams by TF-IDF (8-bit weights, length one), so
27,000 papers take about 9 MB, and a search is one look-up of the text's weights at
every kept n-gram. The similarity is the cosine between the text's TF-IDF row and the
paper's shortened one: 1 is the same paper, 0 shares none of the paper's n-grams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arxivtag.learning.features import SparseRows

if TYPE_CHECKING:
    from arxivtag.tagging.bundle import Bundle

TERMS_PER_PAPER = 64
MAX_PAPERS = 100_000
# Separators inside one line; cleaning removes both from titles and labels.
_LABEL_END, _TITLE_START = "\x1f", "\x1e"
_MAX_TITLE_CHARS = 500


@dataclass(frozen=True)
class Neighbour:
    """A training paper like the text.

    Attributes:
        title: Its title.
        labels: Its true labels.
        similarity: Cosine, 0 to 1.
    """

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
        papers: ``(n_papers,)`` labels and title of each paper in one line.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: NDArray[np.uint8]
    papers: pa.StringArray

    @staticmethod
    def expected(n_papers: int, n_entries: int) -> dict[str, tuple[tuple[int, ...], type[Any]]]:
        """Return shape and type of each stored array."""
        return {
            "indptr": ((n_papers + 1,), np.int64),
            "indices": ((n_entries,), np.int32),
            "weights": ((n_entries,), np.uint8),
        }

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to store, by name."""
        return {"indptr": self.indptr, "indices": self.indices, "weights": self.weights}

    def sizes(self) -> dict[str, int]:
        """Return the sizes that :meth:`expected` takes."""
        return {"n_papers": len(self.papers), "n_entries": len(self.indices)}

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
        sums = np.zeros(len(self.papers), dtype=np.float32)
        filled = np.diff(self.indptr) > 0
        sums[filled] = np.add.reduceat(products, self.indptr[:-1][filled])
        return np.clip(sums / 255, 0, 1)

    def paper(self, number: int, similarity: float) -> Neighbour:
        """Return one paper as a :class:`Neighbour`."""
        labels, _, title = self.papers[number].as_py().partition(_TITLE_START)
        return Neighbour(title, tuple(filter(None, labels.split(_LABEL_END))), similarity)


def build_index(
    rows: SparseRows, titles: Sequence[str], labels: Sequence[tuple[str, ...]]
) -> NeighbourIndex:
    """Return an index of papers, in their order; of more than 100,000 papers, the first ones.

    Args:
        rows: ``(n_papers, n_features)`` TF-IDF rows of the training papers.
        titles: Their titles; cut after 500 characters.
        labels: Their labels.
    """
    n_papers = min(len(rows), MAX_PAPERS)
    rows = rows.slice(0, n_papers)
    row_of = np.repeat(np.arange(n_papers), np.diff(rows.indptr))
    # Strongest first within each row; then the first ones of each row stay.
    order = np.lexsort((-rows.data, row_of))
    rank = np.arange(len(order)) - np.repeat(rows.indptr[:-1], np.diff(rows.indptr))
    kept = order[rank < TERMS_PER_PAPER]
    kept.sort()
    weights, kept_rows = rows.data[kept], row_of[kept]
    norms = np.sqrt(np.bincount(kept_rows, weights.astype(np.float64) ** 2, minlength=n_papers))
    indptr = np.zeros(n_papers + 1, dtype=np.int64)
    np.cumsum(np.bincount(kept_rows, minlength=n_papers), out=indptr[1:])
    papers = [
        _LABEL_END.join(_plain(label) for label in paper_labels) + _TITLE_START + _plain(title)
        for title, paper_labels in zip(titles[:n_papers], labels[:n_papers], strict=True)
    ]
    return NeighbourIndex(
        indptr,
        rows.indices[kept],
        np.rint(255 * weights / norms[kept_rows]).astype(np.uint8),
        pa.array(papers, pa.string()),
    )


def similar(bundle: Bundle, text: str, k: int = 5) -> tuple[Neighbour, ...]:
    """Return the ``k`` training papers most like ``text``, most similar first.

    Empty if the bundle keeps no papers (the pretrained one) or none shares an n-gram.

    Args:
        bundle: The model.
        text: The joined text (see :func:`arxivtag.papers.texts.join_text`).
        k: How many.
    """
    from arxivtag.papers.texts import normalize_text

    index = bundle.neighbours
    if index is None:
        return ()
    row = bundle.vectorizer.transform([normalize_text(text)])
    similarities = index.similarities(row)
    k = min(max(k, 0), len(similarities))
    best = np.argsort(-similarities, kind="stable")[:k]
    return tuple(
        index.paper(int(number), float(similarities[number]))
        for number in best
        if similarities[number] > 0
    )


def _plain(text: str) -> str:
    """Return ``text`` in one line, without the separators used here and without surrogates."""
    shown = "".join(" " if char < " " or char == "\x7f" else char for char in text)
    return shown[:_MAX_TITLE_CHARS].encode("utf-8", "replace").decode("utf-8")

"""Sparse feature rows and label matrices: plain numpy, shared by training and tagging."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class SparseRows:
    """A matrix of features in compressed sparse rows (CSR), one row per paper.

    Within a row the column numbers rise and none occurs twice.

    Attributes:
        indptr: ``(n_samples + 1,)`` int64; row ``i`` is ``indptr[i]:indptr[i + 1]``.
        indices: ``(n_nonzero,)`` int32, column numbers.
        data: ``(n_nonzero,)`` float32, weights.
        words: ``(n_samples, max_length_words)`` int32, the first words of each paper in order, for
            networks that read them: 0 for a gap, else 1 plus the word's number. None where the
            vectorizer keeps no order.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]
    n_features: int
    words: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.indptr) - 1

    def readable(self) -> NDArray[np.bool_]:
        """Return which papers hold any known n-gram, ``(n_samples,)`` bool."""
        return np.diff(self.indptr) > 0

    def take(self, rows: ArrayLike) -> SparseRows:
        """Return the rows with these numbers, in this order."""
        chosen = np.asarray(rows, dtype=np.int64).reshape(-1)
        starts, lengths = self.indptr[chosen], self.indptr[chosen + 1] - self.indptr[chosen]
        indptr = np.zeros(len(chosen) + 1, dtype=np.int64)
        np.cumsum(lengths, out=indptr[1:])
        # Position in the old arrays of each kept entry: its row's start plus its place in the row.
        source = np.arange(indptr[-1]) + np.repeat(starts - indptr[:-1], lengths)
        words = None if self.words is None else self.words[chosen]
        return SparseRows(indptr, self.indices[source], self.data[source], self.n_features, words)

    def to_scipy(self) -> csr_matrix:
        """Return the same matrix as a ``scipy.sparse.csr_matrix`` (sharing memory)."""
        # Imported here because the web process should not pay for it at start.
        from scipy.sparse import csr_matrix

        return csr_matrix(
            (self.data, self.indices, self.indptr), shape=(len(self), self.n_features), copy=False
        )


@dataclass(frozen=True, eq=False)
class WordInput:
    """What a network that reads words in order is given.

    Attributes:
        n_words: Words that have a vector.
        length: Words of a paper that are read.
        vectors: ``(n_words, size)`` with which they begin, zeros where they begin at random; or
            None where all do.
    """

    n_words: int
    length: int
    vectors: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Examples:
    """Papers as a model learns from them.

    Attributes:
        rows: Their TF-IDF weights, ``(n_samples, n_features)``.
        y_true: Their labels, ``(n_samples, n_labels)`` bool.
        words: What a network that reads words in order is given, of training papers.
    """

    rows: SparseRows
    y_true: NDArray[np.bool_]
    words: WordInput | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        """Return the number of papers."""
        return len(self.rows)

    def fingerprint(self) -> str:
        """Return a SHA-256 in hexadecimal that changes with any weight or label."""
        digest = hashlib.sha256(repr((self.rows.n_features, self.y_true.shape)).encode())
        rows = self.rows
        words = () if rows.words is None else (rows.words,)
        for array in (rows.indptr, rows.indices, rows.data, self.y_true, *words):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

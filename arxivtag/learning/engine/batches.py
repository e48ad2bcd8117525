"""Batches of sparse rows, prepared on threads while the device works."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from arxivtag.learning.engine.sparse import CHUNK_ROWS, NO_ROW, roomy
from arxivtag.learning.features import Examples, SparseRows


class Batches(keras.utils.PyDataset):
    """One epoch's batches in a random order that depends on the seed and the epoch alone.

    All batches have the same shapes (padded to the largest batch there can be), so
    that the train step is compiled once.

    Args:
        word_dropout_rate: Share of each paper's n-grams left out, the others scaled up.
        reads_ngrams: Whether the network reads n-grams, and not words in order alone.
    """

    def __init__(
        self,
        examples: Examples,
        *,
        batch_size: int,
        word_dropout_rate: float,
        random_seed: int,
        reads_ngrams: bool = True,
    ) -> None:
        # More than one worker, or Keras would prepare batches on the training thread.
        super().__init__(workers=2, max_queue_size=8)
        self._rows, self._y_true = examples.rows, examples.y_true
        self._reads_ngrams = reads_ngrams
        self._batch_size = batch_size
        self._word_dropout_rate = word_dropout_rate
        self._seed = random_seed
        lengths = np.sort(np.diff(self._rows.indptr))
        self._capacity = roomy(max(1, int(lengths[-batch_size:].sum())))
        n_occurring = min(self._capacity, roomy(self._rows.n_features))
        self._row_capacity = -(-n_occurring // CHUNK_ROWS) * CHUNK_ROWS
        self.start_at(0)

    @property
    def num_batches(self) -> int:
        """Steps per epoch."""
        return -(-len(self._rows) // self._batch_size)

    def start_at(self, epoch: int) -> None:
        """Take the order and the dropout of an epoch, counted from 0.

        Not done in Keras' ``on_epoch_end`` hook, which is also called before the first epoch.
        """
        self._epoch = epoch
        self._order = np.random.default_rng((self._seed, epoch)).permutation(len(self._rows))

    def __getitem__(self, index: int) -> tuple[dict[str, Any], NDArray[np.bool_]]:
        """Return batch ``index`` of the epoch."""
        chosen = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        y = np.zeros((self._batch_size, self._y_true.shape[1]), np.bool_)
        y[: len(chosen)] = self._y_true[chosen]
        weights = np.zeros(self._batch_size, np.float32)
        weights[: len(chosen)] = 1.0
        inputs: dict[str, Any] = {"weights": weights}
        if self._rows.words is not None:
            inputs["words"] = self._words_of(self._rows.words[chosen], index)
        if self._reads_ngrams:
            inputs |= self._ngrams_of(self._rows.take(chosen), index)
        return inputs, y

    def _words_of(self, words: NDArray[np.int32], index: int) -> NDArray[np.int32]:
        """Return padded words in order; those that are dropped leave gaps."""
        padded = np.zeros((self._batch_size, words.shape[1]), np.int32)
        padded[: len(words)] = words
        if self._word_dropout_rate:
            random = np.random.default_rng((self._seed, self._epoch, index, 1))
            padded[random.random(padded.shape, "f4") < self._word_dropout_rate] = 0
        return padded

    def _ngrams_of(self, rows: SparseRows, index: int) -> dict[str, Any]:
        """Return the weights of n-grams by paper, and by n-gram."""
        matrix = rows.to_scipy()
        if self._word_dropout_rate:
            random = np.random.default_rng((self._seed, self._epoch, index))
            kept = random.random(len(rows.data), "f4") >= self._word_dropout_rate
            scaled = rows.data * kept / (1.0 - self._word_dropout_rate)
            matrix.data = np.asarray(scaled, np.float32)
            matrix.eliminate_zeros()
        numbers, by_row = self._occurring(matrix)
        return {
            "numbers": numbers,
            "n_chunks": np.int32(-(-by_row.shape[0] // CHUNK_ROWS)),
            **self._padded(matrix, self._batch_size, prefix=""),
            **self._padded(by_row, self._row_capacity, prefix="transposed_"),
        }

    def _padded(self, matrix: csr_matrix, n_rows: int, prefix: str) -> dict[str, NDArray[Any]]:
        indptr = np.full(n_rows + 1, matrix.nnz, np.int32)
        indptr[: len(matrix.indptr)] = matrix.indptr
        indices = np.zeros(self._capacity, np.int32)
        indices[: matrix.nnz] = matrix.indices
        data = np.zeros(self._capacity, np.float32)
        data[: matrix.nnz] = matrix.data
        return {f"{prefix}indptr": indptr, f"{prefix}indices": indices, f"{prefix}data": data}

    def _occurring(self, matrix: csr_matrix) -> tuple[NDArray[np.int32], csr_matrix]:
        """Return the padded numbers of the columns that occur, and the matrix by those columns."""
        columns = matrix.tocsc()
        occurring = np.flatnonzero(np.diff(columns.indptr))
        numbers = np.full(self._row_capacity, NO_ROW, np.int32)
        numbers[: len(occurring)] = occurring
        # Entries stand in column order, so to drop empty columns is to drop their bounds.
        bounds = np.append(columns.indptr[occurring], columns.nnz)
        by_row = csr_matrix(
            (columns.data, columns.indices, bounds), shape=(len(occurring), matrix.shape[0])
        )
        return numbers, by_row


def at_epoch_start(batches: Batches) -> keras.callbacks.Callback:
    """Return the callback that gives ``batches`` the order of each epoch when it begins."""
    return keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, _: batches.start_at(epoch))

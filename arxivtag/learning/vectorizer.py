"""Texts to sparse TF-IDF rows, as Keras' ``TextVectorization(ngrams=2, output_mode="tf_idf")``.

The rules, read off Keras 3.15 and TensorFlow 2.21 and held by a property test:

- Words by the rule of :mod:`arxivtag.papers.words`.
- Words, and pairs of neighbouring words joined by one space, are the terms.
- The vocabulary holds the ``max_tokens - 1`` terms with the highest total count
  (Keras spends the first slot on ``[UNK]``); equal counts are ordered by
  *falling* UTF-8 bytes, so ``"b"`` comes before ``"a b"`` before ``"a"``.
  :mod:`arxivtag.learning.vocabulary` learns it.
- ``idf = log(1 + n_papers / (1 + document_frequency))``; a weight is ``count * idf``.

Keras' column 0, the number of out-of-vocabulary terms times the mean idf, is
left out: it swamps the real terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from arxivtag.learning.features import SparseRows
from arxivtag.papers.words import chunks, map_threads, split_chunk, stack_indptr
from arxivtag.settings import VectorizerConfig

# Below this many look-ups a binary search is quicker than building a hash table.
_HASH_LOOKUP_FROM = 20_000


@dataclass(frozen=True, eq=False)
class Vectorizer:
    """A fitted vocabulary with its idf: turns texts into TF-IDF rows.

    Attributes:
        vocabulary: ``(n_terms,)`` words, and pairs of words joined by one space.
        idf: ``(n_terms,)`` float32.
    """

    vocabulary: pa.StringArray
    idf: NDArray[np.float32]
    config: VectorizerConfig

    def __len__(self) -> int:
        """Return the number of terms."""
        return len(self.vocabulary)

    @cached_property
    def terms(self) -> TermTable:
        """The look-up tables from words and pairs of words to column numbers."""
        return TermTable.build(self.vocabulary)

    def transform(self, texts: Sequence[str]) -> SparseRows:
        """Return the TF-IDF rows of ``texts``: ``(n_texts, n_terms)``.

        A text without a known term gives an empty row.
        """
        table = self.terms
        length = self.config.max_length_words
        parts = list(map_threads(lambda chunk: _count_chunk(chunk, table, length), chunks(texts)))
        return self.weigh(stack(parts, len(self)))

    def weigh(self, counts: SparseRows) -> SparseRows:
        """Return the TF-IDF rows for counts of terms: ``tf * idf``, scaled if the config says so.

        An empty row stays empty.
        """
        tf = 1 + np.log(counts.data) if self.config.sublinear_tf else counts.data
        data = tf * self.idf[counts.indices]
        lengths = np.diff(counts.indptr)
        filled = lengths > 0
        if self.config.l2_normalize and filled.any():
            norms = np.sqrt(np.add.reduceat(data * data, counts.indptr[:-1][filled]))
            # An idf is never 0 (log of more than 1), so neither is a norm.
            data = data / np.repeat(norms, lengths[filled])
        return replace(counts, data=data)


@dataclass(frozen=True, eq=False)
class TermTable:
    """Where words and pairs of words stand in a vocabulary of ``n_terms``.

    Attributes:
        word_number: Each word that occurs in a term, to its number.
        word_term: ``(n_words + 1,)`` int32, the column of the word itself or -1; the last
            entry, for words unknown here, is -1.
        pair_keys: ``(n_pairs,)`` int64, sorted; ``first * n_words + second``.
        pair_terms: ``(n_pairs,)`` int32, the columns of the pairs.
    """

    word_number: dict[str, int]
    word_term: NDArray[np.int32]
    pair_keys: NDArray[np.int64]
    pair_terms: NDArray[np.int32]
    n_terms: int

    @property
    def n_words(self) -> int:
        """How many words are terms or halves of terms."""
        return len(self.word_number)

    @classmethod
    def build(cls, vocabulary: pa.StringArray) -> TermTable:
        is_pair = np.asarray(pc.match_substring(vocabulary, " "), dtype=np.bool_)
        halves = pc.split_pattern(vocabulary.filter(pa.array(is_pair)), " ", max_splits=1)
        single = vocabulary.filter(pa.array(~is_pair))
        coded = pa.concat_arrays([single, halves.flatten()]).dictionary_encode()
        codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        words = coded.dictionary.to_pylist()
        word_term = np.full(len(words) + 1, -1, dtype=np.int32)
        word_term[codes[: len(single)]] = np.flatnonzero(~is_pair)
        first, second = codes[len(single) :: 2], codes[len(single) + 1 :: 2]
        keys = first * len(words) + second
        order = np.argsort(keys)
        pair_terms = np.flatnonzero(is_pair).astype(np.int32)
        return cls(
            {word: number for number, word in enumerate(words)},
            word_term,
            keys[order],
            pair_terms[order],
            len(vocabulary),
        )

    def numbers(self, dictionary: pa.StringArray) -> NDArray[np.int64]:
        """Return the numbers of these words; an unknown word gets ``n_words``."""
        unknown, number = self.n_words, self.word_number
        return np.array([number.get(word, unknown) for word in dictionary.to_pylist()], np.int64)

    def pair_columns(
        self, first: NDArray[np.int64], second: NDArray[np.int64]
    ) -> NDArray[np.int32]:
        """Return the columns of pairs of word numbers, or -1 where there is none."""
        n_words = self.n_words
        if not len(self.pair_keys):
            return np.full(len(first), -1, dtype=np.int32)
        keys = first * n_words + second
        keys[(first == n_words) | (second == n_words)] = -1
        if len(keys) >= _HASH_LOOKUP_FROM:
            place = pc.index_in(pa.array(keys), value_set=pa.array(self.pair_keys))
            places = pc.fill_null(place, -1).to_numpy(zero_copy_only=False)
            columns: NDArray[np.int32] = np.where(places >= 0, self.pair_terms[places], -1)
            return columns
        nearest = np.searchsorted(self.pair_keys, keys)
        nearest[nearest == len(self.pair_keys)] = 0
        return np.where(self.pair_keys[nearest] == keys, self.pair_terms[nearest], -1)


def pair_starts(indptr: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions of all words that are not the last of their text."""
    is_last = np.zeros(int(indptr[-1]), dtype=np.bool_)
    is_last[indptr[1:][np.diff(indptr) > 0] - 1] = True
    return np.flatnonzero(~is_last)


def _count_chunk(texts: Sequence[str], table: TermTable, length: int | None) -> SparseRows:
    words = split_chunk(texts)
    numbers = table.numbers(words.dictionary)[words.codes]
    starts = pair_starts(words.indptr)
    pairs = table.pair_columns(numbers[starts], numbers[starts + 1])
    rows = np.repeat(np.arange(len(texts), dtype=np.int64), np.diff(words.indptr))
    counts = count_rows(
        np.concatenate([rows, rows[starts]]),
        np.concatenate([table.word_term[numbers], pairs]),
        len(texts),
        table.n_terms,
    )
    return counts if length is None else with_words(counts, numbers, words.indptr, table, length)


def with_words(
    rows: SparseRows,
    numbers: NDArray[np.int64],
    indptr: NDArray[np.int64],
    table: TermTable,
    length: int,
) -> SparseRows:
    """Return the rows with the first ``length`` words of each text, from the numbers of all."""
    words = np.zeros((len(rows), length), np.int32)
    kept = np.minimum(np.diff(indptr), length)
    texts = np.repeat(np.arange(len(rows)), kept)
    places = np.arange(len(texts)) - np.repeat(np.cumsum(kept) - kept, kept)
    chosen = numbers[indptr[texts] + places]
    words[texts, places] = np.where(chosen < table.n_words, chosen + 1, 0)
    return replace(rows, words=words)


def count_rows(
    rows: NDArray[np.int64], columns: NDArray[np.int32], n_rows: int, n_columns: int
) -> SparseRows:
    """Return a count matrix from the row and column of each occurrence; column -1 is left out."""
    known = columns >= 0
    keys = rows[known] * n_columns + columns[known]
    keys.sort()
    is_first = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    firsts = np.flatnonzero(is_first)
    cells = keys[firsts]
    counts = np.diff(firsts, append=len(keys)).astype(np.float32)
    indptr = np.searchsorted(cells, np.arange(n_rows + 1, dtype=np.int64) * n_columns)
    row_of = np.repeat(np.arange(n_rows, dtype=np.int64), np.diff(indptr))
    indices = (cells - row_of * n_columns).astype(np.int32)
    return SparseRows(indptr.astype(np.int64), indices, counts, n_columns)


def stack(parts: Sequence[SparseRows], n_features: int) -> SparseRows:
    """Return the rows of several matrices of one width, one below the other."""
    if len(parts) == 1:
        return parts[0]
    words = [part.words for part in parts if part.words is not None]
    return SparseRows(
        stack_indptr([part.indptr for part in parts]),
        np.concatenate([part.indices for part in parts]),
        np.concatenate([part.data for part in parts]),
        n_features,
        np.concatenate(words) if words else None,
    )

"""Texts to sparse TF-IDF rows, as Keras' ``TextVectorization(ngrams=2, output_mode="tf_idf")``.

The rules, read off Keras 3.15 and TensorFlow 2.21 and held by a property test:

- Words by the rule of :mod:`arxivtag.papers.words`.
- Words, and pairs of neighbouring words joined by one space, are the terms.
- The vocabulary holds the ``max_tokens - 1`` terms with the highest total count
  (Keras spends the first slot on ``[UNK]``); equal counts are ordered by
  *falling* UTF-8 bytes, so ``"b"`` comes before ``"a b"`` before ``"a"``.
- ``idf = log(1 + n_papers / (1 + document_frequency))``; a weight is ``count * idf``.

Keras' column 0, the number of out-of-vocabulary terms times the mean idf, is
left out: it swamps the real terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from arxivtag.errors import DataError
from arxivtag.learning.features import SparseRows
from arxivtag.papers.words import (
    Words,
    chunks,
    count_distinct_words,
    map_threads,
    split_chunk,
    split_words,
    stack_indptr,
)
from arxivtag.settings import VectorizerConfig

_ROWS_PER_PART = 2048
# Below this many look-ups a binary search is quicker than building a hash table.
_HASH_LOOKUP_FROM = 20_000


@dataclass(frozen=True, eq=False)
class Vectorizer:
    """A fitted vocabulary with its idf: turns texts into TF-IDF rows.

    Attributes:
        vocabulary: ``(n_terms,)`` words, and pairs of words joined by one space.
        idf: ``(n_terms,)`` float32.
        config: The options it was fitted with.
    """

    vocabulary: pa.StringArray
    idf: NDArray[np.float32]
    config: VectorizerConfig

    def __len__(self) -> int:
        """Return the number of terms."""
        return len(self.vocabulary)

    @cached_property
    def terms(self) -> _TermTable:
        """The look-up tables from words and pairs of words to column numbers."""
        return _TermTable.build(self.vocabulary)

    def transform(self, texts: Sequence[str]) -> SparseRows:
        """Return the TF-IDF rows of ``texts``: ``(n_texts, n_terms)``.

        A text without a known term gives an empty row.
        """
        return self.weigh(self.count(texts))

    def count(self, texts: Sequence[str]) -> SparseRows:
        """Return how often each term occurs in each text: ``(n_texts, n_terms)``."""
        table = self.terms
        parts = list(map_threads(lambda chunk: _count_chunk(chunk, table), chunks(texts)))
        return _stack(parts, len(self))

    def weigh(self, counts: SparseRows) -> SparseRows:
        """Return the TF-IDF rows for counts of terms."""
        return weigh(counts, self.idf, self.config)


@dataclass(frozen=True, eq=False)
class _TermTable:
    """Where words and pairs of words stand in a vocabulary.

    Attributes:
        word_number: Each word that occurs in a term, to its number.
        word_term: ``(n_words + 1,)`` int32, the column of the word itself or -1; the last
            entry, for words unknown here, is -1.
        pair_keys: ``(n_pairs,)`` int64, sorted; ``first * n_words + second``.
        pair_terms: ``(n_pairs,)`` int32, the columns of the pairs.
        n_terms: Number of terms.
    """

    word_number: dict[str, int]
    word_term: NDArray[np.int32]
    pair_keys: NDArray[np.int64]
    pair_terms: NDArray[np.int32]
    n_terms: int

    @classmethod
    def build(cls, vocabulary: pa.StringArray) -> _TermTable:
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
        n_words, number = len(self.word_number), self.word_number
        numbers = [number.get(word, n_words) for word in dictionary.to_pylist()]
        return np.array(numbers, dtype=np.int64)

    def pair_columns(
        self, first: NDArray[np.int64], second: NDArray[np.int64]
    ) -> NDArray[np.int32]:
        """Return the columns of pairs of word numbers, or -1 where there is none."""
        n_words = len(self.word_number)
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


def fit_transform(texts: Sequence[str], config: VectorizerConfig) -> tuple[Vectorizer, SparseRows]:
    """Learn the vocabulary and idf of ``texts`` and return them with the texts' TF-IDF rows.

    Args:
        texts: The training papers' texts.
        config: Options. ``max_tokens=None`` takes :func:`count_distinct_words`, as the Keras
            example does. ``min_document_frequency`` leaves out terms before ``max_tokens`` cuts.

    Raises:
        DataError: If no term is left.
    """
    max_tokens = config.max_tokens
    if max_tokens is None:
        max_tokens = count_distinct_words(texts)
    # Keras' first slot is [UNK].
    n_terms = max(max_tokens - 1, 0)
    candidates = _Candidates.find(split_words(texts), config, n_terms)
    counts = candidates.count()
    papers_with = np.bincount(counts.indices, minlength=counts.n_features)
    kept = np.flatnonzero(papers_with >= config.min_document_frequency)[:n_terms]
    if not len(kept):
        raise DataError(
            "No term is left for the vocabulary: expected texts with words that occur in at "
            f"least {config.min_document_frequency} of them. Received: {len(texts):,} texts.",
            "Lower the minimum document frequency, or use more or longer texts.",
        )
    idf = np.log(1 + len(texts) / (1 + papers_with[kept])).astype(np.float32)
    vectorizer = Vectorizer(candidates.strings.take(pa.array(kept)), idf, config)
    return vectorizer, weigh(counts.take_columns(kept), idf, config)


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Terms that may enter the vocabulary, in its order, before document frequencies are known.

    Attributes:
        strings: The terms, by falling count, then falling UTF-8 bytes.
        word_columns: ``(n_words,)`` int32, for each word of the texts the candidate or -1.
        pair_columns: The same for the pair that starts at each word.
        indptr: ``(n_texts + 1,)`` where texts start among the words.
    """

    strings: pa.StringArray
    word_columns: NDArray[np.int32]
    pair_columns: NDArray[np.int32]
    indptr: NDArray[np.int64]

    @classmethod
    def find(cls, words: Words, config: VectorizerConfig, n_terms: int) -> _Candidates:
        n_words = len(words.dictionary)
        word_counts = np.bincount(words.codes, minlength=n_words)
        starts = _pair_starts(words.indptr) if config.ngrams == 2 else np.zeros(0, np.int64)
        pairs = pa.array(words.codes[starts].astype(np.int64) * n_words + words.codes[starts + 1])
        coded = pairs.dictionary_encode()
        pair_codes = coded.indices.to_numpy(zero_copy_only=False)
        pair_keys = coded.dictionary.to_numpy(zero_copy_only=False)
        counts = np.concatenate([word_counts, np.bincount(pair_codes, minlength=len(pair_keys))])

        # A term occurs at least as often as in how many papers it occurs.
        floor = max(config.min_document_frequency, 1)
        if floor == 1 and 0 < n_terms < len(counts):
            floor = int(np.partition(counts, len(counts) - n_terms)[len(counts) - n_terms])
        frequent = np.flatnonzero(counts >= floor)
        frequent_words = frequent[: np.searchsorted(frequent, n_words)]
        frequent_keys = pair_keys[frequent[len(frequent_words) :] - n_words]
        strings = pa.concat_arrays(
            [
                words.dictionary.take(pa.array(frequent_words)),
                pc.binary_join_element_wise(
                    words.dictionary.take(pa.array(frequent_keys // max(n_words, 1))),
                    words.dictionary.take(pa.array(frequent_keys % max(n_words, 1))),
                    " ",
                ),
            ]
        )
        order = _falling(counts[frequent], strings)
        column = np.full(len(counts), -1, dtype=np.int32)
        column[frequent[order]] = np.arange(len(frequent), dtype=np.int32)
        pair_columns = np.full(len(words.codes), -1, dtype=np.int32)
        pair_columns[starts] = column[n_words:][pair_codes]
        return cls(strings.take(pa.array(order)), column[words.codes], pair_columns, words.indptr)

    def count(self) -> SparseRows:
        """Return how often each candidate occurs in each text."""

        def count_part(part: range) -> SparseRows:
            borders = self.indptr[part.start : part.stop + 1]
            inside = slice(borders[0], borders[-1])
            rows = np.repeat(np.arange(len(part), dtype=np.int64), np.diff(borders))
            return _count_rows(
                np.concatenate([rows, rows]),
                np.concatenate([self.word_columns[inside], self.pair_columns[inside]]),
                len(part),
                len(self.strings),
            )

        n_texts = len(self.indptr) - 1
        starts = range(0, max(n_texts, 1), _ROWS_PER_PART)
        parts = [range(start, min(start + _ROWS_PER_PART, n_texts)) for start in starts]
        return _stack(list(map_threads(count_part, parts)), len(self.strings))


def _pair_starts(indptr: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions of all words that are not the last of their text."""
    is_last = np.zeros(int(indptr[-1]), dtype=np.bool_)
    is_last[indptr[1:][np.diff(indptr) > 0] - 1] = True
    return np.flatnonzero(~is_last)


def _falling(counts: NDArray[np.int64], strings: pa.StringArray) -> NDArray[np.int64]:
    """Return the order by falling count, equal counts by falling UTF-8 bytes."""
    table = pa.table({"count": counts, "term": strings})
    keys = [("count", "descending"), ("term", "descending")]
    order: NDArray[np.int64] = pc.sort_indices(table, keys).to_numpy().astype(np.int64)
    return order


def weigh(counts: SparseRows, idf: NDArray[np.float32], config: VectorizerConfig) -> SparseRows:
    """Return the TF-IDF rows for counts of terms: ``tf * idf``, scaled if the config says so."""
    data = counts.data
    if config.sublinear_tf:
        data = 1 + np.log(data)
    data = data * idf[counts.indices]
    rows = SparseRows(counts.indptr, counts.indices, data, counts.n_features)
    return with_length_one(rows) if config.l2_normalize else rows


def with_length_one(rows: SparseRows) -> SparseRows:
    """Return the rows scaled to length one; an empty row stays empty."""
    lengths = np.diff(rows.indptr)
    filled = lengths > 0
    if not filled.any():
        return rows
    squares = np.add.reduceat(rows.data * rows.data, rows.indptr[:-1][filled])
    norms = np.sqrt(squares)
    # An idf is never 0 (log of more than 1), so neither is a norm.
    data = rows.data / np.repeat(norms, lengths[filled])
    return SparseRows(rows.indptr, rows.indices, data, rows.n_features)


def _count_chunk(texts: Sequence[str], table: _TermTable) -> SparseRows:
    words = split_chunk(texts)
    numbers = table.numbers(words.dictionary)[words.codes]
    starts = _pair_starts(words.indptr)
    pairs = table.pair_columns(numbers[starts], numbers[starts + 1])
    rows = np.repeat(np.arange(len(texts), dtype=np.int64), np.diff(words.indptr))
    return _count_rows(
        np.concatenate([rows, rows[starts]]),
        np.concatenate([table.word_term[numbers], pairs]),
        len(texts),
        table.n_terms,
    )


def _count_rows(
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


def _stack(parts: Sequence[SparseRows], n_features: int) -> SparseRows:
    if len(parts) == 1:
        return parts[0]
    return SparseRows(
        stack_indptr([part.indptr for part in parts]),
        np.concatenate([part.indices for part in parts]),
        np.concatenate([part.data for part in parts]),
        n_features,
    )

"""Writes ``tokens/``: words while papers stream by, then bigrams and counts from the file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from arxivtag.corpus.arrays import (
    ArrayOnDisk,
    ArrayWriter,
    forget,
    map_array,
    new_array,
    write_array,
)
from arxivtag.corpus.labels import Codes
from arxivtag.corpus.tokens import CODES, Ints, TermKind, count_papers, parts_of
from arxivtag.papers.words import Words, split_words

# Bigrams are numbered in as many rounds as keep one round's arrays within some hundred MB.
_TOKENS_PER_ROUND = 16_000_000
_TOKENS_AT_ONCE = 4_000_000


class WordWriter:
    """Writes the words of papers batch by batch, as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._codes = ArrayWriter(folder / "codes")
        self._numbers: dict[str, int] = {}
        self._sizes: list[Ints] = []

    def add(self, words: Words) -> None:
        """Append the next papers' words."""
        numbers = self._numbers
        renumbered = np.array(
            [numbers.setdefault(word, len(numbers)) for word in words.dictionary.to_pylist()],
            dtype=np.int32,
        )
        self._codes.add(renumbered[words.codes])
        self._sizes.append(np.diff(words.indptr))

    def __len__(self) -> int:
        return len(self._numbers)

    def __enter__(self) -> WordWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._codes.close()
        if error is None:
            sizes = np.concatenate([np.zeros(1, dtype=np.int64), *self._sizes])
            write_array(self._folder / "indptr", np.cumsum(sizes))
            table = pa.table({"word": pa.array(self._numbers, pa.large_string())})
            with pa.ipc.new_file(str(self._folder / "words.arrow"), table.schema) as file:
                file.write_table(table)


def write_tokens(folder: Path, batches: Iterable[Sequence[str]]) -> None:
    """Write the tokens of texts, which come batch by batch, into an empty folder."""
    with WordWriter(folder) as words:
        for texts in batches:
            words.add(split_words(texts))
    write_counts(folder, "words", len(words))
    write_counts(folder, "bigrams", write_bigrams(folder))


def write_bigrams(folder: Path) -> int:
    """Number the bigrams of ``codes`` by their first appearance: ``bigram_codes``, ``bigrams``.

    In each round a share of the words is looked at, with the bigrams that begin with them. The
    number of rounds is a power of two.

    Returns:
        The number of distinct bigrams.
    """
    codes = ArrayOnDisk(folder / "codes", np.int32)
    indptr = map_array(folder / "indptr", np.int64)
    n_rounds = 1 << (len(codes) // _TOKENS_PER_ROUND).bit_length()
    numbered = new_array(folder / "bigram_codes", np.int32, (len(codes),))
    first_places: list[Ints] = []
    first_pairs: list[Ints] = []
    n_bigrams = 0
    for number in range(n_rounds):
        places, pairs = _bigrams_of_round(codes, indptr, number, n_rounds)
        found = pa.array(pairs).dictionary_encode().indices.to_numpy(zero_copy_only=False)
        is_first = np.diff(np.maximum.accumulate(found), prepend=-1) > 0
        first_places.append(places[is_first])
        first_pairs.append(pairs[is_first])
        # Until all are numbered, 0 stands for no bigram.
        _scatter(numbered, places, found + (n_bigrams + 1))
        n_bigrams += len(first_places[-1])
    order = np.argsort(np.concatenate(first_places))
    first_places.clear()
    _renumber(numbered, order)
    pairs = np.concatenate(first_pairs)
    first_pairs.clear()
    with contextlib.closing(ArrayWriter(folder / "bigrams")) as file:
        for start in range(0, n_bigrams, _TOKENS_AT_ONCE // 4):
            part = pairs[order[start : start + _TOKENS_AT_ONCE // 4]]
            file.add(np.stack([part >> 32, part & 0xFFFFFFFF], axis=1).astype(np.int32))
    return n_bigrams


def _bigrams_of_round(
    codes: ArrayOnDisk[np.int32], indptr: Ints, number: int, n_rounds: int
) -> tuple[Ints, Ints]:
    """Return where the bigrams of one round begin, in order, and each one's two words as one."""
    places, pairs = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for first, last in parts_of(indptr, _TOKENS_AT_ONCE):
        start = int(indptr[first])
        part = codes.read(start, indptr[last])
        is_wanted = part & (n_rounds - 1) == number
        ends = indptr[first + 1 : last + 1] - start
        is_wanted[ends[np.diff(indptr[first : last + 1]) > 0] - 1] = False  # a paper's last word
        at = np.flatnonzero(is_wanted)
        places.append(at + start)
        pairs.append(part[at].astype(np.int64) << 32 | part[at + 1])
    return np.concatenate(places), np.concatenate(pairs)


def _scatter(numbered: Codes, places: Ints, numbers: npt.NDArray[np.integer]) -> None:
    step = _TOKENS_AT_ONCE // 4
    for start in range(0, len(places), step):
        numbered[places[start : start + step]] = numbers[start : start + step]
        forget(numbered)


def _renumber(numbered: Codes, order: Ints) -> None:
    """Replace each number by its place in ``order``, and 0 by -1."""
    place = np.empty(len(order) + 1, dtype=np.int32)
    place[0] = -1
    place[order + 1] = np.arange(len(order), dtype=np.int32)
    for start in range(0, len(numbered), _TOKENS_AT_ONCE):
        part = numbered[start : start + _TOKENS_AT_ONCE]
        part[:] = place[part]
        forget(numbered)


def write_counts(folder: Path, kind: TermKind, n_terms: int) -> None:
    """Count how often each term occurs, and in how many papers."""
    codes = ArrayOnDisk(folder / CODES[kind], np.int32)
    indptr = map_array(folder / "indptr", np.int64)
    counts = np.zeros(n_terms, dtype=np.int64)
    papers = np.zeros(n_terms, dtype=np.int64)
    for first, last in parts_of(indptr, _TOKENS_AT_ONCE):
        part = codes.read(indptr[first], indptr[last])
        counts += np.bincount(part[part >= 0], minlength=n_terms)
        papers += count_papers(part, np.diff(indptr[first : last + 1]), n_terms)
    write_array(folder / f"{kind}_counts", counts.astype(np.int32))
    write_array(folder / f"{kind}_papers", papers.astype(np.int32))

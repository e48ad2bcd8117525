"""Writes ``tokens/``: words while papers stream by, then bigrams and counts from the file."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from arxivtag.corpus.arrays import ArrayWriter, map_array, new_array, write_array
from arxivtag.corpus.labels import Codes
from arxivtag.corpus.tokens import CODES, Ints, TermKind, parts_of
from arxivtag.papers.words import Words

# Bigrams are numbered in as many rounds as keep one round's arrays within some hundred MB.
_TOKENS_PER_ROUND = 16_000_000
_TOKENS_AT_ONCE = 8_000_000


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


def write_bigrams(folder: Path) -> None:
    """Number the bigrams of ``codes`` by their first appearance: ``bigram_codes``, ``bigrams``.

    In each round a share of the words is looked at, with the bigrams that begin with them. The
    number of rounds is a power of two.
    """
    codes, indptr = map_array(folder / "codes", np.int32), map_array(folder / "indptr", np.int64)
    n_rounds = 1 << (len(codes) // _TOKENS_PER_ROUND).bit_length()
    numbered = new_array(folder / "bigram_codes", np.int32, codes.shape)
    numbered[:] = -1
    first_places: list[Ints] = []
    n_bigrams = 0
    for number in range(n_rounds):
        places = _bigrams_of_round(codes, indptr, number, n_rounds)
        pairs = codes[places].astype(np.int64) << 32 | codes[places + 1]
        found = pa.array(pairs).dictionary_encode().indices.to_numpy(zero_copy_only=False)
        numbered[places] = found + n_bigrams
        is_first = np.diff(np.maximum.accumulate(found), prepend=-1) > 0
        first_places.append(places[is_first])
        n_bigrams += int(is_first.sum())
    firsts = np.concatenate(first_places)
    order = np.argsort(firsts)
    _renumber(numbered, indptr, order)
    with contextlib.closing(ArrayWriter(folder / "bigrams")) as file:
        for start in range(0, len(order), _TOKENS_PER_ROUND):
            places = firsts[order[start : start + _TOKENS_PER_ROUND]]
            file.add(np.stack([codes[places], codes[places + 1]], axis=1))


def _bigrams_of_round(codes: Codes, indptr: Ints, number: int, n_rounds: int) -> Ints:
    """Return the places where the bigrams of one round begin, in order."""
    found: list[Ints] = []
    for first, last in parts_of(indptr, _TOKENS_PER_ROUND):
        start, stop = int(indptr[first]), int(indptr[last])
        is_wanted = codes[start:stop] & (n_rounds - 1) == number
        ends = indptr[first + 1 : last + 1]
        is_wanted[ends[np.diff(indptr[first : last + 1]) > 0] - 1 - start] = False
        found.append(np.flatnonzero(is_wanted) + start)
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _renumber(numbered: Codes, indptr: Ints, order: Ints) -> None:
    """Replace each number by its place in ``order``; -1 stays."""
    place = np.empty(len(order) + 1, dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    place[-1] = -1
    for start in range(0, len(numbered), _TOKENS_PER_ROUND):
        part = numbered[start : start + _TOKENS_PER_ROUND]
        part[:] = place[part]


def write_counts(folder: Path, kind: TermKind) -> None:
    """Count how often each term occurs, and in how many papers."""
    codes = map_array(folder / CODES[kind], np.int32)
    indptr = map_array(folder / "indptr", np.int64)
    n_terms = int(codes.max(initial=-1)) + 1  # each occurs
    counts = np.zeros(n_terms, dtype=np.int64)
    papers = np.zeros(n_terms, dtype=np.int64)
    for first, last in parts_of(indptr, _TOKENS_AT_ONCE):
        part = codes[indptr[first] : indptr[last]]
        owners = np.repeat(np.arange(last - first), np.diff(indptr[first : last + 1]))
        keys = (owners << 32 | part)[part >= 0]
        keys.sort()
        counts += _counted(keys, n_terms)
        papers += _counted(keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]], n_terms)
    write_array(folder / f"{kind}_counts", counts.astype(np.int32))
    write_array(folder / f"{kind}_papers", papers.astype(np.int32))


def _counted(keys: npt.NDArray[np.int64], n_terms: int) -> Ints:
    return np.bincount(keys & 0xFFFFFFFF, minlength=n_terms)

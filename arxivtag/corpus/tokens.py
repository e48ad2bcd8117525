"""Words and bigrams of all abstracts as numbers on disk, and counts over them in bounded memory.

Words follow the rule of :mod:`arxivtag.papers.words`. Both they and the pairs of neighbouring
words (bigrams) are numbered by their first appearance. Files of ``tokens/``:

====================  ======================================================================
``words.arrow``       the distinct words
``codes``             (n_tokens,) int32: the word at each place, paper after paper
``indptr``            (n_papers + 1,) int64: where each paper's tokens begin
``bigram_codes``      (n_tokens,) int32: the bigram that begins there, -1 at a paper's last word
``bigrams``           (n_bigrams, 2) int32: the two words of each bigram
``*_counts``          (n_terms,) int32: occurrences of each word, of each bigram
``*_papers``          (n_terms,) int32: papers that hold it
====================  ======================================================================
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from arxivtag import config
from arxivtag.corpus.arrays import (
    ArrayWriter,
    Codes,
    Ints,
    Rows,
    forget,
    map_array,
    new_array,
    read_part,
    write_array,
)
from arxivtag.papers.words import Words, split_words

TermKind = Literal["words", "bigrams"]
CODES: dict[TermKind, str] = {"words": "codes", "bigrams": "bigram_codes"}

# English function words, which say nothing about a paper's subject, as the token rule leaves
# them. A short list on purpose: words that mean something in some field ("system", "first",
# "fire", which longer lists hold) stay in.
STOP_WORDS = frozenset((config.ASSETS_FOLDER / "stop_words.txt").read_text("utf-8").split())

# So many tokens are looked at together: some hundred MB of temporary arrays.
_TOKENS_AT_ONCE = 4_000_000
# Bigrams are numbered in as many rounds as keep one round's arrays within some hundred MB.
_TOKENS_PER_ROUND = 16_000_000
# So many at a time are counted: they stay in the processor's cache, twice as fast or more.
_TOKENS_IN_CACHE = 250_000
# Bytes of counts that are kept: tables of a tab ask for the same, and so does a tab drawn again.
_MOST_KEPT = 200_000_000


@dataclass(frozen=True, eq=False)
class TermFile:
    """What is kept of one kind of term; see the module."""

    codes: Path  # too many to be in memory at once
    counts: Codes
    papers: Codes


@dataclass(frozen=True, eq=False)
class Tokens:
    """The tokens of a corpus, memory-mapped.

    Attributes:
        bigrams: (n_bigrams, 2) the two words of each bigram, as positions in ``words``.
        indptr: (n_papers + 1,) where each paper's tokens begin.
    """

    words: pa.Array
    bigrams: npt.NDArray[np.int32]
    indptr: Ints
    files: dict[TermKind, TermFile]
    _kept: dict[tuple[object, ...], Ints] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def n_words(self, rows: Rows | None = None) -> int:
        """Return how many words the selected papers have."""
        return int(self.indptr[-1]) if rows is None else int(np.diff(self.indptr)[rows].sum())

    def n_terms(self, kind: TermKind) -> int:
        """Return how many distinct words or bigrams there are."""
        return len(self.files[kind].counts)

    def counts(self, kind: TermKind, rows: Rows) -> Ints:
        """Return (n_terms,) how often each term occurs in the selected papers."""
        everything, count = self.files[kind].counts, partial(self._count, kind)
        return self._once(("counts", kind), rows, lambda: self._of(rows, everything, count))

    def _of(self, rows: Rows, everything: Codes, count: Callable[[Rows], Ints]) -> Ints:
        """Return what ``count`` gives; where most papers are selected, all less the others'."""
        if 2 * self.n_words(rows) > self.n_words():
            return np.asarray(everything - count(~rows), dtype=np.int64)
        return count(rows)

    def _once(self, what: tuple[object, ...], rows: Rows, count: Callable[[], Ints]) -> Ints:
        """Return what ``count`` gives, kept while there is room for it."""
        key = (*what, hash(rows.tobytes()))
        found = self._kept.pop(key, None)
        self._kept[key] = found = count() if found is None else found
        while sum(counts.nbytes for counts in list(self._kept.values())) > _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        return found

    def _count(self, kind: TermKind, rows: Rows) -> Ints:
        counts = np.zeros(self.n_terms(kind) + 1, dtype=np.int64)  # the last is for code -1
        for codes, _ in self._selected(kind, rows):
            np.add.at(counts, codes, 1)
        return counts[:-1]

    def _selected(self, kind: TermKind, rows: Rows) -> Iterator[tuple[Codes, Ints]]:
        """Yield the codes of selected papers, in order, and how many each of the papers has."""
        starts, sizes = self.indptr[:-1][rows], np.diff(self.indptr)[rows]
        ends = np.concatenate([[0], np.cumsum(sizes)])
        shifts = starts - ends[:-1]
        for first, last in parts_of(ends, _TOKENS_IN_CACHE):
            part = slice(first, last)
            places = np.arange(ends[first], ends[last]) + np.repeat(shifts[part], sizes[part])
            yield map_array(self.files[kind].codes, np.int32)[places], sizes[part]

    def parts(self) -> Iterator[tuple[int, int]]:
        """Yield ranges of papers that hold a bounded number of tokens, in order."""
        return parts_of(self.indptr, _TOKENS_AT_ONCE)

    def n_occurrences(self, kind: TermKind, rows: Rows) -> int:
        """Return how many words or bigrams the selected papers have."""
        sizes = np.diff(self.indptr)[rows]
        return int(sizes.sum()) - (int(np.count_nonzero(sizes)) if kind == "bigrams" else 0)

    def paper_counts(self, kind: TermKind, rows: Rows, terms: Ints) -> Ints:
        """Return how many selected papers hold each of a few ``terms``."""
        everything = self.files[kind].papers[terms]
        count = partial(self._count_papers, kind, terms)
        what = ("papers", kind, hash(terms.tobytes()))
        return self._once(what, rows, lambda: self._of(rows, everything, count))

    def _count_papers(self, kind: TermKind, terms: Ints, rows: Rows) -> Ints:
        place = np.full(self.n_terms(kind) + 1, -1, dtype=np.int16)  # the last is for code -1
        place[terms] = np.arange(len(terms))
        totals = np.zeros(len(terms), dtype=np.int64)
        for codes, sizes in self._selected(kind, rows):
            places = place[codes]
            at = np.flatnonzero(places >= 0)
            holds = np.zeros((len(sizes), len(terms)), dtype=bool)  # quicker than count_papers
            holds[np.repeat(np.arange(len(sizes)), sizes)[at], places[at]] = True
            totals += holds.sum(axis=0)
        return totals

    def papers_with(self, kind: TermKind, rows: Rows) -> Ints:
        """Return (n_terms,) how many of the selected papers hold each term."""
        return self._of(rows, self.files[kind].papers, partial(self._papers_with, kind))

    def _papers_with(self, kind: TermKind, rows: Rows) -> Ints:
        counts = np.zeros(self.n_terms(kind), dtype=np.int64)
        for first, last in self.parts():
            chosen = rows[first:last]
            if chosen.any():
                sizes = np.diff(self.indptr[first : last + 1])
                codes = self.codes(kind, first, last)[np.repeat(chosen, sizes)]
                counts += count_papers(codes, sizes[chosen], len(counts))
        return counts

    def codes(self, kind: TermKind, first: int, last: int) -> Codes:
        """Return the terms at each place of the papers from ``first`` to before ``last``."""
        return read_part(self.files[kind].codes, np.int32, self.indptr[first], self.indptr[last])

    def first_places(self, rows: Rows) -> Ints:
        """Return where words appear first when the selected papers are read in order, sorted."""
        return self._once(("first",), rows, lambda: self._first_places(rows))

    def _first_places(self, rows: Rows) -> Ints:
        is_seen = np.zeros(len(self.words), dtype=bool)
        places, n_read = [np.empty(0, dtype=np.int64)], 0
        for codes, _ in self._selected("words", rows):
            at = np.flatnonzero(~is_seen[codes])
            new, first = np.unique(codes[at], return_index=True)
            is_seen[new] = True
            places.append(np.sort(at[first]) + n_read)
            n_read += len(codes)
        return np.concatenate(places)

    def is_stop_term(self, kind: TermKind) -> Rows:
        """Return (n_terms,) which terms are, or hold, a stop word."""
        return self._stop_words if kind == "words" else self._stop_bigrams

    @cached_property
    def _stop_words(self) -> Rows:
        listed = pa.array(sorted(STOP_WORDS), self.words.type)
        return np.asarray(pc.is_in(self.words, listed), dtype=np.bool_)

    @cached_property
    def _stop_bigrams(self) -> Rows:
        first, second = self.bigrams.T
        return np.asarray(self._stop_words[first] | self._stop_words[second], dtype=np.bool_)

    def terms(self, kind: TermKind, codes: npt.NDArray[np.integer]) -> list[str]:
        """Return the terms with these codes as strings."""
        if kind == "words":
            return list(self.words.take(codes.astype(np.int64)).to_pylist())
        pairs = self.bigrams[codes]
        first, second = (self.words.take(pairs[:, i].astype(np.int64)) for i in (0, 1))
        return [f"{a} {b}" for a, b in zip(first.to_pylist(), second.to_pylist(), strict=True)]


def count_papers(codes: Codes, sizes: Ints, n_terms: int) -> Ints:
    """Return (n_terms,) how many papers hold each term.

    ``codes`` are those of one paper after the other, -1 for none; of each paper so many as
    ``sizes`` (n_papers,) tells.
    """
    owners = np.repeat(np.arange(len(sizes)), sizes)
    keys = (owners << 32 | codes)[codes >= 0]
    keys.sort()
    first = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
    return np.bincount(first & 0xFFFFFFFF, minlength=n_terms)


def parts_of(indptr: Ints, n_at_once: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of papers that hold at least ``n_at_once`` tokens, the last one fewer."""
    first = 0
    while first < len(indptr) - 1:
        last = int(np.searchsorted(indptr, indptr[first] + n_at_once))
        last = min(max(last, first + 1), len(indptr) - 1)
        yield first, last
        first = last


def map_tokens(folder: Path) -> Tokens:
    """Return the tokens in ``folder``."""
    with pa.memory_map(str(folder / "words.arrow")) as source:
        words = pa.ipc.open_file(source).read_all().column(0).combine_chunks()
    files: dict[TermKind, TermFile] = {
        kind: TermFile(
            folder / name,
            map_array(folder / f"{kind}_counts", np.int32),
            map_array(folder / f"{kind}_papers", np.int32),
        )
        for kind, name in CODES.items()
    }
    bigrams = map_array(folder / "bigrams", np.int32).reshape(-1, 2)
    return Tokens(words, bigrams, map_array(folder / "indptr", np.int64), files)


class WordWriter:
    """Writes the words of papers, batch by batch; to be finished after the last, and closed."""

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

    def finish(self) -> None:
        """Write where each paper's words begin, and the dictionary."""
        sizes = np.concatenate([np.zeros(1, dtype=np.int64), *self._sizes])
        write_array(self._folder / "indptr", np.cumsum(sizes))
        table = pa.table({"word": pa.array(self._numbers, pa.large_string())})
        with pa.ipc.new_file(str(self._folder / "words.arrow"), table.schema) as file:
            file.write_table(table)

    def close(self) -> None:
        """Close the file of codes."""
        self._codes.close()


def write_tokens(folder: Path, batches: Iterable[Sequence[str]]) -> None:
    """Write the tokens of texts, which come batch by batch, into an empty folder."""
    with contextlib.closing(WordWriter(folder)) as words:
        for texts in batches:
            words.add(split_words(texts))
        words.finish()
    write_counts(folder, "words", len(words))
    write_counts(folder, "bigrams", write_bigrams(folder))


def write_bigrams(folder: Path) -> int:
    """Number the bigrams of ``codes`` by their first appearance: ``bigram_codes``, ``bigrams``.

    In each round a share of the words is looked at, with the bigrams that begin with them. The
    number of rounds is a power of two.

    Returns:
        The number of distinct bigrams.
    """
    indptr = map_array(folder / "indptr", np.int64)
    n_tokens = int(indptr[-1])
    n_rounds = 1 << (n_tokens // _TOKENS_PER_ROUND).bit_length()
    numbered = new_array(folder / "bigram_codes", np.int32, (n_tokens,))
    first_places: list[Ints] = []
    first_pairs: list[Ints] = []
    n_bigrams = 0
    for number in range(n_rounds):
        places, pairs = _bigrams_of_round(folder / "codes", indptr, number, n_rounds)
        found = pa.array(pairs).dictionary_encode().indices.to_numpy(zero_copy_only=False)
        is_first = np.diff(np.maximum.accumulate(found), prepend=-1) > 0
        first_places.append(places[is_first])
        first_pairs.append(pairs[is_first])
        for start in range(0, len(places), _TOKENS_AT_ONCE // 4):
            some = slice(start, start + _TOKENS_AT_ONCE // 4)
            # Until all are numbered, 0 stands for no bigram.
            numbered[places[some]] = found[some] + (n_bigrams + 1)
            forget(numbered)
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


def _bigrams_of_round(codes: Path, indptr: Ints, number: int, n_rounds: int) -> tuple[Ints, Ints]:
    """Return where the bigrams of one round begin, in order, and each one's two words as one."""
    places, pairs = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for first, last in parts_of(indptr, _TOKENS_AT_ONCE):
        start = int(indptr[first])
        part = read_part(codes, np.int32, start, indptr[last])
        is_wanted = part & (n_rounds - 1) == number
        ends = indptr[first + 1 : last + 1] - start
        is_wanted[ends[np.diff(indptr[first : last + 1]) > 0] - 1] = False  # a paper's last word
        at = np.flatnonzero(is_wanted)
        places.append(at + start)
        pairs.append(part[at].astype(np.int64) << 32 | part[at + 1])
    return np.concatenate(places), np.concatenate(pairs)


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
    indptr = map_array(folder / "indptr", np.int64)
    counts = np.zeros(n_terms, dtype=np.int64)
    papers = np.zeros(n_terms, dtype=np.int64)
    for first, last in parts_of(indptr, _TOKENS_AT_ONCE):
        part = read_part(folder / CODES[kind], np.int32, indptr[first], indptr[last])
        counts += np.bincount(part[part >= 0], minlength=n_terms)
        papers += count_papers(part, np.diff(indptr[first : last + 1]), n_terms)
    write_array(folder / f"{kind}_counts", counts.astype(np.int32))
    write_array(folder / f"{kind}_papers", papers.astype(np.int32))

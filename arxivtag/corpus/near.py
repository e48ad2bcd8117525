"""Abstracts that are nearly the same: pairs, found once, for every similarity that one may ask.

An abstract is its set of three-word shingles (lower case, letters and digits only). While papers
stream by, :class:`SignatureWriter` leaves each abstract's shingles and MinHash signature (by
``rensa``) in scratch files. Candidates share a band of the signature, and every candidate's true
Jaccard similarity is computed before it counts: :meth:`SignatureWriter.pairs` finds the pairs of
distinct abstracts with :data:`LEAST_SIMILARITY` or more. Signatures: A. Broder, "On the
resemblance and containment of documents", 1997; banding: Leskovec, Rajaraman, Ullman, "Mining of
Massive Datasets", chapter 3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import rensa

from arxivtag.callbacks import ShouldStop
from arxivtag.corpus.arrays import ArrayWriter, Ints, Rows, forget, map_array, new_array

Hashes = npt.NDArray[np.uint64]

# 42 bands of 3 find a pair of similarity 0.5 with probability 1 - (1 - 0.5**3)**42 = 0.996,
# of 0.8 always; unrelated abstracts share so few shingles that candidates stay rare.
_N_BANDS, _ROWS_A_BAND = 42, 3
_N_HASHES = _N_BANDS * _ROWS_A_BAND
_SHINGLE_WORDS = 3
_SEED = 1
_ROWS_AT_ONCE = 20_000  # rensa hands out signatures as Python's numbers, 32 bytes each
LEAST_SIMILARITY = 0.5  # no less can be asked for in cleaning
# Signatures of a pair with that similarity agree in a smaller share once in a million pairs.
_LEAST_AGREEMENT = 0.3
_BANDS_AT_ONCE, _PAIRS_AT_ONCE = 200_000, 50_000
# In larger groups not every pair is compared: those found by their signatures must do.
_LARGEST_COMPARED_GROUP = 64


@dataclass(frozen=True, eq=False)
class NearPairs:
    """Pairs of nearly equal abstracts.

    Attributes:
        first: (n_pairs,) the lower row of each pair.
        second: (n_pairs,) the other row.
        similarity: (n_pairs,) float64, from :data:`LEAST_SIMILARITY` to 1.
    """

    first: Ints
    second: Ints
    similarity: npt.NDArray[np.float64]

    def components(self, n_rows: int, similarity: float, rows: Rows | None = None) -> Ints:
        """Return (n_rows,) for each row the first that pairs of at least ``similarity`` join it to.

        Pairs with another than the selected ``rows`` (n_rows,) do not count.
        """
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        kept = self.similarity >= similarity
        if rows is not None:
            kept &= rows[self.first] & rows[self.second]
        groups = np.arange(n_rows)
        if not kept.any():
            return groups
        # Few rows are in pairs: the graph is of these alone.
        ends = np.stack([self.first[kept], self.second[kept]])
        members, (first, second) = np.unique(ends, return_inverse=True)
        edges = (np.ones(len(first), dtype=bool), (first, second))
        graph = coo_matrix(edges, shape=(len(members), len(members)))
        joined = connected_components(graph, directed=False)[1]
        groups[members] = members[np.unique(joined, return_index=True)[1]][joined]
        return groups


class SignatureWriter:
    """Leaves shingles and signatures of abstracts in scratch files, batch by batch."""

    def __init__(self, scratch: Path, n_papers: int) -> None:
        self._scratch = scratch
        self._shingles = ArrayWriter(scratch / "shingles")
        self._signatures = new_array(scratch / "signatures", np.uint32, (n_papers, _N_HASHES))
        self._offsets = np.zeros(n_papers + 1, dtype=np.int64)
        self._n_done = 0

    def close(self) -> None:
        """Close the file of shingles."""
        self._shingles.close()

    def add(self, abstracts: Sequence[str]) -> None:
        """Take the next abstracts."""
        shingles, offsets = _shingle_hashes(abstracts)
        start, stop = self._n_done, self._n_done + len(abstracts)
        self._shingles.add(shingles)
        self._offsets[start + 1 : stop + 1] = self._offsets[start] + offsets[1:]
        filled = np.flatnonzero(np.diff(offsets))
        if len(filled):
            bounds = np.append(offsets[filled], offsets[-1])
            self._signatures[start + filled] = _minhash_signatures(shingles, bounds)
            forget(self._signatures)
        self._n_done = stop

    def has_words(self) -> Rows:
        """Return (n_papers,) which abstracts hold a word."""
        return np.diff(self._offsets) > 0

    def pairs(self, distinct: Rows, should_stop: ShouldStop) -> NearPairs:
        """Return the pairs among the abstracts where ``distinct`` (n_papers,) is true.

        Abstracts without words are in no pair. If it is to stop, pairs are missing.
        """
        self.close()
        rows = np.flatnonzero(distinct & self.has_words())
        compared = _Comparison(map_array(self._scratch / "shingles", np.uint64), self._offsets)
        keys: set[int] = set()
        for band in range(_N_BANDS):
            if should_stop() or len(rows) < 2:
                break
            pairs = rows[_pairs_of_band(_band_keys(self._signatures, band)[rows])]
            keys.update(self._likely(pairs).tolist())
        compared.add(sorted(keys))
        compared.add(sorted(compared.missing_within_groups()))
        return compared.pairs()

    def _likely(self, pairs: Ints) -> Ints:
        """Return, as one number each, the pairs whose signatures agree enough."""
        keys = np.unique(pairs[:, 0] << 32 | pairs[:, 1])
        likely: list[Ints] = []
        for start in range(0, len(keys), _PAIRS_AT_ONCE):
            part = keys[start : start + _PAIRS_AT_ONCE]
            first, second = self._signatures[part >> 32], self._signatures[part & 0xFFFFFFFF]
            likely.append(part[(first == second).mean(axis=1) >= _LEAST_AGREEMENT])
        return np.concatenate(likely) if likely else keys


class _Comparison:
    """Exact similarities of pairs, each pair one number: first row in the upper 32 bits."""

    def __init__(self, shingles: Hashes, offsets: Ints) -> None:
        self._shingles, self._offsets = shingles, offsets
        self._similarities: dict[int, float] = {}

    def add(self, keys: Sequence[int]) -> None:
        """Compare pairs, sorted, and keep those that are alike enough."""
        row, shingles = -1, np.empty(0, dtype=np.uint64)
        for key in keys:
            if key >> 32 != row:
                row = key >> 32
                shingles = self._distinct(row)
            others = self._distinct(key & 0xFFFFFFFF)
            n_both = len(np.intersect1d(shingles, others, assume_unique=True))
            similarity = n_both / (len(shingles) + len(others) - n_both)  # of Jaccard
            if similarity >= LEAST_SIMILARITY:
                self._similarities[key] = similarity

    def _distinct(self, row: int) -> Hashes:
        return np.unique(self._shingles[self._offsets[row] : self._offsets[row + 1]])

    def missing_within_groups(self) -> Iterator[int]:
        """Yield pairs not compared yet of rows that are joined through others."""
        pairs = self.pairs()
        rows = np.unique(np.concatenate([pairs.first, pairs.second]))
        first_of = pairs.components(len(self._offsets) - 1, 0.0)[rows]
        groups: dict[int, list[int]] = defaultdict(list)
        for row, group in zip(rows.tolist(), first_of.tolist(), strict=True):
            groups[group].append(row)
        for members in groups.values():
            if 2 < len(members) <= _LARGEST_COMPARED_GROUP:
                keys = (a << 32 | b for a, b in combinations(members, 2))
                yield from (key for key in keys if key not in self._similarities)

    def pairs(self) -> NearPairs:
        """Return the pairs kept so far, in order."""
        keys = np.array(sorted(self._similarities), dtype=np.int64)
        similarity = np.array([self._similarities[key] for key in keys.tolist()], dtype=np.float64)
        return NearPairs(keys >> 32, keys & 0xFFFFFFFF, similarity)


def _shingle_hashes(abstracts: Sequence[str]) -> tuple[Hashes, Ints]:
    """Return the hashes of all texts' shingles one after the other, and where each text's begin.

    A text of one or two words is one shingle; shape (n_shingles,) and (n + 1,). Equal shingles
    have equal hashes in every call.
    """
    texts = pc.utf8_lower(pa.array(abstracts, pa.large_string()))
    texts = pc.utf8_trim(pc.replace_substring_regex(texts, r"[^\pL\pN]+", " "), " ")
    words = pc.split_pattern(texts, " ")
    starts = words.offsets.to_numpy().astype(np.int64)[:-1]
    n_words = np.asarray(pc.list_value_length(words)).astype(np.int64)
    # Each distinct word is hashed once; an empty text is one empty word, left out below.
    encoded = words.values.dictionary_encode()
    hashed = pd.util.hash_array(np.array(encoded.dictionary, dtype=object), categorize=False)
    codes = hashed[encoded.indices.to_numpy(zero_copy_only=False)]
    padded = np.concatenate([codes, np.zeros(_SHINGLE_WORDS - 1, np.uint64)])
    is_empty = np.asarray(pc.equal(texts, ""))
    n_shingles = np.where(is_empty, 0, np.maximum(n_words - _SHINGLE_WORDS + 1, 1))
    offsets = np.concatenate([[0], np.cumsum(n_shingles)]).astype(np.int64)
    heads = np.repeat(starts - offsets[:-1], n_shingles) + np.arange(offsets[-1])
    n_left = np.repeat(starts + n_words, n_shingles) - heads  # words from here to the text's end
    hashes = np.zeros(len(heads), np.uint64)
    for step in range(_SHINGLE_WORDS):
        word = np.where(n_left > step, padded[heads + step], np.uint64(0))
        hashes = _mix(hashes + word)
    return hashes, offsets


def _mix(values: Hashes) -> Hashes:
    """Return each number scrambled (the finalizer of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _band_keys(signatures: npt.NDArray[np.uint32], band: int) -> Hashes:
    """Return one number per row for one band of its signature, shape (n,)."""
    keys = np.zeros(len(signatures), np.uint64)
    for start in range(0, len(keys), _BANDS_AT_ONCE):
        part = slice(start, start + _BANDS_AT_ONCE)
        for column in range(band * _ROWS_A_BAND, (band + 1) * _ROWS_A_BAND):
            keys[part] = _mix(keys[part] + signatures[part, column])
        forget(signatures)
    return keys


def _pairs_of_band(keys: Hashes) -> Ints:
    """Return pairs of rows with equal keys, the lower row first, shape (n_pairs, 2).

    Each row is paired with the first of its key and with the row before it.
    """
    order = np.argsort(keys, kind="stable")
    same = keys[order][1:] == keys[order][:-1]
    firsts = np.maximum.accumulate(np.where(np.append(True, ~same), np.arange(len(order)), 0))
    with_first = np.stack([order[firsts[1:][same]], order[1:][same]], axis=1)
    with_previous = np.stack([order[:-1][same], order[1:][same]], axis=1)
    return np.concatenate([with_first, with_previous])


def _minhash_signatures(shingles: Hashes, offsets: Ints) -> npt.NDArray[np.uint32]:
    """Return the MinHash signature of each row, shape (n, bands x rows a band)."""
    n_rows = len(offsets) - 1
    signatures = np.empty((n_rows, _N_HASHES), np.uint32)
    for start in range(0, n_rows, _ROWS_AT_ONCE):
        bounds = offsets[start : start + _ROWS_AT_ONCE + 1]
        matrix = rensa.RMinHash.digest_matrix_from_flat_token_hashes(
            shingles[bounds[0] : bounds[-1]],
            (bounds - bounds[0]).astype(np.uint64),
            num_perm=signatures.shape[1],
            seed=_SEED,
        )
        signatures[start : start + _ROWS_AT_ONCE] = matrix.to_rows()
    return signatures

"""Finds papers with nearly the same abstract: MinHash for candidates, exact Jaccard to decide.

An abstract is its set of three-word shingles (lower case, letters and digits
only). MinHash signatures come from ``rensa``; candidates share a band of the
signature, and every candidate's true Jaccard similarity is computed before it
counts. Signatures: A. Broder, "On the resemblance and containment of documents",
1997; banding: Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import rensa

# 42 bands of 3 find a pair of similarity 0.5 with probability 1 - (1 - 0.5**3)**42 = 0.996,
# of 0.8 always; unrelated abstracts share so few shingles that candidates stay rare.
N_BANDS, _ROWS_A_BAND = 42, 3
N_HASHES = N_BANDS * _ROWS_A_BAND
_SHINGLE_WORDS = 3
_SEED = 1
_ROWS_AT_ONCE = 20_000  # rensa hands out signatures as Python's numbers, 32 bytes each

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


def shingle_hashes(abstracts: Sequence[str]) -> tuple[Hashes, Integers]:
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


def band_keys(signatures: npt.NDArray[np.uint32], band: int) -> Hashes:
    """Return one number per row for one band of its signature, shape (n,)."""
    keys = np.zeros(len(signatures), np.uint64)
    for column in range(band * _ROWS_A_BAND, (band + 1) * _ROWS_A_BAND):
        keys = _mix(keys + signatures[:, column])
    return keys


def pairs_of_band(keys: Hashes) -> Integers:
    """Return pairs of rows with equal keys, the lower row first, shape (n_pairs, 2).

    Each row is paired with the first of its key and with the row before it.
    """
    order = np.argsort(keys, kind="stable")
    same = keys[order][1:] == keys[order][:-1]
    firsts = np.maximum.accumulate(np.where(np.append(True, ~same), np.arange(len(order)), 0))
    with_first = np.stack([order[firsts[1:][same]], order[1:][same]], axis=1)
    with_previous = np.stack([order[:-1][same], order[1:][same]], axis=1)
    return np.concatenate([with_first, with_previous])


def minhash_signatures(shingles: Hashes, offsets: Integers) -> npt.NDArray[np.uint32]:
    """Return the MinHash signature of each row, shape (n, bands x rows a band)."""
    n_rows = len(offsets) - 1
    signatures = np.empty((n_rows, N_HASHES), np.uint32)
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


def jaccard(first: Hashes, second: Hashes) -> float:
    """Return the Jaccard similarity of two sets, each given as its distinct hashes."""
    n_both = len(np.intersect1d(first, second, assume_unique=True))
    return n_both / (len(first) + len(second) - n_both)

"""Learns the scope of a model (:mod:`arxivtag.tagging.scope`) from the papers it was made of.

No text from elsewhere is needed: what is usual is counted in papers that the model learned from,
and how low an abstract may fall is read off papers that it did not learn from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from arxivtag.corpus import texts
from arxivtag.corpus.arrays import mask_of
from arxivtag.corpus.store import Corpus
from arxivtag.learning.vectorizer import pair_starts
from arxivtag.papers.schema import ABSTRACT, TITLE
from arxivtag.papers.texts import normalize_text
from arxivtag.papers.words import Words, split_words
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.scope import (
    N_PAIRS,
    Hashes,
    Scope,
    likely_part,
    mean_lifts,
    pair_hashes,
    word_hashes,
)
from arxivtag.tagging.tagger import frame_texts, predict

MIN_COUNT = 5  # of a pair that is kept
# Words to which held-out abstracts are cut, and the share of them that may be called unsure: of
# all abstracts it should be below 2 %, later ones included, which read less like those learned;
# more of the few short ones, which tell less apart. Titles are shorter still, and often alone.
UNSURE_SHARES = {8: 0.015, 15: 0.015, 30: 0.04, 60: 0.04, 120: 0.008, 240: 0.008}
MIN_HELD_OUT = 500  # of fewer, the lowest few say nothing
MAX_TRAIN, MAX_HELD_OUT = 60_000, 4_000  # papers looked at: seconds of work

Rows = NDArray[np.integer]


def with_scope(bundle: Bundle, corpus: Corpus, train: Rows, held_out: Rows) -> Bundle:
    """Return a calibrated model with its scope; without one where too few are held out to tell.

    ``train`` are rows of the corpus that it learned from, ``held_out`` others.

    Raises:
        StorageError: If the corpus cannot be read.
    """
    if len(held_out) < MIN_HELD_OUT:
        return bundle
    # Half are the first ones: files of arXiv are often newest first, and words change.
    first, rest = np.split(np.sort(train), [MAX_TRAIN // 2])
    chosen = np.concatenate([first, _sample(rest, MAX_TRAIN // 2)])
    learned = list(_texts(bundle, corpus, chosen))
    unseen = list(_texts(bundle, corpus, _sample(held_out, MAX_HELD_OUT)))
    return dataclasses.replace(bundle, scope=fit_scope(bundle, learned, unseen))


def _sample(rows: Rows, most: int) -> Rows:
    """Return at most so many rows, evenly spread."""
    step = -(-len(rows) // most)
    return np.sort(rows)[:: max(step, 1)]


def _texts(bundle: Bundle, corpus: Corpus, rows: Rows) -> Iterator[str]:
    chosen = mask_of(rows, corpus.n_papers)
    for table in texts.batches(corpus, chosen, [TITLE, ABSTRACT]):
        yield from map(normalize_text, frame_texts(bundle, table.to_pandas()))


def fit_scope(bundle: Bundle, learned: Sequence[str], unseen: Sequence[str]) -> Scope | None:
    """Return what abstracts read like, or None where too few are unseen to tell.

    ``learned`` are normalised joined texts that the calibrated model learned from, or a sample of
    them; ``unseen`` are others.
    """
    pairs, lifts = _usual_pairs(split_words(learned))
    scope = Scope(pairs, lifts, (), ())
    split = [text.split() for text in unseen]
    lowest: dict[int, float] = {}
    for n_words, share in UNSURE_SHARES.items():
        cut = [" ".join(words[:n_words]) for words in split if len(words) >= n_words]
        if len(cut) >= MIN_HELD_OUT:
            sums = mean_lifts(scope, split_words(cut)) + likely_part(predict(bundle, cut))
            lowest[n_words] = round(float(np.quantile(sums, share)), 4)
    if not lowest or not len(pairs):
        return None
    return dataclasses.replace(scope, lengths=tuple(lowest), lowest=tuple(lowest.values()))


def _usual_pairs(words: Words) -> tuple[Hashes, NDArray[np.float16]]:
    """Return the hashes of the pairs that add most to all texts together, and their lifts."""
    n_words, codes = len(words.dictionary), words.codes.astype(np.int64)
    starts = pair_starts(words.indptr)
    keys, counts = np.unique(codes[starts] * n_words + codes[starts + 1], return_counts=True)
    often = counts >= MIN_COUNT
    first, second, counts = keys[often] // n_words, keys[often] % n_words, counts[often]
    of_word = np.bincount(codes, minlength=n_words).astype(np.float64)
    lifts = np.log((1 + counts / of_word[first] * len(codes) / of_word[second]) / 2)
    best = np.argsort(-counts * lifts, kind="stable")[:N_PAIRS]
    best = best[lifts[best] > 0]
    crc = word_hashes(words)
    hashes, kept = np.unique(pair_hashes(crc[first[best]], crc[second[best]]), return_index=True)
    return hashes, lifts[best[kept]].astype(np.float16)

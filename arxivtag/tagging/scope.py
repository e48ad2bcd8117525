"""Whether a text is one that the model can judge: does it read like the abstracts it knows?

Nothing but abstracts is needed to tell. Two signs are added up:

- *How it reads*: the mean over all pairs of neighbouring words of the pair's lift,
  ``log((1 + p(second | first) / p(second)) / 2)``. Pairs usual in abstracts raise it, all others
  count ``log(1 / 2)``. The most telling pairs are kept with the bundle, as hashes.
- *Whether an area is likely*: the log odds of the most probable label, weighed little.

The sum may be as low as that of the lowest of the held-out abstracts, cut to the same length:
short texts vary more. Notices, other languages and what is no text are told by
:mod:`arxivtag.papers.text_checks`.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.calibration import logit
from arxivtag.learning.vectorizer import Vectorizer, pair_starts
from arxivtag.papers.text_checks import check_text
from arxivtag.papers.words import Words, split_words

N_PAIRS = 40_000  # 0.24 MB of a bundle
MAX_LENGTHS = 32
SURE, NEARLY = 0.75, 0.85  # of the most probable label; of the second, as a share of the first

_WEIGHT_OF_LOG_ODDS = 0.1
_USUAL_LOG_ODDS = 1.8  # the median of abstracts: the most probable label has 0.86
_UNKNOWN_PAIR = np.float32(np.log(0.5))
_MANY_KNOWN = 0.5
_AT_ONCE = 4_096  # texts
_HASH_FACTOR = np.uint32(2_654_435_761)
# What text_checks notices that makes labels worthless, as it notes it, and in a sentence.
_NO_ABSTRACT = {
    "withdrawn": ("withdrawn", "It reads as a notice that a paper was withdrawn."),
    "other_language": ("not English", "It does not read like English, which the model learned."),
    "not_text": ("not plain text", "It does not read like text."),
    "too_short": ("fewer than 3 words", "The text is too short to judge."),
    "empty": ("no abstract", "There is no text."),
}

Floats = NDArray[np.float32]
Hashes = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Scope:
    """What the abstracts that a model knows read like.

    Attributes:
        pairs: ``(n_pairs,)`` uint32, rising: hashes of pairs of words usual in abstracts.
        lifts: ``(n_pairs,)`` float16, what each adds.
        lengths: Lengths of texts in words, rising.
        lowest: ``(n_lengths,)`` the lowest sum that a text of each length may have.
    """

    pairs: Hashes
    lifts: NDArray[np.float16]
    lengths: tuple[int, ...]
    lowest: tuple[float, ...]

    def problem(self) -> str:
        """Return what is wrong with it, which anybody may have made; empty if nothing is."""
        if not 1 <= len(self.lengths) == len(self.lowest) <= MAX_LENGTHS:
            return f"it should have one lowest sum for each of up to {MAX_LENGTHS} lengths"
        if min(self.lengths) < 1 or (np.diff(self.lengths) <= 0).any():
            return "its lengths should rise"
        if not np.isfinite(self.lowest).all():
            return "its lowest sums should be finite"
        return "" if (np.diff(self.pairs.astype(np.int64)) > 0).all() else "its pairs should rise"


@dataclass(frozen=True)
class Remark:
    """What is to be said of a text, in a few words for a table and in a sentence.

    ``is_doubt`` where it is why the text gets no label.
    """

    short: str
    sentence: str
    is_doubt: bool = True


def doubts(
    scope: Scope | None, vectorizer: Vectorizer, texts: Sequence[str], y_prob: Floats
) -> list[Remark | None]:
    """Return for each text why the model cannot judge it; None where it can.

    Args:
        scope: Without one nothing is doubted.
        texts: Normalised joined texts.
        y_prob: ``(n_texts, n_labels)`` calibrated.
    """
    if scope is None:
        return [None] * len(texts)
    found: list[Remark | None] = []
    for start in range(0, len(texts), _AT_ONCE):
        part = texts[start : start + _AT_ONCE]
        words = split_words(part)
        missing = lowest_sums(scope, np.diff(words.indptr)) - mean_lifts(scope, words)
        is_low = missing > likely_part(y_prob[start : start + _AT_ONCE])
        known = _known_shares(vectorizer, words)
        unlike = missing > _WEIGHT_OF_LOG_ODDS * _USUAL_LOG_ODDS
        found += [
            _noticed(text) or (_remark(share, unlike=bool(reads_unlike)) if low else None)
            for text, low, share, reads_unlike in zip(part, is_low, known, unlike, strict=True)
        ]
    return found


def nearly_equal(label_names: Sequence[str], y_prob_row: Floats) -> Remark | None:
    """Return a remark where the two most probable labels are nearly as likely, and neither sure.

    ``y_prob_row`` are the calibrated probabilities of one text, ``(n_labels,)``.
    """
    if len(label_names) < 2:
        return None
    first, second = np.argsort(-y_prob_row, kind="stable")[:2]
    if y_prob_row[first] > SURE or y_prob_row[second] < NEARLY * y_prob_row[first]:
        return None
    pair = f"{label_names[first]} and {label_names[second]}"
    return Remark("two areas nearly as likely", f"{pair} are nearly as likely.", is_doubt=False)


def _noticed(text: str) -> Remark | None:
    kind = check_text(text, len(text)).kind
    return Remark(*_NO_ABSTRACT[kind]) if kind in _NO_ABSTRACT else None


def _remark(known: float, *, unlike: bool) -> Remark:
    if known < _MANY_KNOWN:
        few = f"Only {100 * known:.0f} % of its words are known to the model: is it English?"
        return Remark("few known words", few)
    if unlike:
        return Remark("unlike an abstract", "It does not read like an abstract on arXiv.")
    return Remark("no likely area", "No area is likely for what it says.")


def mean_lifts(scope: Scope, words: Words) -> Floats:
    """Return ``(n_texts,)`` the mean lift of the pairs of each text; of no pair, the lowest."""
    starts = pair_starts(words.indptr)
    of_word = word_hashes(words)[words.codes]
    hashes = pair_hashes(of_word[starts], of_word[starts + 1])
    place = np.searchsorted(scope.pairs, hashes)
    place[place == len(scope.pairs)] = 0
    is_usual = scope.pairs[place] == hashes
    lifts = np.where(is_usual, scope.lifts[place].astype(np.float32), _UNKNOWN_PAIR)
    bounds = np.searchsorted(starts, words.indptr)
    means = np.where(np.diff(bounds) > 0, _means(lifts, bounds), _UNKNOWN_PAIR)
    return np.asarray(means, np.float32)


def _means(values: NDArray[Any], bounds: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the mean of the values from each bound to the next; of none, 0."""
    totals = np.append(0, np.cumsum(values, dtype=np.float64))
    return np.asarray(np.diff(totals[bounds]) / np.maximum(np.diff(bounds), 1), np.float64)


def lowest_sums(scope: Scope, n_words: NDArray[np.integer]) -> Floats:
    """Return the lowest sum that texts of these lengths may have."""
    lengths = np.log(np.maximum(n_words, 1))
    return np.asarray(np.interp(lengths, np.log(scope.lengths), scope.lowest), np.float32)


def likely_part(y_prob: Floats) -> NDArray[np.float64]:
    """Return ``(n_texts,)`` what the most probable label (0.005 to 0.995) adds to the sum."""
    return _WEIGHT_OF_LOG_ODDS * logit(np.clip(y_prob.max(axis=1, initial=0), 0.005, 0.995))


def word_hashes(words: Words) -> Hashes:
    """Return ``(n_distinct_words,)`` the CRC-32 of each word."""
    encoded = (word.encode("utf-8") for word in words.dictionary.to_pylist())
    return np.fromiter(map(zlib.crc32, encoded), np.uint32, len(words.dictionary))


def pair_hashes(first: Hashes, second: Hashes) -> Hashes:
    """Return the hashes of pairs from those of their words."""
    return first * _HASH_FACTOR + second


def _known_shares(vectorizer: Vectorizer, words: Words) -> Floats:
    """Return the share of each text's words that stand in a term of the vocabulary."""
    table = vectorizer.terms
    is_known = (table.numbers(words.dictionary) < len(table.word_number))[words.codes]
    return np.asarray(_means(is_known, words.indptr), np.float32)

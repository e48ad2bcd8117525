"""Terms of a corpus as tables: frequent words and bigrams, telling terms, Zipf, coverage.

A *term* is a word or a bigram by the rule of :mod:`arxivtag.papers.words`.
:func:`index_tokens` applies it once; every table below is then a count
over the papers that a boolean mask ``rows`` (n_papers,) selects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from arxivtag.corpus.tokens import STOP_WORDS
from arxivtag.corpus.tokens import TermKind as TermKind
from arxivtag.exploring.labels import LabelIndex, Rows, label_frequency
from arxivtag.papers.words import split_words

Ints = npt.NDArray[np.int64]
TellingMethod = Literal["log_odds", "chi2"]

# Weight of the prior of the log-odds: words of the prior per word counted. See telling_terms.
PRIOR_SHARE = 0.1
MIN_TELLING_COUNT = 5
CURVE_POINTS = 200


class TermIndex(Protocol):
    """What the tables ask of the tokens of a corpus; see :class:`arxivtag.corpus.tokens.Tokens`.

    ``words`` are the distinct words, ``bigrams`` (n_bigrams, 2) the two words of each bigram and
    ``indptr`` (n_papers + 1,) where each paper's tokens begin.
    """

    @property
    def words(self) -> pa.Array: ...

    @property
    def bigrams(self) -> npt.NDArray[np.int32]: ...

    @property
    def indptr(self) -> Ints: ...

    def __len__(self) -> int: ...

    def n_words(self, rows: Rows | None = None) -> int: ...

    def n_terms(self, kind: TermKind) -> int: ...

    def counts(self, kind: TermKind, rows: Rows | None = None) -> Ints: ...

    def counts_of(self, kind: TermKind, selections: Sequence[Rows], terms: Ints) -> Ints: ...

    def n_occurrences(self, kind: TermKind, rows: Rows) -> int: ...

    def paper_counts(self, kind: TermKind, rows: Rows | None, terms: Ints) -> Ints: ...

    def first_places(self, rows: Rows | None = None) -> Ints: ...

    def is_stop_term(self, kind: TermKind) -> Rows: ...

    def terms(self, kind: TermKind, codes: npt.NDArray[np.integer]) -> list[str]: ...


@dataclass(frozen=True)
class TokenIndex:
    """The words and bigrams of every text as codes.

    Attributes:
        words: The distinct words, in order of first appearance.
        word_codes: (n_tokens,) position in ``words``, text after text.
        indptr: (n_texts + 1,) where each text's tokens begin.
        bigram_codes: (n_tokens,) the bigram that begins at each token, -1 at a text's last word.
        bigrams: (n_bigrams, 2) the two words of each bigram, as positions in ``words``.
    """

    words: pa.Array
    word_codes: npt.NDArray[np.int32]
    indptr: Ints
    bigram_codes: npt.NDArray[np.int32]
    bigrams: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @cached_property
    def papers(self) -> npt.NDArray[np.int32]:
        """(n_tokens,) which text each token stands in."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.indptr))

    def n_words(self, rows: Rows | None = None) -> int:
        """Return how many words the selected texts have."""
        sizes = np.diff(self.indptr)
        return int(sizes.sum() if rows is None else sizes[rows].sum())

    def n_terms(self, kind: TermKind) -> int:
        """Return how many distinct words or bigrams there are."""
        return len(self.words) if kind == "words" else len(self.bigrams)

    def codes(self, kind: TermKind, rows: Rows | None = None) -> npt.NDArray[np.int32]:
        """Return the codes of the selected texts, in order of the texts."""
        codes = self.word_codes if kind == "words" else self.bigram_codes
        if rows is not None and not rows.all():
            codes = codes[self.token_mask(rows)]
        return codes if kind == "words" else codes[codes >= 0]

    def token_mask(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Return (n_tokens,) which tokens belong to the selected texts."""
        return rows[self.papers]

    def is_stop_term(self, kind: TermKind) -> Rows:
        """Return (n_terms,) which terms are, or hold, a stop word."""
        stop_words = np.array([word in STOP_WORDS for word in self.words.to_pylist()], dtype=bool)
        if kind == "words":
            return stop_words
        return np.asarray(stop_words[self.bigrams].any(axis=1), dtype=np.bool_)

    def terms(self, kind: TermKind, codes: npt.NDArray[np.integer]) -> list[str]:
        """Return the terms with these codes as strings."""
        if kind == "words":
            return list(self.words.take(codes.astype(np.int64)).to_pylist())
        pairs = self.bigrams[codes]
        first, second = (self.words.take(pairs[:, i].astype(np.int64)) for i in (0, 1))
        return [f"{a} {b}" for a, b in zip(first.to_pylist(), second.to_pylist(), strict=True)]

    def counts(self, kind: TermKind, rows: Rows | None = None) -> Ints:
        """Return (n_terms,) how often each term occurs in the selected texts."""
        return np.bincount(self.codes(kind, rows), minlength=self.n_terms(kind))

    def counts_of(self, kind: TermKind, selections: Sequence[Rows], terms: Ints) -> Ints:
        """Return (n_selections, n_terms) how often some terms occur in each selection."""
        counts = [self.counts(kind, rows)[terms] for rows in selections]
        return np.array(counts, dtype=np.int64).reshape(len(selections), len(terms))

    def n_occurrences(self, kind: TermKind, rows: Rows) -> int:
        """Return how many words or bigrams the selected texts have."""
        return len(self.codes(kind, rows))

    def paper_counts(self, kind: TermKind, rows: Rows | None, terms: Ints) -> Ints:
        """Return how many selected papers hold each of a few ``terms``."""
        place = np.full(self.n_terms(kind) + 1, -1, dtype=np.int16)  # the last is for code -1
        place[terms] = np.arange(len(terms))
        places = place[self.word_codes if kind == "words" else self.bigram_codes]
        wanted = places >= 0
        if rows is not None:
            wanted &= self.token_mask(rows)
        tokens = np.flatnonzero(wanted)
        # One byte a paper and term: many times faster than sorting the pairs to make them unique.
        holds = np.zeros((len(self), len(terms)), dtype=bool)
        holds[self.papers[tokens], places[tokens]] = True
        return np.asarray(holds.sum(axis=0), dtype=np.int64)

    def first_places(self, rows: Rows | None = None) -> Ints:
        """Return where words appear first when the selected texts are read in order, sorted."""
        codes = self.codes("words", rows)
        return np.sort(np.unique(codes, return_index=True)[1])


def index_tokens(texts: Sequence[str] | pd.Series[str]) -> TokenIndex:
    """Split every text into words and give words and bigrams their codes."""
    words = split_words(list(texts))
    bigram_codes, bigrams = _encode_bigrams(words.codes, words.indptr, len(words.dictionary))
    return TokenIndex(words.dictionary, words.codes, words.indptr, bigram_codes, bigrams)


def _encode_bigrams(
    word_codes: npt.NDArray[np.int32], indptr: Ints, n_words: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return (n_tokens,) bigram codes (-1: no bigram begins here) and (n_bigrams, 2) word codes."""
    codes = np.full(len(word_codes), -1, dtype=np.int32)
    begins = np.ones(len(word_codes), dtype=bool)
    begins[indptr[1:][np.diff(indptr) > 0] - 1] = False  # a text's last word
    places = np.flatnonzero(begins)
    pairs = word_codes[places].astype(np.int64) * n_words + word_codes[places + 1]
    encoded = pa.array(pairs).dictionary_encode()
    codes[places] = encoded.indices.to_numpy(zero_copy_only=False)
    distinct = encoded.dictionary.to_numpy(zero_copy_only=False)
    words = np.stack([distinct // max(n_words, 1), distinct % max(n_words, 1)], axis=1)
    return codes, words.astype(np.int32)


def term_frequency(
    index: TermIndex,
    kind: TermKind,
    rows: Rows | None = None,
    *,
    drop_stop_words: bool = True,
    n_terms: int = 30,
) -> pd.DataFrame:
    """Return the most frequent terms: ``term``, ``count``, ``papers``, ``per_1000_words``.

    ``papers`` is how many selected papers hold the term. Ties are in order of first appearance.
    """
    counts = index.counts(kind, rows)
    total = index.n_words(rows)
    if drop_stop_words:
        counts = np.where(index.is_stop_term(kind), 0, counts)
    order = _largest(counts, n_terms)
    return pd.DataFrame(
        {
            "term": index.terms(kind, order),
            "count": counts[order],
            "papers": index.paper_counts(kind, rows, order),
            "per_1000_words": 1000 * counts[order] / max(total, 1),
        }
    )


def _largest(values: npt.NDArray[np.number], n: int) -> Ints:
    """Return positions of the ``n`` largest positive values, largest first, ties by position."""
    candidates = np.flatnonzero(values > 0)
    if len(candidates) > n:
        cut = np.partition(values[candidates], len(candidates) - n)[len(candidates) - n]
        candidates = candidates[values[candidates] >= cut]
    order: Ints = candidates[np.argsort(-values[candidates], kind="stable")][:n]
    return order


def telling_terms(
    index: TermIndex,
    kind: TermKind,
    inside: Rows,
    rows: Rows | None = None,
    *,
    method: TellingMethod = "log_odds",
    drop_stop_words: bool = True,
    n_terms: int = 20,
) -> pd.DataFrame:
    """Return the terms that tell papers ``inside`` from the other selected papers.

    Args:
        index: The tokens.
        kind: Words or bigrams.
        inside: (n_papers,) the papers of interest, for instance those that carry a label.
        rows: The selected papers; papers inside but not selected do not count.
        method: ``log_odds``: z-score of the log-odds ratio with an informative Dirichlet prior
            (Monroe, Colaresi & Quinn 2008, "Fightin' Words", eq. 16, 20-22). The prior is the
            selected papers' own counts times :data:`PRIOR_SHARE`, so that a rare term needs more
            evidence. ``chi2``: chi-squared of counts against the share of papers, as
            ``sklearn.feature_selection.chi2``; only terms that are more frequent inside.
        drop_stop_words: Leave out terms with a stop word.
        n_terms: How many terms.

    Returns:
        ``term``, ``score``, ``count_inside``, ``count_outside`` and, per 1,000 words,
        ``rate_inside``, ``rate_outside``; highest score first. Terms with fewer than
        :data:`MIN_TELLING_COUNT` occurrences are left out. Empty when either side has no words.
    """
    view = _TermsInView.of(index, kind, rows, drop_stop_words)
    return view.telling(view.counts_inside([inside])[0], inside, method, n_terms)


@dataclass(frozen=True, eq=False)
class _TermsInView:
    """The terms of the selected papers that may tell something, with their counts.

    Attributes:
        index: The tokens.
        kind: Words or bigrams.
        rows: (n_papers,) the selected papers.
        codes: (n_codes,) the terms that occur often enough.
        counts: (n_codes,) how often.
    """

    index: TermIndex
    kind: TermKind
    rows: Rows
    codes: Ints
    counts: Ints

    @classmethod
    def of(
        cls, index: TermIndex, kind: TermKind, rows: Rows | None, drop_stop_words: bool
    ) -> _TermsInView:
        counts = index.counts(kind, rows)
        eligible = counts >= MIN_TELLING_COUNT
        if drop_stop_words:
            eligible &= ~index.is_stop_term(kind)
        codes = np.flatnonzero(eligible)
        chosen = np.ones(len(index), dtype=bool) if rows is None else rows
        return cls(index, kind, chosen, codes, counts[codes])

    def counts_inside(self, insides: Sequence[Rows]) -> Ints:
        """Return (n_insides, n_codes) how often each term occurs in each set of papers."""
        selected = [inside & self.rows for inside in insides]
        return self.index.counts_of(self.kind, selected, self.codes)

    def telling(self, a: Ints, inside: Rows, method: TellingMethod, n_terms: int) -> pd.DataFrame:
        """Return the table of :func:`telling_terms`, given the counts inside."""
        index, within, without = self.index, inside & self.rows, ~inside & self.rows
        n_in = index.n_occurrences(self.kind, within)
        n_out = index.n_occurrences(self.kind, without)
        b = self.counts - a
        if not n_in or not n_out:
            scores = np.zeros(len(a))
        elif method == "log_odds":
            scores = log_odds_z(a, b, n_in, n_out)
        else:
            share = float(within.sum()) / int(self.rows.sum())
            scores = np.where(a * (1 - share) > b * share, chi_squared(a, b, share), 0.0)
        best = _largest(scores, n_terms)
        return pd.DataFrame(
            {
                "term": index.terms(self.kind, self.codes[best]),
                "score": scores[best],
                "count_inside": a[best],
                "count_outside": b[best],
                "rate_inside": 1000 * a[best] / max(index.n_words(within), 1),
                "rate_outside": 1000 * b[best] / max(index.n_words(without), 1),
            }
        )


def telling_summary(
    index: TermIndex,
    kind: TermKind,
    labels: LabelIndex,
    rows: Rows | None = None,
    *,
    drop_stop_words: bool = True,
    n_labels: int = 15,
    n_terms: int = 8,
) -> pd.DataFrame:
    """Return the most telling terms of each of the most frequent labels, by log-odds.

    Columns: ``label``, ``name``, ``papers``, ``terms`` (joined by commas, best first).
    """
    frequency = label_frequency(labels, rows).head(n_labels)
    insides = [labels.having([label]) for label in frequency["label"]]
    view = _TermsInView.of(index, kind, rows, drop_stop_words)
    counts = view.counts_inside(insides)
    tables = (
        view.telling(a, one, "log_odds", n_terms) for a, one in zip(counts, insides, strict=True)
    )
    terms = [", ".join(table["term"]) for table in tables]
    return frequency[["label", "name", "papers"]].assign(terms=terms)


def log_odds_z(count_in: Ints, count_out: Ints, n_in: int, n_out: int) -> npt.NDArray[np.float64]:
    """Return the z-score of each term's log-odds ratio; see :func:`telling_terms`.

    Args:
        count_in: (n_terms,) occurrences inside; ``n_in`` occurrences of all terms inside.
        count_out: (n_terms,) occurrences outside; ``n_out`` occurrences of all terms outside.
        n_in: All occurrences inside.
        n_out: All occurrences outside.
    """
    prior = PRIOR_SHARE * (count_in + count_out)
    total = PRIOR_SHARE * (n_in + n_out)
    a, b = count_in + prior, count_out + prior
    delta = np.log(a / (n_in + total - a)) - np.log(b / (n_out + total - b))
    scores: npt.NDArray[np.float64] = delta / np.sqrt(1 / a + 1 / b)
    return scores


def chi_squared(count_in: Ints, count_out: Ints, share_inside: float) -> npt.NDArray[np.float64]:
    """Return chi-squared of counts in two classes, given the share of papers inside."""
    total = count_in + count_out
    expected_in, expected_out = total * share_inside, total * (1 - share_inside)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = (count_in - expected_in) ** 2 / expected_in
        scores = scores + (count_out - expected_out) ** 2 / expected_out
    return np.asarray(np.nan_to_num(scores, nan=0.0, posinf=0.0), dtype=np.float64)


def zipf(index: TermIndex, rows: Rows | None = None) -> pd.DataFrame:
    """Return rank and count of words, most frequent first: ``rank``, ``count``, ``term``.

    At most about :data:`CURVE_POINTS` ranks, evenly spaced on a log scale: a curve to draw.
    """
    counts = index.counts("words", rows)
    order = np.argsort(-counts, kind="stable")[: int(np.count_nonzero(counts))]
    places = _log_spaced(len(order)) - 1
    chosen = order[places]
    return pd.DataFrame(
        {"rank": places + 1, "count": counts[chosen], "term": index.terms("words", chosen)}
    )


def vocabulary_growth(index: TermIndex, rows: Rows | None = None) -> pd.DataFrame:
    """Return how the number of distinct words grows: ``papers``, ``words``, ``distinct_words``.

    The selected papers are read in the order of the data set; the first line is no paper read.
    """
    sizes = np.diff(index.indptr) if rows is None else np.diff(index.indptr)[rows]
    read = np.concatenate([[0], np.cumsum(sizes)])
    steps = np.unique(np.linspace(0, len(sizes), min(len(sizes), CURVE_POINTS) + 1).astype(int))
    distinct = np.searchsorted(index.first_places(rows), read[steps])
    return pd.DataFrame({"papers": steps, "words": read[steps], "distinct_words": distinct})


@dataclass(frozen=True)
class VocabularyCoverage:
    """What a vocabulary of the most frequent terms covers.

    Attributes:
        counts: (n_terms,) occurrences of each term, most frequent first.
        n_occurrences: Their sum.
    """

    counts: Ints
    n_occurrences: int

    def share(self, max_tokens: int) -> float:
        """Return the share of all occurrences that the ``max_tokens`` most frequent terms make."""
        if not self.n_occurrences:
            return 0.0
        return float(self.counts[: max(max_tokens, 0)].sum() / self.n_occurrences)

    def lowest_count(self, max_tokens: int) -> int:
        """Return how often the last term inside a vocabulary of ``max_tokens`` occurs."""
        last = min(max_tokens, len(self.counts))
        return int(self.counts[last - 1]) if last > 0 else 0

    def curve(self) -> pd.DataFrame:
        """Return ``max_tokens``, ``share`` and ``count`` of the last term, on a log scale."""
        sizes = _log_spaced(len(self.counts))
        covered = np.cumsum(self.counts)[sizes - 1] / max(self.n_occurrences, 1)
        return pd.DataFrame(
            {"max_tokens": sizes, "share": covered, "count": self.counts[sizes - 1]}
        )


def vocabulary_coverage(
    index: TermIndex, rows: Rows | None = None, *, ngrams: int = 2
) -> VocabularyCoverage:
    """Return what vocabularies of words (``ngrams=1``) or words and bigrams (2) cover."""
    counts = index.counts("words", rows)
    if ngrams == 2:
        counts = np.concatenate([counts, index.counts("bigrams", rows)])
    counts = np.sort(counts[counts > 0])[::-1]
    return VocabularyCoverage(counts, int(counts.sum()))


def _log_spaced(n: int) -> Ints:
    """Return whole numbers from 1 to ``n``, all of the first few, then evenly on a log scale."""
    if n == 0:
        return np.array([], dtype=np.int64)
    spread = np.unique(np.geomspace(1, n, CURVE_POINTS).round().astype(np.int64))
    return np.unique(np.concatenate([spread, [1, n]]))

"""Terms of a corpus as tables: frequent words and bigrams, telling terms, Zipf, coverage.

A *term* is a word or a bigram by the rule of :mod:`arxivtag.papers.words`. Every table is a count
over the papers that a boolean mask ``rows`` (n_papers,) selects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from arxivtag.corpus.arrays import Ints, Rows, mask_of
from arxivtag.corpus.labels import LabelIndex
from arxivtag.corpus.tokens import TermKind, Tokens
from arxivtag.exploring.labels import label_frequency

TellingMethod = Literal["log_odds", "chi2"]

# Weight of the prior of the log-odds: words of the prior per word counted. See telling_terms.
PRIOR_SHARE = 0.1
MIN_TELLING_COUNT = 5
CURVE_POINTS = 200
N_SUMMARY_LABELS = 15
# So many words are counted in about a second; of more, papers in so many runs are.
MOST_WORDS = 20_000_000
_N_RUNS = 128


def countable(tokens: Tokens, rows: Rows) -> Rows:
    """Return the selected papers, or evenly chosen ones where counting all would take long.

    Counting few papers is quick, and so is counting nearly all, by taking the others away.
    """
    n_words = tokens.n_words(rows)
    is_quick = min(n_words, tokens.n_words() - n_words) <= MOST_WORDS
    return rows if is_quick else evenly_chosen(tokens, rows)


def evenly_chosen(tokens: Tokens, rows: Rows) -> Rows:
    """Return evenly spaced runs of the selected papers, with about ``MOST_WORDS`` words in all.

    What lies between runs need not be read.
    """
    step = max(-(-tokens.n_words(rows) // MOST_WORDS), 1)
    places = np.flatnonzero(rows)
    run = max(len(places) // (_N_RUNS * step), 1)
    return mask_of(places[np.arange(len(places)) // run % step == 0], len(rows))


def term_frequency(
    tokens: Tokens,
    kind: TermKind,
    rows: Rows,
    *,
    drop_stop_words: bool = True,
    n_terms: int = 30,
) -> pd.DataFrame:
    """Return the most frequent terms: ``term``, ``count``, ``papers``, ``per_1000_words``.

    ``papers`` is how many selected papers hold the term. Ties are in order of first appearance.
    """
    counts = tokens.counts(kind, rows)
    total = tokens.n_words(rows)
    if drop_stop_words:
        counts = np.where(tokens.is_stop_term(kind), 0, counts)
    order = _largest(counts, n_terms)
    return pd.DataFrame(
        {
            "term": tokens.terms(kind, order),
            "count": counts[order],
            "papers": tokens.paper_counts(kind, rows, order),
            "per_1000_words": 1000 * counts[order] / max(total, 1),
        }
    )


def _largest(values: npt.NDArray[np.number], n: int) -> Ints:
    """Return positions of the ``n`` largest positive values, largest first, ties by position."""
    candidates = np.flatnonzero(values > 0)
    if len(candidates) > n:
        cut = np.partition(values[candidates], len(candidates) - n)[len(candidates) - n]
        candidates = candidates[values[candidates] >= cut]
    return candidates[np.argsort(-values[candidates], kind="stable")][:n]


def telling_terms(
    tokens: Tokens,
    kind: TermKind,
    inside: Rows,
    rows: Rows,
    *,
    method: TellingMethod = "log_odds",
    drop_stop_words: bool = True,
    n_terms: int = 20,
) -> pd.DataFrame:
    """Return the terms that tell papers ``inside`` from the other selected papers.

    Args:
        inside: (n_papers,) the papers of interest, for instance those that carry a label.
        rows: The selected papers; papers inside but not selected do not count.
        method: ``log_odds``: z-score of the log-odds ratio with an informative Dirichlet prior
            (Monroe, Colaresi & Quinn 2008, "Fightin' Words", eq. 16, 20-22). The prior is the
            selected papers' own counts times :data:`PRIOR_SHARE`, so that a rare term needs more
            evidence. ``chi2``: chi-squared of counts against the share of papers, as
            ``sklearn.feature_selection.chi2``; only terms that are more frequent inside.

    Returns:
        ``term``, ``score``, ``count_inside``, ``count_outside`` and, per 1,000 words,
        ``rate_inside``, ``rate_outside``; highest score first. Terms with fewer than
        :data:`MIN_TELLING_COUNT` occurrences are left out. Empty when either side has no words.
    """
    within, without = inside & rows, ~inside & rows
    n_in, n_out = tokens.n_occurrences(kind, within), tokens.n_occurrences(kind, without)
    counts = tokens.counts(kind, rows)
    eligible = counts >= MIN_TELLING_COUNT
    if drop_stop_words:
        eligible &= ~tokens.is_stop_term(kind)
    codes = np.flatnonzero(eligible)
    a = tokens.counts(kind, within)[codes]
    b = counts[codes] - a
    if not n_in or not n_out:
        scores = np.zeros(len(a))
    elif method == "log_odds":
        scores = log_odds_z(a, b, n_in, n_out)
    else:
        share = float(within.sum()) / int(rows.sum())
        scores = np.where(a * (1 - share) > b * share, chi_squared(a, b, share), 0.0)
    best = _largest(scores, n_terms)
    return pd.DataFrame(
        {
            "term": tokens.terms(kind, codes[best]),
            "score": scores[best],
            "count_inside": a[best],
            "count_outside": b[best],
            "rate_inside": 1000 * a[best] / max(tokens.n_words(within), 1),
            "rate_outside": 1000 * b[best] / max(tokens.n_words(without), 1),
        }
    )


def telling_summary(
    tokens: Tokens,
    kind: TermKind,
    labels: LabelIndex,
    rows: Rows,
    *,
    drop_stop_words: bool = True,
    n_terms: int = 8,
) -> pd.DataFrame:
    """Return the most telling terms of each of the most frequent labels, by log-odds.

    Columns: ``label``, ``name``, ``papers``, ``terms`` (joined by commas, best first).
    """
    frequency = label_frequency(labels.of(rows)).head(N_SUMMARY_LABELS)
    terms = [
        ", ".join(
            telling_terms(
                tokens,
                kind,
                labels.having([label]),
                rows,
                drop_stop_words=drop_stop_words,
                n_terms=n_terms,
            )["term"]
        )
        for label in frequency["label"]
    ]
    return frequency[["label", "name", "papers"]].assign(terms=terms)


def log_odds_z(count_in: Ints, count_out: Ints, n_in: int, n_out: int) -> npt.NDArray[np.float64]:
    """Return the z-score of each term's log-odds ratio; see :func:`telling_terms`.

    Counts, (n_terms,), are occurrences of each term inside and outside, ``n_in`` and ``n_out`` of
    all terms.
    """
    prior = PRIOR_SHARE * (count_in + count_out)
    total = PRIOR_SHARE * (n_in + n_out)
    a, b = count_in + prior, count_out + prior
    delta = np.log(a / (n_in + total - a)) - np.log(b / (n_out + total - b))
    return np.asarray(delta / np.sqrt(1 / a + 1 / b))


def chi_squared(count_in: Ints, count_out: Ints, share_inside: float) -> npt.NDArray[np.float64]:
    """Return chi-squared of counts in two classes, given the share of papers inside."""
    counts = np.stack([count_in, count_out])
    expected = np.outer([share_inside, 1 - share_inside], counts.sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = ((counts - expected) ** 2 / expected).sum(axis=0)
    return np.asarray(np.nan_to_num(scores, nan=0.0, posinf=0.0), dtype=np.float64)


def zipf(tokens: Tokens, rows: Rows) -> pd.DataFrame:
    """Return rank and count of words, most frequent first: ``rank``, ``count``, ``term``.

    At most about :data:`CURVE_POINTS` ranks, evenly spaced on a log scale: a curve to draw.
    """
    counts = tokens.counts("words", rows)
    order = np.argsort(-counts, kind="stable")[: int(np.count_nonzero(counts))]
    places = _log_spaced(len(order)) - 1
    chosen = order[places]
    return pd.DataFrame(
        {"rank": places + 1, "count": counts[chosen], "term": tokens.terms("words", chosen)}
    )


def vocabulary_growth(tokens: Tokens, rows: Rows) -> pd.DataFrame:
    """Return how the number of distinct words grows: ``papers``, ``words``, ``distinct_words``.

    The selected papers are read in the order of the data set; the first line is no paper read.
    """
    sizes = np.diff(tokens.indptr)[rows]
    read = np.concatenate([[0], np.cumsum(sizes)])
    steps = np.unique(np.linspace(0, len(sizes), min(len(sizes), CURVE_POINTS) + 1).astype(int))
    distinct = np.searchsorted(tokens.first_places(rows), read[steps])
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
        return float(self.counts[:max_tokens].sum() / max(self.n_occurrences, 1))

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


def vocabulary_coverage(tokens: Tokens, rows: Rows, *, ngrams: int = 2) -> VocabularyCoverage:
    """Return what vocabularies of words (``ngrams=1``) or words and bigrams (2) cover."""
    counts = tokens.counts("words", rows)
    if ngrams == 2:
        counts = np.concatenate([counts, tokens.counts("bigrams", rows)])
    counts = np.sort(counts[counts > 0])[::-1]
    return VocabularyCoverage(counts, int(counts.sum()))


def _log_spaced(n: int) -> Ints:
    """Return whole numbers from 1 to ``n``, all of the first few, then evenly on a log scale."""
    if n == 0:
        return np.array([], dtype=np.int64)
    spread = np.unique(np.geomspace(1, n, CURVE_POINTS).round().astype(np.int64))
    return np.unique(np.concatenate([spread, [1, n]]))

"""Learns a vocabulary from the tokens of a corpus, and makes its TF-IDF rows part by part.

The rules are those of :mod:`arxivtag.learning.vectorizer`; words and bigrams come as numbers from
``tokens/``, so that memory holds some numbers per distinct term and one part of the tokens.

Memory and the size of a model grow with its n-grams, of which more papers bring ever more. Where
there are more than its budget allows, the most frequent ones are a poor choice: what tells nothing
of the labels (``we then``, ``of the``) is as frequent as what does. Kept are those whose papers
have other labels than all papers have, by Pearson's chi-square statistic, summed over labels (Yang
and Pedersen, "A comparative study on feature selection in text categorization", 1997).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from arxivtag.corpus.tokens import TermKind, Tokens
from arxivtag.errors import DataError
from arxivtag.learning.features import SparseRows
from arxivtag.learning.vectorizer import Vectorizer, count_rows, with_words
from arxivtag.settings import VectorizerConfig


@dataclass(frozen=True, eq=False)
class Fitted:
    """A vectorizer, and where the terms of the corpus stand in its vocabulary.

    Attributes:
        columns: For words and bigrams, ``(n_terms + 1,)`` int32: each term's column or -1. The
            last entry, -1, is for places where no bigram begins.
    """

    vectorizer: Vectorizer
    columns: dict[TermKind, NDArray[np.int32]]

    def limited(self, kept: NDArray[np.int64]) -> Fitted:
        """Return the same with these columns of the vocabulary alone, renumbered from 0."""
        place = np.full(len(self.vectorizer) + 1, -1, dtype=np.int32)  # the last: column -1
        place[kept] = np.arange(len(kept), dtype=np.int32)
        columns = {kind: place[column] for kind, column in self.columns.items()}
        return Fitted(take_terms(self.vectorizer, kept), columns)

    def transform(self, tokens: Tokens, first: int, last: int) -> SparseRows:
        """Return the TF-IDF rows of the papers from ``first`` to before ``last``."""
        sizes = np.diff(tokens.indptr[first : last + 1])
        papers = np.repeat(np.arange(last - first), sizes)
        columns = [column[tokens.codes(kind, first, last)] for kind, column in self.columns.items()]
        counts = count_rows(
            np.tile(papers, len(columns)),
            np.concatenate(columns),
            last - first,
            len(self.vectorizer),
        )
        length, table = self.vectorizer.config.max_length_words, self.vectorizer.terms
        if length is not None:
            numbers = table.numbers(tokens.words)[tokens.codes("words", first, last)]
            indptr = tokens.indptr[first : last + 1] - tokens.indptr[first]
            counts = with_words(counts, numbers, indptr, table, length)
        return self.vectorizer.weigh(counts)


def fit(
    tokens: Tokens, papers: NDArray[np.bool_], config: VectorizerConfig, max_tokens: int
) -> Fitted:
    """Learn the vocabulary and idf of some papers.

    Args:
        papers: ``(n_papers,)`` which papers of the corpus to learn from.
        config: Its ``min_document_frequency`` leaves out terms before ``max_tokens`` cuts.
        max_tokens: Terms to keep, and Keras' slot for [UNK].

    Raises:
        DataError: If no term is left.
    """
    kinds: tuple[TermKind, ...] = ("words", "bigrams") if config.ngrams == 2 else ("words",)
    counts = np.concatenate([tokens.counts(kind, papers) for kind in kinds])
    papers_with = np.concatenate([tokens.papers_with(kind, papers) for kind in kinds])
    frequent = np.flatnonzero(papers_with >= max(config.min_document_frequency, 1))
    frequent = _most_frequent(frequent, counts, max(max_tokens - 1, 0))
    terms = _terms(tokens, frequent)
    order = _falling(counts[frequent], terms)[: max(max_tokens - 1, 0)]
    n_papers = int(papers.sum())
    if not len(order):
        raise DataError(
            "No term is left for the vocabulary: expected texts with words that occur in at "
            f"least {config.min_document_frequency} of them. Received: {n_papers:,} texts.",
            "Lower the minimum document frequency, or use more or longer texts.",
        )
    kept = frequent[order]
    idf = np.log(1 + n_papers / (1 + papers_with[kept])).astype(np.float32)
    column = np.full(len(counts), -1, dtype=np.int32)
    column[kept] = np.arange(len(kept), dtype=np.int32)
    of_kinds = zip(kinds, np.split(column, [tokens.n_terms("words")]), strict=False)
    columns = {kind: np.append(part, np.int32(-1)) for kind, part in of_kinds}
    return Fitted(Vectorizer(terms.take(pa.array(order)), idf, config), columns)


def _most_frequent(
    terms: NDArray[np.int64], counts: NDArray[np.int64], n_terms: int
) -> NDArray[np.int64]:
    """Return the terms that may be among the ``n_terms`` with the highest count, ties included."""
    if not 0 < n_terms < len(terms):
        return terms
    place = len(terms) - n_terms
    least = np.partition(counts[terms], place)[place]
    likely: NDArray[np.int64] = terms[counts[terms] >= least]
    return likely


def _terms(tokens: Tokens, numbers: NDArray[np.int64]) -> pa.StringArray:
    """Return terms as strings; numbers of bigrams begin where those of words end."""
    n_words = len(tokens.words)
    at = int(np.searchsorted(numbers, n_words))
    pairs = tokens.bigrams[numbers[at:] - n_words]
    words, first, second = (
        tokens.words.take(pa.array(codes)).cast(pa.string())
        for codes in (numbers[:at], pairs[:, 0], pairs[:, 1])
    )
    return pa.concat_arrays([words, pc.binary_join_element_wise(first, second, " ")])


def _falling(counts: NDArray[np.int64], strings: pa.StringArray) -> NDArray[np.int64]:
    """Return the order by falling count, equal counts by falling UTF-8 bytes."""
    table = pa.table({"count": counts, "term": strings})
    keys = [("count", "descending"), ("term", "descending")]
    order: NDArray[np.int64] = pc.sort_indices(table, keys).to_numpy().astype(np.int64)
    return order


def most_telling(rows: SparseRows, y_true: NDArray[np.bool_], n_kept: int) -> NDArray[np.int64]:
    """Return the ``n_kept`` columns that tell most of the training papers' labels, rising."""
    kept = np.argsort(-label_statistic(rows, y_true), kind="stable")[:n_kept]
    return np.sort(kept)


def take_terms(vectorizer: Vectorizer, columns: NDArray[np.integer]) -> Vectorizer:
    """Return a vectorizer of these columns alone, with their idf."""
    return Vectorizer(
        vectorizer.vocabulary.take(pa.array(columns)), vectorizer.idf[columns], vectorizer.config
    )


def label_statistic(rows: SparseRows, y_true: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return each n-gram's sum over labels of ``(observed - expected) ** 2 / expected`` papers.

    Observed are the papers with n-gram and label; expected as many as if one told nothing of the
    other. ``(n_features,)`` float64, at least 0, for ``(n_papers, n_features)`` rows.
    """
    papers_with = np.bincount(rows.indices, minlength=rows.n_features)
    total = np.zeros(rows.n_features)
    # One label after another: a table of all n-grams by all labels would not fit.
    for has_label in y_true.T:
        expected = np.maximum(papers_with, 1) * has_label.mean()
        labelled = rows.take(np.flatnonzero(has_label))
        observed = np.bincount(labelled.indices, minlength=rows.n_features)
        if len(labelled):
            total += (observed - expected) ** 2 / expected
    return np.where(papers_with > 0, total, 0)

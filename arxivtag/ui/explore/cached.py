"""What the Explore page computes once for each data set, shared by all sessions.

Keyed by the content's fingerprint and bounded in entries. What these return is shared: do not
change it in place. A filtered view is a boolean mask over these, cheap enough to count anew.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from arxivtag.exploring.duplicates import DuplicateGroups, DuplicateKind, duplicate_groups
from arxivtag.exploring.labels import LabelIndex, Rows, index_labels
from arxivtag.exploring.lengths import Lengths, length_words
from arxivtag.exploring.terms import TokenIndex, index_tokens
from arxivtag.papers.cleaning import CleaningResult
from arxivtag.papers.schema import ABSTRACT, LABELS, Corpus
from arxivtag.papers.splits import Splits, split
from arxivtag.settings import SplitConfig

# A real data set of 38,000 papers takes about 100 MB here, most of it tokens.
MAX_DATA_SETS = 3


def label_index(corpus: Corpus) -> LabelIndex:
    """Return the labels of all rows of the corpus."""
    found: LabelIndex = _label_index(corpus.fingerprint, corpus)
    return found


@st.cache_resource(max_entries=MAX_DATA_SETS, show_spinner=False)
def _label_index(fingerprint: str, _corpus: Corpus) -> LabelIndex:
    return index_labels(_corpus.papers[LABELS].tolist())


def lengths(corpus: Corpus) -> Lengths:
    """Return the words of every abstract of the corpus."""
    found: Lengths = _lengths(corpus.fingerprint, corpus)
    return found


@st.cache_resource(max_entries=MAX_DATA_SETS, show_spinner=False)
def _lengths(fingerprint: str, _corpus: Corpus) -> Lengths:
    return length_words(_corpus.papers[ABSTRACT])


def tokens(corpus: Corpus) -> TokenIndex:
    """Return the words and bigrams of every abstract of the corpus."""
    found: TokenIndex = _tokens(corpus.fingerprint, corpus)
    return found


@st.cache_resource(max_entries=MAX_DATA_SETS, show_spinner="Counting words and bigrams …")
def _tokens(fingerprint: str, _corpus: Corpus) -> TokenIndex:
    return index_tokens(_corpus.papers[ABSTRACT])


def kept_rows(corpus: Corpus, result: CleaningResult) -> Rows:
    """Return the mask (n_rows,) of the corpus' rows that the example's cleaning keeps."""
    rows = np.zeros(len(corpus.papers), dtype=bool)
    rows[result.rows] = True
    return rows


def duplicates(corpus: Corpus, kind: DuplicateKind, similarity: float) -> DuplicateGroups:
    """Return the groups of papers that count as the same, among all rows."""
    found: DuplicateGroups = _duplicates(corpus.fingerprint, kind, similarity, corpus)
    return found


@st.cache_resource(max_entries=4 * MAX_DATA_SETS, show_spinner="Looking for duplicates …")
def _duplicates(
    fingerprint: str, kind: DuplicateKind, similarity: float, _corpus: Corpus
) -> DuplicateGroups:
    return duplicate_groups(_corpus.papers, label_index(_corpus), kind, similarity=similarity)


def splits(corpus: Corpus, result: CleaningResult, config: SplitConfig, random_seed: int) -> Splits:
    """Return the split that training would make of the cleaned papers."""
    found: Splits = _splits(corpus.fingerprint, config, random_seed, result)
    return found


@st.cache_resource(max_entries=MAX_DATA_SETS, show_spinner="Splitting the papers …")
def _splits(
    fingerprint: str, config: SplitConfig, random_seed: int, _result: CleaningResult
) -> Splits:
    return split(_result.papers, config, random_seed)

"""Which papers a reader looks at: by label, by text, by length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from arxivtag.corpus import texts
from arxivtag.corpus.store import Corpus
from arxivtag.corpus.texts import MAX_QUERY_CHARS as MAX_QUERY_CHARS
from arxivtag.corpus.texts import search_pattern
from arxivtag.exploring.labels import LabelIndex, Rows
from arxivtag.exploring.lengths import Lengths
from arxivtag.papers.schema import ABSTRACT, TITLE


@dataclass(frozen=True)
class PaperFilter:
    """What a paper must be to be shown; the default shows all.

    Attributes:
        labels: Every one of these labels.
        text: In title or abstract, in any case; white space matches any white space.
        min_words: At least so many words, counted as :func:`~.lengths.length_words` does.
        max_words: At most so many words.
    """

    labels: tuple[str, ...] = ()
    text: str = ""
    min_words: int | None = None
    max_words: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether every paper passes."""
        return self == PaperFilter()


def select(papers: pd.DataFrame, index: LabelIndex, lengths: Lengths, chosen: PaperFilter) -> Rows:
    """Return the mask (n_papers,) of papers that pass the filter."""
    rows = index.having(chosen.labels)
    if chosen.min_words is not None:
        rows &= lengths >= chosen.min_words
    if chosen.max_words is not None:
        rows &= lengths <= chosen.max_words
    if chosen.text.strip():
        rows &= matching(papers, chosen.text)
    return rows


def matching(papers: pd.DataFrame, text: str) -> Rows:
    """Return the mask (n_papers,) of papers whose title or abstract holds ``text``."""
    pattern = search_pattern(text)
    return _contains(papers[TITLE], pattern) | _contains(papers[ABSTRACT], pattern)


def select_rows(corpus: Corpus, chosen: PaperFilter) -> Rows:
    """Return the mask (n_papers,) of papers that pass the filter.

    Raises:
        StorageError: If the corpus cannot be read.
    """
    rows = corpus.labels.having(chosen.labels)
    if chosen.min_words is not None:
        rows &= corpus.n_words >= chosen.min_words
    if chosen.max_words is not None:
        rows &= corpus.n_words <= chosen.max_words
    if chosen.text.strip():
        rows &= texts.matching(corpus, chosen.text)
    return rows


def _contains(texts: pd.Series[str], pattern: str) -> Rows:
    # One Arrow array, which is searched many times faster than Python strings are.
    array = pa.array(texts, type=pa.large_string(), from_pandas=True)
    matches = pc.match_substring_regex(array, pattern, ignore_case=True)
    return np.asarray(matches.fill_null(False), dtype=np.bool_)

"""What the Explore page computes once for each data set, shared by all sessions.

A filtered view is a boolean mask over these results, cheap enough to count anew. Do not change
them in place.
"""

from __future__ import annotations

import numpy as np

from arxivtag.config import limits
from arxivtag.exploring.duplicates import DuplicateGroups, DuplicateKind, duplicate_groups
from arxivtag.exploring.labels import LabelIndex, Rows, index_labels
from arxivtag.exploring.lengths import Lengths, length_words
from arxivtag.exploring.terms import TokenIndex, index_tokens
from arxivtag.papers.cleaning import CleaningResult
from arxivtag.papers.schema import ABSTRACT, LABELS, Corpus
from arxivtag.papers.splits import Splits, split
from arxivtag.papers.text_checks import count_notes, note_on
from arxivtag.settings import SplitConfig
from arxivtag.ui.frame.memory import shared

# A real data set of 38,000 papers takes about 100 MB here, most of it tokens.
MAX_DATA_SETS = 3


@shared(MAX_DATA_SETS)
def label_index(corpus: Corpus) -> LabelIndex:
    """Return the labels of all rows of the corpus."""
    return index_labels(corpus.papers[LABELS].tolist())


@shared(MAX_DATA_SETS)
def lengths(corpus: Corpus) -> Lengths:
    """Return the number of words of every abstract of the corpus, (n_rows,)."""
    return length_words(corpus.papers[ABSTRACT])


@shared(MAX_DATA_SETS, "Counting words and bigrams …")
def tokens(corpus: Corpus) -> TokenIndex:
    """Return the words and bigrams of every abstract of the corpus."""
    return index_tokens(corpus.papers[ABSTRACT])


@shared(MAX_DATA_SETS, "Looking at the abstracts …")
def notes(corpus: Corpus) -> dict[str, int]:
    """Return how many abstracts of the corpus are withdrawn notices, not English and so on."""
    most = limits().max_abstract_chars
    return count_notes(note_on(text, most) for text in corpus.papers[ABSTRACT])


@shared(4 * MAX_DATA_SETS, "Looking for duplicates …")
def duplicates(corpus: Corpus, kind: DuplicateKind, similarity: float) -> DuplicateGroups:
    """Return the groups of papers that count as the same, among all rows."""
    return duplicate_groups(corpus.papers, label_index(corpus), kind, similarity=similarity)


@shared(MAX_DATA_SETS, "Splitting the papers …")
def splits(
    corpus: Corpus, _cleaning: CleaningResult, settings: SplitConfig, random_seed: int
) -> Splits:
    """Return the split that training would make of the cleaned papers of ``corpus``."""
    return split(_cleaning.papers, settings, random_seed)


def kept_rows(corpus: Corpus, cleaning: CleaningResult) -> Rows:
    """Return the mask (n_rows,) of the corpus' rows that the example's cleaning keeps."""
    rows = np.zeros(len(corpus.papers), dtype=bool)
    rows[cleaning.rows] = True
    return rows

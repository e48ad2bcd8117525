"""Which papers a reader looks at: by label, text, length, year and place on the map."""

from __future__ import annotations

from dataclasses import dataclass

from arxivtag.corpus import texts
from arxivtag.corpus.arrays import Rows
from arxivtag.corpus.store import Corpus
from arxivtag.exploring.paper_map import Outline, rows_inside


@dataclass(frozen=True)
class PaperFilter:
    """What a paper must be to be shown; the default shows all.

    Attributes:
        text: In title or abstract, in any case; white space matches any white space.
        min_words: At least so many words, counted as ``Corpus.n_words``.
        years: From the first to the last of these; papers without a date are of no year.
        outline: On the map of the corpus.
    """

    labels: tuple[str, ...] = ()
    text: str = ""
    min_words: int | None = None
    max_words: int | None = None
    years: tuple[int, int] | None = None
    outline: Outline = ()

    @property
    def is_open(self) -> bool:
        """Whether every paper passes."""
        return self == PaperFilter()


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
    if chosen.years is not None:
        first, last = chosen.years
        rows &= (corpus.years >= max(first, 0)) & (corpus.years <= last)
    if chosen.outline:
        rows &= rows_inside(corpus, chosen.outline)
    if chosen.text.strip():
        rows &= texts.matching(corpus, chosen.text)
    return rows

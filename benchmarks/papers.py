"""The papers that every contender of a benchmark gets."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.splits import split_rows
from arxivtag.corpus.store import open_corpus
from arxivtag.corpus.texts import papers_at


@dataclass(frozen=True)
class Splits:
    """Papers divided in three: title, abstract, labels."""

    train: pd.DataFrame
    val: pd.DataFrame
    test: pd.DataFrame


def read_papers(data: str) -> pd.DataFrame:
    """Return all papers of a source: title, abstract, labels."""
    corpus = open_corpus(data)
    return papers_at(corpus, range(corpus.n_papers))


def prepare(data: str, n_papers: int | None, random_seed: int) -> Splits:
    """Clean by the example's rules and split; of the first ``n_papers`` kept, if given."""
    corpus = open_corpus(data)
    cleaned = clean_rows(corpus)
    cleaned.kept[cleaned.rows[n_papers:] if n_papers else []] = False
    parts = split_rows(corpus, cleaned, random_seed=random_seed)
    return Splits(*(papers_at(corpus, parts.of(side)) for side in range(3)))

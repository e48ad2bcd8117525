"""The papers that every contender of a benchmark gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from arxivtag.corpus import texts
from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.splits import split_rows
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.papers.schema import FIELDS, LABELS


@dataclass(frozen=True)
class Splits:
    """Papers divided in three: title, abstract, labels."""

    train: pd.DataFrame
    val: pd.DataFrame
    test: pd.DataFrame


def read_papers(data: str) -> pd.DataFrame:
    """Return all papers of a source: title, abstract, labels."""
    corpus = open_corpus(data)
    return _papers_in(corpus, np.ones(corpus.n_papers, dtype=bool))


def prepare(data: str, n_papers: int | None, random_seed: int) -> Splits:
    """Clean by the example's rules and split; of the first ``n_papers`` kept, if given."""
    corpus = open_corpus(data)
    cleaned = clean_rows(corpus)
    cleaned.kept[cleaned.rows[n_papers:] if n_papers else []] = False
    parts = split_rows(corpus, cleaned, random_seed=random_seed)
    sides = []
    for side in range(3):
        papers = np.zeros(corpus.n_papers, dtype=bool)
        papers[parts.of(side)] = True
        sides.append(_papers_in(corpus, papers))
    return Splits(*sides)


def _papers_in(corpus: Corpus, papers: np.ndarray) -> pd.DataFrame:
    table = pa.concat_tables(texts.batches(corpus, papers, FIELDS))
    frame: pd.DataFrame = table.to_pandas()
    frame[LABELS] = frame[LABELS].map(tuple)
    return frame

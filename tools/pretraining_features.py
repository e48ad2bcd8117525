"""From the papers of the pretrained model to the rows that it learns from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from arxivtag import storage
from arxivtag.config import home_folder
from arxivtag.corpus import texts
from arxivtag.corpus.arrays import Ints, mask_of
from arxivtag.corpus.store import Corpus
from arxivtag.corpus.tokens import Tokens, map_tokens, write_tokens
from arxivtag.learning.features import SparseRows
from arxivtag.learning.vectorizer import Vectorizer, stack
from arxivtag.learning.vocabulary import Fitted, fit, most_telling
from arxivtag.papers.schema import ABSTRACT, TITLE
from arxivtag.papers.texts import join_text
from arxivtag.settings import VectorizerConfig
from tools.pretraining_papers import Papers


def make_features(
    papers: Papers, chosen: Ints, config: VectorizerConfig
) -> tuple[Vectorizer, SparseRows]:
    """Return the n-grams that tell most of the areas, and the rows of all papers.

    Args:
        papers: Titles and abstracts are read.
        chosen: Rows of the papers that choose the n-grams.
        config: ``max_features`` is how many are kept.
    """
    with storage.scratch_folder(home_folder() / "pretraining") as folder:
        write_tokens(folder, _texts(papers.corpus))
        tokens = map_tokens(folder)
        n_papers = papers.corpus.n_papers
        fitted = fit(tokens, mask_of(chosen, n_papers), config, n_papers * 1000)
        rows = _rows(fitted, tokens, chosen)
        kept = most_telling(rows, papers.y_true[chosen], config.max_features or len(rows))
        fitted = fitted.limited(kept)
        return fitted.vectorizer, _rows(fitted, tokens, np.arange(n_papers))


def _texts(corpus: Corpus) -> Iterator[list[str]]:
    """Yield titles with abstracts, batch by batch; the store holds them normalised."""
    everything = np.ones(corpus.n_papers, dtype=bool)
    for table in texts.batches(corpus, everything, [TITLE, ABSTRACT]):
        pairs = zip(*(column.to_pylist() for column in table.columns), strict=True)
        yield [join_text(title, abstract, "title_and_abstract") for title, abstract in pairs]


def _rows(fitted: Fitted, tokens: Tokens, papers: Ints) -> SparseRows:
    """Return the TF-IDF rows of some papers, which rise."""
    parts = []
    for first, last in tokens.parts():
        start, stop = np.searchsorted(papers, [first, last])
        parts.append(fitted.transform(tokens, first, last).take(papers[start:stop] - first))
    return stack(parts, len(fitted.vectorizer))

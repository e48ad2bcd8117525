"""A vectorizer fitted to texts, for tests that need one and have no corpus."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from arxivtag.corpus.tokens import map_tokens, write_tokens
from arxivtag.learning.features import SparseRows
from arxivtag.learning.vectorizer import Vectorizer, stack
from arxivtag.learning.vocabulary import fit
from arxivtag.papers.words import distinct_words
from arxivtag.settings import VectorizerConfig


def fit_transform(texts: Sequence[str], config: VectorizerConfig) -> tuple[Vectorizer, SparseRows]:
    """Return the vectorizer learnt from texts, through tokens on disk, and the texts' rows."""
    with tempfile.TemporaryDirectory() as folder:
        write_tokens(Path(folder), [texts])
        tokens = map_tokens(Path(folder))
        max_tokens = config.max_tokens or len(distinct_words(texts))
        fitted = fit(tokens, np.ones(len(texts), dtype=bool), config, max_tokens)
        parts = [fitted.transform(tokens, first, last) for first, last in tokens.parts()]
    return fitted.vectorizer, stack(parts, len(fitted.vectorizer))

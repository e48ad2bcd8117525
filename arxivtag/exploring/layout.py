"""Papers laid out in two dimensions by their words: the more alike, the nearer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from arxivtag.corpus.tokens import Tokens
from arxivtag.papers.facts import SIDE

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int16]
N_COMPONENTS, PERPLEXITY = 60, 40
N_STEPS, STEPS_AT_ONCE = 750, 25  # of openTSNE: 250 that spread the papers, 500 that settle them
OnFraction = Callable[[float], None]


def count_words(tokens: Tokens, codes: Ints, rows: Ints) -> sparse.csr_matrix:
    """Return (n_rows, n_codes) how often some papers hold some words.

    Args:
        codes: The words to count.
        rows: The papers, rising.
    """
    place = np.full(tokens.n_terms("words"), -1, dtype=np.int32)
    place[codes] = np.arange(len(codes), dtype=np.int32)
    parts = [sparse.csr_matrix((0, len(codes)), dtype=np.int32)]
    for first, last in tokens.parts():
        own = rows[np.searchsorted(rows, first) : np.searchsorted(rows, last)] - first
        parts.append(_part(tokens, place, (first, last), len(codes))[own])
    return sparse.vstack(parts, format="csr")


def _part(
    tokens: Tokens, place: npt.NDArray[np.int32], papers: tuple[int, int], n_words: int
) -> sparse.csr_matrix:
    first, last = papers
    columns = place[tokens.codes("words", first, last)]
    owners = np.repeat(np.arange(last - first), np.diff(tokens.indptr[first : last + 1]))
    is_kept = columns >= 0
    ones = np.ones(int(is_kept.sum()), dtype=np.int32)
    shape = (last - first, n_words)
    return sparse.coo_matrix((ones, (owners[is_kept], columns[is_kept])), shape=shape).tocsr()


def lay_out(counts: sparse.csr_matrix, random_seed: int, progress: OnFraction) -> Places:
    """Return (n_papers, 2) places of papers by their words, from 0 to ``facts.SIDE``.

    TF-IDF, its first components, and t-SNE on their directions: of rows of length one, Euclidean
    distances have the order of cosines. One thread, so that the same seed gives the same map.

    Args:
        counts: (n_papers, n_words) how often each paper holds each word; three of both or more.
        random_seed: Same seed and counts, same places.
        progress: Told how far it is, 0 to 1.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.preprocessing import normalize

    weights = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    n_components = min(N_COMPONENTS, min(weights.shape) - 1)
    svd = TruncatedSVD(n_components, random_state=random_seed)
    rows = normalize(svd.fit_transform(weights))
    progress(0.1)
    layout = tsne(rows, random_seed, progress)
    places = layout - layout.min(axis=0)
    return np.asarray((places / max(places.max(), 1e-9) * SIDE).round(), dtype=np.int16)


def tsne(
    rows: npt.NDArray[np.float64], random_seed: int, progress: OnFraction
) -> npt.NDArray[np.float64]:
    """Return (n_papers, 2) places in which near rows are near."""
    from openTSNE import TSNE

    n_done = 0

    def tell(_step: int, _error: float, _layout: Any) -> None:
        nonlocal n_done
        n_done += STEPS_AT_ONCE
        progress(0.15 + 0.85 * min(n_done / N_STEPS, 1.0))

    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    options = {"callbacks": tell, "callbacks_every_iters": STEPS_AT_ONCE}
    layout = TSNE(perplexity=perplexity, random_state=random_seed, n_jobs=1, **options).fit(rows)
    return np.asarray(layout)

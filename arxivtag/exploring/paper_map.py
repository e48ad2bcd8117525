"""The map of a corpus: the more alike the words of two papers, the nearer they lie.

It is made once, by a process of its own, and kept beside what runs prepare:
``<fingerprint>.prepared/map/`` holds the papers on the map and their places. It is removed as
prepared features are, when the disk is short or it is out of use longest, and can be made again.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from arxivtag import storage
from arxivtag.callbacks import OnProgress, ShouldStop
from arxivtag.corpus import apart
from arxivtag.corpus.arrays import Ints, Rows, map_array, mask_of, write_array
from arxivtag.corpus.kept import mark_used, sound_report, write_report
from arxivtag.corpus.store import Corpus, make_room
from arxivtag.corpus.tokens import Tokens, map_tokens
from arxivtag.errors import DataError, StorageError
from arxivtag.papers.facts import SIDE

Places = npt.NDArray[np.int16]
# Corners of a closed line on the map, each (x, y) from 0 to SIDE; none is the whole map.
Outline: TypeAlias = tuple[tuple[int, int], ...]
MAKING = "arxivtag.exploring.paper_map"  # the process that makes a map is this module
FORMAT_VERSION = 1
MAX_PAPERS = 20_000
MAX_CORNERS = 100
MIN_PAPERS, MIN_WORDS = 10, 3
MIN_PAPERS_OF_WORD = 3
N_COMPONENTS, PERPLEXITY = 60, 40
N_STEPS, STEPS_AT_ONCE = 750, 25  # of openTSNE: 250 that spread the papers, 500 that settle them
RANDOM_SEED = 0


@dataclass(frozen=True, eq=False)
class PaperMap:
    """Papers of a corpus in two dimensions.

    Attributes:
        rows: (n_points,) their rows in the corpus, rising.
        places: (n_points, 2) where they lie, 0 to :data:`~arxivtag.papers.facts.SIDE`.
    """

    rows: Ints
    places: Places


def map_folder(corpus: Corpus) -> Path:
    """Return where the map of a corpus is kept."""
    return corpus.prepared / "map"


def load_map(corpus: Corpus) -> PaperMap | None:
    """Return the map of a corpus; None if it was not made, or is damaged."""
    folder = map_folder(corpus)
    if sound_report(folder, FORMAT_VERSION) is None:
        return None
    try:
        rows = map_array(folder / "rows", np.int64)
        return PaperMap(rows, map_array(folder / "places", np.int16).reshape(-1, 2))
    except OSError:  # removed a moment ago
        return None


def rows_inside(corpus: Corpus, outline: Outline) -> Rows:
    """Return the mask (n_papers,) of papers on the map inside an outline; none without a map."""
    found = load_map(corpus)
    if found is None:
        return np.zeros(corpus.n_papers, dtype=bool)
    return mask_of(found.rows[is_inside(found.places, outline)], corpus.n_papers)


def is_inside(places: Places, outline: Outline) -> Rows:
    """Return (n_points,) which points lie inside an outline, by the even-odd rule."""
    corners = np.array(outline, dtype=np.float64).reshape(-1, 2)
    x, y = places.T.astype(np.float64)
    inside = np.zeros(len(places), dtype=bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 != y1:  # does a line from the point to the right cross this side?
            crosses = ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
            inside ^= crosses
    return inside


def write_outline(outline: Outline) -> str:
    """Return an outline as it stands in an address: ``"0-0_90-0_90-70"``."""
    return "_".join(f"{x}-{y}" for x, y in outline)


def read_outline(text: str) -> Outline:
    """Return what :func:`write_outline` wrote; nothing if it is no outline."""
    try:
        corners = tuple((int(x), int(y)) for x, y in (one.split("-") for one in text.split("_")))
    except ValueError:
        return ()
    within = all(0 <= value <= SIDE for corner in corners for value in corner)
    return corners if within and 3 <= len(corners) <= MAX_CORNERS else ()


def make_map(tokens: Tokens, folder: Path, progress: OnProgress) -> None:
    """Lay out papers of a corpus, at most :data:`MAX_PAPERS`, and publish their places.

    Raises:
        DataError: If too few papers share words.
        StorageError: If the disk refuses.
    """
    progress("Counting words", 0.0)
    chosen = np.flatnonzero(np.diff(tokens.indptr) > 0)
    if len(chosen) > MAX_PAPERS:
        chance = np.random.default_rng(RANDOM_SEED)
        chosen = np.sort(chance.choice(chosen, MAX_PAPERS, replace=False))
    often = tokens.files["words"].papers >= MIN_PAPERS_OF_WORD
    counts = count_words(tokens, np.flatnonzero(often & ~tokens.is_stop_term("words")), chosen)
    known = np.diff(counts.indptr) > 0
    n_papers, n_words = int(known.sum()), counts.shape[1]
    if n_papers < MIN_PAPERS or n_words < MIN_WORDS:
        raise DataError(
            f"A map needs at least {MIN_PAPERS} papers that share {MIN_WORDS} words or more. "
            f"Received: {n_papers:,} papers with {n_words:,} words that occur in several.",
            "Add papers, or look at them one by one under Papers.",
        )
    places = lay_out(
        counts[known],
        RANDOM_SEED,
        lambda fraction: progress(f"Laying out {n_papers:,} papers", fraction),
    )
    with storage.publish_folder(folder) as new:
        write_array(new / "rows", chosen[known])
        write_array(new / "places", places)
        write_report(new, FORMAT_VERSION)


def count_words(tokens: Tokens, codes: Ints, rows: Ints) -> sparse.csr_matrix:
    """Return (n_rows, n_codes) how often the papers in ``rows``, rising, hold some words."""
    place = np.full(tokens.n_terms("words"), -1, dtype=np.int32)
    place[codes] = np.arange(len(codes), dtype=np.int32)
    parts = [sparse.csr_matrix((0, len(codes)), dtype=np.int32)]
    for first, last in tokens.parts():
        columns = place[tokens.codes("words", first, last)]
        owners = np.repeat(np.arange(last - first), np.diff(tokens.indptr[first : last + 1]))
        is_kept = columns >= 0
        ones = np.ones(int(is_kept.sum()), dtype=np.int32)
        cells = (ones, (owners[is_kept], columns[is_kept]))
        counts = sparse.coo_matrix(cells, shape=(last - first, len(codes))).tocsr()
        start, stop = np.searchsorted(rows, [first, last])
        parts.append(counts[rows[start:stop] - first])
    return sparse.vstack(parts, format="csr")


def lay_out(
    counts: sparse.csr_matrix, random_seed: int, progress: Callable[[float], None]
) -> Places:
    """Return (n_papers, 2) places of papers by their words, from 0 to ``facts.SIDE``.

    TF-IDF, its first components, and t-SNE on their directions: of rows of length one, Euclidean
    distances have the order of cosines. One thread, so that the same seed gives the same map.

    Args:
        counts: (n_papers, n_words) how often each paper holds each word; three of both or more.
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
    rows: npt.NDArray[np.float64], random_seed: int, progress: Callable[[float], None]
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


def make_map_apart(corpus: Corpus, progress: OnProgress, should_stop: ShouldStop) -> PaperMap:
    """Return the map of a corpus, made by a process of its own if it is not there.

    Raises:
        ArxivTagError: What the process could not do.
        StoppedError: If it was to stop.
    """
    folder = map_folder(corpus)
    if load_map(corpus) is None:
        storage.make_folder(folder.parent)
        request = {"tokens": str(corpus.folder / "tokens"), "folder": str(folder)}
        listen = partial(apart.follow, folder, "Counting words", progress, should_stop)
        try:
            apart.run_apart(MAKING, request, f"The map of {corpus.name}", listen)
        finally:
            with contextlib.suppress(OSError):
                apart.noted_at(folder).unlink()
        make_room(corpus.folder.parent, corpus.fingerprint)
    made = load_map(corpus)
    if made is None:
        raise StorageError(f"Could not read {folder}.", "Draw the map again.")
    mark_used(folder)
    return made


def _make_asked(request: dict[str, Any], folder: Path, progress: OnProgress) -> None:
    make_map(map_tokens(Path(request["tokens"])), folder, progress)


if __name__ == "__main__":  # the process that makes a map: its argument is the request
    sys.exit(apart.serve_request(_make_asked))

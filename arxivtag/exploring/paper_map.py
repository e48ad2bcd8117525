"""The map of a corpus: made once by a process of its own, and kept beside what runs prepare.

``<fingerprint>.prepared/map/`` holds the papers on the map and their places. It is removed
as prepared features are, when the disk is short, and can be made again.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from arxivtag import storage
from arxivtag.callbacks import OnProgress, ShouldStop, StoppedError
from arxivtag.corpus import apart
from arxivtag.corpus.arrays import map_array, mask_of, write_array
from arxivtag.corpus.ingest import REPORT_NAME, files_in
from arxivtag.corpus.labels import Rows
from arxivtag.corpus.store import PREPARED_SUFFIX, Corpus, make_room
from arxivtag.corpus.tokens import Tokens
from arxivtag.errors import DataError, StorageError
from arxivtag.exploring.layout import Places, count_words, lay_out
from arxivtag.papers.facts import SIDE

Ints = npt.NDArray[np.int64]
# Corners of a closed line on the map, each (x, y) from 0 to SIDE; none is the whole map.
Outline: TypeAlias = tuple[tuple[int, int], ...]
FORMAT_VERSION = 1
MAX_PAPERS = 20_000
MAX_CORNERS = 100
MIN_PAPERS, MIN_WORDS = 10, 3
MIN_PAPERS_OF_WORD = 3
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

    def __len__(self) -> int:
        return len(self.rows)


def map_folder(corpus: Corpus) -> Path:
    """Return where the map of a corpus is kept."""
    return corpus.folder.with_name(corpus.fingerprint + PREPARED_SUFFIX) / "map"


def load_map(corpus: Corpus) -> PaperMap | None:
    """Return the map of a corpus; None if it was not made, or is damaged."""
    folder = map_folder(corpus)
    try:
        about = storage.read_json(folder / REPORT_NAME)
        if about["format_version"] != FORMAT_VERSION or about["files"] != files_in(folder):
            return None
        rows = map_array(folder / "rows", np.int64)
        return PaperMap(rows, map_array(folder / "places", np.int16).reshape(-1, 2))
    except (StorageError, OSError, KeyError, TypeError):
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
    chosen = _drawn(np.flatnonzero(np.diff(tokens.indptr) > 0))
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
        about = {"format_version": FORMAT_VERSION, "files": files_in(new)}
        storage.write_json(new / REPORT_NAME, about)


def _drawn(rows: Ints) -> Ints:
    """Return so many rows as a map may show, drawn by chance where there are more."""
    if len(rows) <= MAX_PAPERS:
        return rows
    return np.sort(np.random.default_rng(RANDOM_SEED).choice(rows, MAX_PAPERS, replace=False))


def make_map_apart(corpus: Corpus, progress: OnProgress, should_stop: ShouldStop) -> PaperMap:
    """Return the map of a corpus, made by a process of its own if it is not there.

    Raises:
        ArxivTagError: What the process could not do.
        StoppedError: If it was to stop.
    """
    folder = map_folder(corpus)
    if load_map(corpus) is None:
        noted = folder.with_name(f"{folder.name}{apart.PROGRESS_SUFFIX}")
        storage.make_folder(folder.parent)
        try:
            request = {"tokens": str(corpus.folder / "tokens"), "folder": str(folder)}
            listen = _listener(noted, progress, should_stop)
            apart.run_apart(
                "arxivtag.exploring.mapping", request, f"The map of {corpus.name}", listen
            )
        finally:
            with contextlib.suppress(OSError):
                noted.unlink()
        make_room(corpus.folder.parent, corpus.fingerprint)
    made = load_map(corpus)
    if made is None:
        raise StorageError(f"Could not read {folder}.", "Draw the map again.")
    with contextlib.suppress(OSError):
        os.utime(folder / REPORT_NAME)  # the last use
    return made


def _listener(noted: Path, progress: OnProgress, should_stop: ShouldStop) -> Callable[[], None]:
    def listen() -> None:
        apart.tell_progress(noted, progress, "Counting words")
        if should_stop():
            raise StoppedError

    return listen

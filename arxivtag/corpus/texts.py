"""Titles, abstracts and labels of a corpus, asked for by words or by row.

``papers.parquet`` is read in parts (row groups), of which each thread holds one. Searching is
done by Arrow's RE2, whose time grows no faster than the text, whatever a person typed.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from arxivtag.callbacks import OnProgress, ShouldStop, StoppedError, never, unheard
from arxivtag.corpus.arrays import Rows, mask_of
from arxivtag.corpus.store import Corpus
from arxivtag.errors import StorageError
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE

MAX_QUERY_CHARS = 200
# What str.split() takes for white space; \s of the search engine is that of ASCII alone.
_WHITE_SPACE = "[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_THREADS = min(os.cpu_count() or 1, 4)
# A term begins and ends where a word does, in any script.
_EDGES = r"(?:^|[^\pL\pN])", r"(?:[^\pL\pN]|$)"
# ASCII but white space, k and s. The engine finds these signs quickly in any case; of k and s and
# of other letters there are more than two cases (the Kelvin sign, the long s).
_QUICK = re.compile("[!-JL-RT-jl-rt-~]+")


def search_pattern(text: str) -> str:
    """Return a pattern that finds ``text`` as typed, but across any white space."""
    return f"{_WHITE_SPACE}+".join(re.escape(word) for word in text[:MAX_QUERY_CHARS].split())


def matching(
    corpus: Corpus, text: str, progress: OnProgress = unheard, should_stop: ShouldStop = never
) -> Rows:
    """Return the mask (n_papers,) of papers whose title or abstract holds ``text``, in any case.

    Raises:
        StorageError: If the corpus cannot be read.
        StoppedError: If it was to stop.
    """
    return _search(corpus, {text: search_pattern(text)}, progress, should_stop)[text]


def holding(
    corpus: Corpus,
    terms: Sequence[str],
    progress: OnProgress = unheard,
    should_stop: ShouldStop = never,
) -> dict[str, Rows]:
    """Return for each term the mask (n_papers,) of papers whose title or abstract holds it.

    Whole words, in any case, across any white space: ``gan`` is not found in ``organ``. Texts are
    read once for all terms.

    Raises:
        StorageError: If the corpus cannot be read.
        StoppedError: If it was to stop.
    """
    patterns = {term: search_pattern(term).join(_EDGES) for term in terms if term.strip()}
    return _search(corpus, patterns, progress, should_stop) if patterns else {}


def _search(
    corpus: Corpus, patterns: Mapping[str, str], progress: OnProgress, should_stop: ShouldStop
) -> dict[str, Rows]:
    """Return for each text the mask (n_papers,) of papers with its pattern."""
    path = corpus.papers_path
    found: list[Rows] = []
    with _read_errors(path), ThreadPoolExecutor(_THREADS) as pool:
        about = pq.read_metadata(path)
        search = partial(_search_group, path, about, patterns)
        parts = [pool.submit(search, group) for group in range(about.num_row_groups)]
        try:
            for number, part in enumerate(parts):
                progress("Searching the texts", number / len(parts))
                found.append(part.result())
                if should_stop():
                    raise StoppedError
        finally:
            pool.shutdown(cancel_futures=True)
    return dict(zip(patterns, np.concatenate(found, axis=1), strict=True))


def _search_group(
    path: Path, about: pq.FileMetaData, patterns: Mapping[str, str], group: int
) -> Rows:
    """Return (n_patterns, n_papers_in_group) which papers have each pattern."""
    with pq.ParquetFile(path, metadata=about) as file:
        table = file.read_row_group(group, [TITLE, ABSTRACT], use_threads=False)
    return np.stack(
        [
            _holding(table[TITLE], text, pattern) | _holding(table[ABSTRACT], text, pattern)
            for text, pattern in patterns.items()
        ]
    )


def _holding(cells: pa.ChunkedArray, text: str, pattern: str) -> Rows:
    """Return (n_cells,) which match the pattern of ``text``, in any case.

    Most are without a part of the text that is found quickly, which is told first.
    """
    words = text[:MAX_QUERY_CHARS].split()
    part = max(_QUICK.findall(" ".join(words)) or words, key=len)
    held = _matches(cells, re.escape(part))
    held[held] = _matches(cells.filter(pa.array(held)), pattern)
    return held


def _matches(cells: pa.ChunkedArray, pattern: str) -> Rows:
    return np.array(pc.match_substring_regex(cells, pattern, ignore_case=True), dtype=np.bool_)


def papers_at(corpus: Corpus, rows: Sequence[int] | npt.NDArray[np.integer]) -> pd.DataFrame:
    """Return the papers in these rows, in this order: ``title``, ``abstract``, ``labels``.

    The frame's index holds the rows.

    Raises:
        StorageError: If the corpus cannot be read.
    """
    frame: pd.DataFrame = _at_rows(corpus, rows, [TITLE, ABSTRACT, LABELS]).to_pandas()
    frame[LABELS] = frame[LABELS].map(tuple)
    return frame.set_index(np.asarray(rows, dtype=np.int64))


def titles_at(corpus: Corpus, rows: Sequence[int] | npt.NDArray[np.integer]) -> list[str]:
    """Return the titles of the papers in these rows, in this order.

    Raises:
        StorageError: If the corpus cannot be read.
    """
    return list(_at_rows(corpus, rows, [TITLE]).column(0).to_pylist())


def _at_rows(
    corpus: Corpus, rows: Sequence[int] | npt.NDArray[np.integer], columns: Sequence[str]
) -> pa.Table:
    wanted, places = np.unique(np.asarray(rows, dtype=np.int64), return_inverse=True)
    parts = list(batches(corpus, mask_of(wanted, corpus.n_papers), columns))
    if not parts:
        return pq.read_schema(corpus.papers_path).empty_table().select(list(columns))
    return pa.concat_tables(parts).take(pa.array(places))


def batches(corpus: Corpus, rows: Rows, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield some columns of the papers in ``rows`` (n_papers,), in order, a row group at a time.

    Raises:
        StorageError: If the corpus cannot be read.
    """
    with _read_errors(corpus.papers_path), pq.ParquetFile(corpus.papers_path) as file:
        start = 0
        for group in range(file.num_row_groups):
            stop = start + file.metadata.row_group(group).num_rows
            chosen = rows[start:stop]
            if chosen.any():
                yield file.read_row_group(group, list(columns)).filter(pa.array(chosen))
            start = stop


@contextlib.contextmanager
def _read_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise StorageError(
            f"Could not read {path}: {str(error).splitlines()[0][:200]}.",
            "Open the data set again; if it says so again, delete this folder.",
        ) from error

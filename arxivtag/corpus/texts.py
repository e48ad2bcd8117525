"""Titles, abstracts and labels of a corpus, asked for by words or by row through DuckDB.

DuckDB reads ``papers.parquet`` in parts, on two threads and within bounded memory; nothing else
on the machine is open to it. What a person typed is only ever a parameter.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from arxivtag.corpus.arrays import mask_of
from arxivtag.corpus.labels import Rows
from arxivtag.corpus.store import Corpus
from arxivtag.errors import StorageError
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE
from arxivtag.storage import TEMPORARY_PREFIX

MAX_QUERY_CHARS = 200
# What str.split() takes for white space; \s of the search engine is that of ASCII alone.
_WHITE_SPACE = "[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_MEMORY, _THREADS = "512MB", 2
_MATCHING = (
    "SELECT file_row_number FROM read_parquet(?, file_row_number = true) "
    "WHERE regexp_matches(title, ?, 'i') OR regexp_matches(abstract, ?, 'i')"
)
# For each term one more column, and one more condition. Most texts are without its longest word,
# which is told sooner than that they do not match.
_HOLDS = "CASE WHEN contains(text, lower(?)) THEN regexp_matches(text, ?, 'i') ELSE false END"
_HOLDING = (
    "SELECT * EXCLUDE text FROM (SELECT file_row_number, text, {columns} FROM ("
    "SELECT file_row_number, lower(title || chr(10) || abstract) AS text "
    "FROM read_parquet(?, file_row_number = true))) WHERE {any}"
)
# A term begins and ends where a word does, in any script.
_EDGES = r"(?:^|[^\pL\pN])", r"(?:[^\pL\pN]|$)"
_AT_ROWS = (
    "SELECT file_row_number, title, abstract, labels "
    "FROM read_parquet(?, file_row_number = true) "
    "WHERE file_row_number IN (SELECT unnest(?)) ORDER BY file_row_number"
)
_TITLES_AT_ROWS = (
    "SELECT file_row_number, title FROM read_parquet(?, file_row_number = true) "
    "WHERE file_row_number IN (SELECT unnest(?)) ORDER BY file_row_number"
)


def search_pattern(text: str) -> str:
    """Return a pattern that finds ``text`` as typed, but across any white space."""
    return f"{_WHITE_SPACE}+".join(re.escape(word) for word in text[:MAX_QUERY_CHARS].split())


def matching(corpus: Corpus, text: str) -> Rows:
    """Return the mask (n_papers,) of papers whose title or abstract holds ``text``, in any case.

    Raises:
        StorageError: If the corpus cannot be read.
    """
    pattern = search_pattern(text)
    with _connected(corpus.papers_path) as connection:
        found = connection.execute(_MATCHING, [str(corpus.papers_path), pattern, pattern])
        return mask_of(np.asarray(found.fetchnumpy()["file_row_number"]), corpus.n_papers)


def holding(corpus: Corpus, terms: Sequence[str]) -> dict[str, Rows]:
    """Return for each term the mask (n_papers,) of papers whose title or abstract holds it.

    Whole words, in any case, across any white space: ``gan`` is not found in ``organ``. Texts are
    read once for all terms.

    Raises:
        StorageError: If the corpus cannot be read.
    """
    patterns = {term: search_pattern(term).join(_EDGES) for term in terms if term.strip()}
    if not patterns:
        return {}
    names = [f"term_{number}" for number in range(len(patterns))]
    query = _HOLDING.format(
        columns=", ".join(f"{_HOLDS} AS {name}" for name in names), any=" OR ".join(names)
    )
    with _connected(corpus.papers_path) as connection:
        path = str(corpus.papers_path)
        parts = [(max(term.split(), key=len), patterns[term]) for term in patterns]
        found = connection.execute(query, [*itertools.chain(*parts), path]).fetchnumpy()
    rows = np.asarray(found["file_row_number"])
    return {
        term: mask_of(rows[np.asarray(found[name], dtype=bool)], corpus.n_papers)
        for term, name in zip(patterns, names, strict=True)
    }


def papers_at(corpus: Corpus, rows: Sequence[int] | npt.NDArray[np.integer]) -> pd.DataFrame:
    """Return the papers in these rows, in this order: ``title``, ``abstract``, ``labels``.

    The frame's index holds the rows.

    Raises:
        StorageError: If the corpus cannot be read.
    """
    table = _at_rows(corpus, _AT_ROWS, rows)
    frame: pd.DataFrame = table.to_pandas().set_index("file_row_number")
    frame[LABELS] = frame[LABELS].map(tuple)
    return frame.loc[[int(row) for row in rows], [TITLE, ABSTRACT, LABELS]]


def titles_at(corpus: Corpus, rows: Sequence[int] | npt.NDArray[np.integer]) -> list[str]:
    """Return the titles of the papers in these rows, in this order.

    Raises:
        StorageError: If the corpus cannot be read.
    """
    table = _at_rows(corpus, _TITLES_AT_ROWS, rows)
    titles = dict(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return [titles[int(row)] for row in rows]


def _at_rows(corpus: Corpus, query: str, rows: Sequence[int] | npt.NDArray[np.integer]) -> pa.Table:
    wanted = np.unique(np.asarray(rows, dtype=np.int64)).tolist()
    with _connected(corpus.papers_path) as connection:
        return connection.sql(query, params=[str(corpus.papers_path), wanted]).to_arrow_table()


def batches(corpus: Corpus, rows: Rows, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield some columns of the selected papers, in order, a row group at a time.

    Args:
        corpus: The corpus.
        rows: (n_papers,) the selected papers.
        columns: Names of ``papers.parquet``'s columns.

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
def _connected(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that may read one file and nothing else."""
    spill = path.parent.with_name(f"{TEMPORARY_PREFIX}{path.parent.name}-spill")
    with _read_errors(path), duckdb.connect(config={"threads": _THREADS}) as connection:
        connection.execute("SET memory_limit = ?", [_MEMORY])
        connection.execute("SET temp_directory = ?", [str(spill)])
        connection.execute("SET allowed_paths = ?", [[str(path)]])
        connection.execute("SET enable_external_access = false")
        yield connection


@contextlib.contextmanager
def _read_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise StorageError(
            f"Could not read {path}: {str(error).splitlines()[0][:200]}.",
            "Open the data set again; if it says so again, delete this folder.",
        ) from error

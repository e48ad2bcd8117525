"""Makes the facts of arXiv in assets/facts: figures, words and ids, no title and no sentence.

    python -m tools.make_facts path/to/arxiv_all.csv.xz

Written are ``about.json`` and these Parquet files, in which *areas* are arXiv's categories under
the names that they have now, and *periods* groups of years (:data:`PERIODS`):

================  ==============================================================================
``areas``         ``area, year, papers, primary``: papers that carry the area, that name it first
``pairs``         ``first, second, period, papers``: papers that carry both
``words``         ``area, period, word, score, rate, rate_before``: what rose (score above 0)
                  and fell against all periods before, by the z-score of the log-odds ratio;
                  rates are per 1,000 of the words that may be shown; 2020 to 2024 is left out,
                  where the file has few areas and their words would seem to rise
``lengths``       ``archive, period, papers, p10, p50, p90``: words of abstracts, by first label
``submissions``   ``month, highest, papers``: the highest running number among the ids of a month
                  (12 x year + month - 1), which since April 2007 counts all that is submitted to
                  arXiv, and how many of the file's papers it was found among
``map``           ``id, labels, year, x, y``: papers laid out by their words, 0 to :data:`SIDE`
``regions``       ``area, papers, x, y``: where the points of an area lie most densely
================  ==============================================================================

All is counted on the papers of the file, which need not be a fair sample of arXiv.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy import ndimage, sparse

from arxivtag import storage
from arxivtag.corpus.arrays import Ints, Rows
from arxivtag.corpus.labels import LabelIndex, with_current_names
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.corpus.tokens import Tokens
from arxivtag.exploring.paper_map import count_words, lay_out
from arxivtag.exploring.terms import log_odds_z
from arxivtag.papers.facts import FACTS_FOLDER, PERIODS, SIDE, THIN_PERIOD, is_arxiv_id
from arxivtag.papers.taxonomy import archive_of, label_kind
from tools import say

MAX_MB = 4.0
# No word may point to one paper: it stands in at least so many.
MIN_PAPERS = 50
# An area's words are compared where it has so many papers in a period, and before it.
MIN_COMPARED, N_WORDS = 150, 20
MIN_PAIR = 5
# What scatters over the file would be noise on the map: the rest is by the root of an area's size.
N_MAP, MIN_OF_AREA = 16_000, 40
N_REGIONS, MIN_REGION, CELLS = 42, 60, 96
_WORD = re.compile(r"[a-z][a-z-]{2,23}")


@dataclass(frozen=True, eq=False)
class Papers:
    """The papers that are counted.

    Attributes:
        corpus: Their corpus.
        labels: Their areas under the names of now.
        primary: (n_papers,) the code of the first label.
        years: (n_papers,) the year, or -1.
    """

    corpus: Corpus
    labels: LabelIndex
    primary: Ints
    years: Ints


def main() -> None:
    """Count, lay out, write."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.make_facts", description="Make the facts of arXiv."
    )
    parser.add_argument("data", help="papers with ids and dates")
    parser.add_argument("--out", type=Path, default=FACTS_FOLDER, help="folder to write")
    parser.add_argument("--n-map", type=int, default=N_MAP, help="papers on the map")
    parser.add_argument("--min-papers", type=int, default=MIN_PAPERS, help="papers of a word")
    parser.add_argument("--random-seed", type=int, default=42)
    arguments = parser.parse_args()
    papers = read_papers(open_corpus(arguments.data))
    tables = {"areas": count_areas(papers), "pairs": count_pairs(papers)}
    tables["lengths"] = count_lengths(papers)
    ids = pq.read_table(papers.corpus.papers_path, columns=["id"]).column(0).to_pylist()
    tables["submissions"] = count_submissions(ids)
    matrix, words = shown_words(papers.corpus.tokens, arguments.min_papers)
    say(f"{len(words):,} words")
    tables["words"] = compare_words(papers, matrix, words)
    say("words compared")
    chosen = choose_papers(papers, ids, arguments.n_map, arguments.random_seed)
    places = lay_out(
        matrix[chosen], arguments.random_seed, lambda share: say(f"{share:.0%} laid out")
    )
    tables["map"] = map_table(papers, chosen, [ids[row] for row in chosen], places)
    tables["regions"] = find_regions(papers.primary[chosen], papers.labels.label_names, places)
    about = {
        "n_papers": papers.corpus.n_papers,
        "n_map": len(chosen),
        "first_year": int(papers.years[papers.years > 0].min()),
        "last_year": int(papers.years.max()),
        "random_seed": arguments.random_seed,
    }
    say(f"{arguments.out}: {write(tables, about, arguments.out):.2f} MB")


def read_papers(corpus: Corpus) -> Papers:
    """Return the papers of a corpus with one name for each area."""
    labels = with_current_names(corpus.labels)
    primary = labels.codes[labels.indptr[:-1]].astype(np.int64)
    return Papers(corpus, labels, primary, corpus.years.astype(np.int64))


def periods_of(years: Ints) -> Ints:
    """Return (n_papers,) the position in :data:`PERIODS` of each year; -1 for none."""
    firsts = [first for first, _ in PERIODS]
    return np.searchsorted(firsts, years, side="right").astype(np.int64) - 1


def is_area(labels: LabelIndex) -> Rows:
    """Return (n_labels,) which labels are categories of arXiv."""
    return np.array([label_kind(name) == "arxiv" for name in labels.label_names], dtype=bool)


def count_areas(papers: Papers) -> pd.DataFrame:
    """Return the papers of each area and year."""
    labels, n_years = papers.labels, int(papers.years.max()) + 1
    size = len(labels.label_names) * n_years

    def counted(codes: Ints, years: Ints) -> Ints:
        known = years > 0
        return np.bincount(codes[known] * n_years + years[known], minlength=size)

    carried = counted(labels.codes.astype(np.int64), papers.years[labels.papers])
    first = counted(papers.primary, papers.years)
    keys = np.flatnonzero(carried)
    keys = keys[is_area(labels)[keys // n_years]]
    return pd.DataFrame(
        {
            "area": names_of(labels, keys // n_years),
            "year": (keys % n_years).astype(np.int16),
            "papers": carried[keys].astype(np.int32),
            "primary": first[keys].astype(np.int32),
        }
    )


def names_of(labels: LabelIndex, codes: Ints) -> NDArray[np.object_]:
    """Return the names of label codes."""
    return np.array(labels.label_names, dtype=object)[codes]


def carried_areas(papers: Papers) -> sparse.csr_matrix:
    """Return ``(n_papers, n_labels)`` which areas each paper carries."""
    labels = papers.labels
    ones = np.ones(len(labels.codes), dtype=np.int32)
    matrix = sparse.csr_matrix(
        (ones, labels.codes, labels.indptr), shape=(len(labels), len(labels.label_names))
    )
    return matrix @ sparse.diags(is_area(labels).astype(np.int32), dtype=np.int32)


def count_pairs(papers: Papers) -> pd.DataFrame:
    """Return how many papers of each period carry two areas."""
    matrix, periods, parts = carried_areas(papers), periods_of(papers.years), []
    for period in range(len(PERIODS)):
        of_period = matrix[periods == period]
        both = sparse.triu(of_period.T @ of_period, k=1).tocoo()
        often = both.data >= MIN_PAIR
        order = np.lexsort((both.col[often], both.row[often], -both.data[often]))
        parts.append(
            pd.DataFrame(
                {
                    "first": names_of(papers.labels, both.row[often][order]),
                    "second": names_of(papers.labels, both.col[often][order]),
                    "period": np.int8(period),
                    "papers": both.data[often][order].astype(np.int32),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def count_lengths(papers: Papers) -> pd.DataFrame:
    """Return percentiles of the abstracts' words, by the archive of the first label."""
    archives = np.array([archive_of(name) for name in papers.labels.label_names])
    frame = pd.DataFrame(
        {
            "archive": archives[papers.primary],
            "period": periods_of(papers.years).astype(np.int8),
            "words": papers.corpus.n_words,
        }
    )
    known = frame[is_area(papers.labels)[papers.primary] & (frame["period"] >= 0)]
    groups = known.groupby(["archive", "period"])["words"]
    table = groups.agg(
        papers="size",
        p10=lambda words: words.quantile(0.1),
        p50="median",
        p90=lambda words: words.quantile(0.9),
    ).reset_index()
    return table.astype({"papers": "int32", "p10": "int16", "p50": "int16", "p90": "int16"})


def count_submissions(ids: list[str | None]) -> pd.DataFrame:
    """Return the highest running number of each month that ids tell."""
    found = pd.Series(ids, dtype="str").str.extract(r"^(\d\d)(\d\d)\.(\d{4,5})$").dropna()
    years, months, numbers = (found[column].astype("int32") for column in found)
    groups = numbers.groupby((12 * (2000 + years) + months - 1).rename("month"))
    table = groups.agg(highest="max", papers="size").reset_index()
    return table.astype({"month": "int32", "highest": "int32", "papers": "int32"})


def shown_words(tokens: Tokens, min_papers: int) -> tuple[sparse.csr_matrix, list[str]]:
    """Return how often each paper holds each word that may be shown, and these words.

    They stand in at least ``min_papers`` papers, are no function words, and are made of letters.
    """
    often = (tokens.files["words"].papers >= min_papers) & ~tokens.is_stop_term("words")
    codes = np.flatnonzero(often)
    words = tokens.terms("words", codes)
    kept = np.array([bool(_WORD.fullmatch(word)) for word in words], dtype=bool)
    rows = np.arange(len(tokens))
    return count_words(tokens, codes[kept], rows), [words[at] for at in np.flatnonzero(kept)]


def compare_words(papers: Papers, matrix: sparse.csr_matrix, words: list[str]) -> pd.DataFrame:
    """Return the words of each area that rose and fell most in each period."""
    periods, carried = periods_of(papers.years), carried_areas(papers)
    periods[periods == THIN_PERIOD] = -1
    counts = np.zeros((len(PERIODS), carried.shape[1], len(words)), dtype=np.int64)
    sizes = np.zeros((len(PERIODS), carried.shape[1]), dtype=np.int64)
    for period in range(len(PERIODS)):
        rows = np.flatnonzero(periods == period)
        of_period = carried[rows]
        counts[period] = (of_period.T @ matrix[rows]).toarray()
        sizes[period] = np.asarray(of_period.sum(axis=0)).ravel()
    parts = [
        _compared(name, period, counts[period, code], counts[:period, code].sum(axis=0), words)
        for period in range(1, len(PERIODS))
        for code, name in enumerate(papers.labels.label_names)
        if min(sizes[period, code], sizes[:period, code].sum()) >= MIN_COMPARED
    ]
    nothing = _compared("", 0, np.zeros(0, np.int64), np.zeros(0, np.int64), [])
    return pd.concat(parts or [nothing], ignore_index=True)


def _compared(area: str, period: int, now: Ints, before: Ints, words: list[str]) -> pd.DataFrame:
    """Return the words that rose and fell most in one area and period."""
    n_now, n_before = max(int(now.sum()), 1), max(int(before.sum()), 1)
    seen = np.flatnonzero(now + before >= MIN_PAIR)
    scores = log_odds_z(now[seen], before[seen], n_now, n_before)
    order = np.argsort(-scores, kind="stable")
    ends = np.concatenate([order[:N_WORDS], order[max(len(order) - N_WORDS, N_WORDS) :]])
    places = seen[ends]
    return pd.DataFrame(
        {
            "area": area,
            "period": np.int8(period),
            "word": [words[place] for place in places],
            "score": scores[ends].astype(np.float32).round(1),
            "rate": (1000 * now[places] / n_now).astype(np.float32).round(3),
            "rate_before": (1000 * before[places] / n_before).astype(np.float32).round(3),
        }
    )


def choose_papers(papers: Papers, ids: list[str | None], n_papers: int, random_seed: int) -> Ints:
    """Return rows of papers for the map, rising.

    Of each area as many as the root of its size allows, of small ones up to
    :data:`MIN_OF_AREA`, drawn among papers with an id of arXiv, a year, and words.
    """
    usable = np.array([is_arxiv_id(one) for one in ids]) & (papers.years > 0)
    usable &= is_area(papers.labels)[papers.primary] & (papers.corpus.n_words >= 30)
    rows = np.random.default_rng(random_seed).permutation(np.flatnonzero(usable))
    sizes = np.bincount(papers.primary[rows], minlength=len(papers.labels.label_names))
    share = n_papers / np.sqrt(sizes).sum()
    while True:  # what small areas cannot give, the others do
        wanted = np.minimum(np.maximum(np.sqrt(sizes) * share, MIN_OF_AREA), sizes).astype(int)
        if wanted.sum() >= min(n_papers, len(rows)):
            break
        share *= 1.02
    order = np.argsort(papers.primary[rows], kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    within = np.arange(len(rows)) - starts[papers.primary[rows][order]]
    return np.sort(rows[order][within < wanted[papers.primary[rows][order]]])


def map_table(
    papers: Papers, chosen: Ints, ids: list[str], places: NDArray[np.int16]
) -> pd.DataFrame:
    """Return the papers on the map."""
    texts = [
        " ".join(name for name in names if label_kind(name) == "arxiv")
        for names in papers.labels.lists(chosen)
    ]
    return pd.DataFrame(
        {
            "id": ids,
            "labels": pd.Categorical(texts),
            "year": papers.years[chosen].astype(np.int16),
            "x": places[:, 0],
            "y": places[:, 1],
        }
    )


def find_regions(
    primary: Ints, label_names: tuple[str, ...], places: NDArray[np.int16]
) -> pd.DataFrame:
    """Return where the papers of an area lie most densely; names would not lie over each other."""
    found: list[tuple[str, int, int, int]] = []
    sizes = np.bincount(primary, minlength=len(label_names))
    peaks = {code: _peak(places[primary == code]) for code in np.flatnonzero(sizes >= MIN_REGION)}
    for code, (x, y, _) in sorted(peaks.items(), key=lambda one: (-one[1][2], one[0])):
        is_free = all(abs(x - x_) > SIDE / 7 or abs(y - y_) > SIDE / 28 for _, _, x_, y_ in found)
        if is_free and len(found) < N_REGIONS:
            found.append((label_names[code], int(sizes[code]), x, y))
    table = pd.DataFrame(found, columns=["area", "papers", "x", "y"])
    return table.astype({"papers": "int32", "x": "int16", "y": "int16"})


def _peak(places: NDArray[np.int16]) -> tuple[int, int, float]:
    """Return the densest place of some points, and how dense it is."""
    edges = np.linspace(0, SIDE, CELLS + 1)
    counts, _, _ = np.histogram2d(places[:, 0], places[:, 1], bins=(edges, edges))
    dense = ndimage.gaussian_filter(counts, 2.0)
    column, row = np.unravel_index(int(dense.argmax()), dense.shape)
    centre = (edges[:-1] + edges[1:]) / 2
    return int(centre[column]), int(centre[row]), float(dense.max())


def write(tables: dict[str, pd.DataFrame], about: dict[str, int], out: Path) -> float:
    """Write all and return the size in MB; what is too large is not written."""
    contents = {f"{name}.parquet": _parquet(table) for name, table in tables.items()}
    size_mb = sum(map(len, contents.values())) / 1e6
    if size_mb > MAX_MB:
        sys.exit(f"Nothing was written: the facts should have {MAX_MB} MB at most. "
                 f"They have {size_mb:.1f} MB.")  # fmt: skip
    for name, content in contents.items():
        storage.write_bytes(out / name, content)
    storage.write_json(out / "about.json", about)
    return size_mb


def _parquet(table: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), file, compression="zstd")
    return file.getvalue()


if __name__ == "__main__":
    main()

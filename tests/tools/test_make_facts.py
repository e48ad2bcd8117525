"""The tool that makes the facts of arXiv, on made-up papers with ids and dates."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from arxivtag.exploring import paper_map
from arxivtag.papers import facts
from tests.papers.test_facts import check_texts
from tools import make_facts

TITLE = "Titleword number {}"
WORDS = {
    "math.AG": ["sheaf", "scheme", "variety", "divisor", "bundle", "curve", "moduli"],
    "hep-th": ["string", "brane", "gauge", "boson", "vacuum", "horizon", "anomaly"],
}
NEW_WORD = "transformer"


@pytest.fixture
def rows_path(tmp_path: Path) -> Path:
    """600 papers of two areas in 2012 and 2026; one word of ``math.AG`` is new in 2026."""
    random = np.random.default_rng(1)
    path = tmp_path / "papers.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "titles", "summaries", "terms", "created"])
        for row in range(600):
            area = sorted(WORDS)[row % 2]
            month = ("1203", "2605")[row % 4 // 2]
            words = random.choice(WORDS[area], 40).tolist()
            if month == "2605" and area == "math.AG":
                words += [NEW_WORD] * 3
            labels = [area, "math.DG"] if row % 8 == 1 else [area]
            digits = 5 if month == "2605" else 4
            writer.writerow(
                [f"{month}.{row + 1:0{digits}d}", TITLE.format(row), " ".join(words), labels, ""]
            )
    return path


def make(rows_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, pd.DataFrame]:
    """Run the tool with a layout of two components in place of openTSNE's."""
    monkeypatch.setattr(paper_map, "tsne", lambda rows, _seed, _progress: rows[:, :2])
    options = ["--out", str(out), "--n-map", "400", "--min-papers", "20"]
    monkeypatch.setattr(sys, "argv", ["make_facts", str(rows_path), *options])
    make_facts.main()
    return {path.stem: pd.read_parquet(path) for path in out.glob("*.parquet")}


@pytest.mark.usefixtures("home")
def test_counts_are_those_of_the_rows(
    rows_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = make(rows_path, tmp_path / "out", monkeypatch)
    check_texts(list(tables.values()))
    areas = tables["areas"].set_index(["area", "year"])
    assert areas.loc[("hep-th", 2012)].tolist() == [150, 150]
    # Every eighth row is cross-listed: those with row % 8 == 1, all of math.AG in 2012.
    assert areas.loc[("math.DG", 2012)].tolist() == [75, 0]
    pairs = tables["pairs"]
    assert pairs[["first", "second"]].astype(str).to_numpy().tolist() == [["math.AG", "math.DG"]]
    assert pairs[["period", "papers"]].to_numpy().tolist() == [[2, 75]]
    rose = tables["words"].query("area == 'math.AG' and score > 0")
    assert rose["word"].iloc[0] == NEW_WORD
    # Three of 43 words, and none before.
    assert rose[["rate", "rate_before"]].iloc[0].tolist() == pytest.approx([1000 * 3 / 43, 0], 1e-3)
    lengths = tables["lengths"].set_index(["archive", "period"])
    assert lengths.loc[("math", 5)].tolist() == [150, 43, 43, 43]
    assert tables["submissions"].to_numpy().tolist() == [
        [12 * 2012 + 2, 598, 300], [12 * 2026 + 4, 600, 300],
    ]  # fmt: skip
    assert len(tables["map"]) >= 400
    assert tables["map"]["id"].map(facts.is_arxiv_id).all()
    assert set(tables["regions"]["area"]) == set(WORDS)


@pytest.mark.usefixtures("home")
def test_no_title_is_written_and_the_same_seed_gives_the_same_files(
    rows_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(rows_path, tmp_path / "a", monkeypatch)
    make(rows_path, tmp_path / "b", monkeypatch)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
    for path in (tmp_path / "a").glob("*.parquet"):
        texts = pd.read_parquet(path).astype(str).to_numpy().ravel()
        assert not any("titleword" in text.lower() for text in texts)


def test_facts_that_are_too_large_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_facts, "MAX_MB", 0.0001)
    with pytest.raises(SystemExit, match="Nothing was written"):
        make_facts.write({"areas": pd.DataFrame({"papers": range(1000)})}, {}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_names_of_regions_do_not_lie_over_each_other() -> None:
    random = np.random.default_rng(0)
    places = np.concatenate([random.normal(at, 300, (100, 2)) for at in (9_000, 9_050, 20_000)])
    primary = np.repeat([0, 1, 2], 100)
    table = make_facts.find_regions(primary, ("cs.LG", "cs.CV", "math.AG"), places.astype(np.int16))
    assert len(table) == 2
    assert "math.AG" in set(table["area"])
    assert table[["x", "y"]].to_numpy().ravel().max() == pytest.approx(20_000, abs=600)

"""The bundled facts of arXiv: figures, words and ids, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from arxivtag.errors import StorageError
from arxivtag.papers import facts
from arxivtag.papers.taxonomy import label_kind

MAX_MB = 4.0


def test_what_is_bundled_is_small_and_holds_no_sentence() -> None:
    files = sorted(facts.FACTS_FOLDER.iterdir())
    assert sum(file.stat().st_size for file in files) < MAX_MB * 1e6
    tables = [pd.read_parquet(file) for file in files if file.suffix == ".parquet"]
    assert len(tables) == 7
    check_texts(tables)


def check_texts(tables: list[pd.DataFrame]) -> None:
    """Fail unless every text is an id, an area, some areas, an archive or one word."""
    checks = {
        "id": facts.is_arxiv_id,
        "word": lambda text: text.isascii() and text.replace("-", "").isalpha(),
        "labels": lambda text: all(label_kind(label) == "arxiv" for label in text.split(" ")),
        **dict.fromkeys(
            ("area", "first", "second", "archive"), lambda text: label_kind(text) == "arxiv"
        ),
    }
    for table in tables:
        for name in table.columns:
            if not pd.api.types.is_numeric_dtype(table[name]):
                assert all(map(checks[name], table[name].astype(str).unique())), name


def test_the_map_has_all_areas_and_whole_numbers() -> None:
    arxiv = facts.load_map()
    papers = arxiv.papers
    assert len(papers) >= 15_000
    assert papers["id"].is_unique
    assert papers["labels"].str.partition(" ")[0].nunique() >= 145
    assert {str(papers[axis].dtype) for axis in "xy"} == {"int16"}
    for axis in "xy":
        assert papers[axis].between(0, facts.SIDE).all()
        assert arxiv.regions[axis].between(0, facts.SIDE).all()
    assert set(papers["group"]) == set(facts.GROUPS)
    assert len(arxiv.regions) >= 30


def test_near_papers_share_an_archive() -> None:
    """A map that mixed all up would have a neighbour of the same group for one in five."""
    papers = facts.load_map().papers
    places = papers[["x", "y"]].to_numpy(float)
    some = range(0, len(papers), 40)
    same = []
    for row in some:
        distance = ((places - places[row]) ** 2).sum(axis=1)
        distance[row] = distance.max()
        same.append(papers["group"][row] == papers["group"][int(distance.argmin())])
    assert sum(same) / len(same) > 0.6


def test_submissions_are_those_that_arxiv_has_published() -> None:
    """By arXiv's own statistics May 2016 had 9,792, and October 2016 was the first above 10,000."""
    papers = facts.submissions().set_index("month")["papers"]
    assert papers["2016-05-01"] == pytest.approx(9_792, rel=0.005)
    assert papers[papers > 10_000].index[0] == pd.Timestamp("2016-10-01")
    assert papers.index[0] == pd.Timestamp("2007-04-01")


@pytest.mark.parametrize("text", ["", None, "2607.28568v2", "javascript:alert(1)", "../1234.5678"])
def test_what_is_no_id(text: str | None) -> None:
    assert not facts.is_arxiv_id(text)


def test_damaged_facts_get_a_sentence(tmp_path: Path) -> None:
    assert not facts.has_facts(tmp_path)
    (tmp_path / "map.parquet").write_bytes(b"PAR1")
    with pytest.raises(StorageError, match="make facts"):
        facts.load_map(tmp_path)


def write_facts(folder: Path, **tables: dict[str, list[object]]) -> None:
    for name, columns in tables.items():
        pd.DataFrame(columns).to_parquet(folder / f"{name}.parquet")


def test_the_facts_of_an_area(tmp_path: Path) -> None:
    write_facts(
        tmp_path,
        areas={
            "area": ["cs.CL", "cs.CL", "cs.CL", "math.IT", "cond-mat", "cond-mat.soft"],
            "year": [2019, 2022, 2026, 2026, 2026, 2026],
            "papers": [5, 100, 40, 1, 1, 1],
        },
        pairs={
            "first": ["cs.CL", "cs.AI", "cs.CL", "cs.CL", "cs.LG"],
            "second": ["cs.LG", "cs.CL", "cmp-lg", "cs.LG", "cs.AI"],
            "period": [5, 5, 5, 4, 5],
            "papers": [10, 20, 30, 90, 99],
        },
        words={
            "area": ["cs.CL"] * 4 + ["cs.LG"],
            "period": [3, 5, 5, 5, 5],
            "word": ["old", "llm", "grammar", "agent", "other"],
            "score": [1.0, 9.0, -7.0, 12.0, 3.0],
            "rate": [1.0] * 5,
            "rate_before": [0.0] * 5,
        },
        lengths={"archive": ["cs", "math"], "period": [5, 5], "papers": [9, 9], "p10": [80, 1],
                 "p50": [150, 1], "p90": [220, 1]},
    )  # fmt: skip
    assert facts.areas(tmp_path) == ["cond-mat.soft", "cs.CL"]  # no second name, no divided archive
    found = facts.load_area("cs.CL", tmp_path)
    assert found.words["word"].tolist() == ["old", "agent", "llm", "grammar"]
    assert found.words["rises"].tolist() == [True, True, True, False]
    assert found.words["period"].tolist() == ["2015 to 2019"] + ["2025 to 2026"] * 3
    assert found.companions.to_dict("list") == {"label": ["cs.AI", "cs.LG"], "share": [0.5, 0.25]}
    assert found.companion_period == "2025 to 2026"
    assert found.lengths["p50"].tolist() == [150]
    assert facts.load_area("math.XX", tmp_path).companions.empty


def test_every_area_that_ships_can_be_shown() -> None:
    known = facts.areas()
    assert len(known) > 140
    for area in known[::10]:
        found = facts.load_area(area)
        assert found.companions["share"].between(0, 1).all()
        assert len(found.lengths)

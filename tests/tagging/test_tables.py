"""Tables of tagged papers: formats, and cells that a spreadsheet would run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from arxivtag.errors import ConfigError
from arxivtag.papers.schema import TextTable
from arxivtag.tagging.tables import neutralized, table_as_csv, with_tags, write_table
from arxivtag.tagging.tagger import Tag

TABLE = pd.DataFrame(
    {
        "abstract": ["=1+1", 'a "b", c\nd', None],
        "n": [1.5, np.nan, -2],
        "predicted_labels": ["x y", "", "z"],
    }
)


def test_csv_reads_back_with_formulas_neutralized() -> None:
    lines = table_as_csv(TABLE)
    assert lines.splitlines()[:2] == ["abstract,n,predicted_labels", "'=1+1,1.5,x y"]
    assert lines.endswith(",-2.0,z\n")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-1+1", "'-1+1"),
        ("\t=1", "'\t=1"),
        ("-2.5", "-2.5"),
        ("+49 30 1", "+49 30 1"),
        ("plain", "plain"),
        (-3, -3),
    ],
)
def test_neutralized(cell: object, expected: object) -> None:
    assert neutralized(cell) == expected


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_each_format_reads_back(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{suffix}"
    write_table(TABLE, path)
    if suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        assert rows[0] == {"abstract": "=1+1", "n": 1.5, "predicted_labels": "x y"}
    else:
        read = pd.read_csv(path) if suffix == ".csv" else pd.read_parquet(path)
        assert list(read.columns) == list(TABLE.columns)
        assert read["abstract"][1] == TABLE["abstract"][1]


def test_unknown_format_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="should end in one of"):
        write_table(TABLE, tmp_path / "out.xlsx")


def test_with_tags_keeps_the_inputs_columns_and_adds_two() -> None:
    frame = pd.DataFrame({"text": ["a", "b"], "abstract": ["a", "b"]})
    two = (Tag("Soft Matter", "", 0.75, True), Tag("cs.LG", "", 0.5, True))
    table = with_tags(TextTable(frame, ("text",)), [two, ()])
    assert table.to_dict("list") == {
        "text": ["a", "b"],
        "predicted_labels": ["Soft Matter cs.LG", ""],
        "probabilities": ["0.7500 0.5000", ""],
    }

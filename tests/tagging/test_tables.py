"""Tables of tagged papers: formats, and cells that a spreadsheet would run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arxivtag.errors import ConfigError
from arxivtag.papers.labels import LabelFormat, clean_label, split_labels
from arxivtag.papers.schema import Layout, TextTable
from arxivtag.tagging.tables import (
    AS_JSON,
    label_separator,
    neutralized,
    table_as_csv,
    with_predicted_labels,
    write_tables,
)
from arxivtag.tagging.tagger import LabelScore, Tagged
from tests.loading import load

TABLE = pd.DataFrame(
    {
        "abstract": ["=1+1", 'a "b", c\nd', None],
        "n": [1.5, np.nan, -2],
        "predicted_labels": ["x y", "", "z"],
        "probabilities": ["0.7500 0.5000", "", "0.2500"],
    }
)


def test_csv_reads_back_with_formulas_neutralized() -> None:
    lines = table_as_csv(TABLE)
    assert lines.splitlines()[:2] == [
        "abstract,n,predicted_labels,probabilities",
        "'=1+1,1.5,x y,0.7500 0.5000",
    ]
    assert lines.endswith(",-2.0,z,0.2500\n")


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
    write_tables([TABLE], path, " ")
    if suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        assert rows[0] == {
            "abstract": "=1+1",
            "n": 1.5,
            "predicted_labels": ["x", "y"],
            "probabilities": [0.75, 0.5],
        }
        assert rows[1]["predicted_labels"] == rows[1]["probabilities"] == []
    else:
        read = pd.read_csv(path) if suffix == ".csv" else pd.read_parquet(path)
        assert list(read.columns) == list(TABLE.columns)
        assert read["abstract"][1] == TABLE["abstract"][1]


def test_unknown_format_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="should end in one of"):
        write_tables([TABLE], tmp_path / "out.xlsx", " ")


def test_predicted_labels_keep_the_inputs_columns_and_add_three() -> None:
    frame = pd.DataFrame({"text": ["a", "b"], "abstract": [None, "This paper is withdrawn."]})
    two = (LabelScore("Soft Matter", "", 0.75, True), LabelScore("cs.LG", "", 0.5, True))
    table = with_predicted_labels(TextTable(frame, ("text",)), [Tagged(two), Tagged(())], "; ")
    assert table.to_dict("list") == {
        "text": ["a", "b"],
        "predicted_labels": ["Soft Matter; cs.LG", ""],
        "probabilities": ["0.7500; 0.5000", ""],
        "note": ["no abstract", "withdrawn; fewer than 20 words"],
    }


def test_a_column_of_notes_that_the_file_has_stays() -> None:
    frame = pd.DataFrame({"note": ["read this"], "abstract": [""]})
    table = with_predicted_labels(TextTable(frame, ("note", "abstract")), [Tagged(())], " ")
    assert table["note"].tolist() == ["read this"]
    assert table["note_"].tolist() == ["no abstract"]


@pytest.mark.parametrize(
    ("label_names", "separator"),
    [
        (["cs.LG", "hep-th"], " "),
        ([], " "),
        (["Soft Matter", "cs.LG"], "; "),
        (["cs.LG", "I.2.6; I.4.9"], AS_JSON),
        (["a|b"], AS_JSON),
    ],
)
def test_the_separator_is_part_of_no_label(label_names: list[str], separator: str) -> None:
    assert label_separator(label_names) == separator


# Labels as they may be: words, codes, commas and semicolons within a name. A spreadsheet's
# formula would get an apostrophe, so each begins with a letter.
LABEL_NAMES = st.lists(
    st.from_regex(r"\A[A-Za-z][A-Za-z .;,|&-]{0,12}[A-Za-z]\Z").filter(
        lambda name: clean_label(name) == name
    ),
    min_size=1,
    max_size=5,
    unique=True,
)


@settings(max_examples=30)
@given(data=st.data(), label_names=LABEL_NAMES)
@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_labels_written_are_the_labels_read(
    suffix: str,
    data: st.DataObject,
    label_names: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    papers = data.draw(
        st.lists(st.lists(st.sampled_from(label_names), unique=True), min_size=1, max_size=6)
    )
    separator = label_separator(label_names)
    frame = pd.DataFrame({"abstract": ["We show that it is so."] * len(papers)})
    predicted = [
        Tagged(tuple(LabelScore(label, "", 0.5, True) for label in labels)) for labels in papers
    ]
    table = with_predicted_labels(TextTable(frame, ("abstract",)), predicted, separator)
    path = tmp_path_factory.mktemp("tables") / f"out{suffix}"
    write_tables([table], path, separator)
    if suffix == ".csv":
        column = pd.read_csv(path, keep_default_na=False)["predicted_labels"].tolist()
        label_format = LabelFormat(separator.strip() or separator)  # none: lists, read as such
        read = [split_labels(cell, label_format) if cell else () for cell in column]
    elif suffix == ".jsonl":
        lines = path.read_text().splitlines()
        read = [tuple(json.loads(line)["predicted_labels"]) for line in lines]
    else:
        read = [tuple(cell) for cell in pd.read_parquet(path)["predicted_labels"]]
    assert read == [tuple(labels) for labels in papers]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize(
    "papers",
    [
        [("cs.LG", "hep-th"), ("cs.LG",), ("I.2.6", "68T05", "cs.LG")],
        [("Soft Matter", "Robotics"), ("Robotics",), ("Statistics Theory", "Soft Matter")],
        [("I.2.6; I.4.9", "68T05, 62H30"), ("68T05, 62H30",), ("cs.LG", "I.2.6; I.4.9")],
    ],
)
def test_a_tagged_file_is_a_source_of_papers(
    suffix: str, papers: list[tuple[str, ...]], tmp_path: Path
) -> None:
    frame = pd.DataFrame({"abstract": [f"Paper {i} is about it." for i in range(len(papers))]})
    predicted = [
        Tagged(tuple(LabelScore(label, "", 0.5, True) for label in labels)) for labels in papers
    ]
    separator = label_separator([label for labels in papers for label in labels])
    table = with_predicted_labels(TextTable(frame, ("abstract",)), predicted, separator)
    path = tmp_path / f"out{suffix}"
    write_tables([table], path, separator)
    corpus = load(str(path), layout=Layout({"labels": "predicted_labels"}))
    assert corpus.papers["labels"].tolist() == papers

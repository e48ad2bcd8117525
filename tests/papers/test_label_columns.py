"""Labels in one column of several known ones, and in columns of 0 and 1."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arxivtag.errors import DataError
from arxivtag.papers.label_columns import columns_of_bits, guess_label_column
from arxivtag.papers.schema import ONE_PER_LABEL, Layout
from tests.loading import load

NAMES = ("Machine Learning", "Robotics", "Physics, Particles & Fields", "C++", "hep-th")


def written(folder: Path, rows: list[dict[str, object]], name: str = "papers.csv") -> str:
    path = folder / name
    table = pd.DataFrame(rows)
    if name.endswith("csv"):
        table.to_csv(path, index=False)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


papers_with_names = st.lists(
    st.lists(st.sampled_from(NAMES), max_size=4, unique=True), min_size=1, max_size=30
)


@given(papers=papers_with_names, values=st.sampled_from([(0, 1), (False, True), (0.0, 1.0)]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_columns_of_0_and_1_are_labels(
    name: str, papers: list[list[str]], values: tuple[object, object], tmp_path: Path
) -> None:
    papers = [*papers, list(NAMES[:3]), list(NAMES[3:])]  # each name on one paper and not on all
    rows: list[dict[str, object]] = [
        {"ID": 7 + number, "ABSTRACT": "Some words", "year": 2001 + number % 2}
        | {label: values[label in labels] for label in NAMES}
        for number, labels in enumerate(papers)
    ]
    corpus = load(written(tmp_path, rows, name))
    assert [set(labels) for labels in corpus.papers["labels"]] == list(map(set, papers))
    assert corpus.labels_read.words == "Each of 5 columns of 0 and 1 is one label."
    assert "'Robotics'" in corpus.report.notes[-1]


def test_a_column_without_both_is_not_a_label(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"abstract": "Words", "A": number % 2, "B": number % 3 == 0, "current": 1, "never": 0,
         "figures": int(number > 1_500) * 2}
        for number in range(1_600)
    ]  # fmt: skip
    corpus = load(written(tmp_path, rows))
    assert {label for labels in corpus.papers["labels"] for label in labels} == {"A", "B"}
    assert "other values or only one: 'current', 'never', 'figures'." in corpus.report.notes[-1]


def test_empty_cells_count_as_0(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("abstract,A,B\nx,1,\ny,,1\nz,0,0\n")
    assert load(str(path)).papers["labels"].tolist() == [("A",), ("B",), ()]


def test_a_column_of_labels_comes_before_columns_of_0_and_1(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("abstract,tags,A,B\nx,cs.LG,1,0\ny,cs.CV,0,1\n")
    assert load(str(path)).papers["labels"].tolist() == [("cs.LG",), ("cs.CV",)]
    asked = load(str(path), layout=Layout({"labels": ONE_PER_LABEL}))
    assert asked.papers["labels"].tolist() == [("A",), ("B",)]


def test_columns_of_0_and_1_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("abstract,tags,A\nx,cs.LG,1\ny,cs.CV,0\n")
    with pytest.raises(DataError, match="no two columns that hold 0 and 1"):
        load(str(path), layout=Layout({"labels": ONE_PER_LABEL}))
    with pytest.raises(DataError, match="without names"):
        load(str(path), layout=Layout({"labels": "A"}))


@pytest.mark.parametrize(("share", "taken"), [(0.95, "fieldsOfStudy"), (0.6, "s2FieldsOfStudy")])
def test_of_two_known_columns_the_filled_one_is_taken_and_named(
    share: float, taken: str, tmp_path: Path
) -> None:
    rows: list[dict[str, object]] = [
        {
            "abstract": "Words",
            "fieldsOfStudy": ["Physics"] if number < 100 * share else None,
            "s2FieldsOfStudy": [{"category": "Physics", "source": "external"}],
        }
        for number in range(100)
    ]
    corpus = load(written(tmp_path, rows, "s2.jsonl"))
    assert set(corpus.papers["labels"]) <= {("Physics",), ()}
    assert f"Labels are taken from the column '{taken}'." in corpus.report.notes[0]


def test_numbered_columns_hold_one_label_each(tmp_path: Path) -> None:
    path = tmp_path / "zotero.csv"
    path.write_text(
        'title,abstractNote,tags/0/tag,tags/1/tag\nA,x,Machine Learning,"Physics, Applied"\n'
        "B,y,Robotics,\n"
    )
    papers = load(str(path)).papers
    assert papers["labels"].tolist() == [("Machine Learning", "Physics, Applied"), ("Robotics",)]


def test_labels_that_are_numbers_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label\nx,3\ny,6\n")
    assert "their names are not in this column" in load(str(path)).report.notes[-1]


def test_no_rows_hold_no_columns_of_labels() -> None:
    assert columns_of_bits(pd.DataFrame({"a": [], "b": []}, dtype="str")) == []
    assert guess_label_column(pd.DataFrame({"tags": [], "label": []}, dtype="str")) == "label"

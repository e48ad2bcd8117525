"""Labels are read from every way of writing them, and nothing is ever evaluated."""

from __future__ import annotations

import ast
import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arxivtag.config import Limits
from arxivtag.errors import ArxivTagError, ConfigError, DataError
from arxivtag.papers.schema import (
    check_mapping,
    guess_mapping,
    parse_labels,
)

CODES = st.from_regex(r"[a-z]{2,5}(\.[A-Z]{2})?", fullmatch=True)


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("['cs.CV', 'cs.LG']", ("cs.CV", "cs.LG")),
        ('["cs.CV", "cs.LG"]', ("cs.CV", "cs.LG")),
        ("['cs.CV']", ("cs.CV",)),
        ("('cs.CV', 'cs.LG')", ("cs.CV", "cs.LG")),
        ("{'cs.CV', 'cs.LG'}", ("cs.CV", "cs.LG")),
        ("['cs.CV' 'cs.LG']", ("cs.CV", "cs.LG")),  # as NumPy prints an array
        ("['cs.CV'\n 'cs.LG']", ("cs.CV", "cs.LG")),
        ("['cs.CV', 'cs.LG',]", ("cs.CV", "cs.LG")),
        ("[cs.CV, cs.LG]", ("cs.CV", "cs.LG")),
        ("[]", ()),
        ("['']", ()),
        ("", ()),
        ("   ", ()),
        ("cs.CV", ("cs.CV",)),
        ("cs.CV cs.LG", ("cs.CV", "cs.LG")),
        ("cs.CV,cs.LG", ("cs.CV", "cs.LG")),
        ("cs.CV; cs.LG ;stat.ML", ("cs.CV", "cs.LG", "stat.ML")),
        ("cs.CV cs.LG; hep-th", ("cs.CV", "cs.LG", "hep-th")),
        ("machine learning; computer vision", ("machine learning", "computer vision")),
        ("machine learning, robots", ("machine learning", "robots")),
        ("I.2.6; I.4.9", ("I.2.6", "I.4.9")),
        ("68T05, 62H30 (Primary)", ("68T05", "62H30")),
        ("Primary 62H30; secondary 68T05", ("62H30", "68T05")),
        ("Primary: 62H30; Secondary : 68T05", ("62H30", "68T05")),
        ("primary hep-th, 62H30 secondary", ("hep-th", "62H30")),
        ("cs.LG primary cs.CV", ("cs.LG", "cs.CV")),
        ("Primary 62H30", ("62H30",)),
        ("Primary education; Secondary education", ("Primary education", "Secondary education")),
        ("primary health-care, robots", ("primary health-care", "robots")),
        ("Primary", ("Primary",)),
        # Within a list an item is one label, as in the example.
        ("['cs.CV', 'I.2.6; I.4.9']", ("cs.CV", "I.2.6; I.4.9")),
        ("['cs.LG', '68T05, 62H30 (Primary)']", ("cs.LG", "68T05, 62H30 (Primary)")),
        ("['cs.LG', 'cs.CV', 'cs.LG']", ("cs.LG", "cs.CV")),
        (r'["cs.\u0043V"]', ("cs.CV",)),
        ('["it\'s", "a"]', ("it's", "a")),
        ("\u202ecs.CV\u202c\u200b", ("cs.CV",)),
        ("cs.CV\x00; \x1fcs.LG", ("cs.CV", "cs.LG")),
        (["cs.CV", "cs.LG"], ("cs.CV", "cs.LG")),
        (("cs.CV",), ("cs.CV",)),
        (np.array(["cs.CV", "cs.LG"], dtype=object), ("cs.CV", "cs.LG")),
        (None, ()),
        (float("nan"), ()),
    ],
)
def test_ways_of_writing(cell: object, labels: tuple[str, ...]) -> None:
    assert parse_labels(cell) == labels


@pytest.mark.parametrize(
    "cell",
    [
        "[['cs.CV']]",
        "['cs.CV', 'cs.LG'",
        "['cs.CV",
        "{'a': 1}",
        '{"a": ["b"]}',
        "[__import__('os').getcwd()]",
        "['a'] + ['b']",
        "['a', 'b'] * 10",
        "[" * 3000,
        "[" * 1500 + "]" * 1500,
        "['" + "a" * 5000 + "']",
        "x" * 50_000,
        "a;" * 60 + ";".join(f"l{i}" for i in range(60)),
        "y" * 201,
        '[1, "a\\n"]',
        [["cs.CV"]],
        [1],
        3,
        3.5,
        {"a": 1},
        b"cs.CV",
    ],
)
def test_no_labels_end_in_one_error(cell: object) -> None:
    with pytest.raises(DataError) as caught:
        parse_labels(cell)
    assert caught.value.hint
    assert len(caught.value.message) < 200


@given(st.lists(CODES, max_size=20, unique=True))
def test_agrees_with_python_and_json(labels: list[str]) -> None:
    for cell in (repr(labels), json.dumps(labels), "; ".join(labels), ",".join(labels)):
        assert parse_labels(cell) == tuple(labels)
    assert parse_labels(repr(labels)) == tuple(ast.literal_eval(repr(labels)))


@given(
    st.one_of(
        st.text(),
        st.text(alphabet="[](){}'\"\\,; acsCV.LG19\n\u2028\ud800\x00", max_size=60),
        st.lists(st.one_of(st.text(), st.none(), st.integers())),
        st.none() | st.integers() | st.floats() | st.booleans() | st.binary(),
    )
)
@settings(max_examples=500)
def test_any_cell_ends_in_labels_or_an_error(cell: object) -> None:
    try:
        labels = parse_labels(cell)
    except ArxivTagError:
        return
    assert len(set(labels)) == len(labels)
    for label in labels:
        assert label == label.strip() != ""
        label.encode("utf-8")
    assert parse_labels(list(labels)) == labels  # reading what was read changes nothing


@pytest.mark.parametrize(
    "cell",
    ["['a'" + ", " * 4000 + "!", "[" + "'a' " * 2000, "['" + "\\" * 5000, "[" + " " * 9000 + "x'"],
)
def test_patterns_do_not_run_away(cell: str) -> None:
    started = time.process_time()
    with pytest.raises(DataError):
        parse_labels(cell)
    assert time.process_time() - started < 0.5


def test_limits_are_the_configs() -> None:
    bounds = Limits(max_labels_per_paper=2, max_label_chars=5)
    assert parse_labels("cs.CV cs.LG", bounds) == ("cs.CV", "cs.LG")
    with pytest.raises(DataError, match="at most 2 labels"):
        parse_labels("a b c", bounds)
    with pytest.raises(DataError, match="at most 5 characters"):
        parse_labels("stat.ML", bounds)


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_LABELS_PER_PAPER", "1")
    with pytest.raises(DataError, match="at most 1 labels"):
        parse_labels("a b")
    monkeypatch.setenv("ARXIVTAG_MAX_LABELS_PER_PAPER", "nonsense")
    with pytest.raises(ConfigError):
        parse_labels("a b")


def test_guessed_mapping() -> None:
    raw = {"title": "titles", "abstract": "summaries", "labels": "terms"}
    assert guess_mapping(["titles", "summaries", "terms"]) == raw
    assert guess_mapping(["id", "Title", "ABSTRACT", "Categories"]) == {
        "title": "Title",
        "abstract": "ABSTRACT",
        "labels": "Categories",
    }
    assert guess_mapping(["a", "b"]) == {}


def test_chosen_columns_win_and_empty_means_none() -> None:
    columns = ["title", "abstract", "labels", "other"]
    assert check_mapping(columns, {"abstract": "other"})["abstract"] == "other"
    assert "title" not in check_mapping(columns, {"title": ""})
    assert check_mapping(columns, {"title": "abstract", "abstract": "other"})["title"] == "abstract"


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"labels": "x"}, "no column 'x'"),
        ({"labels": ""}, "No column for the labels"),
        ({"colour": "title"}, "can be used as"),
    ],
)
def test_mapping_that_does_not_fit(mapping: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_mapping(["title", "abstract", "labels"], mapping)

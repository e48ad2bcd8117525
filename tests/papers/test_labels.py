"""How labels are written in a column: one decision for all cells, and each cell read by it."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.config import Limits
from arxivtag.errors import ConfigError, DataError
from arxivtag.papers.labels import (
    LabelExample,
    LabelFormat,
    LabelReading,
    examples,
    format_named,
    split_labels,
    understand_labels,
)

CODES = ("cs.LG", "hep-th", "stat.ME", "math.PR", "cs.CL", "astro-ph.GA", "68T05")
NAMES = (
    "High Energy Physics - Theory",
    "Machine Learning",
    "Robotics",
    "Engineering, Civil",
    "Theory & Methods",
    "C++",
    "Alzheimer's Disease",
    "Physics (General)",
    "Économie",
)
PLAIN_NAMES = tuple(name for name in NAMES if "," not in name)


def read(cells: list[str]) -> list[tuple[str, ...]]:
    how = understand_labels(cells)
    return [split_labels(cell, how) for cell in cells]


def numpy_text(labels: tuple[str, ...]) -> str:
    return str(np.array(labels, dtype=object))


WRITERS = {
    "python": lambda labels: str(list(labels)),
    "tuple": lambda labels: str(tuple(labels)),
    "json": lambda labels: json.dumps(labels),
    "numpy": numpy_text,
    "array": lambda labels: repr(np.array(labels, dtype=object)),
    "dicts": lambda labels: str([{"term": one, "scheme": "x", "label": None} for one in labels]),
    "json dicts": lambda labels: json.dumps([{"category": one, "source": "m"} for one in labels]),
    "nested": lambda labels: str([{"term": {"term": one, "label": None}} for one in labels]),
    "display": lambda labels: json.dumps([{"display_name": one, "score": 0.5} for one in labels]),
    "semicolon": "; ".join,
    "pipe": "|".join,
    "newline": "\n".join,
    "tab": "\t".join,
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("words", [CODES, NAMES], ids=["codes", "names"])
@given(data=st.data())
def test_every_way_of_writing_is_read_back(
    writer: str, words: tuple[str, ...], data: st.DataObject
) -> None:
    several = st.lists(st.sampled_from(words), min_size=1, max_size=4, unique=True).map(tuple)
    # One cell with two labels at least shows how they are separated.
    papers = [words[:2], words[3:6], *data.draw(st.lists(several, max_size=30))]
    assert read([WRITERS[writer](labels) for labels in papers]) == papers


@given(st.lists(st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True), min_size=1))
def test_codes_are_separated_by_spaces_commas_and_semicolons(papers: list[list[str]]) -> None:
    for separator in (" ", ", ", ";", "; ", ","):
        assert read([separator.join(labels) for labels in papers]) == list(map(tuple, papers))


@pytest.mark.parametrize("inner", [" ", ", ", "; ", "|"])
def test_lists_of_one_string(inner: str) -> None:
    papers = [("hep-th", "cs.LG"), ("stat.ME",), ("cs.CL", "cs.RO")]
    assert read([str([inner.join(labels)]) for labels in papers]) == papers


def test_a_label_of_a_true_list_may_hold_a_separator() -> None:
    """As in the Keras example's data: these are labels of their own."""
    cells = ["['cs.CV', 'I.2.6; I.4.9']", "['I.2.6; I.4.9']", "['cs.LG']"]
    assert read(cells) == [("cs.CV", "I.2.6; I.4.9"), ("I.2.6; I.4.9",), ("cs.LG",)]


def test_names_with_commas_are_one_label_and_said_to_be_unsure() -> None:
    cells = ["Engineering, Civil", "Engineering, Electrical", "Materials Science, Paper"]
    assert read(cells) == [(cell,) for cell in cells]
    assert not understand_labels(cells).is_sure


def test_commas_separate_names_in_changing_company() -> None:
    cells = ["Robotics, Machine Learning", "Robotics", "Machine Learning, Vision", "Vision"]
    how = understand_labels(cells)
    assert how == LabelFormat(",")
    assert how.words == "Labels are separated by ','."
    assert split_labels(cells[0], how) == ("Robotics", "Machine Learning")


def test_semicolons_win_over_commas_within_names() -> None:
    cells = [
        "Machine Learning; Robotics",
        "Machine Learning",
        "Engineering, Civil; Computer Science, Theory & Methods",
    ]
    assert read(cells)[2] == ("Engineering, Civil", "Computer Science, Theory & Methods")
    assert understand_labels(cells).is_sure


def test_names_of_several_words_are_one_label() -> None:
    cells = ["Machine Learning", "Computer Vision", "Machine Learning", "Computer Vision"]
    assert read(cells) == [(cell,) for cell in cells]
    assert understand_labels(cells).is_sure


def test_words_in_changing_company_are_unsure() -> None:
    assert not understand_labels(["nlp vision", "vision robots", "nlp robots", "nlp"]).is_sure


def test_hash_separates_codes_and_names_but_not_in_a_language_s_name() -> None:
    assert understand_labels(["robots#vision", "vision#nlp", "nlp#robots"]).separator == "#"
    assert understand_labels(["C#", "F#", "Java"]).separator == ""


def test_codes_among_a_few_other_words_are_unsure() -> None:
    cells = ["cs.LG hep-th"] * 9 + ["cs.LG Robots"]
    assert understand_labels(cells) == LabelFormat(" ", is_sure=False)
    assert read(cells)[-1] == ("cs.LG", "Robots")


def test_two_strong_separators_are_unsure() -> None:
    assert not understand_labels(["a b; c d", "a b|e f", "c d; e f"]).is_sure


@pytest.mark.parametrize(
    "cell", ["[1, 0, 0, 1]", "1000001", "0 1 0", "0,1,1", "[1. 0. 1.]", "[1.0, 0.0]", "0", "10"]
)
def test_vectors_without_names_are_refused(cell: str) -> None:
    with pytest.raises(DataError, match="without names"):
        understand_labels([cell] * 3)


def test_msc_codes_keep_no_ranks() -> None:
    cells = ["68T05, 62H30 (Primary)", "primary: 68T05; 62H30", "68T05 secondary"]
    assert read(cells) == [("68T05", "62H30"), ("68T05", "62H30"), ("68T05",)]
    assert split_labels("Primary education", LabelFormat()) == ("Primary education",)


@pytest.mark.parametrize("cell", ["[cs.LG, cs.CV", "a]b", '"quoted', "x|y", "{'a': 1}"])
def test_a_label_that_still_holds_marks_is_refused(cell: str) -> None:
    with pytest.raises(DataError, match="should hold no brackets"):
        split_labels(cell, LabelFormat(","))


def test_missing_items_of_a_list_are_left_out() -> None:
    assert read(["['cs.LG', None]", "[nan, 'cs.CV']", "[]"]) == [("cs.LG",), ("cs.CV",), ()]


def test_bounds_hold() -> None:
    few = Limits(max_labels_per_paper=2, max_label_chars=10)
    with pytest.raises(DataError, match="at most 2 labels"):
        split_labels("a;b;c", LabelFormat(";"), few)
    with pytest.raises(DataError, match="at most 10 characters"):
        split_labels("a" * 11, LabelFormat(), few)


def test_a_label_that_is_long_by_white_space_alone_is_shown_as_it_stands() -> None:
    for cell in (f'["{900 * " "}"]', f'["é{900 * " "}a"]'):
        with pytest.raises(DataError, match=r"at most 200 characters. Received: .*   \.\.\."):
            split_labels(cell, LabelFormat())


@pytest.mark.parametrize("name", ["semicolon", ";", "tab", "\\t", "\t", "none", "space"])
def test_a_format_has_a_name(name: str) -> None:
    assert format_named(format_named(name).name) == format_named(name)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(DataError, match="can be separated by"):
        format_named("~")


def test_examples_show_cells_with_several_labels_first() -> None:
    cells = ["a", "b", "a; b", "", "c; a", "a; b", "d", "e", "f"]
    shown = examples(cells, LabelFormat(";"))
    assert [one.written for one in shown] == ["a; b", "c; a", "a", "b", "d"]
    assert shown[0].labels == ("a", "b")


@given(st.text(alphabet="[](){}'\",;: aNone01\\\n", max_size=60))
def test_no_text_breaks_it(cell: str) -> None:
    how = LabelFormat()
    try:
        how = understand_labels([cell])
        labels = split_labels(cell, how)
    except DataError:
        return
    assert all(label == label.strip() and label for label in labels)


@pytest.mark.parametrize("mark", ["[", "{", "'", "(", "\\", "[[", "{'a':"])
def test_hostile_cells_end_at_once(mark: str) -> None:
    with pytest.raises(DataError):
        split_labels(mark * 20_000, LabelFormat())


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
        ("machine learning, robots", ("machine learning, robots",)),
        ("I.2.6; I.4.9", ("I.2.6", "I.4.9")),
        ("68T05, 62H30 (Primary)", ("68T05", "62H30")),
        ("Primary 62H30; secondary 68T05", ("62H30", "68T05")),
        ("Primary: 62H30; Secondary : 68T05", ("62H30", "68T05")),
        ("primary hep-th, 62H30 secondary", ("hep-th", "62H30")),
        ("cs.LG primary cs.CV", ("cs.LG", "cs.CV")),
        ("Primary 62H30", ("62H30",)),
        ("Primary education; Secondary education", ("Primary education", "Secondary education")),
        ("primary health-care, robots", ("primary health-care, robots",)),
        ("Primary", ("Primary",)),
        # Within a list an item is one label, as in the example.
        ("['cs.CV', 'I.2.6; I.4.9']", ("cs.CV", "I.2.6; I.4.9")),
        ("['cs.LG', '68T05, 62H30 (Primary)']", ("cs.LG", "68T05, 62H30 (Primary)")),
        ("['cs.LG', 'cs.CV', 'cs.LG']", ("cs.LG", "cs.CV")),
        (r'["cs.\u0043V"]', ("cs.CV",)),
        ('["it\'s", "a"]', ("it's", "a")),
        ("\u202ecs.CV\u202c\u200b", ("cs.CV",)),
        ("cs.CV\x00; \x1fcs.LG", ("cs.CV", "cs.LG")),
    ],
)
def test_ways_of_writing_a_single_cell(cell: str, labels: tuple[str, ...]) -> None:
    assert read([cell]) == [labels]


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
    ],
)
def test_no_labels_end_in_one_error(cell: str) -> None:
    with pytest.raises(DataError) as caught:
        read([cell])
    assert caught.value.hint
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    "cell",
    ["['a'" + ", " * 4000 + "!", "[" + "'a' " * 2000, "['" + "\\" * 5000, "[" + " " * 9000 + "x'"],
)
def test_patterns_do_not_run_away(cell: str) -> None:
    started = time.process_time()
    with pytest.raises(DataError):
        read([cell])
    assert time.process_time() - started < 0.5


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_LABELS_PER_PAPER", "1")
    with pytest.raises(DataError, match="at most 1 labels"):
        split_labels("a b", LabelFormat(" "))
    monkeypatch.setenv("ARXIVTAG_MAX_LABELS_PER_PAPER", "nonsense")
    with pytest.raises(ConfigError):
        split_labels("a b", LabelFormat(" "))


def test_a_separator_that_was_asked_for_splits_lists_too() -> None:
    assert split_labels("['a; b', 'c']", LabelFormat(";")) == ("a", "b", "c")


def test_a_line_break_within_a_label_is_not_cleaned_away() -> None:
    with pytest.raises(DataError, match="should hold no"):
        split_labels("Machine\nLearning; Robotics", LabelFormat(";"))
    assert split_labels("['Machine\\nLearning']", LabelFormat()) == ("Machine Learning",)


def test_a_reading_is_told_in_a_sentence() -> None:
    shown = (LabelExample("x", ("Robotics", "High Energy Physics - Theory")),)
    reading = LabelReading(LabelFormat(";").words, "semicolon", 7, shown)
    assert reading.sentence == (
        "Labels are separated by ';'; 7 labels; 'High Energy Physics - Theory' is one label."
    )
    assert LabelReading("Words.", "none", 1, ()).sentence == "Words; 1 label."

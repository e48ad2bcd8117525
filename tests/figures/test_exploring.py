"""Figures of the Explore page: what they show, and that text from data stays text."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.labels import index_labels
from arxivtag.exploring import labels, lengths, preparation, terms
from arxivtag.figures import theme
from arxivtag.figures.exploring import (
    cleaning_figure,
    co_occurrence_figure,
    combination_figure,
    label_balance_figure,
    label_frequency_figure,
    label_rank_figure,
    labels_per_paper_figure,
    length_by_label_figure,
    length_coverage_figure,
    length_figure,
    telling_terms_figure,
    term_frequency_figure,
    vocabulary_coverage_figure,
    vocabulary_growth_figure,
    zipf_figure,
)
from arxivtag.figures.theme import TICK_CHARS
from tests.exploring.papers import corpus_of, tokens_of

HOSTILE = "<b>x</b> $y$ &"
PAPERS = (
    ("A", "a robot arm moves", ("cs.RO", HOSTILE)),
    ("B", "a language model reads", ("cs.CL",)),
    ("C", "another robot arm", ("cs.RO", HOSTILE)),
    ("D", "another language model", ("cs.CL",)),
    ("E", "$E=mc^2$ in <i>tags</i>", ("cs.CL", "cs.RO")),
)
_, ABSTRACTS, LABELS = zip(*PAPERS, strict=True)
INDEX = index_labels(LABELS)
LENGTHS = np.array([len(abstract.split(" ")) for abstract in ABSTRACTS])
TOKENS = tokens_of(ABSTRACTS)
EVERYTHING = np.ones(len(PAPERS), dtype=bool)
FREQUENCY = labels.label_frequency(INDEX)
COVERAGE = terms.vocabulary_coverage(TOKENS, EVERYTHING)
ROWS = np.arange(len(PAPERS))
SPLITS = {"train": ROWS, "val": ROWS[:2], "test": ROWS[-1:]}
NOTHING = np.zeros(len(PAPERS), dtype=bool)

RULES = ["", "empty_abstracts", "no_labels", "duplicate_titles", "rare_combinations"]
ALL: dict[str, Callable[[], go.Figure]] = {
    "label frequency": lambda: label_frequency_figure(FREQUENCY),
    "label frequency, log": lambda: label_frequency_figure(FREQUENCY, log=True),
    "label rank": lambda: label_rank_figure(FREQUENCY),
    "combinations": lambda: combination_figure(labels.combination_frequency(INDEX)),
    "labels per paper": lambda: labels_per_paper_figure(labels.labels_per_paper(INDEX)),
    **{
        f"co-occurrence, {measure}": (
            lambda measure=measure: co_occurrence_figure(
                labels.co_occurrence(INDEX, measure=measure), measure
            )
        )
        for measure in ("count", "lift", "npmi")
    },
    "frequent terms": lambda: term_frequency_figure(
        terms.term_frequency(TOKENS, "words", EVERYTHING), "words"
    ),
    "telling terms": lambda: telling_terms_figure(
        terms.telling_terms(TOKENS, "words", INDEX.having(["cs.RO"]), EVERYTHING),
        HOSTILE,
        "log_odds",
    ),
    "zipf": lambda: zipf_figure(terms.zipf(TOKENS, EVERYTHING)),
    "growth": lambda: vocabulary_growth_figure(terms.vocabulary_growth(TOKENS, EVERYTHING)),
    "coverage": lambda: vocabulary_coverage_figure(COVERAGE.curve(), 3, 0.5),
    "lengths": lambda: length_figure(
        lengths.length_histogram(LENGTHS), lengths.describe_lengths(LENGTHS)
    ),
    "lengths by label": lambda: length_by_label_figure(lengths.length_by_label(INDEX, LENGTHS)),
    "length coverage": lambda: length_coverage_figure(lengths.length_coverage(LENGTHS), 4, 0.5),
    "cleaning": lambda: cleaning_figure(
        preparation.cleaning_funnel(clean_rows(corpus_of(*PAPERS)).report), RULES
    ),
    "label balance": lambda: label_balance_figure(preparation.label_balance(INDEX, SPLITS)),
}
EMPTY: dict[str, Callable[[], go.Figure]] = {
    "label frequency": lambda: label_frequency_figure(labels.label_frequency(INDEX.of(NOTHING))),
    "labels per paper": lambda: labels_per_paper_figure(labels.labels_per_paper(INDEX.of(NOTHING))),
    "co-occurrence": lambda: co_occurrence_figure(labels.co_occurrence(INDEX.of(NOTHING))),
    "frequent terms": lambda: term_frequency_figure(
        terms.term_frequency(TOKENS, "words", NOTHING), "words"
    ),
    "zipf": lambda: zipf_figure(terms.zipf(TOKENS, NOTHING)),
    "lengths": lambda: length_figure(
        lengths.length_histogram(LENGTHS[NOTHING]), lengths.describe_lengths(LENGTHS[NOTHING])
    ),
}


def axis_titles(figure: go.Figure) -> list[str]:
    layout = figure.to_plotly_json()["layout"]
    return [layout[name].get("title", {}).get("text", "") for name in layout if name[1:5] == "axis"]


@pytest.mark.parametrize("name", ALL)
def test_every_figure_has_a_title_named_axes_and_hover_texts(name: str) -> None:
    figure = ALL[name]()
    assert figure.layout.title.text
    if "co-occurrence" not in name:
        assert any(axis_titles(figure)), "no axis says what it measures"
    assert any(trace.hovertemplate for trace in figure.data)


@pytest.mark.parametrize("name", ALL)
def test_text_from_data_is_never_markup(name: str) -> None:
    text = json.dumps(ALL[name]().to_plotly_json(), default=str)
    # A click hands the label back as it is; nothing else holds it unescaped.
    shown = json.loads(text)
    for trace in shown["data"]:
        if "hovertext" in trace:
            trace.pop("customdata", None)
    assert "<b>x</b>" not in json.dumps(shown)
    assert "<i>tags" not in json.dumps(shown)


@pytest.mark.parametrize("draw", ["lengths by label", "label balance"])
def test_names_of_several_lines_have_room(draw: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short = ALL[draw]().layout.height
    name = "cs.DC Distributed, Parallel, and Cluster Computing of very many machines"
    monkeypatch.setattr(theme, "label_texts", lambda table: [name] * len(table))
    assert ALL[draw]().layout.height >= short + 2 * 12


@pytest.mark.parametrize("name", EMPTY)
def test_nothing_to_draw_is_an_empty_figure(name: str) -> None:
    assert EMPTY[name]().layout.title.text


def test_a_step_of_cleaning_leads_to_what_it_left_out() -> None:
    funnel = pd.DataFrame(
        {"step": ["rows read", "a", "b"], "papers": [10, 10, 7], "removed": [0, 0, 3], "reason": ""}
    )
    left, lost = cleaning_figure(funnel, ["", "rule_a", "rule_b"]).data
    assert list(left.customdata) == ["", "", "rule_b"]
    assert (list(lost.y), list(lost.base), list(lost.x)) == ([2], [7], [3])
    assert list(lost.customdata) == ["rule_b"]


def test_names_of_areas_are_whole_on_as_many_lines_as_they_need() -> None:
    names = ["cs.CV Computer Vision and Pattern Recognition", "cs.RO Robotics"]
    ticks = theme.names_axis(names)["ticktext"]
    assert [text.replace("<br>", " ") for text in ticks] == names
    assert theme.row_height(names) > theme.row_height(names[1:])


def test_bars_of_labels_cut_to_the_same_text_stay_apart() -> None:
    names = [f"{'a' * 90}{i}" for i in range(3)]
    frequency = pd.DataFrame(
        {"label": names, "name": names, "papers": [3, 2, 1], "share": [0.5, 0.3, 0.2]}
    )
    figure = label_frequency_figure(frequency)
    assert list(figure.data[0].y) == [0, 1, 2]
    assert len(set(figure.layout.yaxis.ticktext)) == 1
    lines = [line for text in figure.layout.yaxis.ticktext for line in text.split("<br>")]
    assert len(lines) == 9
    assert all(len(line) <= TICK_CHARS for line in lines)
    assert list(figure.data[0].customdata) == names


def test_a_cell_of_the_heat_map_knows_both_its_labels() -> None:
    table = labels.co_occurrence(INDEX)
    figure = co_occurrence_figure(table)
    markers = figure.data[1]
    for x, y, pair in zip(markers.x, markers.y, markers.customdata, strict=True):
        assert list(pair) == [table.index[y], table.columns[x]]
    assert len(markers.x) == table.size


def test_the_heat_map_leaves_the_diagonal_of_a_ratio_out() -> None:
    figure = co_occurrence_figure(labels.co_occurrence(INDEX, measure="npmi"), "npmi")
    assert all(x != y for x, y in zip(figure.data[1].x, figure.data[1].y, strict=True))
    assert (figure.data[0].zmin, figure.data[0].zmax) == (-1, 1)


def test_counts_are_coloured_by_their_logarithm() -> None:
    table = pd.DataFrame([[1000, 0], [0, 10]], index=["a", "b"], columns=["a", "b"])
    values = np.array(co_occurrence_figure(table).data[0].z, dtype=float)
    assert values[0, 0] == 3
    assert values[1, 1] == 1
    assert np.isnan(values[0, 1])


def test_lift_has_chance_in_the_middle_of_its_colours() -> None:
    figure = co_occurrence_figure(labels.co_occurrence(INDEX, measure="lift"), "lift")
    assert figure.data[0].zmin == -figure.data[0].zmax
    assert 0 in list(figure.data[0].colorbar.tickvals)


def test_box_and_histogram_show_the_same_lengths() -> None:
    figure = ALL["lengths"]()
    box, bars = figure.data
    assert box.median[0] == np.median(LENGTHS)
    assert sum(bars.y) == len(LENGTHS)


def test_log_axes_are_said_to_be_log() -> None:
    figure = ALL["label frequency, log"]()
    assert figure.layout.xaxis.type == "log"
    assert "log" in figure.layout.xaxis.title.text


def test_labels_that_never_meet_are_at_the_far_end_of_lift() -> None:
    apart = labels.co_occurrence(index_labels([("a",), ("b",)]), measure="lift")
    figure = co_occurrence_figure(apart, "lift")
    assert np.array(figure.data[0].z)[0, 1] <= figure.data[0].zmin

"""The Explore page in process: every tab, the filters, and data sets at the edges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from arxivtag.corpus.arrays import write_array
from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.kept import write_report
from arxivtag.corpus.store import open_corpus
from arxivtag.exploring.duplicates import Piece
from arxivtag.exploring.paper_map import FORMAT_VERSION, map_folder
from arxivtag.storage import publish_folder
from arxivtag.ui.explore import filters, labels_tab
from arxivtag.ui.explore.cleaning_tab import noticed
from arxivtag.ui.explore.duplicates_tab import marked_html
from arxivtag.ui.explore.page import FILTERED_TABS, TABS
from arxivtag.ui.explore.shared import file_part
from tests.loading import clean
from tests.papers.conftest import make_papers
from tests.ui.conftest import texts

OpenApp = Callable[..., AppTest]
PAGE = "pages/1_Explore.py"
# The address holds options as they are shown.
COMPUTATION_AND_LANGUAGE = "cs.CL · Computation and Language"
MARKUP = ("$O(n)$ <b>bold</b> :smile: [a](b)", "# $x$ <script>alert(1)</script>", "['a$b$<i>']")
ODD_PAPERS = {
    "one row": [("Only", "one abstract here", "['cs.LG']")],
    "one label": [(f"Paper {i}", f"words of paper {i}", "['cs.LG']") for i in range(12)],
    "other alphabets": [
        (f"Нейронные сети {i}", f"図形 のテスト {i} größer", "['math.СТ']") for i in range(12)
    ],
    "formulas and markup": [MARKUP] * 12,
    "no words": [(f"T{i}", "...", "['cs.LG']") for i in range(12)],
    "nothing kept": [("A", "a", "['x']"), ("B", "b", "['y']")],
}


@pytest.fixture
def open_explore(open_app: OpenApp) -> OpenApp:
    def start(tab: str = "Overview", **query_params: object) -> AppTest:
        app = open_app(PAGE, tab=tab, **query_params)
        assert not app.exception
        return app

    return start


def shown_count(app: AppTest) -> str:
    """The line that says how many papers the filters leave."""
    return next(item.value for item in app.caption if "kept" in item.value or "read" in item.value)


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_shows_something_and_no_error(open_explore: OpenApp, tab: str) -> None:
    app = open_explore(tab)
    assert not app.error
    assert "synthetic" in texts(app)
    assert len(app.metric) + len(app.get("plotly_chart")) + len(app.dataframe) >= 1
    has_filters = any(widget.key == "labels" for widget in app.multiselect)
    assert has_filters == (tab in FILTERED_TABS)


def test_overview_gives_the_examples_figures(open_explore: OpenApp) -> None:
    shown = texts(open_explore())
    for label, value in (
        ("Rows", "2,000"),
        ("Duplicate titles", "9"),
        ("After deduplication", "1,991"),
        ("Papers kept", "1,783"),
    ):
        assert f"<dt>{label}</dt><dd>{value}</dd>" in shown


def test_only_the_open_tab_is_drawn(open_explore: OpenApp) -> None:
    app = open_explore("Lengths")
    assert any("maximum length" in item.value for item in app.header)
    assert not any("go together" in item.value for item in app.header)


def test_an_unknown_tab_is_the_overview(open_explore: OpenApp) -> None:
    assert "<dt>Rows</dt>" in texts(open_explore("Nonsense"))


def test_a_label_in_the_address_filters_the_page(open_explore: OpenApp) -> None:
    everything = shown_count(open_explore("Papers"))
    app = open_explore("Papers", labels=COMPUTATION_AND_LANGUAGE)
    assert app.multiselect(key="labels").value == ["cs.CL"]
    assert "with cs" in shown_count(app)
    assert shown_count(app) != everything
    shown = app.dataframe[0].value
    assert all("cs.CL" in labels for labels in shown["labels"])


def test_bare_labels_in_the_address_filter_too(open_explore: OpenApp) -> None:
    app = open_explore("Papers", labels=["cs.CL", "cs.LG · Machine Learning", "no label"])
    assert app.multiselect(key="labels").value == ["cs.CL", "cs.LG"]
    assert app.query_params["labels"] == [COMPUTATION_AND_LANGUAGE, "cs.LG · Machine Learning"]
    app.multiselect(key="labels").set_value(["cs.CV"]).run()
    assert app.multiselect(key="labels").value == ["cs.CV"]


def test_a_filter_says_which_tabs_it_holds_for(open_explore: OpenApp) -> None:
    sentence = "Duplicates and Cleaning show the whole data set"
    assert all(name in filters.WHERE_TEXT for name in TABS)
    assert sentence not in texts(open_explore("Labels"))
    assert sentence in texts(open_explore("Labels", search="network"))


def test_filters_work_together_and_are_cleared(open_explore: OpenApp) -> None:
    app = open_explore("Papers", labels="cs.CV")
    app.text_input(key="search").set_value("segmentation").run()
    app.slider(key="words").set_value((50, 150)).run()
    shown = app.dataframe[0].value
    assert not app.exception
    assert len(shown)
    assert shown["words"].between(50, 150).all()
    next(button for button in app.button if button.label == "Clear filters").click().run()
    assert app.multiselect(key="labels").value == []
    assert app.text_input(key="search").value == ""
    assert shown_count(app).startswith("1,783")


@pytest.mark.parametrize("tab", FILTERED_TABS)
def test_no_paper_in_view_says_what_to_do(open_explore: OpenApp, tab: str) -> None:
    app = open_explore(tab, search="no abstract holds this")
    assert "No paper passes these filters" in texts(app)
    assert not app.get("plotly_chart")


def test_all_rows_can_be_looked_at(open_explore: OpenApp) -> None:
    assert shown_count(open_explore("Papers", rows="All rows as read")).startswith(
        "2,000 rows as read"
    )


def test_what_a_step_of_cleaning_left_out_can_be_read(open_explore: OpenApp) -> None:
    app = open_explore("Papers", rows="Left out: title seen before")
    assert any(item.value.startswith("9 rows left out") for item in app.caption)
    assert len(app.dataframe[0].value) == 9
    filters_taken_away = next(one for one in app.button if one.label == "Clear filters")
    assert shown_count(filters_taken_away.click().run()).startswith("1,783")


def test_the_map_is_offered_and_an_outline_of_another_map_is_none(open_explore: OpenApp) -> None:
    app = open_explore(outline="00000000.0-0_30000-0_30000-30000")
    assert app.button(key="draw-map").label == "Draw the map"
    assert shown_count(
        open_explore("Papers", outline="00000000.0-0_30000-0_30000-30000")
    ).startswith("1,783")


def test_an_outline_on_the_map_filters_the_page(open_explore: OpenApp, home: Path) -> None:
    corpus = open_corpus("sample", home)
    rows = np.arange(0, corpus.n_papers, 2)
    places = np.zeros((len(rows), 2), np.int16)
    places[:100] = 20_000  # the others lie in a corner
    with publish_folder(map_folder(corpus)) as folder:
        write_array(folder / "rows", rows)
        write_array(folder / "places", places)
        write_report(folder, FORMAT_VERSION)
    outline = f"{corpus.fingerprint[:8]}.10000-10000_30000-10000_30000-30000_10000-30000"
    app = open_explore("Papers", outline=outline)
    assert "inside the outline on the map" in shown_count(app)
    assert set(app.dataframe[0].value["row"] - 1) <= set(rows[:100].tolist())
    app = open_explore(outline=outline)
    n_in_view = int(clean_rows(corpus).kept[rows[:100]].sum())
    assert shown_count(app).startswith(f"**{n_in_view:,}** of 1,783")


def test_a_paper_is_opened_in_full_with_its_multi_hot(open_explore: OpenApp) -> None:
    app = open_explore("Papers", paper="3")
    assert "Row 3," in texts(app)
    binarized = app.code[0].value
    assert binarized.startswith("['")
    ones = binarized.split("[[")[1].count("1")
    assert ones == len(app.dataframe[0].value.set_index("row").loc[3, "labels"])


def test_the_row_to_read_is_among_those_that_a_new_filter_leaves(open_explore: OpenApp) -> None:
    app = open_explore("Papers", paper="1501")
    app.text_input(key="search").set_value("segmentation").run()
    first = int(app.dataframe[0].value["row"].iloc[0])
    assert first > 1
    assert app.number_input(key="paper").value == first
    assert f"Row {first:,}," in texts(app)
    outside = "does not pass the filters above"
    assert outside not in texts(app)
    app.number_input(key="paper").set_value(1).run()  # whoever asks for one gets it
    assert "Row 1," in texts(app)
    assert outside in texts(app)
    app.text_input(key="search").set_value("").run()
    assert app.number_input(key="paper").value == 1
    assert outside not in texts(app)
    assert not app.exception


def test_a_page_beyond_the_last_is_the_first(open_explore: OpenApp) -> None:
    app = open_explore("Papers", **{"papers-page": "5000"})
    assert app.dataframe[0].value["row"].iloc[0] == 1


def test_duplicate_kinds_and_groups(open_explore: OpenApp) -> None:
    app = open_explore("Duplicates", duplicates="Near-duplicates")
    assert "three-word phrases" in texts(app)
    app = open_explore("Duplicates", group="2")
    assert app.number_input(key="group").value == 2
    assert [box.label for box in app.selectbox if box.label in ("Left", "Right")] == [
        "Left",
        "Right",
    ]


def test_terms_counted_in_fewer_papers_say_so(
    open_explore: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "evenly chosen" not in texts(open_explore("Terms"))
    monkeypatch.setattr("arxivtag.exploring.terms.MOST_WORDS", 50_000)
    # The words of most papers are counted by taking the others away: the growth's are not.
    assert texts(open_explore("Terms")).count("papers in view, evenly chosen") == 1
    filtered = open_explore("Terms", labels="cs.CV · Computer Vision and Pattern Recognition")
    assert texts(filtered).count("papers in view, evenly chosen") == 2


def test_terms_of_a_label_that_the_filter_takes_away(open_explore: OpenApp) -> None:
    app = open_explore("Terms", **{"label-of-terms": "cs.RO · Robotics"})
    assert app.selectbox(key="label-of-terms").value == "cs.RO"
    app.multiselect(key="labels").set_value(["cs.SD"]).run()
    assert not app.exception


@pytest.mark.parametrize("measure", labels_tab.MEASURES)
def test_each_measure_of_going_together(open_explore: OpenApp, measure: str) -> None:
    app = open_explore("Labels", measure=labels_tab.MEASURES[measure])
    assert labels_tab.MEASURE_NOTES[measure] in texts(app)


@pytest.mark.parametrize("name", ODD_PAPERS)
def test_data_sets_at_the_edges(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / "odd.csv"
    pd.DataFrame(ODD_PAPERS[name], columns=["titles", "summaries", "terms"]).to_csv(
        path, index=False
    )
    monkeypatch.setenv("ARXIVTAG_DATA", str(path))
    # What cleaning leaves nothing of is looked at as it is kept, the others with all rows.
    rows = "Kept after cleaning" if name == "nothing kept" else "All rows as read"
    for tab in TABS:
        app = open_app(PAGE, data="file:odd.csv", tab=tab, rows=rows)
        assert not app.exception, tab


def test_what_cleaning_noticed_is_said() -> None:
    papers = make_papers(
        [
            ("Editorial", "a note on whales", ["cs.IT"]),
            ("Editorial", "nothing of the kind", ["math.IT"]),
            ("Other", "classi-\nfication", ["cs.IT"]),
        ]
    )
    sentences = noticed(2, clean(papers).report)
    assert sentences[0] == "2 rows of the file could not be read."
    assert "were replaced in 1 paper." in sentences[1]
    assert "an abstract of their own: 1." in sentences[2]
    assert "(math.IT for cs.IT, cmp-lg for cs.CL): 1." in sentences[3]
    assert noticed(0, clean(papers.iloc[:1]).report) == []


def test_cleaning_counts_what_is_no_abstract(
    open_explore: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "papers.csv"
    rows = [(f"T{i}", f"This paper is withdrawn: {i}.", "['cs.LG']") for i in range(12)]
    pd.DataFrame(rows, columns=["title", "abstract", "labels"]).to_csv(path, index=False)
    monkeypatch.setenv("ARXIVTAG_DATA", str(path))
    app = open_explore("Cleaning", data=f"file:{path.name}")
    assert "Notes on abstracts: withdrawn (12), fewer than 20 words (12)." in texts(app)


def test_marked_words_are_escaped() -> None:
    marked = marked_html((Piece("a <b> ", False), Piece("<script>", True)), 1)
    assert marked.startswith("a &lt;b&gt; <mark ")
    assert "&lt;script&gt;</mark>" in marked


def test_parts_of_file_names() -> None:
    assert file_part("I.2.6; I.4/9") == "I.2.6-I.4-9"
    assert file_part("$$") == "label"


def test_another_data_set_keeps_the_page_whole(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "odd.csv"
    rows = [(f"T{i}", "few words here", "['x']") for i in range(12)]
    pd.DataFrame(rows, columns=["titles", "summaries", "terms"]).to_csv(path, index=False)
    monkeypatch.setenv("ARXIVTAG_DATA", str(path))
    for tab in FILTERED_TABS:
        app = open_app(PAGE, tab=tab)
        app.multiselect(key="labels").set_value(["cs.CV"]).run()
        app.slider(key="words").set_value((50, 150)).run()
        app.selectbox(key="data-choice").set_value("file:odd.csv").run()
        assert not app.exception, tab
        assert app.multiselect(key="labels").value == []
        assert shown_count(app).startswith("12 papers"), tab


def test_labels_of_the_network_say_whom_they_meet() -> None:
    frequency = pd.DataFrame({"label": ["cs.LG", "stat.ML", "cs.CV"], "papers": [1200, 300, 40]})
    pairs = pd.DataFrame({"label_a": ["cs.LG"], "label_b": ["stat.ML"], "papers": [250]})
    first, second, alone = labels_tab.network_nodes(frequency, pairs)
    assert first.said.endswith("Machine Learning: 1,200 papers; most often with stat.ML (250)")
    assert second.said.endswith("300 papers; most often with cs.LG (250)")
    assert alone.said.endswith("40 papers")
    assert first.color == alone.color != second.color

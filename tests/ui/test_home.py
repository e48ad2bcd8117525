"""Home: three doors, and what there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from arxivtag.papers import facts
from arxivtag.runs import registry
from arxivtag.ui.home.glance import AREA_KEY, PASTE_KEY
from arxivtag.ui.home.view import recent_runs_table
from tests.ui.conftest import texts
from tests.ui.demo_run import make_demo_run

OpenApp = Callable[..., AppTest]


def test_three_doors_and_an_empty_state(open_app: OpenApp) -> None:
    app = open_app()
    assert not app.exception
    doors = [link.proto.label for link in app.main.get("page_link")]
    assert doors[:3] == ["**Explore**", "**Train**", "**Predict**"]
    assert "No runs yet" in texts(app)


def test_arxiv_at_a_glance_comes_first(open_app: OpenApp) -> None:
    app = open_app()
    shown = texts(app)
    assert "16,301 papers of arXiv, 1992 to 2026" in shown
    assert "nothing about its size" in shown  # the sample is not like arXiv
    assert shown.index("papers of arXiv") < shown.index("What is here")


def test_an_area_is_chosen_by_name_or_by_a_companions_line(open_app: OpenApp) -> None:
    app = open_app()
    assert app.selectbox(key=AREA_KEY).value == "cs.CL"
    companions = app.dataframe[0].value
    assert companions["area"].iloc[0] == "cs.AI · Artificial Intelligence"
    assert companions["share"].is_monotonic_decreasing
    app.selectbox(key=AREA_KEY).set_value("hep-ex").run()
    assert not app.exception
    assert app.dataframe[0].value["area"].iloc[0].startswith("hep-ph")
    assert "no even sample" not in texts(app)  # what figures rest on is folded


def test_an_area_that_is_not_there_is_the_first(open_app: OpenApp) -> None:
    app = open_app(area="nothing.XX")
    assert not app.exception
    assert app.selectbox(key=AREA_KEY).value == "cs.CL"


def test_a_pasted_abstract_is_tagged_on_predict(open_app: OpenApp) -> None:
    app = open_app()
    text = (
        "We study moduli spaces of stable sheaves on surfaces and their birational geometry. " * 3
    )
    app.text_area(key=PASTE_KEY).set_value(text)
    app.button(key="home-tag").click().run()
    assert app.text_area(key="predict-abstract").value == text
    assert "math.AG" in texts(app)


def test_without_facts_the_box_is_there(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "has_facts", lambda: False)
    app = open_app()
    assert not app.exception
    assert app.text_area(key=PASTE_KEY)
    assert "papers of arXiv," not in texts(app)


def test_figures_of_the_sample(open_app: OpenApp) -> None:
    app = open_app()
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Papers in the data set"] == "2,000"
    assert shown["Runs"] == "0"


def test_newest_runs_are_listed(open_app: OpenApp, demo_home: Path) -> None:
    app = open_app()
    table = app.dataframe[-1].value
    assert "Ranking (LRAP)" in app.dataframe[-1].proto.columns  # as on every other page
    assert table["name"].tolist() == ["tuned, seed 42"]
    assert table["micro_f1"].tolist() == [0.5]
    assert "No runs yet" not in texts(app)


def test_a_damaged_run_breaks_nothing(open_app: OpenApp, demo_home: Path) -> None:
    broken = demo_home / "runs" / "20260103-broken"
    broken.mkdir()
    (broken / "status.json").write_text("{")
    app = open_app()
    assert not app.exception
    assert app.dataframe[-1].value["state"].tolist() == ["Damaged", "Finished"]


def test_table_keeps_the_newest_five(home: Path) -> None:
    for day in range(1, 8):
        make_demo_run(home, f"2026010{day}-000000-demo")
    for day, name in ((7, "seven"), (6, "six"), (4, "four"), (1, "one")):
        registry.set_note(f"2026010{day}-000000-demo", name, home)
    table = recent_runs_table(registry.list_runs(home))
    assert table["name"].tolist() == ["seven", "six", "tuned, seed 42", "four", "tuned, seed 42"]

"""Home: three doors, and what there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from arxivtag.runs import registry
from arxivtag.ui.home.view import recent_runs_table
from tests.ui.conftest import texts
from tests.ui.demo_run import RUN_ID, make_demo_run

OpenApp = Callable[..., AppTest]


def test_three_doors_and_an_empty_state(open_app: OpenApp) -> None:
    app = open_app()
    assert not app.exception
    doors = [link.proto.label for link in app.main.get("page_link")]
    assert doors[:3] == ["**Explore**", "**Train**", "**Predict**"]
    assert "No runs yet" in texts(app)


def test_figures_of_the_sample(open_app: OpenApp) -> None:
    app = open_app()
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Papers in the data set"] == "2,000"
    assert shown["Runs"] == "0"


def test_newest_runs_are_listed(open_app: OpenApp, demo_home: Path) -> None:
    app = open_app()
    table = app.dataframe[0].value
    assert table["name"].tolist() == [RUN_ID]
    assert table["micro_f1"].tolist() == [0.5]
    assert "No runs yet" not in texts(app)


def test_a_damaged_run_breaks_nothing(open_app: OpenApp, demo_home: Path) -> None:
    broken = demo_home / "runs" / "20260103-broken"
    broken.mkdir()
    (broken / "status.json").write_text("{")
    app = open_app()
    assert not app.exception
    assert app.dataframe[0].value["state"].tolist() == ["Damaged", "Finished"]


def test_table_keeps_the_newest_five(home: Path) -> None:
    for day in range(1, 8):
        make_demo_run(home, f"2026010{day}-000000-demo")
    table = recent_runs_table(registry.list_runs(home))
    assert table["name"].tolist() == [f"2026010{day}-000000-demo" for day in (7, 6, 5, 4, 3)]

"""Explore over papers with dates: labels and terms over time, a filter by year, a split by date."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import NEW, texts

OpenApp = Callable[..., AppTest]
PAGE = "pages/1_Explore.py"


def table_of(app: AppTest, column: str) -> pd.DataFrame:
    (found,) = [item.value for item in app.dataframe if column in item.value]
    return found


def test_terms_over_time_begin_with_those_of_the_newest_papers(open_dated: OpenApp) -> None:
    app = open_dated("Terms")
    chosen = app.multiselect(key="over-time")
    assert chosen.value
    assert set(chosen.value) <= set(NEW.split())
    chosen.set_value(["agents", "steam engines", "gent"]).run()
    assert not app.exception
    table = table_of(app, "of_papers")
    shares = table.pivot(index="name", columns="period", values="share")
    assert shares.loc["agents"].tolist() == [0, 0, 0, 1]
    assert shares.loc["steam engines"].tolist() == [1, 1, 1, 0]
    assert shares.loc["gent"].tolist() == [0, 0, 0, 0]
    assert set(table["of_papers"]) == {10}
    assert "Left out: 1 paper whose year is not known." in texts(app)


def test_labels_by_month(open_dated: OpenApp) -> None:
    app = open_dated("Labels", period="Month")
    table = table_of(app, "of_papers")
    assert len(table["period"].unique()) == 40
    first = table[(table["name"] == "cs.CL") & (table["period"] == "2019-01")]
    assert first["share"].tolist() == [1.0]


def test_a_filter_by_year_is_said_and_cleared(open_dated: OpenApp) -> None:
    app = open_dated("Papers")
    app.slider(key="years").set_value((2020, 2021)).run()
    assert not app.exception
    said = next(item.value for item in app.caption if "of 41" in item.value)
    assert said == "**20** of 41 papers kept after cleaning: of 2020 to 2021"
    next(button for button in app.button if button.label == "Clear filters").click().run()
    assert app.slider(key="years").value == (2019, 2022)
    assert any(item.value.startswith("41 papers") for item in app.caption)


def test_cleaning_shows_the_split_that_is_chosen(open_dated: OpenApp) -> None:
    app = open_dated("Cleaning")
    assert "stratif" in texts(app)
    app.segmented_control(key="split").set_value("date").run()
    assert not app.exception
    assert "val begins on 2022-06-15, test on 2022-08-15" in texts(app)
    assert "by chance: nothing tells" not in texts(app)


def test_data_without_dates_has_no_such_choices(open_app: OpenApp) -> None:
    for tab in ("Terms", "Cleaning"):
        app = open_app(PAGE, tab=tab)
        keys = {item.key for kind in (app.slider, app.multiselect) for item in kind}
        assert not keys & {"years", "over-time"}
        assert "Terms over time" not in texts(app)
        assert "Split by date" not in texts(app)

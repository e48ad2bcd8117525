"""Try several, and the scoreboard, on the Runs page."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from arxivtag import locks
from arxivtag.runs import sweeps
from arxivtag.runs.sweeps import Plan
from arxivtag.ui.runs.comparison import lines_table
from tests.runs.conftest import make_run
from tests.runs.made_models import make_model, settings_of
from tests.ui.test_runs_view import opened


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """The plans that a page has started; none trains."""
    plans: list[Plan] = []

    def start(plan: Plan, home: Path, *, owner: str = "") -> str:
        plans.append(plan)
        make_run(home, "first", "stopped", plan.settings()[0], sweep="the-sweep")
        return "the-sweep"

    monkeypatch.setattr(sweeps, "start", start)
    return plans


def button(app: AppTest, label: str) -> bool:
    return any(one.label == label for one in app.button)


def is_open(app: AppTest, expander: str) -> bool:
    (found,) = [one for one in app.expander if one.label == expander]
    return bool(found.proto.expanded)


def test_the_form_says_how_many_runs_it_starts(home: Path, started: list[Plan]) -> None:
    app = opened()
    assert button(app, "Start 6 runs")  # two presets, three seeds
    app.number_input(key="sweep-seeds").set_value(2)
    app.selectbox(key="sweep-setting").set_value("learning_rate").run()
    app.text_input(key="sweep-values").set_value("0.01, 0.02").run()
    assert button(app, "Start 8 runs")
    app.toggle(key="sweep-curve").set_value(True).run()
    assert button(app, "Start 32 runs")
    app.button(key="start-sweep").click().run()
    assert not app.exception
    assert app.query_params["sweep"] == "the-sweep"
    (plan,) = started
    assert (plan.data, plan.presets, plan.seeds) == ("sample", ("tuned", "linear"), (42, 43))
    assert plan.values == {"learning_rate": (0.01, 0.02), "train_share": (0.1, 0.25, 0.5, 1.0)}


def test_values_that_are_none_start_nothing(home: Path, started: list[Plan]) -> None:
    app = opened()
    app.selectbox(key="sweep-setting").set_value("learning_rate").run()
    app.text_input(key="sweep-values").set_value("fast").run()
    assert [error.value for error in app.error]
    assert app.button(key="start-sweep").disabled
    app.text_input(key="sweep-values").set_value("7").run()  # beyond its bounds
    assert app.button(key="start-sweep").disabled


def test_a_sweep_in_the_making_shows_what_its_ended_runs_say(home: Path) -> None:
    make_model(home, "a", settings_of(), 0.95, sweep="s1", queued_at="1", elapsed_s=20.0)
    make_model(home, "b", settings_of("linear"), 0.7, sweep="s1", queued_at="2", elapsed_s=10.0)
    make_run(home, "c", "queued", settings_of("linear", random_seed=1), sweep="s1", queued_at="3")
    held = locks.try_acquire(home / "runs" / ".slot.lock")  # so that none begins
    assert held is not None
    app = opened(sweep="s1")
    assert not app.exception
    assert app.info[0].value.startswith("Take tuned")
    assert "Stop" in [one.label for one in app.button]
    table = app.dataframe[0].value
    assert table["name"].tolist() == ["tuned", "linear"]
    runs = app.dataframe[1].value
    assert runs["State"].tolist() == ["Finished", "Finished", "Waiting"]
    assert is_open(app, "Its runs")
    app.button(key="stop-sweep").click().run()
    locks.release(held)
    assert sweeps.read("s1", home).is_over
    assert not is_open(app, "Its runs")


def test_a_sweep_that_is_not_there_is_said(home: Path) -> None:
    app = opened(sweep="nowhere")
    assert not app.exception
    assert "no sweep" in app.error[0].value


def test_compared_runs_have_a_scoreboard(home: Path) -> None:
    make_model(home, "one", settings_of(), 0.95)
    make_model(home, "two", settings_of("linear"), 0.7)
    app = opened(compare="one,two")
    assert not app.exception
    assert app.info[0].value.startswith("Take tuned")


def test_visitors_are_offered_no_sweep(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    app = opened()
    assert not app.exception
    assert not [one for one in app.button if one.key == "start-sweep"]


def test_no_lines_make_no_rows() -> None:
    assert lines_table(()).empty

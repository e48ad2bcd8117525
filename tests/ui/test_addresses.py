"""Nonsense in the address: every page answers with a sentence or its default, never a traceback."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.runs.conftest import make_run
from tests.ui.conftest import PAGES, PROJECT_FOLDER, texts
from tests.ui.demo_run import RUN_ID

OpenApp = Callable[..., AppTest]
NONSENSE: tuple[str | list[str], ...] = (
    "../../etc/passwd",
    "..%2f..%2fetc",
    "x" * 100_000,
    "a\x00b",
    "😀\u202e",
    "<script>alert(1)</script>",
    "upload:../../x",
    ["a", "../b", "pretrained"],
)
FEW = ["x" * 10_000, "a\x00b😀", "-1", "1e999", "inf", "nan", ["a", "b"]]
# Which page reads which parameter by itself, and what its sentence holds.
OWN: dict[str, dict[str, str]] = {
    "pages/2_Train.py": {"run": "run", "from": "run"},
    "pages/3_Predict.py": {"run": "asks for the model", "abstract": "", "title": ""},
    "pages/4_Runs.py": {"run": "run", "compare": ""},
}
BOUND = {
    "tab": "Overview",
    "color": "Overview",
    "duplicates": "Duplicates",
    "group": "Duplicates",
    "labels": "Labels",
    "log": "Labels",
    "measure": "Labels",
    "search": "Papers",
    "words": "Papers",
    "rows": "Papers",
    "papers-page": "Papers",
    "paper": "Papers",
    "terms": "Terms",
    "stop-words": "Terms",
    "label-of-terms": "Terms",
    "ranked-by": "Terms",
    "ngrams": "Terms",
    "max-tokens": "Terms",
    "max-words": "Lengths",
}
BOUND_WITH_DATES = {
    "years": "Papers",
    "period": "Labels",
    "over-time": "Terms",
    "split": "Cleaning",
}
BOUND_ON_PREDICT = {"matter": "Why this label", "content": "Second opinion"}


def assert_calm(app: AppTest) -> None:
    """No traceback, and nothing that is longer than a reader can take in."""
    assert not app.exception
    shown = [str(box.value) for box in (*app.warning, *app.error, *app.info)]
    assert all(len(text) < 1_000 for text in shown)
    assert "Traceback" not in texts(app)


@pytest.mark.parametrize("page", PAGES)
def test_data_set_and_model(open_app: OpenApp, demo_home: Path, page: str) -> None:
    for name, kind in (("data", "data set"), ("model", "model")):
        for value in NONSENSE:
            app = open_app(page, **{name: value})
            assert_calm(app)
            asked = value[-1] if isinstance(value, list) else value
            if asked == "pretrained" and name == "model":
                continue
            assert any(f"asks for the {kind}" in str(box.value) for box in app.warning), value
            assert app.selectbox(key="data-choice").value == "sample"


@pytest.mark.parametrize("page", list(OWN))
def test_runs(open_app: OpenApp, demo_home: Path, page: str) -> None:
    make_run(demo_home, "a", "finished")
    for name, sentence in OWN[page].items():
        for value in NONSENSE:
            app = open_app(page, **{name: value})
            assert_calm(app)
            if sentence and not isinstance(value, list):
                boxes = " ".join(str(box.value) for box in (*app.warning, *app.error))
                assert sentence in boxes, (name, value)


@pytest.mark.parametrize(("name", "tab"), BOUND.items())
def test_filters_and_tabs(open_app: OpenApp, home: Path, name: str, tab: str) -> None:
    for value in FEW:
        assert_calm(open_app("pages/1_Explore.py", **{"tab": tab, name: value}))


@pytest.mark.parametrize(("name", "tab"), BOUND_WITH_DATES.items())
def test_filters_and_tabs_of_dated_papers(open_dated: OpenApp, name: str, tab: str) -> None:
    for value in FEW:
        assert_calm(open_dated(tab, **{name: value}))


@pytest.mark.parametrize(("name", "tab"), BOUND_ON_PREDICT.items())
def test_switches_on_predict(open_app: OpenApp, demo_home: Path, name: str, tab: str) -> None:
    for value in FEW:
        app = open_app("pages/3_Predict.py", model=RUN_ID, **{name: value})
        app.session_state["predict-details-3"] = tab
        assert_calm(app.run())
        assert app.toggle(key=name)


def test_all_that_is_bound_to_the_address_is_tried() -> None:
    """Inputs are bound by themselves, or made by the two functions in shared.py that bind."""
    folder = PROJECT_FOLDER / "arxivtag/ui"
    code = {path.name: path.read_text("utf-8") for path in folder.rglob("*.py")}
    own = sum(text.count('bind="query-params"') for text in code.values())
    call = re.compile(r"(?<!def )(?<!\.)\b(?:one_of|number_input)\(")
    made = sum(len(call.findall(text)) for text in code.values())
    assert made
    assert own - 2 + made == len(BOUND) + len(BOUND_WITH_DATES) + len(BOUND_ON_PREDICT)

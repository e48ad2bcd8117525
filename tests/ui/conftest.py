"""The app in process (Streamlit's AppTest), on a home folder of the test's own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from arxivtag.ui.frame import opening
from tests.ui.demo_run import make_demo_run

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
TIMEOUT_S = 30
OLD, NEW = "steam engines run on coal", "language agents reason about plans"
PAGES = (
    "streamlit_app.py",
    "pages/1_Explore.py",
    "pages/2_Train.py",
    "pages/3_Predict.py",
    "pages/4_Runs.py",
)


@pytest.fixture(autouse=True, scope="session")
def packages_are_looked_through_once() -> Iterator[None]:
    """Streamlit looks for components in all that is installed, which stays as it is, each time."""
    once = functools.cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture
def demo_home(home: Path) -> Path:
    """A home folder that holds one finished run."""
    make_demo_run(home)
    return home


@pytest.fixture(autouse=True)
def no_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest's own cookies are a mock, whose values are no text."""
    monkeypatch.setattr(type(st.context), "cookies", {})


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the sample may take longer to be read than a person would wait."""
    monkeypatch.setattr(opening, "PATIENCE_S", float(TIMEOUT_S))


@pytest.fixture
def open_app(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    """Return ``open_app(page="streamlit_app.py", **query_params) -> AppTest``, already run."""
    monkeypatch.chdir(PROJECT_FOLDER)
    monkeypatch.delenv("ARXIVTAG_VISITORS", raising=False)
    monkeypatch.delenv("ARXIVTAG_DATA", raising=False)
    st.cache_resource.clear()
    st.cache_data.clear()

    def start(page: str = "streamlit_app.py", **query_params: str) -> AppTest:
        app = AppTest.from_file(str(PROJECT_FOLDER / "streamlit_app.py"), default_timeout=TIMEOUT_S)
        for name, value in query_params.items():
            app.query_params[name] = value
        if page != "streamlit_app.py":
            app.switch_page(page)
        return app.run()

    yield start
    st.cache_resource.clear()


@pytest.fixture
def open_dated(
    open_app: Callable[..., AppTest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AppTest]:
    """Ten papers of each year from 2019 to 2022, the last year's about something else."""
    rows = [
        (f"Paper {year} {n}", f"{NEW if year == 2022 else OLD}, case {year} {n}",
         ["cs.LG"] if n % 2 else ["cs.CL"], f"{year}-{n + 1:02d}-15")
        for year in range(2019, 2023) for n in range(10)
    ]  # fmt: skip
    rows.append(("Paper without date", OLD, ["cs.LG"], ""))
    path = tmp_path / "dated.csv"
    pd.DataFrame(rows, columns=["title", "abstract", "labels", "Date"]).to_csv(path, index=False)
    monkeypatch.setenv("ARXIVTAG_DATA", str(path))

    def start(tab: str, **query_params: object) -> AppTest:
        app = open_app("pages/1_Explore.py", data="file:dated.csv", tab=tab, **query_params)
        assert not app.exception
        return app

    return start


def texts(app: AppTest) -> str:
    """Everything a page says in HTML and Markdown, for a look whether a sentence is there."""
    kinds = ["html", "markdown", "warning", "error", "info", "caption", "title"]
    kinds += ["header", "subheader"]
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))

"""The sidebar and the address: the same choices on every page, and a sentence for nonsense."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from arxivtag.papers.uploads import save_upload
from arxivtag.ui.frame.page import PAGES
from tests.ui.conftest import texts
from tests.ui.demo_run import RUN_ID, make_demo_run

OpenApp = Callable[..., AppTest]
CSV = """\
titles,summaries,terms
A,"We study graphs.","['cs.LG']"
B,"We study trees.","['cs.DS']"
"""
ALL_PAGES = [path for path, _, _ in PAGES]


@pytest.mark.parametrize("page", ALL_PAGES)
def test_every_page_links_to_every_page(open_app: OpenApp, page: str) -> None:
    app = open_app(page)
    assert not app.exception
    links = [link.proto.label for link in app.sidebar.get("page_link")]
    assert links == ["Home", "Explore", "Train", "Predict", "Runs"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data", "../../etc/passwd"),
        ("data", "upload:../../../etc"),
        ("data", "upload:" + "0" * 32),
        ("data", "/etc/passwd"),
        ("model", "<script>alert(1)</script>"),
        ("model", "../runs"),
        ("model", "x" * 5_000),
    ],
)
def test_nonsense_in_the_address_gets_a_sentence(
    open_app: OpenApp, demo_home: Path, name: str, value: str
) -> None:
    app = open_app(**{name: value})
    assert not app.exception
    kind = "data set" if name == "data" else "model"
    assert any(f"asks for the {kind}" in str(box.value) for box in app.warning)
    assert name not in app.query_params  # the address is mended
    assert app.selectbox(key="data-choice").value == "sample"


def test_choice_goes_into_the_address_and_every_link(open_app: OpenApp, home: Path) -> None:
    make_demo_run(home)
    make_demo_run(home, "20260102-000000-demo")
    app = open_app()
    app.selectbox(key="model-choice").select(RUN_ID).run()
    assert app.query_params["model"] == RUN_ID
    queries = [link.proto.query_string for link in app.sidebar.get("page_link")]
    assert queries == [f"model={RUN_ID}"] * 5


def test_address_chooses_the_model(open_app: OpenApp, home: Path) -> None:
    make_demo_run(home)
    make_demo_run(home, "20260102-000000-demo")
    app = open_app("pages/3_Predict.py", model=RUN_ID)
    assert app.selectbox(key="model-choice").value == RUN_ID
    assert not app.warning


def test_run_in_the_address_of_predict_chooses_the_model(open_app: OpenApp, home: Path) -> None:
    make_demo_run(home)
    make_demo_run(home, "20260102-000000-demo")
    app = open_app("pages/3_Predict.py", run=RUN_ID)
    assert app.selectbox(key="model-choice").value == RUN_ID
    assert app.query_params["model"] == RUN_ID


def test_the_sample_is_called_synthetic(open_app: OpenApp) -> None:
    app = open_app()
    assert "synthetic" in texts(app)
    assert "not real abstracts" in texts(app)


def test_local_file_named_on_start_is_offered_without_its_folder(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(CSV)
    monkeypatch.setenv("ARXIVTAG_DATA", str(path))
    app = open_app(data="file:mine.csv")
    assert app.selectbox(key="data-choice").value == "file:mine.csv"
    assert str(tmp_path) not in texts(app)
    assert [metric.value for metric in app.metric][:2] == ["2", "2"]  # papers, labels


def test_visitors_see_no_local_file(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(CSV)
    monkeypatch.setenv("ARXIVTAG_DATA", str(path))
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    app = open_app(data="file:mine.csv")
    assert app.selectbox(key="data-choice").value == "sample"
    assert "asks for the data set" in texts(app)


def test_upload_is_seen_by_those_with_its_address_only(open_app: OpenApp, home: Path) -> None:
    source = save_upload("mine.csv", CSV.encode(), home)
    app = open_app(data=source)
    assert app.selectbox(key="data-choice").value == source
    assert app.selectbox(key="data-choice").options[-1] == "mine.csv"
    other = open_app()
    assert "mine.csv" not in other.selectbox(key="data-choice").options


def test_a_deleted_model_is_said(open_app: OpenApp, home: Path) -> None:
    make_demo_run(home)
    make_demo_run(home, "20260102-000000-demo")
    app = open_app(model=RUN_ID)
    import shutil

    shutil.rmtree(home / "runs" / RUN_ID)
    app.query_params.clear()
    app.run()
    assert "is no longer here" in texts(app)

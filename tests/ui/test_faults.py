"""A home that is missing, goes away, or cannot be written: pages answer, with a sentence."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import texts
from tests.ui.demo_run import RUN_ID, make_demo_run
from tests.ui.test_visitors import PAGES

OpenApp = Callable[..., AppTest]


@pytest.mark.parametrize("page", PAGES)
def test_missing_home(open_app: OpenApp, home: Path, page: str) -> None:
    assert not home.exists()
    app = open_app(page)
    assert not app.exception
    assert not app.error


def test_home_that_goes_away_under_an_open_page(open_app: OpenApp, demo_home: Path) -> None:
    apps = [open_app(page, model=RUN_ID) for page in PAGES]
    shutil.rmtree(demo_home)
    for app in apps:
        app.run()
        assert not app.exception
        assert "is no longer here" in texts(app) or "asks for the model" in texts(app)


def test_a_file_where_home_should_be(open_app: OpenApp, home: Path) -> None:
    home.parent.mkdir(exist_ok=True)
    home.write_text("in the way")
    for page in PAGES:
        assert not open_app(page).exception
    app = open_app("pages/2_Train.py")
    assert app.button(key="go").disabled
    assert "Could not" in str(app.error[0].value)


@pytest.fixture
def read_only_home(home: Path) -> Iterator[Path]:
    """A home with a finished run on a disk that refuses every write."""
    home.mkdir(parents=True)
    words = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(home)]
    if subprocess.run(words, capture_output=True).returncode != 0:
        pytest.skip("mounting a read-only disk needs root")
    try:
        make_demo_run(home)
        subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)
        yield home
    finally:
        subprocess.run(["umount", "-l", str(home)], check=True)


def test_read_only_home_still_lists_opens_and_tags(open_app: OpenApp, read_only_home: Path) -> None:
    for page in PAGES:
        assert not open_app(page, model=RUN_ID).exception
    app = open_app("pages/4_Runs.py", run=RUN_ID)
    assert not app.exception
    assert not app.error
    app = open_app("pages/3_Predict.py", model=RUN_ID)
    app.text_area(key="predict-abstract").set_value(
        "We study the segmentation of liver tumours in computed tomography volumes."
    ).run()
    assert not app.exception
    assert "at-bars" in texts(app)
    for page in ("pages/1_Explore.py", "pages/2_Train.py"):  # no corpus can be kept there
        app = open_app(page)
        assert not app.exception
        assert "ead\\-only file system" in str(app.error[0].value)
    assert app.button(key="go").disabled

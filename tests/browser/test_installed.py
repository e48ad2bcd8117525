"""The wheel, installed outside the checkout, is the whole app."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PROJECT_FOLDER, free_port, wait_for_server


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which ``make release`` leaves wheel and source."""
    folder = tmp_path_factory.mktemp("dist")
    words = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(words, cwd=PROJECT_FOLDER, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def python(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has the wheel, and these tests' packages for all it depends on."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    (wheel,) = dist.glob("*.whl")
    words = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps"]
    subprocess.run([*words, "--no-index", str(wheel)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # Packages alone: what these tests' Python knows of the checkout is not taken over.
    (packages / "tests.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return python


@pytest.mark.slow
@pytest.mark.browser
def test_it_serves_and_computes_in_an_empty_folder(
    python: Path, tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "ARXIVTAG_HOME": str(tmp_path / "home")}
    command = str(python.with_name("arxivtag"))
    where = "import arxivtag.config as c; print(c.PROJECT_FOLDER)"
    found = subprocess.run(
        [python, "-c", where], cwd=empty, env=environment, capture_output=True, text=True
    )
    assert str(python.parent.parent) in found.stdout, found
    told = subprocess.run(
        [command, "describe", "sample", "--json"],
        cwd=empty, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert json.loads(told.stdout)["n_kept"] > 1000, told.stderr
    port = free_port()
    with subprocess.Popen(
        [command, "app", "--port", str(port), "--headless"], cwd=empty, env=environment
    ) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for_server(url)
            page = open_page(f"{url}/Predict")
            expect(page.get_by_role("heading", name="Predict", exact=True)).to_be_visible()
            expect(page.get_by_text("Computer Vision").first).to_be_visible()
            # Settings and style came along.
            expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
            page.close()
        finally:
            server.terminate()
    assert not list(empty.iterdir())


def test_the_source_builds_and_holds_what_one_needs_to_go_on(dist: Path) -> None:
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    wanted = {"Makefile", "constraints.txt", "streamlit_app.py", ".streamlit/config.toml",
              "pages/1_Explore.py", "assets/pretrained/manifest.json", "tests/conftest.py",
              "docs/deploy.md", "LICENSE", "SECURITY.md", "CITATION.cff"}  # fmt: skip
    assert wanted <= names
    assert not {name for name in names if "secrets" in name or name.startswith((".venv", "build"))}

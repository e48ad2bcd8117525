"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

TESTS_FOLDER = Path(__file__).resolve().parent
PROJECT_FOLDER = TESTS_FOLDER.parent

# A process that waits for a run would outlive a test; those of it turn it on.
os.environ.setdefault("ARXIVTAG_STANDBY", "0")
# One thread a process: test processes share two cores, and threads would only fight.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Keras takes its backend from the first import of a process, whichever test that stands in.
os.environ["KERAS_BACKEND"] = "jax"

# No deadline: a first call imports, and on a busy machine any call may be slow.
hypothesis.settings.register_profile("shared", deadline=None, max_examples=60)
hypothesis.settings.load_profile("shared")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder of the test's own, named by ``ARXIVTAG_HOME``."""
    folder = tmp_path / "home"
    monkeypatch.setenv("ARXIVTAG_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The real data set, where there is one: ``ARXIVTAG_REAL_DATA`` or ``../shared/data``."""
    path = Path(
        os.environ.get(
            "ARXIVTAG_REAL_DATA", PROJECT_FOLDER.parent / "shared/data/arxiv_abstracts.csv.xz"
        )
    )
    if not path.is_file():
        pytest.skip("no real data here: set ARXIVTAG_REAL_DATA to a file in the raw schema")
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, so that no process is left alone with one at the end."""
    first = ("browser", "runs")
    items.sort(key=lambda item: item.path.relative_to(TESTS_FOLDER).parts[0] not in first)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly, in the last lines, when the browser tests did not run."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "NO BROWSER" in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.write_line(
            f"{len(skipped)} BROWSER TESTS DID NOT RUN: no Chromium was found.\n"
            "Install one (Debian: apt-get install chromium) or name one with "
            "ARXIVTAG_CHROMIUM=/path/to/chromium, remove .venv/.browser and run make test again."
        )

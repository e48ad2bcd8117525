"""The web process as it is, over HTTP: one for its owner, one that serves visitors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Server, start_server
from tests.ui.demo_run import make_demo_run

PAPERS_A_MINUTE = 300


@pytest.fixture(scope="session")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its owner, with one finished run."""
    folder = tmp_path_factory.mktemp("owner")
    make_demo_run(folder / "home")
    server = start_server(folder / "home", folder, {"ARXIVTAG_VISITORS": "0"})
    yield server
    server.stop()


@pytest.fixture(scope="session")
def visitors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for visitors, with one finished run."""
    folder = tmp_path_factory.mktemp("visitors")
    make_demo_run(folder / "home")
    environment = {
        "ARXIVTAG_VISITORS": "1",
        "ARXIVTAG_VISITOR_MAX_API_PAPERS_PER_MINUTE": str(PAPERS_A_MINUTE),
    }
    server = start_server(folder / "home", folder, environment)
    yield server
    server.stop()

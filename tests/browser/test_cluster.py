"""Two people in two browsers start a run each on a cluster, and both watch theirs live."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from arxivtag import storage
from arxivtag.config import CODE_FOLDER
from arxivtag.runs import jobs, registry
from tests.browser.conftest import Server, start_server, stop_jobs, wait_until_idle
from tests.runs.clusters import LocalCluster, used
from tests.runs.conftest import FAKE_FOLDER, wait_for

pytestmark = pytest.mark.browser

PATIENCE_MS = 120_000
N_POINTS = "() => Number(document.querySelector('.at-live-chart')?.dataset.points ?? 0) > 4"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server whose runs train on two workers, and go no further than epoch 3."""
    storage.write_text(tmp_path / "home" / "hold", "3")
    quick = {"PYTHONPATH": f"{FAKE_FOLDER}:{CODE_FOLDER}", "FAKE_JOURNAL": ""}
    with LocalCluster(tmp_path, 2, quick) as local:
        with pytest.MonkeyPatch.context() as patched, used(local, patched):
            pass  # both workers are there
        cluster = {"ARXIVTAG_CLUSTER": local.address}
        running = start_server(tmp_path / "home", tmp_path / "logs", cluster)
        yield running
        running.stop()
        stop_jobs(running.home)


def test_two_sessions_start_and_watch(server: Server, open_page: Callable[..., Page]) -> None:
    pages = [open_page(f"{server.url}/Train") for _ in range(2)]
    for page in pages:
        start = page.get_by_role("button", name="Start training")
        expect(start).to_be_visible()
        wait_until_idle(page)  # the form is drawn more than once as it opens
        start.click()
        page.wait_for_url(re.compile("run="))
    for page in pages:
        page.wait_for_function(N_POINTS, timeout=PATIENCE_MS)
    runs = registry.list_runs(server.home)
    assert {run.state for run in runs} == {"running"}
    assert len({run.status.worker for run in runs}) == 2
    third = open_page(f"{server.url}/Runs")
    expect(third.get_by_text("2 of 2")).to_be_visible(timeout=PATIENCE_MS)
    expect(third.get_by_text("worker-2")).to_be_visible()
    pages[0].get_by_role("button", name="Stop").click()
    expect(pages[0].get_by_text("Stopped").first).to_be_visible(timeout=PATIENCE_MS)
    others = [run.run_id for run in registry.list_runs(server.home) if run.state == "running"]
    for run_id in others:
        jobs.stop(run_id, server.home)
    wait_for(lambda: all(run.status.is_over for run in registry.list_runs(server.home)))

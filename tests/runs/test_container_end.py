"""A container ends with a job under way, and another begins on the same volume."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from arxivtag.runs import jobs, registry
from arxivtag.runs.history import read_history
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.status import FINISHED, LOST
from tests.browser.conftest import free_port, wait_for_server
from tests.conftest import PROJECT_FOLDER
from tests.runs.conftest import HELD_AT, go_on, hold, state_of, wait_for

BEGIN = """
from arxivtag.config import home_folder
from arxivtag.runs import jobs
from tests.runs.conftest import fake_config
jobs.start(fake_config(6), home_folder())
"""


@pytest.mark.slow
def test_its_end_is_orderly_and_the_job_goes_on_in_the_next(
    quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an engine does: SIGTERM to process 1 of a namespace, with which all others end."""
    words = ["unshare", "--pid", "--fork", "--mount-proc"]
    if subprocess.run([*words, "true"], capture_output=True).returncode:
        pytest.skip("no namespaces here")
    monkeypatch.setenv("PYTHONPATH", f"{os.environ['PYTHONPATH']}:{PROJECT_FOLDER}")
    hold(quick)
    port, python = free_port(), sys.executable
    commands = f"{python} -c '{BEGIN}' && exec {python} -m arxivtag app --headless --port {port}"
    with subprocess.Popen([*words, "sh", "-c", commands]) as outside:
        wait_for_server(f"http://127.0.0.1:{port}")
        (run,) = registry.list_runs(quick)
        wait_for(lambda: len(epochs_of(run.run_id, quick)) == HELD_AT)
        (process_1,) = psutil.Process(outside.pid).children()
        process_1.terminate()
        # By itself, since process 1 takes no signal that it does not ask for.
        assert outside.wait(200) == 0
    before = epochs_of(run.run_id, quick)
    assert state_of(run.run_id, quick) == LOST
    assert len(before) == HELD_AT
    go_on(quick)
    jobs.resume(run.run_id, quick)
    wait_for(lambda: state_of(run.run_id, quick) == FINISHED)
    after = epochs_of(run.run_id, quick)
    assert [epoch["epoch"] for epoch in after] == list(range(1, 7))
    assert after[: len(before)] == before


def epochs_of(run_id: str, home: Path) -> list[dict[str, object]]:
    """The finished epochs that the history of a run holds."""
    return list(read_history(RunFolder(run_id, home).history).epochs)

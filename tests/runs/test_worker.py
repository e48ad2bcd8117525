"""What the worker says about failures, and its watch for the stop marker."""

from __future__ import annotations

import ast
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from arxivtag.config import PROJECT_FOLDER
from arxivtag.errors import DataError, StorageError
from arxivtag.runs import lease, worker
from arxivtag.runs.recorder import describe_failure, stop_watch
from arxivtag.runs.status import read_status
from tests.runs.conftest import make_run, wait_for


def storage_error(number: int) -> StorageError:
    error = StorageError("Could not write it.", "Check it.")
    error.__cause__ = OSError(number, "no")
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DataError("Too few papers.", "Use more."), "Too few papers."),
        (storage_error(errno.ENOSPC), "The disk is full"),
        (storage_error(errno.EACCES), "Could not write it."),
        (OSError(errno.ENOSPC, "full"), "The disk is full"),
        (MemoryError(), "Memory ran out"),
        (RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating"), "Memory ran out"),
        (KeyboardInterrupt(), "told to end"),
        (ZeroDivisionError("division by zero\nmore"), "ZeroDivisionError: division by zero"),
    ],
)
def test_failures_are_told_in_one_sentence_with_a_hint(error: BaseException, expected: str) -> None:
    message, hint = describe_failure(error)
    assert expected in message
    assert "\n" not in message
    assert hint


def test_stop_marker_is_noticed(home: Path) -> None:
    folder = make_run(home, "run-a", "running")
    should_stop = stop_watch(folder)
    assert not should_stop()
    folder.stop_marker.write_text("now")
    wait_for(should_stop)
    assert should_stop()


@pytest.mark.parametrize(
    ("code", "n_oom_kills", "expected"),
    [
        (-9, 1, "Memory ran out"),
        (-9, 0, "SIGKILL"),
        # Another process of the machine was killed for memory meanwhile.
        (-6, 1, "SIGABRT"),
        (7, 1, "exit code 7"),
    ],
)
def test_memory_is_blamed_only_for_a_kill(code: int, n_oom_kills: int, expected: str) -> None:
    message, hint = worker._death_message(code, n_oom_kills)
    assert expected in message
    assert hint


def test_what_is_launched_imports_nothing_heavy() -> None:
    """It is there in a tenth of a second, and holds little while it waits for its child."""
    code = "import sys, arxivtag.runs.worker; print([*sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(said.stdout))
    assert loaded.isdisjoint({"numpy", "pandas", "pyarrow", "duckdb", "sklearn", "keras", "jax"})


ATTEND = """
import os, sys
from pathlib import Path
from arxivtag.runs import worker
from arxivtag.runs.layout import RunFolder
child = os.fork()
if child == 0:
    os._exit(1)
worker.attend(RunFolder("run-a", Path(sys.argv[1])), [], child, own_lease=1)
"""


@pytest.mark.parametrize(
    ("its_input", "state"), [(subprocess.PIPE, "failed"), (subprocess.DEVNULL, "running")]
)
def test_with_its_worker_of_a_cluster_a_process_ends_and_tells_nothing(
    home: Path, its_input: int, state: str
) -> None:
    """Its child may have ended a moment before it; the run goes on at another worker."""
    folder = make_run(home, "run-a", "running", lease=1)
    assert lease.take(folder, 0)
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)}
    words = [sys.executable, "-c", ATTEND, str(home)]
    with subprocess.Popen(words, stdin=its_input, env=environment) as process:
        process.wait()
    assert read_status(folder.status).state == state


def test_a_fault_before_the_pipeline_is_logged(home: Path) -> None:
    """A full disk, say: the child ends by ``os._exit``, which prints no traceback."""
    folder = make_run(home, "run-a", "running")
    folder.status.write_text("{")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)}
    done = subprocess.run(
        [sys.executable, "-m", "arxivtag.runs.worker", "run-a", "--home", str(home)],
        capture_output=True, text=True, env=environment, timeout=60,
    )  # fmt: skip
    assert "run=run-a" in done.stderr
    assert "StorageError" in done.stderr

"""A quick pipeline for worker processes, and runs folders made by hand."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from arxivtag import storage
from arxivtag.errors import ArxivTagError
from arxivtag.fields import to_dict
from arxivtag.runs import registry
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.status import RunStatus, write_status
from arxivtag.settings import RunConfig, TrainingConfig

FAKE_FOLDER = Path(__file__).parent / "fake"
HELD_AT = 3


def fake_config(epochs: int = 2, random_seed: int = 42) -> RunConfig:
    """A run that takes 0.15 s an epoch in the quick pipeline; the seed says what goes wrong."""
    return dataclasses.replace(
        RunConfig(), training=TrainingConfig(epochs=epochs), random_seed=random_seed
    )


def hold(home: Path) -> None:
    """From now on quick runs train ``HELD_AT`` epochs and wait for :func:`go_on`."""
    storage.write_text(home / "hold", str(HELD_AT))


def go_on(home: Path) -> None:
    """Let runs train to their end."""
    (home / "hold").unlink()


def wait_for(condition: Callable[[], bool], timeout_s: float = 200.0) -> None:
    """Wait until ``condition`` holds, on a busy machine too."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def refused(job: Callable[..., object], *arguments: Any, **options: Any) -> ArxivTagError:
    """The error with which ``jobs.start`` or ``jobs.resume`` refuses."""
    with pytest.raises(ArxivTagError) as caught:
        job(*arguments, **options)
    return caught.value


def state_of(run_id: str, home: Path) -> str:
    """The state of a run as its folder says."""
    return registry.read_run(run_id, home).state


def workers(home: Path) -> list[psutil.Process]:
    """The worker processes at work under ``home``, parents before their children."""
    return processes_of("arxivtag.runs.worker", home)


def processes_of(module: str, home: Path) -> list[psutil.Process]:
    """The processes of a module at work under ``home``, parents before their children."""
    found = []
    for process in psutil.process_iter(["cmdline", "create_time"]):  # one may end meanwhile
        words = process.info["cmdline"] or []
        if module in words and str(home) in words:
            found.append(process)
    return sorted(found, key=lambda process: process.info["create_time"])


@pytest.fixture
def quick(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The home folder, with a quick pipeline in its workers; none of them outlives the test."""
    journal = tmp_path / "journal.txt"
    monkeypatch.setenv("PYTHONPATH", str(FAKE_FOLDER))
    monkeypatch.setenv("FAKE_JOURNAL", str(journal))
    yield home
    for _ in range(20):
        left = workers(home)
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if not left:
            break
        time.sleep(0.05)


def journal_of(home: Path) -> list[tuple[str, str, float]]:
    """What the quick pipeline noted: ``(begin or end, run id, time)``."""
    lines = Path(os.environ["FAKE_JOURNAL"]).read_text().splitlines()
    return [(event, run_id, float(at)) for event, run_id, at in map(str.split, lines)]


def make_run(
    home: Path,
    run_id: str,
    state: str = "finished",
    config: RunConfig | None = None,
    **status: object,
) -> RunFolder:
    """Write a run's folder by hand."""
    folder = RunFolder(run_id, home)
    storage.write_json(folder.config, to_dict(config or RunConfig()))
    write_status(folder.status, RunStatus(state, **status))  # type: ignore[arg-type]
    return folder

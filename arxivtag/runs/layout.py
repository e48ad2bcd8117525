"""Where a run's files are, and what a run may be called.

A run is a folder ``<home>/runs/<run_id>/``; the folder is the database and
there is no other registry::

    config.json     the RunConfig, as it was started
    status.json     state, stage, progress, heartbeat (atomic)
    history.jsonl   one line a tick of training, append only
    result.json     timings, sizes, key figures, versions (small)
    evaluation.json every figure on the test split
    predictions.npz true labels and probabilities of the validation and test papers
    test_papers.parquet
    checkpoint.npz  what training can go on from; gone once the run has its result
    log.txt         what the worker printed
    bundle/         what tagging needs, published by one rename
    note.json       the person's own name for the run (written by the app)
    stop            marker: the app asks the worker to stop
    worker.lock     locked for as long as a process works on the run

``status.json`` is written by the holder of ``worker.lock``, and for a run that
waits by whoever holds the queue's lock.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from arxivtag.config import home_folder, runs_folder
from arxivtag.errors import RunError

RUN_ID_PATTERN = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
_TAIL_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0, 1: easy to read aloud


def now_iso() -> str:
    """Return the present time in UTC as ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def new_run_id() -> str:
    """Return a run id such as ``20260131-142501-k7qx3f``: sorts by time, with a random tail."""
    tail = "".join(secrets.choice(_TAIL_LETTERS) for _ in range(6))
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{tail}"


def check_run_id(run_id: str) -> str:
    """Return ``run_id`` if it has the form of one, so that it can be part of a path.

    Raises:
        RunError: If it does not.
    """
    if not isinstance(run_id, str) or not RUN_ID_PATTERN.fullmatch(run_id):
        shown = str(run_id)[:60]
        raise RunError(
            f"A run id holds only small letters, digits and hyphens. Received: {shown!r}.",
            "Choose a run from the Runs page or from 'arxivtag runs'.",
        )
    return run_id


@dataclass(frozen=True)
class RunFolder:
    """The paths of one run. Making one checks the id and touches no disk."""

    run_id: str
    home: Path

    def __post_init__(self) -> None:
        check_run_id(self.run_id)

    @property
    def path(self) -> Path:
        """The run's folder."""
        return runs_folder(self.home) / self.run_id

    @property
    def config(self) -> Path:
        """The run's settings."""
        return self.path / "config.json"

    @property
    def status(self) -> Path:
        """State and progress."""
        return self.path / "status.json"

    @property
    def history(self) -> Path:
        """One line a tick."""
        return self.path / "history.jsonl"

    @property
    def result(self) -> Path:
        """Timings, sizes and key figures."""
        return self.path / "result.json"

    @property
    def evaluation(self) -> Path:
        """All figures on the test split."""
        return self.path / "evaluation.json"

    @property
    def predictions(self) -> Path:
        """True labels and probabilities of val and test."""
        return self.path / "predictions.npz"

    @property
    def test_papers(self) -> Path:
        """The papers of the test split."""
        return self.path / "test_papers.parquet"

    @property
    def log(self) -> Path:
        """What the worker printed."""
        return self.path / "log.txt"

    @property
    def bundle(self) -> Path:
        """What tagging needs."""
        return self.path / "bundle"

    @property
    def note(self) -> Path:
        """The person's own name for the run."""
        return self.path / "note.json"

    @property
    def stop_marker(self) -> Path:
        """Present when someone asked the worker to stop."""
        return self.path / "stop"

    @property
    def checkpoint(self) -> Path:
        """What training can go on from after a crash."""
        return self.path / "checkpoint.npz"

    @property
    def lock(self) -> Path:
        """Locked while a process works on the run."""
        return self.path / "worker.lock"


def run_folder(run_id: str, home: Path | None = None) -> RunFolder:
    """Return the paths of a run.

    Raises:
        RunError: If the id is not one.
    """
    return RunFolder(run_id, home or home_folder())

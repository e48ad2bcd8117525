"""Where a run's files are, and what a run may be called.

A run is a folder ``<home>/runs/<run_id>/``; the folder is the database and
there is no other registry::

    config.json     the RunConfig, as it was started
    status.json     state, stage, progress, heartbeat (atomic)
    history.jsonl   one line per tick of training, append only
    space.json      labels and papers of the label space
    frames.bin      where these papers stood while the network learnt, append only
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
from datetime import UTC, datetime
from pathlib import Path

from arxivtag.config import runs_folder
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


class RunFolder:
    """The paths of one run. Making one checks the id and touches no disk.

    Raises:
        RunError: If the id does not have the form of one, so that it could leave the runs folder.
    """

    def __init__(self, run_id: str, home: Path) -> None:
        if not isinstance(run_id, str) or not RUN_ID_PATTERN.fullmatch(run_id):
            raise RunError(
                "A run id holds only small letters, digits and hyphens. "
                f"Received: {str(run_id)[:60]!r}.",
                "Choose a run from the Runs page or from 'arxivtag runs'.",
            )
        self.run_id = run_id
        self.home = home
        self.path = runs_folder(home) / run_id
        self.config = self.path / "config.json"
        self.status = self.path / "status.json"
        self.history = self.path / "history.jsonl"
        self.space = self.path / "space.json"
        self.frames = self.path / "frames.bin"
        self.result = self.path / "result.json"
        self.evaluation = self.path / "evaluation.json"
        self.predictions = self.path / "predictions.npz"
        self.test_papers = self.path / "test_papers.parquet"
        self.checkpoint = self.path / "checkpoint.npz"
        self.log = self.path / "log.txt"
        self.bundle = self.path / "bundle"
        self.note = self.path / "note.json"
        self.stop_marker = self.path / "stop"
        self.lock = self.path / "worker.lock"

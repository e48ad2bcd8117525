"""The state of a run, as ``status.json`` holds it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arxivtag import storage
from arxivtag.errors import RunError

QUEUED, RUNNING, FINISHED = "queued", "running", "finished"
STOPPED, FAILED, LOST = "stopped", "failed", "lost"
CORRUPT = "corrupt"  # never written: the folder cannot be read
STATES = (QUEUED, RUNNING, FINISHED, STOPPED, FAILED, LOST)
ENDED = (FINISHED, STOPPED, FAILED, LOST, CORRUPT)

STAGES = (
    "start",
    "load",
    "clean",
    "split",
    "vectorize",
    "compile",
    "train",
    "evaluate",
    "bundle",
    "baseline",
)


@dataclass(frozen=True)
class Progress:
    """How far a stage is: ``done`` of ``total`` of some unit."""

    done: float
    total: float
    unit: str

    @property
    def fraction(self) -> float:
        """Between 0 and 1."""
        return min(1.0, max(0.0, self.done / self.total)) if self.total > 0 else 0.0


@dataclass(frozen=True)
class RunStatus:
    """What is known of a run's job.

    ``elapsed_s`` is measured by the worker's monotonic clock, so that a jump of
    the wall clock changes no duration; ``queue_number`` orders the queue for
    the same reason.
    """

    state: str
    stage: str = ""
    progress: Progress | None = None
    seconds_left: float | None = None
    elapsed_s: float | None = None
    heartbeat_at: str | None = None
    pid: int | None = None
    queued_at: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    message: str = ""
    hint: str = ""
    queue_number: int = 0
    attempt: int = 1
    owner: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen any more by itself."""
        return self.state in ENDED


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any, default: int) -> int:
    number = _number(value)
    return default if number is None else int(number)


def parse_status(values: dict[str, Any]) -> RunStatus:
    """Return a status from the object in ``status.json``; unknown keys are ignored.

    Raises:
        RunError: If the state is none of those in the contract.
    """
    if values.get("state") not in STATES:
        raise RunError(
            f"The state of a run should be one of {', '.join(STATES)}. "
            f"Received: {str(values.get('state'))[:40]!r}.",
            "The file status.json may be damaged; the run can be deleted.",
        )
    progress, found = None, values.get("progress")
    if isinstance(found, dict):
        done, total = _number(found.get("done")), _number(found.get("total"))
        if done is not None and total is not None:
            progress = Progress(done, total, _text(found.get("unit")))
    return RunStatus(
        state=values["state"],
        stage=_text(values.get("stage")),
        progress=progress,
        seconds_left=_number(values.get("seconds_left")),
        elapsed_s=_number(values.get("elapsed_s")),
        heartbeat_at=_text(values.get("heartbeat_at")) or None,
        pid=_whole(values.get("pid"), 0) or None,
        queued_at=_text(values.get("queued_at")) or None,
        started_at=_text(values.get("started_at")) or None,
        ended_at=_text(values.get("ended_at")) or None,
        message=_text(values.get("message")),
        hint=_text(values.get("hint")),
        queue_number=_whole(values.get("queue_number"), 0),
        attempt=_whole(values.get("attempt"), 1),
        owner=_text(values.get("owner")),
    )


def read_status(path: Path) -> RunStatus:
    """Return the status in ``path``.

    Raises:
        StorageError: If the file cannot be read.
        RunError: If it does not hold a status.
    """
    return parse_status(storage.read_json(path))


def write_status(path: Path, status: RunStatus) -> None:
    """Replace ``path`` by ``status``, atomically."""
    storage.write_json(path, dataclasses.asdict(status))

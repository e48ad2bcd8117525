"""The state of a run, as ``status.json`` holds it."""

from __future__ import annotations

import dataclasses
import functools
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arxivtag import storage
from arxivtag.errors import RunError
from arxivtag.fields import is_instance, is_number
from arxivtag.runs.layout import now_iso

QUEUED, RUNNING, FINISHED = "queued", "running", "finished"
STOPPED, FAILED, LOST = "stopped", "failed", "lost"
CORRUPT = "corrupt"  # never written: the folder cannot be read
STATES = (QUEUED, RUNNING, FINISHED, STOPPED, FAILED, LOST)
ENDED = (FINISHED, STOPPED, FAILED, LOST, CORRUPT)

STAGES = ("start", "load", "clean", "split", "vectorize",
          "compile", "train", "evaluate", "bundle", "baseline")  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """How far a stage is: ``done`` of ``total`` of some unit."""

    done: float
    total: float
    unit: str = ""

    @property
    def fraction(self) -> float:
        """Between 0 and 1."""
        return min(1.0, max(0.0, self.done / self.total)) if self.total > 0 else 0.0


@dataclass(frozen=True)
class RunStatus:
    """What is known of a run's job.

    ``elapsed_s`` is measured by the worker's monotonic clock, so that a jump of
    the wall clock changes no duration; ``queue_number`` orders the queue for
    the same reason. ``sweep`` is the same for runs that were started together; ``role`` is that
    of whoever asked for the run (:class:`arxivtag.policy.Role`). Of a run on a cluster, ``worker``
    is where it trains, ``lease`` the number under which it is held
    (:mod:`arxivtag.runs.lease`), and ``moves`` how often it went to another worker.
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
    sweep: str = ""
    role: str = ""
    worker: str = ""
    lease: int = 0
    moves: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen any more by itself."""
        return self.state in ENDED

    def ended(self, state: str, message: str = "", hint: str = "") -> RunStatus:
        """Return the status of the same job, ended now in ``state``."""
        return dataclasses.replace(
            self, state=state, message=message, hint=hint,
            ended_at=now_iso(), progress=None, seconds_left=None,
        )  # fmt: skip


def parse_status(values: dict[str, Any]) -> RunStatus:
    """Return a status from the object in ``status.json``.

    Unknown keys are ignored; a value that its field cannot hold is the field's default.

    Raises:
        RunError: If the state is none of those in the contract.
    """
    if values.get("state") not in STATES:
        raise RunError(
            f"The state of a run should be one of {', '.join(STATES)}. "
            f"Received: {str(values.get('state'))[:40]!r}.",
            "The file status.json may be damaged; the run can be deleted.",
        )
    sound = _sound_values(RunStatus, values)
    progress = _sound_values(Progress, values.get("progress"))
    if {"done", "total"} <= progress.keys():
        sound["progress"] = Progress(**progress)
    return RunStatus(**sound)


_types_of_fields = functools.cache(typing.get_type_hints)


def _sound_values(kind: type, values: object) -> dict[str, Any]:
    """Return the items of ``values`` that the plain fields of ``kind`` can hold."""
    if not isinstance(values, dict):
        return {}
    return {
        name: values[name]
        for name, expected in _types_of_fields(kind).items()
        if name in values
        and is_instance(values[name], expected)
        and (is_number(values[name]) or not isinstance(values[name], (int, float)))
    }


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

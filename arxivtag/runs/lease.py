"""Who may work on a run where a lock is not enough: on a cluster, whose machines share a folder.

A lock between machines may outlive the machine that held it, or be lost while the machine works on.
So a run on a cluster is held by a *lease*: a number, taken by making the file ``lease-<number>``,
which the file server lets only one succeed in. The highest number is the holder's; it beats in
``status.json``. Whoever finds it silent for ``ARXIVTAG_LEASE_S`` takes the next number, and one
that was only slow finds at its next beat that a higher one is there, and ends itself.

Silence is measured by the watch of whoever looks: what matters is whether the heartbeat changes, so
clocks of machines may differ. Only where one looks for the first time (a command, a fresh server)
their difference counts, and must be below some minutes.
"""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from arxivtag import storage
from arxivtag.config import job_limits
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.status import RunStatus

_PREFIX = "lease-"
# So many times the lease, by the clock, is silence to one who looks for the first time.
_CLOCKS_DIFFER = 10


def number(folder: RunFolder) -> int:
    """Return the number of the present lease; 0 if none was ever taken."""
    names = (path.name.removeprefix(_PREFIX) for path in folder.path.glob(f"{_PREFIX}*"))
    return max((int(name) for name in names if name.isdigit()), default=0)


def take(folder: RunFolder, after: int) -> bool:
    """Take the lease after another; return whether it is ours and nobody was quicker.

    Raises:
        StorageError: If the disk refuses.
    """
    path = folder.path / f"{_PREFIX}{after + 1}"
    with storage.disk_errors("write", path), contextlib.suppress(FileExistsError):
        storage.open_new(path).close()
        return True
    return False


def is_held(folder: RunFolder, lease: int) -> bool:
    """Return whether nobody has taken a later lease; a run without one is held by its lock."""
    return lease == 0 or number(folder) == lease


class _Seen:
    """What this process last saw of each run on a cluster, and since when by its own watch."""

    lock = threading.Lock()
    beats: dict[Path, tuple[object, float]] = {}  # noqa: RUF012  one for the process


def is_silent(folder: RunFolder, status: RunStatus, leases: int = 1) -> bool:
    """Return whether the holder of a lease has not been heard of for the time of some leases.

    Who only looks is more patient than who takes over, so that a page does not call a run lost
    that goes on in a moment.
    """
    now, lease_s = time.monotonic(), job_limits().lease_s
    beat = (number(folder), status.state, status.heartbeat_at)
    with _Seen.lock:
        seen, since = _Seen.beats.get(folder.path, (None, 0.0))
        if seen != beat:
            is_old = seen is None and _age_s(status) > _CLOCKS_DIFFER * lease_s
            since = now - _CLOCKS_DIFFER * lease_s if is_old else now
            _Seen.beats[folder.path] = beat, since
    return now - since >= leases * lease_s


def _age_s(status: RunStatus) -> float:
    with contextlib.suppress(TypeError, ValueError):
        beat_at = datetime.fromisoformat(status.heartbeat_at or "")
        return (datetime.now(UTC) - beat_at).total_seconds()
    return 0.0

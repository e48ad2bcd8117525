"""Where runs may train at once, here or on a cluster, and which do."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass
from pathlib import Path

from arxivtag.config import job_limits
from arxivtag.errors import ArxivTagError
from arxivtag.runs import jobs, registry
from arxivtag.runs.layout import RunFolder


@dataclass(frozen=True)
class Place:
    """Where one run may train: a worker of the cluster, or "" for this machine; and which does."""

    worker: str
    run_id: str | None


def places(home: Path) -> tuple[Place, ...]:
    """Return where runs may train at once, and which do.

    Raises:
        ArxivTagError: If a cluster is named that does not answer.
    """
    cluster = jobs.engine()
    seats = {one.worker: one.n for one in cluster.seats()} if cluster else {"": job_limits().jobs}
    at: dict[str, list[str]] = {}
    for run_id in jobs.running(home):
        worker = registry.read_state(RunFolder(run_id, home)).worker
        at.setdefault(worker, []).append(run_id)
    return tuple(
        Place(worker, run_id)
        for worker, n in seats.items()
        for run_id, _ in itertools.zip_longest(at.get(worker, ()), range(n))
    )


def is_full(home: Path) -> bool:
    """Return whether a run that is started now would wait."""
    with contextlib.suppress(ArxivTagError):
        return bool(jobs.queue(home)) or all(place.run_id for place in places(home))
    return True

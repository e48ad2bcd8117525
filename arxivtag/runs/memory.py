"""Whether memory allows another run beside those that train."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from arxivtag.corpus.apart import papers_in
from arxivtag.errors import ArxivTagError
from arxivtag.papers.schema import parse_layout
from arxivtag.papers.sources import OpenedSource
from arxivtag.runs.estimate import estimate, expected_features
from arxivtag.settings import RunConfig

# Kept free for the app and the system.
RESERVE_MB = 1_000.0
# The most that a process which waits for a run may hold (docs/runs.md).
STANDBY_MB = 450.0
_LABELS = 150
# Distinct words of n abstracts grow as n ** 0.73; of 27,000 real ones there are about 200,000.
_WORDS_OF, _WORDS, _GROWTH = 27_000, 200_000, 0.73
# Of a container: what it may have and has, in either version of Linux' control groups.
_GROUPS = (("memory.max", "memory.current"),
           ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"))  # fmt: skip
_MB = 1e6


def needed_mb(settings: RunConfig | None, home: Path) -> float:
    """Return about how many megabytes a run will take at its peak, from the size of its file.

    Nothing is read but the size, so that it can be asked of a file that no run has read yet. Of
    settings that cannot be read, and of a source that is not there, it is that of the smallest.
    """
    if settings is None:
        return estimate(RunConfig(), 1, 1, 1).memory_mb
    n_papers = 1
    with contextlib.suppress(ArxivTagError):
        layout = parse_layout(settings.columns, settings.label_separator)
        n_papers = max(1, papers_in(OpenedSource(settings.data, layout, home)))
    n_words = round(_WORDS * (n_papers / _WORDS_OF) ** _GROWTH)
    n_features = expected_features(settings, n_words, n_papers)
    return estimate(settings, n_papers, n_features, _LABELS).memory_mb


def has_room(needed: float, beside: Sequence[float]) -> bool:
    """Return whether a run fits, in megabytes, beside others that may not have taken all yet."""
    total, free = _total_mb(), _free_mb()
    return needed + sum(beside) + RESERVE_MB <= total and needed + RESERVE_MB <= free


def _total_mb() -> float:
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _MB
    return min([machine, *(most for most, _ in _groups())])


def _free_mb() -> float:
    """Return the memory that can be had now; without bound where the system does not say."""
    free = [most - used for most, used in _groups()]
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        (line,) = (one for one in lines if one.startswith("MemAvailable:"))
        free.append(int(line.split()[1]) * 1024 / _MB)
    return min(free, default=float("inf"))


def _groups(root: Path = Path("/sys/fs/cgroup")) -> list[tuple[float, float]]:
    """Return the megabytes that this container may have and has, if it is bounded."""
    found = []
    for names in _GROUPS:
        with contextlib.suppress(OSError, ValueError):
            most, used = (int((root / name).read_text()) / _MB for name in names)
            found.append((most, used))
    return found

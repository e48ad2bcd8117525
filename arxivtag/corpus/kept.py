"""Folders that are kept while there is room for them: corpora, and what is made from them.

Each holds a report, which names every file with its size and the time of its last change. So what
was damaged, or changed later, is not taken for what was made. The report's own time is that of
the last use.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from arxivtag import storage
from arxivtag.errors import StorageError

REPORT_NAME = "report.json"


def write_report(folder: Path, format_version: int, **about: object) -> None:
    """Write down what a folder holds, once all is there.

    Raises:
        StorageError: If the disk refuses.
    """
    of_files = {"format_version": format_version, "files": files_in(folder)}
    storage.write_json(folder / REPORT_NAME, about | of_files)


def sound_report(folder: Path, format_version: int) -> dict[str, Any] | None:
    """Return the report of a folder; None if it is of another format, or not all is as written."""
    try:
        about = storage.read_json(folder / REPORT_NAME)
        is_sound = about["format_version"] == format_version and about["files"] == files_in(folder)
    except (StorageError, OSError, KeyError):
        return None
    return about if is_sound else None


def mark_used(folder: Path) -> None:
    """Note that a folder is used now; on a read-only disk nothing is noted."""
    with contextlib.suppress(OSError):
        os.utime(folder / REPORT_NAME)


def files_in(folder: Path) -> dict[str, list[int]]:
    """Return the size in bytes and the time of the last change, in ns, of each file but the report.

    What is written into a file later changes its time, if not its size.
    """
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): [path.stat().st_size, path.stat().st_mtime_ns]
        for path in files
        if path.name != REPORT_NAME
    }

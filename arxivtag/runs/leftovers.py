"""Removes temporary files and folders that a killed process left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

from arxivtag.storage import TEMPORARY_PREFIX


def sweep(folder: Path, older_than_s: float = 0.0) -> None:
    """Remove what :mod:`arxivtag.storage` left unfinished in ``folder``; what resists stays.

    Args:
        folder: Where to look; not below it.
        older_than_s: Leave what was made or renamed later than this. Zero is right only
            while nobody else can be writing there.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(TEMPORARY_PREFIX):
                with contextlib.suppress(OSError):
                    _remove(entry, older_than_s)


def _remove(entry: os.DirEntry[str], older_than_s: float) -> None:
    # The time of the last rename too: a folder on its way to deletion keeps its older mtime.
    if older_than_s and time.time() - entry.stat(follow_symlinks=False).st_ctime < older_than_s:
        return
    if entry.is_dir(follow_symlinks=False):
        shutil.rmtree(entry.path, ignore_errors=True)
    else:
        os.unlink(entry.path)

"""File locks that outlive the process that took them, if it hands them to a child.

A lock is a ``flock`` on an open file. It belongs to the open file, not to the
process: a launcher takes it, starts a worker that inherits the descriptor, and
closes its own copy; the lock is free again when the last copy is closed, which
the kernel does for a process however it dies. So there is no moment between
"started" and "has the lock" in which two workers could begin the same run.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from arxivtag.errors import ArxivTagError, StorageError
from arxivtag.storage import disk_errors, make_folder

_RETRY_S = 0.01
_MAX_HOLDER_BYTES = 200


def try_acquire(path: Path, timeout_s: float = 0.0, *, shared: bool = False) -> int | None:
    """Take the lock at ``path`` and return its file descriptor, or ``None`` if another has it.

    Args:
        path: The lock's file; its folder must exist.
        timeout_s: How long to try again. Probes (:func:`is_held`) hold a lock for
            some microseconds, so whoever must not fail by chance waits a little.
        shared: Whether others may hold it shared at the same time.

    Raises:
        StorageError: If the file cannot be opened.
    """
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    deadline = time.monotonic() + timeout_s
    while True:
        with disk_errors("open the lock", path):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if not _is_locked(descriptor, kind, deadline):
            release(descriptor)
            return None
        if _is_at(path, descriptor):
            return descriptor
        # Its holder removed the file: beside the next one at the path this is no lock.
        release(descriptor)


def _is_locked(descriptor: int, kind: int, deadline: float) -> bool:
    """Return whether an open file could be locked in time."""
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_RETRY_S)
        else:
            return True


def _is_at(path: Path, descriptor: int) -> bool:
    """Return whether an open file is the one at ``path``."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except OSError:
        return False


def release(descriptor: int) -> None:
    """Close this process's copy of a lock."""
    with contextlib.suppress(OSError):
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Return whether a process holds the lock at ``path``; a missing file counts as free."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Shared, so that many readers can look at the same time.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def write_holder(descriptor: int, name: str) -> None:
    """Write into a lock that is held for whom; :func:`holder` reads it.

    Raises:
        StorageError: If the disk refuses.
    """
    content = name.encode("ascii")
    try:
        os.pwrite(descriptor, content, 0)
        os.ftruncate(descriptor, len(content))
    except OSError as error:
        raise StorageError(
            f"Could not write into a lock: {error.strerror}.", "Free some space and try again."
        ) from error


def holder(path: Path) -> str:
    """Return for whom the lock at ``path`` is held, or was last; "" if nobody wrote it."""
    try:
        with path.open("rb") as file:
            return file.read(_MAX_HOLDER_BYTES).decode("ascii", "replace")
    except OSError:
        return ""


@contextlib.contextmanager
def held(
    path: Path, timeout_s: float = 10.0, refusal: ArxivTagError | None = None
) -> Iterator[None]:
    """Hold the lock at ``path`` for the block, waiting up to ``timeout_s`` for it.

    Raises:
        ArxivTagError: The ``refusal``, or else a StorageError, if the lock does not come free in
            time.
        StorageError: If it cannot be opened.
    """
    make_folder(path.parent)
    descriptor = try_acquire(path, timeout_s)
    if descriptor is None:
        raise refusal or StorageError(
            f"Another process has held {path.name} for more than {timeout_s:g} s.", "Try again."
        )
    try:
        yield
    finally:
        release(descriptor)

"""How a training ends before its time: what asks it to stop, and what is said of a failure."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable

from arxivtag.errors import ArxivTagError
from arxivtag.policy import policy
from arxivtag.runs.layout import RunFolder

STOP_CHECK_INTERVAL_S = 0.2
STOPPED_BY_REQUEST = "Stopped"
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# Says why a run is to stop, as the beginning of a sentence; "" while it may go on.
StopReason = Callable[[], str]


def stop_watch(folder: RunFolder) -> StopReason:
    """Return a function that says why to stop; it looks at most 5 times per second.

    A visitor's training also stops when its time is up, so that it cannot hold the queue.
    """
    looked_at, reason = -1.0, ""
    limit_min = policy().max_run_minutes
    ends_at = time.monotonic() + 60.0 * (limit_min or 0)

    def stop_reason() -> str:
        nonlocal looked_at, reason
        now = time.monotonic()
        if not reason and now - looked_at >= STOP_CHECK_INTERVAL_S:
            looked_at = now
            if folder.stop_marker.exists():
                reason = STOPPED_BY_REQUEST
            elif limit_min is not None and now >= ends_at:
                reason = f"Stopped at the time limit of {limit_min} minutes,"
        return reason

    return stop_reason


def describe_failure(error: BaseException) -> tuple[str, str]:
    """Return a sentence on what went wrong, and what to do about it."""
    if _is_full_disk(error) or _is_full_disk(error.__cause__):
        return (
            "The disk is full: the run could not be written.",
            "Free some space (delete runs you do not need), then resume the run.",
        )
    if isinstance(error, ArxivTagError):
        return error.message, error.hint
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error):
        return (
            "Memory ran out while training.",
            "Use fewer papers, a smaller vocabulary, fewer hidden units or a smaller batch.",
        )
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        return "The training process was told to end.", "Resume the run to go on."
    first_line = (str(error).splitlines() or [""])[0][:300]
    return (
        f"Training ended with an unexpected error: {type(error).__name__}: {first_line}",
        "The last lines of the log say more; the run can be resumed or run again.",
    )


def _is_full_disk(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno in _DISK_FULL

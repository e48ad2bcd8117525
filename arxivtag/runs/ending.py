"""How a training ends before its time: what asks it to stop, and what is said of a failure."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable

from arxivtag.config import visitor_limits, visitor_mode
from arxivtag.errors import ArxivTagError
from arxivtag.runs.layout import RunFolder

STOP_CHECK_INTERVAL_S = 0.2
STOPPED_BY_REQUEST = "Stopped"


def stop_watch(folder: RunFolder) -> Callable[[], str]:
    """Return a function that says why to stop, "" while not; it looks 5 times a second.

    A visitor's training also stops when its time is up, so that it cannot hold the queue.
    """
    looked_at, reason = -1.0, ""
    limit_min = visitor_limits().max_run_minutes if visitor_mode() else None
    ends_at = time.monotonic() + 60.0 * (limit_min or 0)

    def should_stop() -> str:
        nonlocal looked_at, reason
        now = time.monotonic()
        if not reason and now - looked_at >= STOP_CHECK_INTERVAL_S:
            looked_at = now
            if folder.stop_marker.exists():
                reason = STOPPED_BY_REQUEST
            elif limit_min is not None and now >= ends_at:
                reason = f"Stopped at the time limit of {limit_min} minutes,"
        return reason

    return should_stop


def describe_failure(error: BaseException) -> tuple[str, str]:
    """Return a sentence on what went wrong, and what to do about it."""
    cause = error.__cause__
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    full |= isinstance(cause, OSError) and cause.errno in (
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
    )
    if full:
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

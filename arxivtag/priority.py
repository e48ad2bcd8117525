"""Lower priority for work that can wait: the app's answers must stay quick on two cores."""

from __future__ import annotations

import contextlib
import os

NICENESS = 10
# Linux may share the cores among sessions first (autogroup): a niceness then counts within one
# session alone, and work in a session of its own would take as much as the app.
_OF_THE_SESSION = "/proc/self/autogroup"


def give_way() -> None:
    """Lower the priority of this process and, where that is what counts, of its session."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    with contextlib.suppress(OSError):
        descriptor = os.open(_OF_THE_SESSION, os.O_WRONLY)
        try:
            os.write(descriptor, str(NICENESS).encode())
        finally:
            os.close(descriptor)

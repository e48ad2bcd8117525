"""Keeps Python's garbage collector from looking at everything after every script run.

Streamlit calls ``gc.collect(2)`` after each run of a page or fragment, which visits every
object of the process: modules, papers, models, all that never is garbage. With 50 people that
took five sixths of the server's time. Here the objects that are there are set aside
(``gc.freeze``) now and then, so that a collection visits only what came since. What becomes
garbage while set aside is found at the next time, when all are looked at once.
"""

from __future__ import annotations

import gc
import threading
import time

INTERVAL_S = 20.0


class _Last:
    """When objects were set aside in this process."""

    lock = threading.Lock()
    at: float = float("-inf")


def settle() -> bool:
    """Collect garbage among all objects and set the rest aside, at most every 20 seconds.

    Returns:
        Whether that was done now.
    """
    with _Last.lock:
        if time.monotonic() - _Last.at < INTERVAL_S:
            return False
        _Last.at = time.monotonic()
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return True

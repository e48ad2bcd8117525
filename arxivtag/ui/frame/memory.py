"""What the server keeps in memory: results that all sessions share, and how garbage is found."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeAlias, TypeVar

import streamlit as st

from arxivtag.corpus.store import Corpus

INTERVAL_S = 20.0
FileState: TypeAlias = tuple[int, int]
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def shared(
    max_entries: int, spinner: str = ""
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Let a function compute each result once, for all sessions; do not change one in place.

    Results are known by the function's arguments: a corpus by its fingerprint, and those whose
    names begin with an underscore not at all. Of more than ``max_entries`` the oldest goes first.
    """

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        cached: Callable[Parameters, Result] = st.cache_resource(
            function,
            max_entries=max_entries,
            show_spinner=spinner or False,
            hash_funcs={Corpus: lambda corpus: corpus.fingerprint},
        )
        return cached

    return decorate


def file_state(path: Path) -> FileState:
    """Return what changes when a file is replaced, to know results by; zeros if there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return (0, 0)  # reading it will say what is wrong
    return (status.st_size, status.st_mtime_ns)


class _Last:
    """When objects were set aside in this process."""

    lock = threading.Lock()
    at: float = float("-inf")


def set_old_objects_aside() -> bool:
    """Collect garbage among all objects and set the rest aside, at most every 20 seconds.

    Streamlit calls ``gc.collect(2)`` after each run of a page or fragment, which visits every
    object of the process: modules, papers and models, which never are garbage. With 50 people
    that took five sixths of the server's time. With ``gc.freeze`` a collection visits only the
    objects that came later. What becomes garbage while set aside is found at the next call,
    which looks at all objects once. True says that it was done now.
    """
    with _Last.lock:
        if time.monotonic() - _Last.at < INTERVAL_S:
            return False
        _Last.at = time.monotonic()
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return True

"""Training in this process, as ``arxivtag train`` does.

The sibling of :mod:`arxivtag.runs.worker`: both hold the run's lock, give the pipeline a
recorder, and write down how the run ended.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from arxivtag import locks
from arxivtag.callbacks import OnProgress, unheard
from arxivtag.errors import RunError
from arxivtag.runs.jobs import create_run, with_absolute_data
from arxivtag.runs.layout import RunFolder, now_iso
from arxivtag.runs.pipeline import execute
from arxivtag.runs.recorder import STOPPED_BY_REQUEST, RunRecorder, stop_watch
from arxivtag.runs.status import FAILED, RUNNING, RunStatus, read_status, write_status
from arxivtag.settings import RunConfig, validate


def train_in_foreground(
    settings: RunConfig, home: Path, progress: OnProgress = unheard
) -> dict[str, Any]:
    """Train in this process, as ``arxivtag train`` does, and return the result.

    The run appears in the runs folder like any other. The first Ctrl-C stops the
    training and keeps the best model so far; the second ends the process.

    Raises:
        ArxivTagError: If the settings, the data or the disk do not allow it; the
            run is then kept as ``failed``.
    """
    settings = with_absolute_data(validate(settings))
    folder = create_run(settings, home, RunStatus(RUNNING, queued_at=now_iso()))
    lock = _lock_of_new_run(folder)
    watched = stop_watch(folder)

    def stop_reason() -> str:
        return STOPPED_BY_REQUEST if interrupted.is_set() else watched()

    try:
        with (
            interrupt_asks_to_stop() as interrupted,
            RunRecorder(folder, read_status(folder.status), _reported_to(progress)) as recorder,
        ):
            return execute(settings, recorder, stop_reason)
    finally:
        locks.release(lock)


def _lock_of_new_run(folder: RunFolder) -> int:
    """Take the run's lock; pages that look whether it is held have it for a moment each."""
    lock = locks.try_acquire(folder.lock, timeout_s=1.0)
    if lock is None:
        error = RunError(f"The lock of run {folder.run_id} could not be taken.", "Try again.")
        failed = RunStatus(RUNNING).ended(FAILED, error.message, error.hint)
        write_status(folder.status, failed)
        raise error
    return lock


def _reported_to(progress: OnProgress) -> Callable[[RunStatus], None]:
    """Return a listener that calls ``progress`` once per stage, and once per percent at most."""
    last: tuple[str, int] = ("", -1)

    def on_change(status: RunStatus) -> None:
        nonlocal last
        fraction = status.progress.fraction if status.progress else None
        now = (status.stage, int(100 * (fraction or 0)))
        if status.state == RUNNING and status.stage and now != last:
            last = now
            progress(status.stage, fraction)

    return on_change


@contextlib.contextmanager
def interrupt_asks_to_stop() -> Iterator[threading.Event]:
    """Give an event that the first Ctrl-C sets; the second ends the process as usual."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def handle(number: int, frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)

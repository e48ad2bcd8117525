"""What a process that works on a run writes of it, and what asks that process to stop.

One :class:`RunRecorder` lives in the process that holds the run's lock. A
thread writes ``status.json`` every second (the heartbeat) and at once when the
stage changes; the figures of training are appended and flushed as they come.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, BinaryIO

from arxivtag import storage
from arxivtag.errors import ArxivTagError, StorageError, counted
from arxivtag.policy import policy
from arxivtag.runs import lease
from arxivtag.runs.layout import RunFolder, now_iso
from arxivtag.runs.status import FAILED, Progress, RunStatus, write_status

HEARTBEAT_S = 1.0
_DOUBT_S = 3 * HEARTBEAT_S
_FINAL_WRITE_TRIES = 3
STOP_CHECK_INTERVAL_S = 0.2
STOPPED_BY_REQUEST = "Stopped"
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# Says why a run is to stop, as the beginning of a sentence; "" while it may go on.
StopReason = Callable[[], str]
_log = logging.getLogger(__name__)


class RunRecorder:
    """The one writer of a run's folder, which exists, whose lock is held and which is running.

    Use it as a context manager: it beats while the block runs, and an error that leaves the block
    is written as the run's end. ``on_change`` is called with every new status.
    """

    def __init__(
        self,
        folder: RunFolder,
        status: RunStatus,
        on_change: Callable[[RunStatus], None] | None = None,
    ) -> None:
        self.folder = folder
        self._on_change = on_change
        self._clock = time.monotonic()
        self._elapsed_before_s = status.elapsed_s or 0.0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ended = False
        self._history: BinaryIO | None = None
        self._held_at = time.monotonic()
        self.status = dataclasses.replace(
            status, pid=os.getpid(), started_at=status.started_at or now_iso()
        )
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> RunRecorder:
        self._write()
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is not None:
            with contextlib.suppress(ArxivTagError):  # the error goes on, and says more
                self.end(FAILED, *describe_failure(error))
        self._stop_beating()
        if self._history is not None:
            with contextlib.suppress(OSError):
                self._history.close()

    def stage(self, name: str, total: float = 0, unit: str = "") -> None:
        """Enter a stage, with ``total`` units of work ahead (0: not known)."""
        _log.info("stage=%s", name)
        progress = Progress(0, total, unit) if total else None
        self._update(stage=name, progress=progress)
        self._wake.set()

    def progress(self, done: float, total: float, unit: str) -> None:
        """Note how far the present stage is; written with the next heartbeat."""
        self._update(progress=Progress(done, total, unit))

    def seconds_left(self, seconds: float | None) -> None:
        """Note how long the rest of the run will take; written with the next heartbeat."""
        self._update(seconds_left=seconds)

    def record(self, line: dict[str, Any]) -> None:
        """Append one line to the history, at once, with the time (``at``).

        Raises:
            StorageError: If the disk refuses.
        """
        if time.monotonic() - self._held_at > _DOUBT_S:  # this process slept, or the disk did
            self._end_unless_held()
        try:
            if self._history is None:
                self._history = storage.open_for_append(self.folder.history)
            storage.append_json_line(self._history, {**line, "at": now_iso()})
        except OSError as error:
            raise StorageError(
                f"Could not write {self.folder.history}: {error.strerror}.",
                "Free some space or make the folder writable, then resume the run.",
            ) from error

    def end(self, state: str, message: str = "", hint: str = "") -> None:
        """Write how the run ended; nothing is written after it.

        A full disk is given some time: the temporary files of what failed are
        gone by then, and the status is small.
        """
        self._stop_beating()
        self.status = self.status.ended(state, message, hint)
        self._update()
        for _ in range(_FINAL_WRITE_TRIES - 1):
            with contextlib.suppress(StorageError):
                self._write()
                return
            time.sleep(HEARTBEAT_S)
        self._write()

    def _update(self, **changes: Any) -> None:
        with self._lock:
            self.status = dataclasses.replace(self.status, **changes)
        if self._on_change is not None:
            self._on_change(self.status)

    def _end_unless_held(self) -> None:
        """End this process at once if the run was taken over by another worker of a cluster."""
        if not lease.is_held(self.folder, self.status.lease):
            _log.error("another worker has taken this run over")
            os._exit(1)
        self._held_at = time.monotonic()

    def _write(self) -> None:
        self._end_unless_held()
        with self._lock:
            elapsed = self._elapsed_before_s + time.monotonic() - self._clock
            self.status = dataclasses.replace(
                self.status, heartbeat_at=now_iso(), elapsed_s=round(elapsed, 3)
            )
            write_status(self.folder.status, self.status)

    def _stop_beating(self) -> None:
        self._ended = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _beat(self) -> None:
        while True:
            self._wake.wait(HEARTBEAT_S)
            self._wake.clear()
            if self._ended:
                return
            # A heartbeat that cannot be written must not end the training.
            with contextlib.suppress(StorageError):
                self._write()


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
                reason = f"Stopped at the time limit of {counted(limit_min, 'minute')},"
        return reason

    return stop_reason


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

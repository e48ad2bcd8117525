"""The process that trains: ``python -m arxivtag.runs.worker RUN_ID --home DIR --locks A,B``.

On a cluster it is ``--lease N`` (:mod:`arxivtag.runs.cluster`): it holds a lease instead of locks,
ends when the worker of the cluster does, and leaves the next run to that.

It is two processes. The one that was launched imports nothing heavy, forks, and
waits: whatever happens to its child (a crash, ``kill -9``, memory that ran
out), it writes how the run ended, frees the training slot and begins the next
waiting job. The child runs the pipeline. If the parent is killed, the child
goes on, and begins the next job itself.

Both hold the run's lock and the slot, whose descriptors they inherited. ``arxivtag train`` trains
in its own process instead (:func:`train_in_foreground`), which holds the run's lock and no slot.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from arxivtag import locks, storage
from arxivtag.callbacks import OnProgress, unheard
from arxivtag.errors import ArxivTagError, RunError
from arxivtag.fields import from_dict
from arxivtag.policy import environment_for
from arxivtag.priority import give_way
from arxivtag.runs import jobs, lease, standby
from arxivtag.runs.layout import RunFolder, now_iso
from arxivtag.runs.recorder import (
    STOPPED_BY_REQUEST,
    RunRecorder,
    interrupt_asks_to_stop,
    stop_watch,
)
from arxivtag.runs.status import FAILED, RUNNING, RunStatus, read_status, write_status
from arxivtag.settings import RunConfig, validate

_END_TRIES = 3
_log = logging.getLogger("arxivtag.runs.worker")


def main() -> int:
    """Run one job to its end and begin the next one."""
    parser = argparse.ArgumentParser(prog="arxivtag.runs.worker")
    parser.add_argument("run_id")
    parser.add_argument("--home", required=True)
    parser.add_argument("--locks", default="", help="inherited descriptors: run lock, slot")
    parser.add_argument("--lease", type=int, default=0, help="number of the run's lease")
    arguments = parser.parse_args()
    folder = RunFolder(arguments.run_id, Path(arguments.home))
    held = [int(number) for number in arguments.locks.split(",") if number]
    configure_log(folder)
    give_way()
    child = os.fork()
    if arguments.lease:
        threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    if child == 0:
        run_child(folder, held)
    attend(folder, held, child, arguments.lease)
    return 0


def _end_with_parent() -> None:
    """End this process when nobody holds the other end of its input any more.

    Another worker resumes the run then. All files are written whole, as for ``kill -9``.
    """
    os.read(0, 1)
    os._exit(1)


def _is_orphan() -> bool:
    """Return whether nobody holds the other end of this process's input any more."""
    return bool(select.select([0], [], [], 0)[0])


def attend(folder: RunFolder, held: Sequence[int], child: int, own_lease: int = 0) -> None:
    """Wait for the process that works on a run, see that its end is written, begin the next job.

    ``held`` are descriptors of the run's lock and of the slot; on a cluster there are none, and
    ``own_lease`` is the number under which the run is held.
    """
    if held:
        jobs.import_ahead()
    _wait_and_report(folder, child, _oom_kills(), own_lease)
    _release(held)
    if held:
        _begin_next(folder)


def configure_log(folder: RunFolder) -> None:
    """Write ``<time> <level> run=<id> key=value ...`` to the run's log; never a paper's text."""
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format=f"%(asctime)s.%(msecs)03dZ %(levelname)s run={folder.run_id} %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S",
    )
    # JAX tells at length which accelerators it did not find.
    logging.getLogger("jax").setLevel(logging.ERROR)


def _release(held: Sequence[int]) -> None:
    for descriptor in held:
        locks.release(descriptor)


def _begin_next(ended: RunFolder) -> None:
    """Begin the next waiting job; if there is none, wait for one like that which ended."""
    try:
        if jobs.start_next(ended.home) is None:
            standby.start(ended.home, from_dict(RunConfig, storage.read_json(ended.config)))
    except ArxivTagError as error:
        _log.error("could not begin the next job: %s", error)


def run_child(folder: RunFolder, held: Sequence[int]) -> NoReturn:
    """Run the pipeline in the forked child; does not return."""
    parent = os.getppid()
    code = 1
    try:
        _run(folder)
        code = 0
    except BaseException:
        # Nobody hears of it otherwise: the end below leaves no traceback.
        _log.exception("the run failed")
    finally:
        if held and os.getppid() != parent:  # the parent was killed: its duties are ours
            _release(held)
            _begin_next(folder)
        sys.stderr.flush()
        # Threads of JAX and pyarrow need no orderly end; all files are closed.
        os._exit(code)


def _run(folder: RunFolder) -> None:
    storage.sweep(folder.path)  # after a worker that was killed; the run's lock is ours
    status = read_status(folder.status)
    os.environ.update(environment_for(status.role))  # of this process and those that it starts
    with RunRecorder(folder, status) as recorder:
        from arxivtag.runs import pipeline

        settings = from_dict(RunConfig, storage.read_json(folder.config))
        pipeline.execute(settings, recorder, stop_watch(folder))


def _oom_kills() -> int:
    """Return how many processes the kernel has killed for memory since it started."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


def _wait_and_report(folder: RunFolder, child: int, oom_kills: int, own_lease: int) -> None:
    """Wait for the child; if it left the run as running, write why it ended."""
    _, wait_status = os.waitpid(child, 0)
    if own_lease and _is_orphan():  # so is the child, and has ended for that
        return
    code = os.waitstatus_to_exitcode(wait_status)
    for attempt in range(_END_TRIES):
        try:
            status = read_status(folder.status)
            if status.state == RUNNING and lease.is_held(folder, own_lease):
                message, hint = _death_message(code, n_oom_kills=_oom_kills() - oom_kills)
                _log.error("%s", message)
                write_status(folder.status, status.ended(FAILED, message, hint))
            return
        except ArxivTagError:
            if attempt + 1 < _END_TRIES:
                time.sleep(1)


def _death_message(code: int, n_oom_kills: int) -> tuple[str, str]:
    # The kernel counts for the whole machine: the kill is ours only if we were killed.
    if code == -signal.SIGKILL and n_oom_kills > 0:
        return (
            "Memory ran out: the system ended the training process.",
            "Use fewer papers, a smaller vocabulary or fewer hidden units, or close other "
            "programs; then run it again.",
        )
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        return (
            f"The training process was ended from outside (signal {name}).",
            "Resume it to go on from the last finished epoch. If it happens again, memory may "
            "be short.",
        )
    return (
        f"The training process ended unexpectedly (exit code {code}).",
        "The last lines of the log say more; the run can be resumed or run again.",
    )


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
    from arxivtag.runs import pipeline

    settings = jobs.with_absolute_data(validate(settings))
    folder = jobs.create_run(settings, home, RunStatus(RUNNING, queued_at=now_iso()))
    lock = _lock_of_new_run(folder)
    watched = stop_watch(folder)

    def stop_reason() -> str:
        return STOPPED_BY_REQUEST if interrupted.is_set() else watched()

    try:
        with (
            interrupt_asks_to_stop() as interrupted,
            RunRecorder(folder, read_status(folder.status), _reported_to(progress)) as recorder,
        ):
            return pipeline.execute(settings, recorder, stop_reason)
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


if __name__ == "__main__":
    sys.exit(main())

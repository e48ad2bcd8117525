"""Starting, queueing, stopping and resuming jobs.

A job is a process of its own (:mod:`arxivtag.runs.worker`) that works on one
run. One job trains at a time: whoever holds ``runs/.slot.lock`` may, and the
run's id stands in that file. Others wait as runs in the state ``queued``, in the
order of their ``queue_number``. ``arxivtag train`` is no job: it trains in its own
process beside the queue, without the slot.

The next job is begun by :func:`kick`, which anyone may call at any time: a
start, the end of a worker, every poll of a page. All changes to the queue happen
under ``runs/.queue.lock``. The launcher takes the slot and the run's own lock
and the worker inherits both, so that no two can begin the same job and nothing
is held by a process that is gone (see :mod:`arxivtag.locks`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from arxivtag import locks, storage
from arxivtag.config import PROJECT_FOLDER, home_folder, runs_folder, visitor_limits, visitor_mode
from arxivtag.errors import ArxivTagError, RunError, StorageError
from arxivtag.fields import to_dict
from arxivtag.runs import registry
from arxivtag.runs.layout import RunFolder, new_run_id, now_iso, run_folder
from arxivtag.runs.leftovers import sweep
from arxivtag.runs.status import FAILED, LOST, QUEUED, RUNNING, STOPPED, RunStatus, write_status
from arxivtag.settings import RunConfig, validate
from arxivtag.storage import is_file

MAX_QUEUE_LENGTH = 50
WORKER_NICENESS = 10
POLL_KICK_INTERVAL_S = 2.0
_VISITORS_SOURCES = ("sample", "arxiv-abstracts", "arxiv-api")
_VISITORS_PREFIXES = ("upload:", "arxiv-api:")
# As arxivtag.papers.sources has them (a test compares), which would take a second to import.
_NAMED_SOURCES = (*_VISITORS_SOURCES, "arxiv-metadata")
_RESUMABLE = (LOST, FAILED, STOPPED)
_LEFTOVER_AGE_S = 3600.0


@dataclass(frozen=True)
class Started:
    """The job has begun."""

    run_id: str


@dataclass(frozen=True)
class Queued:
    """The job waits; ``place`` 1 is the next to begin."""

    run_id: str
    place: int


@dataclass(frozen=True)
class Refused:
    """No job was begun and none waits, and why."""

    message: str
    hint: str = ""


Outcome = Started | Queued | Refused


def start(config: RunConfig, home: Path | None = None, *, owner: str = "") -> Outcome:
    """Make a run and begin its job, or queue it behind the one that trains.

    Args:
        config: What to train.
        home: Where runs live.
        owner: Opaque name of the visitor who asks; with ``ARXIVTAG_VISITORS`` it
            is held to :class:`arxivtag.config.VisitorLimits`.

    Returns:
        ``Started``, ``Queued`` or ``Refused``; errors are told, not raised.
    """
    home = home or home_folder()
    try:
        config = with_absolute_data(validate(config))
        with _queue_lock(home):
            sweep(runs_folder(home), older_than_s=_LEFTOVER_AGE_S)
            waiting = _queued(home)
            _check_queue_has_room(config, waiting, owner, home)
            run_id = _create_run(config, home, owner, _next_number(waiting))
            return _outcome_of_kick(run_id, home)
    except ArxivTagError as error:
        return Refused(error.message, error.hint)


def stop(run_id: str, home: Path | None = None) -> None:
    """Ask a run's worker to stop; it keeps the best model so far. A queued run is withdrawn.

    Raises:
        RunError: If there is no such run.
        StorageError: If the marker cannot be written.
    """
    folder = registry.existing_folder(run_id, home)
    state = registry.read_state(folder).state
    if state == QUEUED:
        withdraw(run_id, home)
    elif state == RUNNING:
        storage.write_text(folder.stop_marker, now_iso() + "\n")


def withdraw(run_id: str, home: Path | None = None) -> None:
    """Take a run out of the queue; it stays in the list as ``stopped``.

    Raises:
        RunError: If there is no such run or it is not waiting any more.
    """
    folder = registry.existing_folder(run_id, home)
    with _queue_lock(folder.home):
        status = registry.read_state(folder)
        if status.state != QUEUED:
            raise RunError(
                f"Run {run_id} does not wait in the queue (it is {status.state}).",
                "Stop it instead, if it is training.",
            )
        write_status(
            folder.status,
            dataclasses.replace(
                status,
                state=STOPPED,
                ended_at=now_iso(),
                message="Withdrawn from the queue before it began.",
                hint="Run it again from the Runs page if you want it after all.",
            ),
        )


def resume(run_id: str, home: Path | None = None, *, owner: str = "") -> Outcome:
    """Queue a run again that was lost, failed or withdrawn; it goes on from its last epoch.

    A run that was stopped and kept a model is as its owner wanted it: it is run again
    instead. Visitors are held to the same limits as at :func:`start`.

    Returns:
        ``Started``, ``Queued`` or ``Refused``.
    """
    home = home or home_folder()
    try:
        folder = registry.existing_folder(run_id, home)
        with _queue_lock(home):
            status = registry.read_state(folder)
            _check_resumable(run_id, status, home)
            if visitor_mode():
                run = registry.read_run(run_id, home)
                _check_queue_has_room(run.config or RunConfig(), _queued(home), owner, home)
            folder.stop_marker.unlink(missing_ok=True)
            write_status(
                folder.status,
                dataclasses.replace(
                    status,
                    state=QUEUED,
                    stage="",
                    progress=None,
                    ended_at=None,
                    queued_at=now_iso(),
                    queue_number=_next_number(_queued(home)),
                    attempt=status.attempt + 1,
                    message="",
                    hint="",
                ),
            )
            return _outcome_of_kick(run_id, home)
    except ArxivTagError as error:
        return Refused(error.message, error.hint)


def _check_resumable(run_id: str, status: RunStatus, home: Path) -> None:
    instead = "Run it again with the same settings instead."
    if status.state not in _RESUMABLE:
        raise RunError(
            f"Run {run_id} is {status.state}; only a lost, failed or withdrawn run can be resumed.",
            instead,
        )
    if status.state == STOPPED and registry.has_bundle(run_folder(run_id, home)):
        raise RunError(f"Run {run_id} was stopped and its model kept.", instead)


def queue(home: Path | None = None) -> tuple[str, ...]:
    """Return the ids of the waiting runs, the next to begin first."""
    return tuple(run_id for _, run_id, _ in _queued(home or home_folder()))


def place_in_queue(run_id: str, home: Path | None = None) -> int | None:
    """Return a run's place in the queue, from 1, or ``None`` if it does not wait."""
    waiting = queue(home)
    return waiting.index(run_id) + 1 if run_id in waiting else None


def running(home: Path | None = None) -> str | None:
    """Return the id of the run whose job holds the slot, if any.

    A run of ``arxivtag train`` does not: nothing waits for it.
    """
    home = home or home_folder()
    path = _slot_path(home)
    if not locks.is_held(path):
        return None
    run_id = locks.holder(path)
    # Whoever looks for work holds the slot for a moment, under the name of its last holder.
    if registry.exists(run_id, home) and (
        registry.read_state(run_folder(run_id, home)).state == RUNNING
    ):
        return run_id
    return None


def kick(home: Path | None = None) -> str | None:
    """Begin the next waiting job if none trains; return its id if one was begun.

    Raises:
        StorageError: If the disk refuses.
    """
    home = home or home_folder()
    if locks.is_held(_slot_path(home)) or not _queued(home):
        return None
    with _queue_lock(home):
        return _kick_locked(home)


class _Poll:
    """When this process last looked at the queue, so that many sessions look once."""

    lock = threading.Lock()
    last_at: float = float("-inf")


def kick_on_poll(home: Path | None = None) -> None:
    """:func:`kick`, at most every two seconds a process and silent: for pages that poll."""
    with _Poll.lock:
        if time.monotonic() - _Poll.last_at < POLL_KICK_INTERVAL_S:
            return
        _Poll.last_at = time.monotonic()
    try:
        kick(home)
    except ArxivTagError:
        return  # a page that only looks must not fail because the disk is read-only


def create_run(config: RunConfig, home: Path, state: str = QUEUED) -> RunFolder:
    """Make the folder of a new run that no queue knows of (for the command line)."""
    return run_folder(_create_run(config, home, "", 0, state), home)


def _queue_lock(home: Path) -> contextlib.AbstractContextManager[None]:
    return locks.held(runs_folder(home) / ".queue.lock")


def _slot_path(home: Path) -> Path:
    return runs_folder(home) / ".slot.lock"


def _queued(home: Path) -> list[tuple[int, str, RunStatus]]:
    """Return ``(number, run id, status)`` of the waiting runs, in order."""
    found = [
        (summary.status.queue_number, summary.run_id, summary.status)
        for summary in registry.list_runs(home)
        if summary.state == QUEUED
    ]
    return sorted(found, key=lambda item: item[:2])


def _next_number(waiting: list[tuple[int, str, RunStatus]]) -> int:
    return 1 + max((number for number, _, _ in waiting), default=0)


def _place(run_id: str, home: Path) -> int:
    return place_in_queue(run_id, home) or 1


def _check_queue_has_room(
    config: RunConfig, waiting: list[tuple[int, str, RunStatus]], owner: str, home: Path
) -> None:
    longest = visitor_limits().max_queue_length if visitor_mode() else MAX_QUEUE_LENGTH
    if len(waiting) >= longest:
        raise RunError(
            f"{len(waiting)} runs wait already, which is the most allowed.",
            "Try again when one of them has begun.",
        )
    if not visitor_mode():
        return
    if config.data not in _VISITORS_SOURCES and not config.data.startswith(_VISITORS_PREFIXES):
        raise RunError(
            "Visitors may train on the data sets offered here and on their own uploads.",
            "Choose one of them in the sidebar.",
        )
    allowed = visitor_limits()
    if config.training.epochs > allowed.max_epochs:
        raise RunError(
            f"Visitors may train for up to {allowed.max_epochs} epochs. "
            f"Received: {config.training.epochs}.",
            "Lower the number of epochs.",
        )
    under_way = [status for _, _, status in waiting]
    now = running(home)
    if now is not None:
        under_way.append(registry.read_state(run_folder(now, home)))
    if sum(status.owner == owner for status in under_way) >= allowed.max_runs_per_visitor:
        raise RunError(
            f"You have {allowed.max_runs_per_visitor} runs under way, the most a visitor may.",
            "Wait for one to end, or stop it.",
        )
    if shutil.disk_usage(runs_folder(home)).free < allowed.min_free_disk_mb * 1_000_000:
        raise RunError(
            "The disk of this server is nearly full, so no run is started.",
            "Tell whoever runs this app; exploring and tagging still work.",
        )


def with_absolute_data(config: RunConfig) -> RunConfig:
    """Return ``config`` with a relative path of data made absolute.

    A job, a resume and a repetition work in other folders than the one in which the path
    was typed. Names of sources stay, and so do paths of no file: loading says what is wrong.
    """
    if config.data in _NAMED_SOURCES:
        return config
    file, mark, options = config.data, "", ""
    if not is_file(Path(file)):
        file, mark, options = config.data.partition("?")  # a filter follows the file
        if not is_file(Path(file)):
            return config
    return dataclasses.replace(config, data=f"{Path(file).absolute()}{mark}{options}")


def _create_run(config: RunConfig, home: Path, owner: str, number: int, state: str = QUEUED) -> str:
    """Publish the folder of a new run by one rename, and return its id."""
    folder = run_folder(new_run_id(), home)
    while folder.path.exists():
        folder = run_folder(new_run_id(), home)
    status = RunStatus(state, queued_at=now_iso(), queue_number=number, owner=owner)
    with storage.publish_folder(folder.path) as temporary:
        storage.write_json(temporary / folder.config.name, to_dict(config))
        write_status(temporary / folder.status.name, status)
        (temporary / folder.lock.name).touch()
    return folder.run_id


def _outcome_of_kick(run_id: str, home: Path) -> Outcome:
    """Begin the next waiting job and say what became of ``run_id``. The queue lock is held."""
    # The run is there, so a disk that refuses now leaves it waiting for the next kick.
    with contextlib.suppress(StorageError):
        if _kick_locked(home) == run_id:
            return Started(run_id)
    status = registry.read_state(run_folder(run_id, home))
    if status.state == FAILED:
        return Refused(status.message, status.hint)
    return Queued(run_id, _place(run_id, home))


def _kick_locked(home: Path) -> str | None:
    """Begin the next waiting job if the slot is free. The queue lock is held."""
    slot = locks.try_acquire(_slot_path(home), timeout_s=0.2)
    if slot is None:
        return None
    try:
        for _, run_id, status in _queued(home):
            if _launch(run_folder(run_id, home), status, slot):
                return run_id
        return None
    finally:
        locks.release(slot)


def _launch(folder: RunFolder, status: RunStatus, slot: int) -> bool:
    """Start the worker of a waiting run; return whether it began."""
    try:
        lock = locks.try_acquire(folder.lock, timeout_s=1.0)
    except StorageError:
        return False  # deleted a moment ago
    if lock is None:
        return False
    try:
        if registry.read_state(folder).state != QUEUED:
            return False
        begun = dataclasses.replace(
            status, state=RUNNING, stage="start", started_at=now_iso(), heartbeat_at=now_iso()
        )
        locks.write_holder(slot, folder.run_id)
        write_status(folder.status, begun)
        try:
            _spawn(folder, lock, slot)
        except OSError as error:
            failed = dataclasses.replace(
                begun,
                state=FAILED,
                ended_at=now_iso(),
                message=f"The training process could not be started: {error.strerror or error}.",
                hint="Run it again; if it fails again, restart the machine.",
            )
            write_status(folder.status, failed)
            return False
        return True
    finally:
        locks.release(lock)


def _spawn(folder: RunFolder, lock: int, slot: int) -> None:
    words = [
        sys.executable, "-m", "arxivtag.runs.worker", folder.run_id,
        "--home", str(folder.home), "--locks", f"{lock},{slot}",
    ]  # fmt: skip
    # PYTHONPATH: the package may run from its folder without being installed.
    environment = {**os.environ, "PYTHONPATH": _python_path()}
    with folder.log.open("ab") as log:
        process = subprocess.Popen(
            words,
            cwd=folder.path.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(lock, slot),
        )
    # Nobody else waits for it; without this it would stay a zombie while the server lives.
    threading.Thread(target=process.wait, name="reaper", daemon=True).start()


def _python_path() -> str:
    present = os.environ.get("PYTHONPATH", "")
    return os.pathsep.join(filter(None, (str(PROJECT_FOLDER), present)))

"""Starting, queueing, stopping and resuming jobs, and where they train.

A job is a process of its own (:mod:`arxivtag.runs.worker`) that works on one
run. One job trains at a time, or as many as ``ARXIVTAG_JOBS`` says where memory allows:
each holds a slot (``runs/.slot.lock``, ``runs/.slot-2.lock``, ...), and the run's id stands in
that file. Others wait as runs in the state ``queued``, in the order of their ``queue_number``;
none overtakes another. ``arxivtag train`` is not a job: it trains in its own process beside the
queue, without a slot.

:func:`start_next` begins the jobs of the first runs that wait while there are slots. Anyone
may call it at any time, and these do: a start, the end of a worker, every poll of a page.
All changes to the queue happen under ``runs/.queue.lock``. The launcher takes a slot and
the run's own lock and the worker inherits both, so that no two can begin the same job and
nothing is held by a process that is gone (see :mod:`arxivtag.locks`).

Where ``ARXIVTAG_CLUSTER`` names a cluster, runs begin on its workers instead, in the same order,
and are held by leases (:mod:`arxivtag.runs.cluster`, which nothing else imports).
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from arxivtag import locks, storage
from arxivtag.config import cluster_address, job_limits, runs_folder, standby_wanted
from arxivtag.errors import ArxivTagError, ConfigError, RefusedError, RunError, StorageError
from arxivtag.fields import to_dict
from arxivtag.papers.source import FILE, parse_source
from arxivtag.policy import role
from arxivtag.runs import lease, registry, standby
from arxivtag.runs.admission import check_start
from arxivtag.runs.layout import RunFolder, new_run_id, now_iso
from arxivtag.runs.registry import Run
from arxivtag.runs.status import FAILED, LOST, QUEUED, RUNNING, STOPPED, RunStatus, write_status
from arxivtag.settings import RunConfig, validate

POLL_INTERVAL_S = 2.0
_RESUMABLE = (LOST, FAILED, STOPPED)
_LEFTOVER_AGE_S = 3600.0


def start(settings: RunConfig, home: Path, *, owner: str = "", sweep: str = "") -> str:
    """Make a run, begin its job or queue it behind the one that trains, and return its id.

    ``owner`` is an opaque name of the visitor who asks, whose runs are counted; ``sweep`` names
    the sweep that the run belongs to.

    Raises:
        ArxivTagError: If the run may not be started now, its settings are not valid, or the disk
            or the system refuses.
    """
    settings = with_absolute_data(validate(settings))
    with _queue_lock(home):
        storage.sweep(runs_folder(home), older_than_s=_LEFTOVER_AGE_S)
        queue_number = _admitted(settings, owner, home)
        if on_cluster := engine():
            on_cluster.check(home)
        status = RunStatus(
            QUEUED,
            queued_at=now_iso(),
            queue_number=queue_number,
            owner=owner,
            sweep=sweep,
            role=role(),
        )
        folder = create_run(settings, home, status)
        _start_next_for(folder)
    return folder.run_id


def stop(run_id: str, home: Path) -> None:
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
        # At once, not by a rename: a worker that begins removes what writers left unfinished.
        with storage.disk_errors("write", folder.stop_marker):
            folder.stop_marker.touch()


def withdraw(run_id: str, home: Path) -> None:
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
        withdrawn = _taken(folder, status).ended(
            STOPPED,
            "Withdrawn from the queue before it began.",
            "Run it again from the Runs page if you want it after all.",
        )
        write_status(folder.status, withdrawn)


def resume(run_id: str, home: Path, *, owner: str = "") -> None:
    """Queue a run again that was lost, failed or withdrawn; it goes on from its last epoch.

    A run that was stopped and kept a model is as its owner wanted it: it is run again
    instead.

    Raises:
        ArxivTagError: If there is no such run, or it may not be resumed, or not now
            (:func:`start`).
    """
    with _queue_lock(home):
        run = registry.read_run(run_id, home)
        queue_number = _admitted(_resumable_settings(run), owner, home)
        run.folder.stop_marker.unlink(missing_ok=True)
        status = dataclasses.replace(
            _taken(run.folder, run.status),
            state=QUEUED,
            stage="",
            moves=0,
            progress=None,
            ended_at=None,
            queued_at=now_iso(),
            queue_number=queue_number,
            attempt=run.status.attempt + 1,
            role=role(),
            message="",
            hint="",
        )
        write_status(run.folder.status, status)
        _start_next_for(run.folder)


def _taken(folder: RunFolder, status: RunStatus) -> RunStatus:
    """Return the status with the run's lease taken from a cluster, which may have it or want it.

    Raises:
        RunError: If a worker was quicker.
    """
    if not status.lease and not cluster_address():
        return status
    number = lease.number(folder)
    is_wanted = status.state == QUEUED and number != status.lease
    if (is_wanted and not lease.is_silent(folder, status)) or not lease.take(folder, number):
        raise RunError(f"A worker has just taken run {folder.run_id}.", "Look again.")
    return dataclasses.replace(status, lease=number + 1, worker="")


def engine() -> ModuleType | None:
    """Return the module that trains on a cluster, if one is named."""
    if not cluster_address():
        return None
    try:
        import distributed  # noqa: F401  the extra

        from arxivtag.runs import cluster
    except ImportError as error:
        raise ConfigError(
            "Training on a cluster needs the package distributed, which is not installed.",
            "Install it (pip install 'arxivtag[cluster]'), or unset ARXIVTAG_CLUSTER.",
        ) from error
    return cluster


def _resumable_settings(run: Run) -> RunConfig:
    instead = "Run it again with the same settings instead."
    if run.settings is None or run.state not in _RESUMABLE:
        raise RunError(
            f"Run {run.run_id} is {run.state}; only a lost, failed or withdrawn run can be "
            "resumed.",
            instead,
        )
    if run.state == STOPPED and run.has_bundle:
        raise RunError(f"Run {run.run_id} was stopped and its model kept.", instead)
    return validate(run.settings)


def queue(home: Path) -> tuple[str, ...]:
    """Return the ids of the waiting runs, the next to begin first."""
    return tuple(run_id for run_id, _ in _waiting(home))


def running(home: Path) -> tuple[str, ...]:
    """Return the ids of the runs whose jobs hold a slot, or train on a cluster, oldest first.

    A run of ``arxivtag train`` does not: nothing waits for it.
    """
    if cluster_address():
        states = reversed(registry.list_states(home))
        return tuple(run_id for run_id, one in states if one.state == RUNNING and one.lease)
    return tuple(filter(None, (_holder(path, home) for path in _slot_paths(home))))


def _holder(slot: Path, home: Path) -> str | None:
    """Return the id of the run whose job holds a slot, if any."""
    run_id = locks.holder(slot) if locks.is_held(slot) else ""
    if not registry.exists(run_id, home):
        return None
    # Whoever looks for work holds the slot for a moment, under the name of its last holder.
    return run_id if registry.read_state(RunFolder(run_id, home)).state == RUNNING else None


@dataclass(frozen=True)
class Place:
    """Where one run may train: a worker of the cluster, or "" for this machine; and which does."""

    worker: str
    run_id: str | None


def places(home: Path) -> tuple[Place, ...]:
    """Return where runs may train at once, and which do.

    Raises:
        ArxivTagError: If a cluster is named that does not answer.
    """
    on_cluster = engine()
    here = {"": job_limits().jobs}
    seats = {one.worker: one.n for one in on_cluster.seats()} if on_cluster else here
    at: dict[str, list[str]] = {}
    for run_id in running(home):
        worker = registry.read_state(RunFolder(run_id, home)).worker
        at.setdefault(worker, []).append(run_id)
    return tuple(
        Place(worker, run_id)
        for worker, n in seats.items()
        for run_id, _ in itertools.zip_longest(at.get(worker, ()), range(n))
    )


def is_full(home: Path) -> bool:
    """Return whether a run that is started now would wait."""
    with contextlib.suppress(ArxivTagError):
        return bool(queue(home)) or all(place.run_id for place in places(home))
    return True


def start_next(home: Path) -> str | None:
    """Begin the next waiting jobs if slots are free; return the first run that was begun, if any.

    Raises:
        StorageError: If the disk refuses.
    """
    has_no_slot = not cluster_address() and all(map(locks.is_held, _slot_paths(home)))
    if has_no_slot or not _waiting(home):
        return None
    import_ahead()
    with _queue_lock(home):
        return _start_next_locked(home)


def import_ahead() -> None:
    """Import what it takes to begin a run beside others: a second, for which nobody should wait."""
    if job_limits().jobs > 1:
        from arxivtag.runs import estimate  # noqa: F401


class _Poll:
    """When this process last looked at the queue, so that many sessions look once."""

    lock = threading.Lock()
    last_at: float = float("-inf")


def start_next_on_poll(home: Path) -> None:
    """:func:`start_next` for pages that poll: silent, and every two seconds at most per process."""
    with _Poll.lock:
        if time.monotonic() - _Poll.last_at < POLL_INTERVAL_S:
            return
        _Poll.last_at = time.monotonic()
    with contextlib.suppress(ArxivTagError):  # a page only looks, where the disk is read-only too
        start_next(home)


def _queue_lock(home: Path) -> contextlib.AbstractContextManager[None]:
    return locks.held(runs_folder(home) / ".queue.lock")


def _slot_paths(home: Path) -> list[Path]:
    """Return the slots of this machine; those that fewer jobs than before left over are none."""
    names = [".slot.lock", *(f".slot-{n}.lock" for n in range(2, job_limits().jobs + 1))]
    return [runs_folder(home) / name for name in names]


def _waiting(home: Path) -> list[tuple[str, RunStatus]]:
    """Return id and status of the runs that wait, the next to begin first."""
    waiting = [one for one in registry.list_states(home) if one[1].state == QUEUED]
    return sorted(waiting, key=lambda one: (one[1].queue_number, one[0]))


def _admitted(settings: RunConfig, owner: str, home: Path) -> int:
    """Return the queue number of a run; refuse one that may not wait. The queue lock is held."""
    waiting = [status for _, status in _waiting(home)]
    at_work = [registry.read_state(RunFolder(run_id, home)) for run_id in running(home)]
    n_own = sum(status.owner == owner for status in waiting + at_work)
    check_start(settings, n_waiting=len(waiting), n_own=n_own, folder=runs_folder(home))
    return 1 + max((status.queue_number for status in waiting), default=0)


def with_absolute_data(settings: RunConfig) -> RunConfig:
    """Return ``settings`` with a relative path of data made absolute.

    A job, a resume and a repetition work in other folders than the one in which the path
    was typed. Names of sources stay, and so do paths where there is no file: loading says
    what is wrong.

    Raises:
        DataError: If the source cannot be read as one.
    """
    source = parse_source(settings.data)
    if source.kind != FILE or not storage.is_file(Path(source.key)):
        return settings
    absolute = dataclasses.replace(source, key=str(Path(source.key).absolute()))
    return dataclasses.replace(settings, data=str(absolute))


def create_run(settings: RunConfig, home: Path, status: RunStatus) -> RunFolder:
    """Publish the folder of a new run by one rename."""
    folder = RunFolder(new_run_id(), home)
    while folder.path.exists():
        folder = RunFolder(new_run_id(), home)
    with storage.publish_folder(folder.path) as temporary:
        storage.write_json(temporary / folder.config.name, to_dict(settings))
        write_status(temporary / folder.status.name, status)
        (temporary / folder.lock.name).touch()
    return folder


def _start_next_for(folder: RunFolder) -> None:
    # The run is there: if the disk refuses now, it waits until somebody calls start_next.
    with contextlib.suppress(StorageError, RefusedError):
        _start_next_locked(folder.home)
    status = registry.read_state(folder)
    if status.state == FAILED and status.pid is None:  # no process took it up
        raise RunError(status.message, status.hint)


def _start_next_locked(home: Path) -> str | None:
    """Begin waiting jobs while slots are free; return the first one. The queue lock is held."""
    if on_cluster := engine():
        waiting = [(run_id, status.attempt) for run_id, status in _waiting(home)]
        return on_cluster.submit(waiting, home, start_next) or None
    begun: list[str] = []
    for path in _slot_paths(home):
        slot = locks.try_acquire(path, timeout_s=0.2)
        if slot is None:
            continue
        try:
            run_id = _begin_in(slot, home)
        finally:
            locks.release(slot)
        if run_id is None:
            break
        begun.append(run_id)
    return begun[0] if begun else None


def _begin_in(slot: int, home: Path) -> str | None:
    """Begin the first waiting job that can be begun in a slot, if memory allows."""
    for run_id, _ in _waiting(home):
        if not _has_room(run_id, home):
            return None  # nor may another overtake it
        if _launch(RunFolder(run_id, home), slot):
            return run_id
    return None


def _has_room(run_id: str, home: Path) -> bool:
    """Return whether memory allows a run beside those that train; one alone always begins."""
    beside = running(home)
    if not beside:
        return True
    from arxivtag.runs import estimate  # it knows of data sets, with all that takes to import

    needed, *taken = (
        estimate.needed_mb(registry.read_run(one, home).settings, home) for one in (run_id, *beside)
    )
    # The next run's process waits from then on, or will when somebody opens Train.
    waiting = [estimate.STANDBY_MB] if standby_wanted() else []
    return estimate.has_room(needed, [*taken, *waiting])


def _launch(folder: RunFolder, slot: int) -> bool:
    """Start the worker of a waiting run; return whether it began."""
    try:
        lock = locks.try_acquire(folder.lock, timeout_s=1.0)
    except StorageError:
        return False  # deleted a moment ago
    if lock is None:
        return False
    try:
        status = registry.read_state(folder)
        if status.state != QUEUED:
            return False
        begun = dataclasses.replace(
            status, state=RUNNING, stage="start", started_at=now_iso(), heartbeat_at=now_iso(),
            pid=None, lease=0,
        )  # fmt: skip
        locks.write_holder(slot, folder.run_id)
        write_status(folder.status, begun)
        try:
            _spawn(folder, lock, slot)
        except OSError as error:
            failed = begun.ended(
                FAILED,
                f"The training process could not be started: {error.strerror or error}.",
                "Run it again; if it fails again, restart the machine.",
            )
            write_status(folder.status, failed)
            return False
        return True
    finally:
        locks.release(lock)


def _spawn(folder: RunFolder, lock: int, slot: int) -> None:
    """Give the run to the process that waits for one, or start a worker for it."""
    words = [
        sys.executable, "-m", "arxivtag.runs.worker", folder.run_id,
        "--home", str(folder.home), "--locks", f"{lock},{slot}",
    ]  # fmt: skip
    with storage.open_for_append(folder.log) as log:
        if standby.hand_over(folder, (lock, slot, log.fileno())):
            return
        process = subprocess.Popen(
            words,
            cwd=folder.path.parent,
            env=standby.worker_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(lock, slot),
        )
    # Nobody else waits for it; without this it would stay a zombie while the server lives.
    threading.Thread(target=process.wait, name="reaper", daemon=True).start()

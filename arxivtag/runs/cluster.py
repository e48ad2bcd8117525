"""Runs on a cluster: tasks of Dask distributed (``ARXIVTAG_CLUSTER=tcp://host:8786``).

Nothing imports this module unless a cluster is named; it needs the extra ``arxivtag[cluster]``.

The run folder, on a home folder that all machines share, stays the only record; what the scheduler
knows may be lost at any time. A run that waits is submitted once a worker has a seat (the resource
``train``) for it, so that the order of the queue is ours. Its task (:func:`train`) takes the run's
lease, starts the process that trains here too, and waits for it; a task behind it lets the next run
begin, with or without a browser. When a worker dies the scheduler gives the task to another one,
which waits until the lease is silent and goes on from the checkpoint: at most twice.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import arxivtag
from arxivtag import config, locks, storage
from arxivtag.config import runs_folder
from arxivtag.errors import ArxivTagError, RefusedError
from arxivtag.runs import lease, standby
from arxivtag.runs.layout import RunFolder, now_iso
from arxivtag.runs.status import FAILED, QUEUED, RUNNING, RunStatus, read_status, write_status
from arxivtag.tagging.parts import Pool

if TYPE_CHECKING:
    from distributed import Client, Future

SEAT = "train"
# Dask by itself gives a task up when its fourth worker has died, and says so to nobody.
MAX_MOVES = 2
_TASK = "arxivtag-train-"
_ANSWER_S = 5.0
_QUIET_S = 15.0  # after a scheduler did not answer, it is not asked for so long
_LOOK_S = 0.1
_PACKAGES = ("keras", "jax", "numpy", "pyarrow")
# Of the app's settings, those that bound a run go with it.
_BOUNDS = ("ARXIVTAG_MAX_", "ARXIVTAG_VISITOR", "ARXIVTAG_LEASE_S", "ARXIVTAG_DATA")

Versions = Mapping[str, str]


@dataclass(frozen=True)
class Seats:
    """A worker, how many runs may train on it at once, and the tasks that it was given."""

    worker: str
    n: int
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """What goes with a task: the home folder, the app's versions, and its bounds."""

    home: str
    versions: Versions
    bounds: Mapping[str, str]


class _Connection:
    """This process's connection to the scheduler, made when it is first needed."""

    lock = threading.Lock()
    client: Client | None = None
    known: set[str] = set()  # noqa: RUF012  addresses of workers that were looked at
    quiet_until = float("-inf")


def seats() -> tuple[Seats, ...]:
    """Return the workers on which runs may train.

    Raises:
        RefusedError: If the scheduler does not answer.
        ConfigError: If the extra is not installed.
    """
    with _asking() as client:
        workers = client.sync(client.scheduler.identity, n_workers=-1)["workers"]
        given = client.processing()
    return tuple(
        Seats(
            worker=str(about["name"]),
            n=int(about["resources"].get(SEAT, 0)),
            tasks=tuple(key for key in map(str, given[address]) if key.startswith(_TASK)),
        )
        for address, about in sorted(workers.items(), key=lambda item: str(item[1]["name"]))
        if about["resources"].get(SEAT, 0) and address in given
    )


def _task(run_id: str, attempt: int) -> str:
    """Return the key of the task that trains a run."""
    return f"{_TASK}{run_id}-{attempt}"


def check(home: Path) -> None:
    """Refuse a cluster on which a run could not train. The queue lock is held.

    Raises:
        RefusedError: If the scheduler does not answer, or a worker has other versions, does not see
            the home folder, may not write there, or does not see that its queue is locked.
    """
    with _asking() as client:
        present = client.sync(client.scheduler.identity, n_workers=-1)["workers"]
        new = [address for address in present if address not in _Connection.known]
        asked = (probe, str(home), versions())
        found = client.run(*asked, workers=new, on_error="return") if new else {}
    for address, wrong in _of_those_there(found):
        if wrong:
            raise RefusedError(
                f"The worker {present[address]['name']} {wrong}.",
                "Give app and workers the same versions (constraints.txt) and the same home "
                "folder at the same path, then start that worker again.",
            )
        _Connection.known.add(address)


def _of_those_there(found: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield what workers say is wrong with them, but for those that have just gone."""
    for address, said in found.items():
        error = f"cannot run this version of arxivtag ({type(said).__name__})"
        if not isinstance(said, OSError):
            yield address, said if isinstance(said, str) else error


def probe(home: str, wanted: Versions) -> str:
    """Return what is wrong with a worker, as the end of a sentence; "" if a run may train there.

    Whoever asks holds the queue's lock meanwhile.
    """
    folder = runs_folder(Path(home))
    if wrong := difference(wanted):
        return wrong
    if not folder.is_dir():
        return f"does not see the home folder {home}"
    if not os.access(folder, os.W_OK):
        return f"may not write into the home folder {home}"
    if not locks.is_held(folder / ".queue.lock"):
        return f"sees no locks of other machines in the home folder {home}"
    return ""


def given_for(home: Path) -> Given:
    """Return what goes with a task of this process."""
    bounds = {name: value for name, value in os.environ.items() if name.startswith(_BOUNDS)}
    return Given(str(home), versions(), bounds)


def versions() -> Versions:
    """Return the versions that a run depends on."""
    found = {"arxivtag": arxivtag.__version__, "Python": platform.python_version()}
    return found | {name: metadata.version(name) for name in _PACKAGES}


def difference(wanted: Versions) -> str:
    """Return which version is another here, as the end of a sentence about a worker; or ""."""
    here = versions()
    for name, version in wanted.items():
        if here.get(name) != version:
            return f"has {name} {here.get(name, 'of no version')}, and the app {version}"
    return ""


def submit(waiting: Sequence[tuple[str, int]], home: Path, then: Callable[[Path], object]) -> str:
    """Give the first runs that wait to workers with free seats; return the first one, or "".

    ``waiting`` are run ids and attempts, in the order of the queue. ``then`` is called with the
    home folder, on a worker, whenever a task has ended: it lets the next runs begin.

    Raises:
        RefusedError: If the scheduler does not answer.
    """
    present = seats()
    taken = {task for one in present for task in one.tasks}
    free = sum(one.n for one in present) - len(taken)
    chosen = [one for one in waiting if _task(*one) not in taken][: max(0, free)]
    given = given_for(home)
    with _asking() as client:
        from distributed import fire_and_forget

        for number, (run_id, attempt) in enumerate(chosen):
            task = client.submit(
                train, run_id, attempt, given, key=_task(run_id, attempt), resources={SEAT: 1},
                priority=-number,
            )  # fmt: skip
            fire_and_forget(client.submit(follow, task, given, then, pure=False))
    return chosen[0][0] if chosen else ""


@contextlib.contextmanager
def pool() -> Iterator[Pool]:
    """Give the workers for other work than training: as many tasks at once as they have threads.

    Raises:
        RefusedError: If the scheduler does not answer or is lost, there are no workers, or one has
            other versions.
    """
    with _asking() as client:
        found = client.run(difference, versions(), on_error="return")
        n_threads = sum(client.nthreads().values())
    if not n_threads:
        raise RefusedError(
            f"The cluster at {config.cluster_address()} has no workers.",
            "Start some (dask worker ADDRESS), or use --jobs.",
        )
    for address, wrong in _of_those_there(found):
        if wrong:
            raise RefusedError(
                f"The worker at {address} {wrong}.",
                "Give app and workers the same versions (constraints.txt).",
            )
    from distributed import KilledWorker

    executor = client.get_executor(pure=False)
    try:
        yield Pool(executor, n_threads, lambda: client.status != "closed")
    except Exception as error:
        lost = isinstance(error, KilledWorker | CancelledError) or client.status == "closed"
        if not lost or isinstance(error, ArxivTagError):
            raise
        raise RefusedError(
            "The scheduler was lost, or workers died again and again.",
            "What was done is kept: the same command goes on from there.",
        ) from error
    finally:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            executor.shutdown(wait=False)  # nobody waits for parts that are not wanted any more


def idle() -> list[str]:
    """Return the addresses of workers with a thread to spare, those that do least first.

    Raises:
        RefusedError: If the scheduler does not answer.
    """
    with _asking() as client:
        given = {address: len(keys) for address, keys in client.processing().items()}
        n_threads: dict[str, int] = client.nthreads()
    free = [address for address, n in n_threads.items() if given.get(address, 0) < n]
    return sorted(free, key=lambda address: given.get(address, 0))


def give(worker: str, task: Callable[..., object], *words: object) -> Future:
    """Let a worker do something, and no other one; raises as :func:`idle` does."""
    with _asking() as client:
        return client.submit(task, *words, workers=[worker], pure=False)


def is_at(worker: str, task: Future) -> bool:
    """Return whether a worker has a task that is not done; raises as :func:`idle` does."""
    with _asking() as client:
        return task.key in client.processing().get(worker, ())


def close() -> None:
    """Let go of the scheduler; it is found again when it is needed."""
    with _Connection.lock:
        client, _Connection.client = _Connection.client, None
        _Connection.known.clear()
        _Connection.quiet_until = float("-inf")
    if client is not None:
        with contextlib.suppress(Exception):  # it may be gone
            client.close(timeout=1)


@contextlib.contextmanager
def _asking() -> Iterator[Client]:
    """Give the connection to the scheduler, and say so if it does not answer.

    Raises:
        RefusedError: If it does not.
        ConfigError: If the extra is not installed.
    """
    address = config.cluster_address()
    silent = RefusedError(
        f"The cluster at {address} does not answer.",
        "Runs wait until it does. Start its scheduler (dask scheduler), or unset "
        "ARXIVTAG_CLUSTER to train on this machine.",
    )
    if time.monotonic() < _Connection.quiet_until:
        raise silent
    try:
        yield _connected(address)
    except (OSError, TimeoutError, RuntimeError) as error:
        close()
        _Connection.quiet_until = time.monotonic() + _QUIET_S
        raise silent from error


def _connected(address: str) -> Client:
    from distributed import Client, get_client, get_worker

    with contextlib.suppress(ValueError):  # no task: this is no worker
        get_worker()
        return get_client()
    with _Connection.lock:
        if _Connection.client is None or _Connection.client.status != "running":
            import dask

            dask.config.set({
                "distributed.comm.timeouts.connect": _ANSWER_S,
                "distributed.admin.large-graph-warning-threshold": "1GB",  # of papers
            })  # fmt: skip
            try:
                _Connection.client = Client(
                    address, timeout=_ANSWER_S, set_as_default=False, name="arxivtag"
                )
            except ValueError as error:
                raise RefusedError(
                    f"{address!r:.80} is not the address of a scheduler.",
                    "Write it as in tcp://host:8786.",
                ) from error
        return _Connection.client


# On a worker.


def train(run_id: str, attempt: int, given: Given) -> None:
    """Train a run in a process of its own, and wait for its end; the run folder says how it was."""
    from distributed import get_worker

    worker, folder = get_worker(), RunFolder(run_id, Path(given.home))
    wrong = difference(given.versions)
    begun = _taken(folder, attempt, str(worker.name), wrong)
    if begun is None:
        return
    n_threads = worker.state.nthreads // max(1, int(worker.state.total_resources.get(SEAT, 1)))
    threads = dict.fromkeys(standby.THREADS, str(max(1, n_threads)))
    with storage.open_for_append(folder.log) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "arxivtag.runs.worker", run_id, "--home", given.home,
             "--lease", str(begun.lease)],
            cwd=folder.path.parent,
            env={**standby.worker_environment(), **given.bounds, **threads},
            stdin=subprocess.PIPE,  # its other end is closed when this process dies
            stdout=log,
            stderr=log,
            start_new_session=True,
        )  # fmt: skip
    with process:  # at the end of this block its input is closed, which ends it where it goes on
        while not is_leaving() and not _is_over(process, folder, begun):
            time.sleep(_LOOK_S)


def is_leaving() -> bool:
    """Return whether this worker is about to end: its scheduler is gone, say."""
    from distributed import Status, get_worker

    return get_worker().status in (Status.closing, Status.closed, Status.failed)


def follow(ended: object, given: Given, then: Callable[[Path], object]) -> None:
    """Let the next runs begin when a task has ended."""
    from distributed import get_worker

    os.environ.update(given.bounds, ARXIVTAG_CLUSTER=get_worker().scheduler.address)
    with contextlib.suppress(ArxivTagError):  # pages that poll try again
        then(Path(given.home))


def _taken(folder: RunFolder, attempt: int, worker: str, wrong: str) -> RunStatus | None:
    """Take a run that waits, or whose worker is silent; None if there is nothing to train."""
    while True:
        with contextlib.suppress(ArxivTagError):
            number, status = lease.number(folder), read_status(folder.status)
            is_ours = status.attempt - status.moves == attempt  # else it was resumed: another task
            if status.state not in (QUEUED, RUNNING) or not is_ours:
                return None
            waits = status.state == QUEUED and status.lease == number
            if (waits or lease.is_silent(folder, status)) and lease.take(folder, number):
                begun = _begun(status, worker, number + 1, wrong)
                write_status(folder.status, begun)
                return begun if begun.state == RUNNING else None
        if not folder.path.is_dir():  # deleted
            return None
        time.sleep(_LOOK_S)


def _begun(status: RunStatus, worker: str, number: int, wrong: str) -> RunStatus:
    """Return the status with which a worker begins a run or goes on with one, or refuses it."""
    is_move = status.state == RUNNING
    begun = dataclasses.replace(
        status, state=RUNNING, stage="start", worker=worker, lease=number, started_at=now_iso(),
        heartbeat_at=now_iso(), attempt=status.attempt + is_move, moves=status.moves + is_move,
    )  # fmt: skip
    if wrong:
        return begun.ended(
            FAILED,
            f"The worker {worker} {wrong}.",
            "Give app and workers the same versions (constraints.txt), then resume the run.",
        )
    if begun.moves > MAX_MOVES:
        return begun.ended(
            FAILED,
            f"Its workers died {begun.moves} times, so no other one is tried.",
            "Memory may be short on the workers; resume the run to try again.",
        )
    return begun


def _is_over(process: subprocess.Popen[bytes], folder: RunFolder, begun: RunStatus) -> bool:
    """Return whether nobody trains a run here any more, or somebody else does."""
    if not lease.is_held(folder, begun.lease):
        return True
    if process.poll() is None:
        return False
    with contextlib.suppress(ArxivTagError):  # the child goes on where its parent was killed
        status = read_status(folder.status)
        return status.state != RUNNING or lease.is_silent(folder, status)
    return True

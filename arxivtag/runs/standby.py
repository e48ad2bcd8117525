"""The process that waits for the next run: started, told what to expect, and handed a run.

There is at most one per home folder: it holds ``runs/.standby.lock`` while it waits, and listens
on ``runs/.standby.sock``. Whoever launches a run (:mod:`arxivtag.runs.jobs`) sends it the run's
id and the descriptors of the run's lock, the slot and the log. A lock belongs to the open file,
so it moves with its descriptor, as it does to a worker that inherits it. Where nobody answers,
the launcher starts a worker of its own. Pages tell it which run to expect, by its settings.
What waits is :mod:`arxivtag.runs.standby_process`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from arxivtag import locks, storage
from arxivtag.config import job_limits, python_path, runs_folder, standby_wanted
from arxivtag.errors import StorageError
from arxivtag.fields import to_dict
from arxivtag.runs.layout import RunFolder
from arxivtag.settings import RunConfig

READY, GO = b"r", b"g"
_ANSWER_S = 2.0
_MAX_MESSAGE_BYTES = 32_768
_N_DESCRIPTORS = 3
# What a process takes from its surroundings and a run depends on.
_TAKEN_FROM = ("ARXIVTAG_", "KERAS_", "JAX_", "XLA_", "OMP_", "NPROC", "PYTHON")
THREADS = ("NPROC", "OMP_NUM_THREADS")  # XLA reads the first, BLAS and Arrow the second


class Handed(NamedTuple):
    """A run that was handed over, with the descriptors of its lock, the slot and its log."""

    run_id: str
    lock: int
    slot: int
    log: int


def ensure(home: Path, expected: RunConfig) -> None:
    """See that a process waits for a run with such settings: in the background, and silently."""

    def run() -> None:
        process = start(home, expected)
        if process is not None:
            process.wait()  # nobody else does, and it would stay a zombie while the server lives
        else:
            _tell(home, expected)

    if standby_wanted():
        threading.Thread(target=run, name="standby", daemon=True).start()


def _tell(home: Path, expected: RunConfig) -> None:
    """Tell the process that waits, if it listens, which run to expect."""
    with contextlib.suppress(OSError), _line() as line:
        with _address(home) as address:
            line.connect(address)
        line.sendall(json.dumps({"expected": to_dict(expected)}).encode())


def start(home: Path, expected: RunConfig) -> subprocess.Popen[bytes] | None:
    """Start a process that waits for a run; None if one does, or none may or can be started.

    Where its memory would be missed by others, none may.
    """
    from arxivtag.runs import estimate  # it knows of data sets, with all that takes to import

    # It only saves time: whatever is in its way will be told by the run itself.
    with contextlib.suppress(StorageError, OSError):
        storage.make_folder(runs_folder(home))
        may = standby_wanted() and estimate.has_room(estimate.STANDBY_MB, [])
        lock = locks.try_acquire(_lock_path(home)) if may else None
        if lock is None:
            return None
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "arxivtag.runs.standby_process",
                 "--home", str(home), "--lock", str(lock),
                 "--expected", json.dumps(to_dict(expected))],
                env=worker_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(lock,),
            )  # fmt: skip
        finally:
            locks.release(lock)
    return None


def worker_environment() -> dict[str, str]:
    """Return the environment of a process that trains.

    Of jobs that train at once each has its share of the cores, as a number of threads.
    """
    n_jobs = job_limits().jobs
    n_threads = str(max(1, (os.cpu_count() or 1) // n_jobs))
    share = dict.fromkeys(THREADS, n_threads) if n_jobs > 1 else {}
    return {**share, **os.environ, "PYTHONPATH": python_path()}


def hand_over(folder: RunFolder, descriptors: tuple[int, int, int]) -> bool:
    """Give a run, with descriptors of its lock, the slot and its log; return whether it was taken.

    The process that waits begins only when it hears that its answer came in time, so that no two
    begin one run.
    """
    if not standby_wanted() or not locks.is_held(_lock_path(folder.home)):
        return False
    message = json.dumps({"run_id": folder.run_id, "identity": identity()}).encode()
    with contextlib.suppress(OSError), _line() as line:
        with _address(folder.home) as address:
            line.connect(address)
        socket.send_fds(line, [message], descriptors)
        if line.recv(1) == READY:
            line.sendall(GO)
            return True
    return False


def listen(home: Path) -> socket.socket:
    """Return the socket on which the process that waits is found; its lock is held."""
    line = _line()
    with _address(home) as address:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(address)
        line.bind(address)
    line.listen()
    return line


def receive(line: socket.socket, own_identity: str) -> Handed | str | None:
    """Take a run that is being handed over, or hear which one to expect.

    Returns:
        The run, or the settings expected, as JSON in one line; None if the run was not meant for a
        process like this.

    Raises:
        OSError: If whoever hands it over has gone.
    """
    with line.accept()[0] as sender:
        sender.settimeout(_ANSWER_S)
        content, descriptors, _, _ = socket.recv_fds(sender, _MAX_MESSAGE_BYTES, _N_DESCRIPTORS)
        with contextlib.ExitStack() as unless_taken:
            for descriptor in descriptors:
                unless_taken.callback(os.close, descriptor)
            if not content:
                raise OSError("whoever connected only looked whether somebody is there")
            message = json.loads(content)
            if "expected" in message:
                return json.dumps(message["expected"])
            if message["identity"] != own_identity:
                return None
            sender.sendall(READY)
            if sender.recv(1) != GO:
                raise OSError("nobody waits for the answer any more")
            unless_taken.pop_all()
        return Handed(message["run_id"], *descriptors)


def identity() -> str:
    """Return a name for the code and the settings that a run in this process would have.

    A process that waits may be older than the code on disk, or of a server with other limits.
    """
    package = Path(__file__).parent.parent
    code = [(str(path), path.stat().st_mtime_ns) for path in sorted(package.rglob("*.py"))]
    around = sorted(
        item for item in worker_environment().items() if item[0].startswith(_TAKEN_FROM)
    )
    packages = os.stat(sysconfig.get_path("purelib")).st_mtime_ns  # changes with an installation
    parts = (sys.executable, sys.version, packages, code, around)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _lock_path(home: Path) -> Path:
    return runs_folder(home) / ".standby.lock"


def _line() -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(_ANSWER_S)
    return line


@contextlib.contextmanager
def _address(home: Path) -> Iterator[str]:
    """Give the socket's path in few bytes: a system takes about 100, a home may have more."""
    descriptor = os.open(runs_folder(home), os.O_RDONLY)
    try:
        short = Path(f"/proc/self/fd/{descriptor}")
        yield str((short if short.exists() else runs_folder(home)) / ".standby.sock")
    finally:
        os.close(descriptor)

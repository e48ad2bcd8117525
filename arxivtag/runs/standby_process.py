"""Waits for a run: ``python -m arxivtag.runs.standby_process --home DIR --lock N --expected JSON``.

It is two processes, as a worker is (:mod:`arxivtag.runs.worker`). The child, forked before anything
heavy is imported, imports Keras and JAX, prepares the run that is expected up to its first step,
and waits. The parent listens, and passes on what to expect instead. Once a run is handed over,
whichever it is, the two are its worker. They end when the child has died, after some idle minutes,
or when the program that asks is of another version.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import select
import socket
import sys
from pathlib import Path
from typing import NoReturn

from arxivtag import locks
from arxivtag.fields import from_dict
from arxivtag.priority import give_way
from arxivtag.runs import standby, worker
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.standby import Handed
from arxivtag.settings import RunConfig

_IDLE_S = 300.0
_MAX_READ_BYTES = 1_000_000
_MADV_DONTNEED = 4


def main() -> int:
    """Wait for a run, then work on it as a worker does."""
    parser = argparse.ArgumentParser(prog="arxivtag.runs.standby_process")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--lock", type=int, required=True, help="inherited descriptor")
    parser.add_argument("--expected", required=True, help="settings of a run, as JSON")
    parser.add_argument("--idle-s", type=float, default=_IDLE_S)
    arguments = parser.parse_args()
    own_identity = standby.identity()
    give_way()
    to_child, to_parent = socket.socketpair()
    child = os.fork()
    if child == 0:
        to_child.close()
        locks.release(arguments.lock)
        _wait_as_child(arguments.home, to_parent, arguments.expected)
    to_parent.close()
    handed = _wait_for_run(arguments.home, to_child, own_identity, arguments.idle_s)
    locks.release(arguments.lock)  # another may wait from now on
    if handed is None:
        to_child.close()  # the child hears of it and ends
        os.waitpid(child, 0)
        return 0
    with contextlib.suppress(OSError):  # it died a moment ago: that is told below
        socket.send_fds(to_child, [handed.run_id.encode()], handed[1:])
    folder = _log_of(handed, arguments.home)
    worker.attend(folder, (handed.lock, handed.slot), child)
    return 0


def _wait_for_run(
    home: Path, child: socket.socket, own_identity: str, idle_s: float
) -> Handed | None:
    """Return the run that is handed over, or None when it is time to end."""
    with contextlib.suppress(OSError), standby.listen(home) as line:
        while True:
            ready, _, _ = select.select([line, child], [], [], idle_s)
            if line not in ready:
                return None
            with contextlib.suppress(OSError):  # who asked has gone: others may ask
                heard = standby.receive(line, own_identity)
                if not isinstance(heard, str):
                    return heard
                child.sendall(f"{heard}\n".encode())
    return None


def _wait_as_child(home: Path, parent: socket.socket, expected: str) -> NoReturn:
    """Prepare what is expected, and work on the run that comes; end if none does."""
    prepared, lines = "", [expected]
    descriptors: list[int] = []
    while not descriptors:
        if lines[-1] != prepared:
            prepared = lines[-1]
            with contextlib.suppress(Exception):  # whatever is wrong, a run tells it with a report
                _prepare(prepared, home)
        content, descriptors, _, _ = socket.recv_fds(parent, _MAX_READ_BYTES, 3)
        if not content:
            os._exit(0)
        lines = content.decode().splitlines()  # of several, the last one counts
    handed = Handed(lines[-1], *descriptors)
    worker.run_child(_log_of(handed, home), (handed.lock, handed.slot))


def _log_of(handed: Handed, home: Path) -> RunFolder:
    """Write into the log of a run that was handed over from now on, and return the run's folder."""
    for stream in (1, 2):
        os.dup2(handed.log, stream)
    os.close(handed.log)
    folder = RunFolder(handed.run_id, home)
    worker.configure_log(folder)
    return folder


def _prepare(expected: str, home: Path) -> None:
    from arxivtag.runs import pipeline

    try:
        pipeline.prepare_ahead(from_dict(RunConfig, json.loads(expected)), home)
    finally:
        with contextlib.suppress(OSError, AttributeError):  # another system than Linux with glibc
            _let_go()


def _let_go() -> None:
    """Give memory back that nothing needs while this process waits.

    90 MB that the preparation is done with, and 140 MB of libraries' code, which is read again from
    the system's cache of files, page by page, when it is next run.
    """
    system = ctypes.CDLL(None)
    system.malloc_trim(0)
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, access, *_, file = line.split(maxsplit=5)
        if access == "r-xp" and file.startswith("/"):
            start, end = (int(part, 16) for part in addresses.split("-"))
            system.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_DONTNEED)


if __name__ == "__main__":
    sys.exit(main())

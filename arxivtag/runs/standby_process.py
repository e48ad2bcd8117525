"""Waits for a run: ``python -m arxivtag.runs.standby_process --home DIR --lock N``.

It is two processes, as a worker is (:mod:`arxivtag.runs.worker`). The child, forked before anything
heavy is imported, imports Keras and JAX, trains a network on a few made-up rows, and waits. The
parent listens. Once a run is handed over, both are that run's worker. They end when the child has
died, after some idle minutes, or when they are of another version than who asks.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import socket
import sys
from pathlib import Path
from typing import NoReturn

from arxivtag import locks
from arxivtag.runs import standby, worker
from arxivtag.runs.layout import run_folder
from arxivtag.runs.standby import Handed

_IDLE_S = 300.0


def main() -> int:
    """Wait for a run, then work on it as a worker does."""
    parser = argparse.ArgumentParser(prog="arxivtag.runs.standby_process")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--lock", type=int, required=True, help="inherited descriptor")
    parser.add_argument("--idle-s", type=float, default=_IDLE_S)
    arguments = parser.parse_args()
    own_identity = standby.identity()
    worker.lower_priority()
    to_child, to_parent = socket.socketpair()
    child = os.fork()
    if child == 0:
        to_child.close()
        locks.release(arguments.lock)
        _wait_as_child(arguments.home, to_parent)
    to_parent.close()
    handed = _wait_for_run(arguments.home, to_child, own_identity, arguments.idle_s)
    locks.release(arguments.lock)  # another may wait from now on
    if handed is None:
        to_child.close()  # the child hears of it and ends
        os.waitpid(child, 0)
        return 0
    descriptors = (*handed.held, handed.log)
    with contextlib.suppress(OSError):  # it died a moment ago: that is told below
        socket.send_fds(to_child, [handed.run_id.encode()], descriptors)
    folder = run_folder(handed.run_id, arguments.home)
    _log_into(handed.log)
    worker.configure_log(folder)
    worker.attend(folder, handed.held, child)
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
                return standby.receive(line, own_identity)
    return None


def _wait_as_child(home: Path, parent: socket.socket) -> NoReturn:
    """Warm up and work on the run that comes; end if none does."""
    with contextlib.suppress(Exception):  # whatever is wrong, a run tells it with a report
        _warm_up(home)
    content, descriptors, _, _ = socket.recv_fds(parent, 1_000, 3)
    if not content:
        os._exit(0)
    folder = run_folder(content.decode(), home)
    lock, slot, log = descriptors
    _log_into(log)
    worker.configure_log(folder)
    worker.run_child(folder, (lock, slot))


def _log_into(descriptor: int) -> None:
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.close(descriptor)


def _warm_up(home: Path) -> None:
    """Import what a run needs, and let a network learn three made-up papers."""
    import numpy as np

    from arxivtag.learning.features import Examples, SparseRows
    from arxivtag.learning.training import Trainer
    from arxivtag.runs import pipeline
    from arxivtag.settings import preset_settings, with_settings

    pipeline.import_engine(home)
    rows = SparseRows(
        np.arange(4, dtype=np.int64), np.arange(3, dtype=np.int32), np.ones(3, np.float32), 3
    )
    papers = Examples(rows, np.eye(3, dtype=np.bool_))
    settings = with_settings(preset_settings("tuned"), {"epochs": 1, "max_features": None})
    Trainer(papers, papers, settings).fit()


if __name__ == "__main__":
    sys.exit(main())

"""Opening a data set: a large one is read by a worker of the cluster, where one is free.

The worker starts the same process that reads without a cluster (:mod:`arxivtag.corpus.apart`): the
corpus, its progress, and the lock by which a file is read only once are in the shared folder.
Whoever asks holds the lock of ``<fingerprint>-<token>.asked`` there. By it a worker sees that
folder and locks are shared, and once the file is gone it ends its process. Where no worker has a
thread to spare, or files lie on this machine alone, or the worker at work dies, this machine reads.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arxivtag import config, locks
from arxivtag.callbacks import StoppedError
from arxivtag.corpus import apart, store
from arxivtag.errors import ArxivTagError, ConfigError, RefusedError
from arxivtag.papers.sources import OpenedSource
from arxivtag.policy import environment_for, role
from arxivtag.runs import jobs

if TYPE_CHECKING:
    from distributed import Future

    from arxivtag.runs.cluster import Given

_MAX_WORKERS = 3  # so many are tried
_LOOK_S = 0.2
_LOOKS = 15  # so many without a sign of the task, and its worker is gone
_END_S = 10.0  # a worker's process has ended so soon after nobody wants it any more


def _ingest_large(opened: OpenedSource, folder: Path, listen: Callable[[], None]) -> None:
    """Let a worker ingest a source, or else a process of this machine."""
    if not (config.cluster_address() and _is_read_on_cluster(opened, folder, listen)):
        apart.ingest_apart(opened, folder, listen)


def _is_read_on_cluster(opened: OpenedSource, folder: Path, listen: Callable[[], None]) -> bool:
    # Without a scheduler or the package for it.
    with contextlib.suppress(RefusedError, ConfigError):
        on_cluster = jobs.engine()
        assert on_cluster is not None
        given = on_cluster.given_for(folder.parent.parent)
        given = dataclasses.replace(given, bounds={**given.bounds, **environment_for(role())})
        seen = {"name": opened.name, "seen": store.seen_key(opened)}
        request = {**apart.request_for(opened, folder), **seen}
        workers = on_cluster.idle()[:_MAX_WORKERS]
        return any(_is_read_by(worker, request, given, listen) for worker in workers)
    return False


# As :func:`arxivtag.corpus.store.open_corpus`, but a worker may do the reading.
open_corpus = partial(store.open_corpus, ingest_large=_ingest_large)


def _is_read_by(
    worker: str, request: Mapping[str, Any], given: Given, listen: Callable[[], None]
) -> bool:
    """Return whether a worker made the corpus; not if it is gone or cannot do it."""
    from arxivtag.runs import cluster

    folder = Path(request["folder"])
    asked = folder.with_name(f"{folder.name}-{secrets.token_hex(4)}{apart.ASKED_SUFFIX}")
    lock = locks.try_acquire(asked, timeout_s=1.0)
    assert lock is not None  # nobody else knows its name
    try:
        task = cluster.give(worker, read, request, str(asked), given)
        try:
            unseen = 0
            while not task.done() and unseen < _LOOKS:
                listen()
                time.sleep(_LOOK_S)
                unseen = 0 if cluster.is_at(worker, task) else unseen + 1
            return _outcome(task)
        except BaseException:
            asked.unlink(missing_ok=True)
            with contextlib.suppress(Exception):  # of the task
                task.result(timeout=_END_S)
            raise
    finally:
        asked.unlink(missing_ok=True)
        locks.release(lock)


def _outcome(task: Future) -> bool:
    if task.status == "error" and isinstance(task.exception(), ArxivTagError):
        task.result()  # raises it
    return task.status == "finished" and bool(task.result())


def read(request: Mapping[str, Any], asked: str, given: Given) -> bool:
    """On a worker: ingest a source in a process of its own.

    Returns:
        Whether the corpus is there. Not if this worker has other versions, another home folder or
        other files than who asked, or loses its scheduler, or nobody wants it any more.
    """
    from arxivtag.runs import cluster

    wanted = Path(asked)
    if cluster.difference(given.versions) or not _sees_the_same(request, wanted):
        return False

    def listen() -> None:
        if cluster.is_leaving() or not wanted.exists():
            raise StoppedError

    with contextlib.suppress(StoppedError):
        apart.run_apart(apart.INGESTING, request, request["name"], listen, given.bounds)
        return True
    return False


def _sees_the_same(request: Mapping[str, Any], asked: Path) -> bool:
    """Return whether folder, locks and files are those of who asked."""
    if not os.access(asked.parent, os.W_OK) or not locks.is_held(asked):
        return False
    with contextlib.suppress(ArxivTagError):  # no such file here
        return bool(store.seen_key(apart.opened_from(request)) == request["seen"])
    return False

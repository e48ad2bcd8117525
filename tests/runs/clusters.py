"""A real scheduler and real workers of Dask, as processes on loopback, to be killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from arxivtag.runs import cluster
from tests.browser.conftest import free_port
from tests.runs.conftest import wait_for

_DASK = [sys.executable, "-m", "dask"]


class LocalCluster:
    """A scheduler and workers with one seat and one thread each; use it as a context manager."""

    def __init__(self, folder: Path, n_workers: int, environment: Mapping[str, str]) -> None:
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.folder = folder
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self._environment = {**os.environ, **environment}
        self._names = (f"worker-{n}" for n in range(1, 10_000))
        self.scheduler = self._start_scheduler()
        self._n_workers = n_workers
        self.fill()

    def __enter__(self) -> LocalCluster:
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.workers.values(), self.scheduler):
            process.kill()
            process.wait()

    def fill(self) -> None:
        """Start what is missing of scheduler and workers."""
        if self.scheduler.poll() is not None:
            self.scheduler = self._start_scheduler()
        for name in [name for name, one in self.workers.items() if one.poll() is not None]:
            del self.workers[name]
        while len(self.workers) < self._n_workers:
            self.add_worker()

    @contextlib.contextmanager
    def one_more(
        self, environment: Mapping[str, str] | None = None, before: Sequence[str] = ()
    ) -> Iterator[str]:
        """Have one more worker for a while, and give its name."""
        name = self.add_worker(environment, before)
        try:
            wait_for_workers(self)
            yield name
        finally:
            self.kill(name)
            del self.workers[name]

    def add_worker(
        self, environment: Mapping[str, str] | None = None, before: Sequence[str] = ()
    ) -> str:
        """Start one more worker and return its name; ``before`` are words before its command."""
        name = next(self._names)
        words = [*_DASK, "worker", self.address, "--name", name, "--nthreads", "1"]
        words += ["--resources", "train=1", "--no-nanny", "--no-dashboard"]
        self.workers[name] = self._start([*before, *words], environment or {})
        return name

    def kill(self, name: str) -> None:
        """``kill -9`` a worker, and nothing that it started."""
        self.workers[name].send_signal(signal.SIGKILL)
        self.workers[name].wait()

    def _start_scheduler(self) -> subprocess.Popen[bytes]:
        port = self.address.rpartition(":")[2]
        words = ["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]
        return self._start([*_DASK, *words], {})

    def _start(
        self, words: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        with (self.folder / "cluster.log").open("ab") as log:
            return subprocess.Popen(
                words,
                cwd=self.folder,
                env={**self._environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def seats() -> dict[str, tuple[str, ...]]:
    """The runs that each worker was given; empty while the scheduler does not answer."""
    with contextlib.suppress(cluster.RefusedError):
        return {one.worker: tuple(map(_run_of, one.tasks)) for one in cluster.seats()}
    cluster.close()  # so that the next look asks it again at once
    return {}


def _run_of(task: str) -> str:
    return task.removeprefix("arxivtag-train-").rpartition("-")[0]


def wait_for_workers(local: LocalCluster) -> None:
    """Wait until all workers are there and have nothing to train."""
    wait_for(lambda: seats() == dict.fromkeys(local.workers, ()))


@contextlib.contextmanager
def used(local: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCluster]:
    """Work on a cluster, all of whose workers are there and free."""
    monkeypatch.setenv("ARXIVTAG_CLUSTER", local.address)
    local.fill()
    wait_for_workers(local)
    yield local
    cluster.close()

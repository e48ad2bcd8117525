"""Work on papers in parts: side by side, in order, and on from where it broke off.

A part is some thousand papers, as they come. It is worked on by whoever the pool is: threads of
this process, processes of this machine, or the workers of a cluster, which are handed the rows and
need the model's folder alone. What they return is kept in a folder under a name made of the rows
and of what was asked: so that it is found again by a second try and by nothing else.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import hashlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from arxivtag import __version__, config, storage
from arxivtag.errors import ArxivTagError, BundleError
from arxivtag.papers.reading.readers import as_frame
from arxivtag.tagging.loading import load_bundle
from arxivtag.tagging.tagger import BATCH_SIZE

if TYPE_CHECKING:
    import pandas as pd

    from arxivtag.tagging.bundle import Bundle

ROWS_PER_PART = 8 * BATCH_SIZE
_LOOK_S = 1.0
_AHEAD = 2  # parts for each that works: so much is read ahead, and no more is held in memory


@dataclass(frozen=True)
class Pool:
    """Who works, how many parts they take at once, and whether they are still there."""

    executor: Executor
    n: int
    is_there: Callable[[], bool] = lambda: True

    def result(self, part: Future[bytes]) -> bytes:
        """Wait for what was made of a part.

        Raises:
            CancelledError: If nobody will answer any more.
            BrokenExecutor: If a process at work ended.
        """
        while not wait([part], _LOOK_S).done:
            if not self.is_there():
                raise CancelledError
        return part.result()


@contextlib.contextmanager
def local_pool(n_processes: int | None) -> Iterator[Pool]:
    """Give processes of this machine, or without a number threads of this process.

    If the block breaks off (Ctrl-C, say), nobody waits for the parts under way.
    """
    if n_processes is None:
        n = os.cpu_count() or 1
        executor: Executor = ThreadPoolExecutor(n)
    else:
        n = n_processes
        # Not forked: this process has threads of Arrow.
        executor = ProcessPoolExecutor(n, multiprocessing.get_context("spawn"))
    before = multiprocessing.active_children()
    try:
        if n_processes is not None:
            _start_without_ctrl_c(executor, n)
        yield Pool(executor, n)
    except BaseException:
        for process in multiprocessing.active_children() if n_processes else ():
            if process not in before:
                process.terminate()
        executor.shutdown(wait=n_processes is not None, cancel_futures=True)
        raise
    executor.shutdown()


def _start_without_ctrl_c(executor: Executor, n_processes: int) -> None:
    """Start processes that leave Ctrl-C, which a terminal sends to them too, to this one."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        for _ in range(n_processes):
            executor.submit(os.getpid)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@dataclass(frozen=True)
class Model:
    """A model for whoever works: the path of its folder, and a digest of what is in it."""

    folder: str
    digest: str


def model_at(folder: Path) -> Model:
    """Return the model in a folder, by the names and sizes of its files, and its manifest.

    Raises:
        StorageError: If the folder cannot be read.
    """
    with storage.disk_errors("read", folder):
        files = [(one.name, one.stat().st_size) for one in sorted(folder.iterdir())]
        manifest = (folder / "manifest.json").read_bytes()
    return Model(str(folder), hashlib.sha256(repr(files).encode() + manifest).hexdigest())


@functools.lru_cache(maxsize=2)
def bundle_of(model: Model) -> Bundle:
    """Return a model, loaded once a process; on other machines the bundled one has other paths.

    Raises:
        BundleError: If it cannot be loaded, or another one is there.
    """
    folder = Path(model.folder)
    if folder.parts[-2:] == config.PRETRAINED_PATH.parts[-2:]:
        folder = config.PRETRAINED_PATH
    if model_at(folder).digest != model.digest:
        raise BundleError(
            f"The model in {folder} is another one than where it was asked for.",
            "Workers must see the same folder at the same path.",
        )
    return load_bundle(folder)


class Parts:
    """Takes papers as they are read, and has them worked on part by part.

    Args:
        folder: Where results are kept until they are used.
        do: What is done with the rows of a part, which it reads by :func:`rows_of`; it can be sent
            to another process.
        asked: What decides its result besides the rows, as text.
        pool: Who works.
        progress: Told how many papers are done.

    Attributes:
        paths: The files of the results, in the order of the papers.
        n_rows: Papers taken.
    """

    def __init__(
        self,
        folder: Path,
        do: Callable[[bytes], bytes],
        asked: str,
        pool: Pool,
        progress: Callable[[int], object],
    ) -> None:
        self._folder, self._do, self._pool, self._progress = folder, do, pool, progress
        self._key = f"{__version__} {asked}".encode()
        self.start_over()

    def start_over(self) -> None:
        """Forget all rows: the file is read again from the start."""
        self.paths: list[Path] = []
        self.n_rows = self._n_kept = 0
        self._kept: list[pa.RecordBatch] = []
        self._waiting: collections.deque[tuple[Path, Future[bytes]]] = collections.deque()

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows."""
        self.n_rows += batch.num_rows
        while self._n_kept + batch.num_rows >= ROWS_PER_PART:
            n = ROWS_PER_PART - self._n_kept
            self._kept.append(batch.slice(0, n))
            self._give()
            batch = batch.slice(n)
        if batch.num_rows or not (self.paths or self._kept):
            self._kept.append(batch)
            self._n_kept += batch.num_rows

    def end(self) -> None:
        """Wait until all is done."""
        if self._kept:
            self._give()
        while self._waiting:
            self._keep_oldest()

    def _give(self) -> None:
        """Have the rows at hand worked on, unless they were, and go on when not too much waits."""
        rows = _as_bytes(self._kept)
        self._kept, self._n_kept = [], 0
        path = self._folder / f"{hashlib.sha256(self._key + rows).hexdigest()}.part"
        self.paths.append(path)
        if path.is_file():
            return
        result = self._pool.executor.submit(self._do, rows)
        result.add_done_callback(functools.partial(_keep, path))
        self._waiting.append((path, result))
        while len(self._waiting) > _AHEAD * self._pool.n:
            self._keep_oldest()

    def _keep_oldest(self) -> None:
        path, result = self._waiting.popleft()
        try:
            content = self._pool.result(result)
            if not path.is_file():
                storage.write_bytes(path, content)
        except BrokenExecutor as error:
            raise ArxivTagError(
                "A process at work ended unexpectedly.",
                "Memory may be short: use fewer --jobs. What was done is kept: the same command "
                "goes on from there.",
            ) from error
        n_done = (len(self.paths) - len(self._waiting)) * ROWS_PER_PART
        self._progress(min(n_done, self.n_rows))


def _keep(path: Path, result: Future[bytes]) -> None:
    """Keep a result as soon as it is there, in case the work breaks off before it is its turn."""
    if not result.cancelled() and result.exception() is None:
        with contextlib.suppress(ArxivTagError):  # tried again, and told, in its turn
            storage.write_bytes(path, result.result())


def rows_of(part: bytes) -> pd.DataFrame:
    """Return the rows of a part, all of text."""
    with pa.ipc.open_stream(part) as stream:
        return as_frame(stream.read_all())


def _as_bytes(batches: list[pa.RecordBatch]) -> bytes:
    """Return rows as bytes that do not tell in which batches they came."""
    table = pa.Table.from_batches(batches).combine_chunks()
    copied = table.take(pa.array(range(table.num_rows), pa.int64()))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, copied.schema) as writer:
        writer.write_table(copied)
    return bytes(sink.getvalue())

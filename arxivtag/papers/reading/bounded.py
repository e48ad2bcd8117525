"""Reads files that unpack by themselves, through a process with bounded memory.

See :mod:`arxivtag.papers.reading.bounded_process`, which does the work.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from typing import IO, Any

import pyarrow as pa

from arxivtag.config import CODE_FOLDER
from arxivtag.errors import DataError
from arxivtag.papers.reading.opening import check_unpacked
from arxivtag.papers.reading.tables import ReadRequest, check_rows, collect, unique_names

# The longest wait for a batch of 512 rows, or for the first look at the file.
_SILENCE_S = 60.0
_KINDS = {"parquet": "Parquet file", "workbook": "workbook"}


def read_parquet(request: ReadRequest) -> pa.Table:
    """Return the table of a Parquet file, every column text."""
    return _read("parquet", request)


def read_workbook(request: ReadRequest) -> pa.Table:
    """Return the table of a workbook's first sheet with rows, every column text."""
    return _read("workbook", request)


def _read(kind: str, request: ReadRequest) -> pa.Table:
    with _Reader(kind, request) as reader:
        names = _usable_columns(reader, request)
        kept = list(request.columns(list(names)))
        return collect(request, reader.batches([names[name] for name in kept], kept), kept)


def _usable_columns(reader: _Reader, request: ReadRequest) -> dict[str, int]:
    """Return the columns' unique names with their positions, without those of too many values."""
    about, bounds = reader.describe(), request.bounds
    if len(about["names"]) > bounds.max_columns or about["n_leaves"] > 4 * bounds.max_columns:
        raise DataError(
            f"{request.path.name} has {about['n_leaves']:,} columns; "
            f"at most {bounds.max_columns:,} are read.",
            "Leave out columns.",
        )
    check_rows(about["n_rows"], bounds)
    check_unpacked(about["n_bytes"], bounds)
    names = unique_names(about["names"], request.tally)
    for position in about["oversized"]:
        request.tally.notes.append(
            f"The column {names[position][:60]!r} was left out: its values are too many."
        )
    return {name: at for at, name in enumerate(names) if at not in about["oversized"]}


class _Reader:
    """The process that reads one file, as a context manager: it is gone when the block ends."""

    def __init__(self, kind: str, request: ReadRequest) -> None:
        self._kind, self._path = kind, request.path
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed in __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", "arxivtag.papers.reading.bounded_process", kind,
             str(request.path.absolute()), json.dumps(dataclasses.asdict(request.bounds))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, cwd=CODE_FOLDER,
        )  # fmt: skip
        self._is_late = False

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()  # closes the pipes and waits
        self._errors.close()

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        """End the process if the block, which waits for it, takes too long."""

        def end() -> None:
            self._is_late = True
            self._process.kill()

        timer = threading.Timer(_SILENCE_S, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def describe(self) -> dict[str, Any]:
        """Return what the file states about itself."""
        assert self._process.stdout is not None
        with self._watched():
            line = self._process.stdout.readline()
        if not line:
            raise self._failure()
        about: dict[str, Any] = json.loads(line)
        return about

    def batches(self, positions: Sequence[int], names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of some columns under the names given."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(list(positions)).encode() + b"\n")
            self._process.stdin.flush()
            with self._watched():
                stream = pa.ipc.open_stream(self._process.stdout)
            while True:
                with self._watched():
                    batch = stream.read_next_batch()
                yield pa.RecordBatch.from_arrays(batch.columns, names=list(names))
        except StopIteration:
            if self._process.wait() != 0:
                raise self._failure() from None
        except (pa.ArrowException, OSError):
            raise self._failure() from None

    def _failure(self) -> DataError:
        if self._process.stdout is not None:
            self._process.stdout.close()  # one that still writes ends by this
        self._process.wait()
        self._errors.seek(0)
        reason = self._errors.read(300).decode("utf-8", "replace").strip().splitlines()
        said = reason[-1].rstrip(".")[:200] if reason else "it contradicts itself"
        if self._is_late:
            said = f"no rows came for {_SILENCE_S:.0f} s"
        return DataError(
            f"{self._path.name} cannot be read as a {_KINDS[self._kind]}: {said}.",
            "The file may be cut off or damaged; write it again.",
        )

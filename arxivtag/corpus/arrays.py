"""Arrays on disk: plain numbers, one after the other, memory-mapped to be read."""

from __future__ import annotations

import contextlib
import mmap
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from arxivtag import storage

Number = TypeVar("Number", bound=np.generic)
Ints: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.int32]
Rows: TypeAlias = npt.NDArray[np.bool_]  # which papers: one truth each


def map_array(path: Path, kind: type[Number]) -> npt.NDArray[Number]:
    """Return the numbers in a file that :class:`ArrayWriter` or :func:`write_array` wrote."""
    if path.stat().st_size == 0:  # nothing cannot be mapped
        return np.empty(0, dtype=kind)
    return np.memmap(path, dtype=kind, mode="r").view(np.ndarray)


def read_part(path: Path, kind: type[Number], start: int, stop: int) -> npt.NDArray[Number]:
    """Return the numbers from ``start`` to before ``stop``: no others are in memory."""
    offset = int(start) * np.dtype(kind).itemsize
    return np.fromfile(path, kind, int(stop) - int(start), offset=offset)


def new_array(path: Path, kind: type[Number], shape: tuple[int, ...]) -> npt.NDArray[Number]:
    """Return an array in a new file, to be written at any place."""
    if 0 in shape:
        write_array(path, np.empty(0, dtype=kind))
        return np.empty(shape, dtype=kind)
    return np.memmap(path, dtype=kind, mode="w+", shape=shape)


def forget(array: npt.NDArray[np.generic]) -> None:
    """Let go of the memory behind an array of :func:`new_array`; what was written stays."""
    mapped = getattr(array, "_mmap", None)
    if isinstance(mapped, mmap.mmap):
        mapped.madvise(mmap.MADV_DONTNEED)


def mask_of(positions: npt.NDArray[np.integer], n: int) -> Rows:
    """Return (n,) which of ``n`` things stand at ``positions``."""
    mask = np.zeros(n, dtype=bool)
    mask[positions] = True
    return mask


def write_array(path: Path, array: npt.NDArray[np.generic]) -> None:
    """Write the numbers of ``array`` to a new file."""
    with contextlib.closing(ArrayWriter(path)) as writer:
        writer.add(array)


class ArrayWriter:
    """Appends numbers to a new file."""

    def __init__(self, path: Path) -> None:
        self._file = storage.open_new(path)

    def add(self, array: npt.NDArray[np.generic]) -> None:
        """Append the numbers of ``array``."""
        self._file.write(np.ascontiguousarray(array).data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

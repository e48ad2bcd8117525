"""Large pages for large arrays.

A step reads and writes thousands of rows that stand anywhere in hundreds of megabytes. In pages of
4 kB nearly each of them costs a look at the page tables in memory; in pages of 2 MB few do.
"""

from __future__ import annotations

import ctypes
import sys

import jax

_LARGE_PAGE = 1 << 21
_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25  # the second is of Linux 6.1; older ones refuse it


def use_large_pages(array: jax.Array) -> None:
    """Move an array into large pages, where it stands; where the system refuses, nothing changes.

    What a later step puts in its place, in the same memory, has them too.
    """
    if sys.platform != "linux" or jax.default_backend() != "cpu":
        return
    address, end = array.unsafe_buffer_pointer(), array.unsafe_buffer_pointer() + array.nbytes
    start = -(-address // _LARGE_PAGE) * _LARGE_PAGE
    length = (end - start) // _LARGE_PAGE * _LARGE_PAGE
    if length > 0:
        for advice in (_MADV_HUGEPAGE, _MADV_COLLAPSE):
            ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(length), advice)

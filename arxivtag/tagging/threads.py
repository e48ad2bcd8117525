"""One thread for small matrix products."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let numpy's matrix products run in the calling thread while the block runs.

    For the small products of tagging, a second BLAS thread gains nothing, and on a busy machine
    it costs much: it waits for its turn while the first one spins (measured on 2 busy cores: an
    explanation takes 160 ms with two threads and 9 ms with one). The setting belongs to the
    process; blocks that overlap in several threads may leave it at one thread, which is harmless.
    """
    with _controller().limit(limits=1, user_api="blas"):
        yield


@functools.cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()

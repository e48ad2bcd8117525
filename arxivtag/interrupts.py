"""Ctrl-C where nothing is lost by it: the process ends at once, without a traceback."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

CODE = 130  # what a shell says of Ctrl-C


@contextlib.contextmanager
def ctrl_c_ends() -> Iterator[None]:
    """Let Ctrl-C end the process in the block, which imports modules, say.

    Otherwise it is an exception, which some modules swallow while they are imported.
    """
    usual = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if usual is not signal.default_int_handler or not is_main:  # ignored, or somebody else's
        yield
        return
    said_to = -1
    with contextlib.suppress(OSError):  # closed
        said_to = os.dup(2)  # the block may send what is logged elsewhere

    def end(number: int, frame: FrameType | None) -> None:
        with contextlib.suppress(OSError):
            os.write(said_to, b"arxivtag: interrupted.\n")
        os._exit(CODE)

    signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        with contextlib.suppress(OSError):
            os.close(said_to)

"""What long work calls while it is under way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TextIO

# Told what is being done, and the share that is done: 0 to 1, or None if that is not known.
OnProgress = Callable[[str, float | None], None]
# Called with each record of a training's history.
OnTick = Callable[[dict[str, Any]], None]
# Asked often; True ends the work.
ShouldStop = Callable[[], bool]


class StoppedError(Exception):
    """Someone asked to stop; nothing is left behind."""


def never() -> bool:
    """Return False: the work is not to be stopped."""
    return False


def unheard(stage: str, fraction: float | None) -> None:
    """Tell nobody."""


class ProgressLine:
    """Says on a stream how far work is: one line a stage, rewritten on a terminal.

    Elsewhere a stage has a line for each tenth that is done.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: tuple[str, int | None] | None = None

    def __call__(self, stage: str, fraction: float | None = None) -> None:
        """Say that ``stage`` is under way, and the share (0 to 1) that is done."""
        name = re.split(r"[:,\d]", stage)[0]  # what follows are counts and the time left
        now = (name, None if fraction is None else int(10 * fraction))
        is_same_stage = self._last is not None and self._last[0] == name
        is_terminal = self._stream.isatty()
        if now == self._last and not is_terminal:
            return
        self._last = now
        # Each line is ended, so that whatever else is printed begins on one of its own.
        begin = "\x1b[A\r\x1b[K" if is_terminal and is_same_stage else ""
        share = "" if fraction is None else f" {fraction:4.0%}"
        self._stream.write(f"{begin}{stage}{share}\n")
        self._stream.flush()

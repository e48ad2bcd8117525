"""Tells how far a fetch is."""

from __future__ import annotations

import time
from typing import Literal

from arxivtag.callbacks import OnProgress


class Meter:
    """Tells a callback a few times a second how far a fetch is: a text and the share done.

    The text reads "fetching: 12.3 of 46.4 MB, 3.1 MB/s, 11 s left".
    """

    def __init__(
        self, unit: Literal["bytes", "papers"], progress: OnProgress | None, interval_s: float = 0.2
    ) -> None:
        self._unit = unit
        self._progress = progress
        self._interval_s = interval_s
        self._started = time.monotonic()
        self._reported = float("-inf")
        self._first: int | None = None

    def report(self, stage: str, done: int, total: int | None, *, now: bool = False) -> None:
        """Report if the last report is long enough ago, or ``now``."""
        at = time.monotonic()
        if self._first is None:
            self._first = done  # a search that goes on has not fetched these just now
        if self._progress is None or (not now and at - self._reported < self._interval_s):
            return
        self._reported = at
        per_second = (done - self._first) / max(at - self._started, 1e-3)
        text = f"{stage}: {self._amount(done, total)}"
        if per_second > 0:
            text += f", {self._amount(per_second, None)}/s"
            if total is not None and total > done:
                text += f", {(total - done) / per_second:,.0f} s left"
        self._progress(text, min(done / total, 1.0) if total else None)

    def say(self, text: str) -> None:
        """Say what keeps the fetch waiting."""
        if self._progress:
            self._progress(text, None)

    def _amount(self, done: float, total: int | None) -> str:
        scale, digits, unit = (1e6, 1, "MB") if self._unit == "bytes" else (1, 0, "papers")
        of_total = "" if total is None else f" of {total / scale:,.{digits}f}"
        return f"{done / scale:,.{digits}f}{of_total} {unit}"

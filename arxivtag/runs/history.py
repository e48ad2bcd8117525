"""Reading ``history.jsonl``: the figures of a training as they come.

The worker appends one line a tick. After a resume it writes a line
``{"kind": "resume", "epoch": k}``: what was recorded beyond epoch ``k`` before
the crash is taken back, since those epochs are trained again.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from arxivtag.storage import read_json_lines

TICK_COLUMNS = ("epoch", "loss", "binary_accuracy", "papers_per_second", "step", "n_steps", "at")
EPOCH_COLUMNS = (
    "epoch",
    "loss",
    "binary_accuracy",
    "val_loss",
    "val_binary_accuracy",
    "val_micro_f1",
    "val_precision_at_1",
    "learning_rate",
    "seconds",
    "at",
)


@dataclass(frozen=True)
class History:
    """The figures recorded so far: ticks inside epochs, and one record for each finished epoch."""

    start: dict[str, Any] = field(default_factory=dict)
    ticks: tuple[dict[str, Any], ...] = ()
    epochs: tuple[dict[str, Any], ...] = ()

    @property
    def n_points(self) -> int:
        """Number of ticks and epochs."""
        return len(self.ticks) + len(self.epochs)

    @property
    def n_epochs(self) -> int | None:
        """Planned epochs, if known."""
        for record in (*self.epochs[-1:], self.start):
            value = record.get("n_epochs")
            if isinstance(value, int):
                return value
        return None

    @property
    def best_epoch(self) -> int | None:
        """The epoch with the lowest validation loss so far, counted from 1."""
        known = [record for record in self.epochs if "val_loss" in record]
        if not known:
            return None
        return int(min(known, key=lambda record: record["val_loss"])["epoch"])


def _finite(record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the record without values that are not finite, or ``None`` if it has no epoch."""
    kept = {
        key: value
        for key, value in record.items()
        if not isinstance(value, float) or math.isfinite(value)
    }
    epoch = kept.get("epoch")
    if isinstance(epoch, bool) or not isinstance(epoch, (int, float)):
        return None
    return kept


def add_records(history: History, records: Iterable[dict[str, Any]]) -> History:
    """Return ``history`` with further records; those of unknown kind are skipped."""
    start, ticks, epochs = dict(history.start), list(history.ticks), list(history.epochs)
    for record in records:
        kind = record.get("kind")
        if kind == "start":
            start = record
            continue
        cleaned = _finite(record)
        if cleaned is None:
            continue
        if kind == "tick":
            ticks.append(cleaned)
        elif kind == "epoch":
            epochs.append(cleaned)
        elif kind == "resume":
            ticks = [tick for tick in ticks if tick["epoch"] <= cleaned["epoch"]]
            epochs = [epoch for epoch in epochs if epoch["epoch"] <= cleaned["epoch"]]
    return History(start, tuple(ticks), tuple(epochs))


def read_history(path: Path) -> History:
    """Return the history in ``path``; a missing file is an empty history.

    Raises:
        StorageError: If the file cannot be read.
    """
    return add_records(History(), read_json_lines(path)[0])


class HistoryFollower:
    """Follows a growing history file, reading only what is new. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._history = History()
        self._lock = threading.Lock()

    def update(self) -> History:
        """Read the new lines, if any, and return the history so far.

        The same object comes back as long as nothing was added.
        """
        with self._lock:
            try:
                size = self._path.stat().st_size
            except OSError:
                size = 0
            if size < self._offset:  # another file under the same name
                self._offset, self._history = 0, History()
            if size > self._offset:
                records, self._offset = read_json_lines(self._path, self._offset)
                if records:
                    self._history = add_records(self._history, records)
            return self._history

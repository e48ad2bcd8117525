"""Reading ``history.jsonl``: the figures of a training as they come.

The worker appends one line per tick. After a resume it writes a line
``{"kind": "resume", "epoch": k}``: what was recorded beyond epoch ``k`` before
the crash is taken back, since those epochs are trained again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from arxivtag.fields import is_number
from arxivtag.storage import read_json_lines

_TEXTS = ("kind", "at")
_MAX_TEXT_CHARS = 200


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


def _cleaned(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record's finite numbers and its known texts; nothing else can be drawn."""
    return {
        key: value
        for key, value in record.items()
        if (_is_text(value) if key in _TEXTS else is_number(value))
    }


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_TEXT_CHARS


def read_history(path: Path) -> History:
    """Return the history in ``path``; a missing file is empty, records of unknown kind are skipped.

    Raises:
        StorageError: If the file cannot be read.
    """
    start: dict[str, Any] = {}
    ticks: list[dict[str, Any]] = []
    epochs: list[dict[str, Any]] = []
    for record in map(_cleaned, read_json_lines(path)):
        kind = record.get("kind")
        if kind == "start":
            start = record
        elif not is_number(record.get("epoch")):
            continue
        elif kind == "tick":
            ticks.append(record)
        elif kind == "epoch":
            epochs.append(record)
        elif kind == "resume":
            ticks = [tick for tick in ticks if tick["epoch"] <= record["epoch"]]
            epochs = [epoch for epoch in epochs if epoch["epoch"] <= record["epoch"]]
    return History(start, tuple(ticks), tuple(epochs))

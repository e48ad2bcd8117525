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
    """The figures recorded so far.

    Attributes:
        start: Sizes, planned epochs, and the level that predicting no label reaches.
        batches: One record per batch, or per few of them in a long training: ``epoch`` (a
            fraction), ``loss``, ``binary_accuracy``.
        ticks: Some per second: running means inside an epoch, and the pace.
        epochs: One per finished epoch.
    """

    start: dict[str, Any] = field(default_factory=dict)
    batches: tuple[dict[str, Any], ...] = ()
    ticks: tuple[dict[str, Any], ...] = ()
    epochs: tuple[dict[str, Any], ...] = ()

    @property
    def n_points(self) -> int:
        """Number of batches and epochs."""
        return len(self.batches) + len(self.epochs)

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
        if (
            isinstance(value, str) and len(value) <= _MAX_TEXT_CHARS
            if key in _TEXTS
            else is_number(value)
        )
    }


def read_history(path: Path) -> History:
    """Return the history in ``path``; a missing file is empty, records of unknown kind are skipped.

    Raises:
        StorageError: If the file cannot be read.
    """
    start: dict[str, Any] = {}
    batches: list[dict[str, Any]] = []
    ticks: list[dict[str, Any]] = []
    epochs: list[dict[str, Any]] = []
    for line in read_json_lines(path):
        record = _cleaned(line)
        kind = record.get("kind")
        if kind == "start":
            start = record
        elif not is_number(record.get("epoch")):
            continue
        elif kind == "tick":
            ticks.append(record)
            batches += _batches(line.get("points"))
        elif kind == "epoch":
            epochs.append(record)
        elif kind == "resume":
            batches, ticks, epochs = (
                [one for one in known if one["epoch"] <= record["epoch"]]
                for known in (batches, ticks, epochs)
            )
    return History(start, tuple(batches), tuple(ticks), tuple(epochs))


def validation_curve(path: Path) -> list[float]:
    """Return the validation micro-F1 of each epoch; of ticks, most of the file, none is parsed.

    Raises:
        StorageError: If the file cannot be read.
    """
    by_epoch: dict[float, float] = {}
    for record in read_json_lines(path, holding=b'"val_micro_f1"'):
        epoch, value = record.get("epoch"), record.get("val_micro_f1")
        if is_number(epoch) and is_number(value):
            by_epoch[epoch] = value  # after a resume, the newer one
    return list(by_epoch.values())


def _batches(points: object) -> list[dict[str, Any]]:
    """Return the records of a tick's points; what is no point is left out."""
    names = ("epoch", "loss", "binary_accuracy")
    return [
        dict(zip(names, point, strict=True))
        for point in (points if isinstance(points, list) else ())
        if isinstance(point, list) and len(point) == len(names) and all(map(is_number, point))
    ]

"""The app's log: one line of JSON per event on standard error, with nothing that a person typed.

Only names, ids, counts and durations may be logged; :func:`log_event` refuses other values,
so that no pasted text, file content or local path slips in.
"""

from __future__ import annotations

import json
import logging
import sys

from arxivtag.runs.layout import now_iso

MAX_TEXT_CHARS = 80
_logger = logging.getLogger("arxivtag.app")


def _set_up() -> None:
    if _logger.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    _logger.addHandler(handler)
    _logger.setLevel(logging.INFO)
    _logger.propagate = False


def log_event(event: str, **fields: str | int | float | bool | None) -> None:
    """Write one event, such as ``log_event("tagged", model=run_id, n_papers=1, seconds=0.01)``.

    Raises:
        ValueError: If a value is long enough to be a text that somebody typed.
    """
    _set_up()
    record: dict[str, object] = {"at": now_iso(), "event": event}
    for name, value in fields.items():
        if isinstance(value, str) and (len(value) > MAX_TEXT_CHARS or "\n" in value):
            raise ValueError(f"log field {name!r} is too long for an id or a name")
        record[name] = round(value, 4) if isinstance(value, float) else value
    _logger.info(json.dumps(record, ensure_ascii=True))

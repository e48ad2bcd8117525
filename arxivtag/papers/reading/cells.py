"""Values as the text of cells. Light, since the process that reads Parquet starts for each file."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa


def cell_text(value: object, max_chars: int) -> str:
    """Return a value as text, cut so that what is too long still shows as too long.

    Lists, objects, numbers and truth values become JSON, nothing becomes "".
    """
    if value is None:
        return ""
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
    elif isinstance(value, dict | list | bool | int | float):
        try:
            text = json.dumps(value, ensure_ascii=False, default=str)
        except (ValueError, RecursionError):
            return ""
    else:  # text, or a date or decimal number of Parquet
        text = str(value)
    return text[: max_chars + 1]


def text_array(texts: Sequence[str]) -> pa.Array:
    """Return texts as an Arrow array; lone surrogates, which no UTF-8 holds, are replaced."""
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([without_surrogates(text) for text in texts], pa.string())


def without_surrogates(text: str) -> str:
    """Return ``text`` with lone surrogates replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

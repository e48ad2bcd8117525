"""Texts as one Arrow array, which counts and searches them many times faster than Python does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def text_array(texts: Sequence[str] | pd.Series[str]) -> pa.LargeStringArray:
    """Return ``texts`` as one contiguous array; missing ones are empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.array(texts, type=pa.large_string(), from_pandas=True)
    if isinstance(array, pa.ChunkedArray):  # from an Arrow-backed column
        array = array.combine_chunks()
    return pc.fill_null(array, "")

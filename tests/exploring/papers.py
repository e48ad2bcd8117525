"""Small sets of papers for the tests of this room."""

from __future__ import annotations

import pandas as pd


def papers_of(*rows: tuple[str, str, tuple[str, ...]]) -> pd.DataFrame:
    """Return a papers DataFrame of ``(title, abstract, labels)``."""
    titles, abstracts, labels = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame(
        {
            "title": pd.array(titles, dtype="str"),
            "abstract": pd.array(abstracts, dtype="str"),
            "labels": pd.Series(list(labels), dtype=object),
        }
    )

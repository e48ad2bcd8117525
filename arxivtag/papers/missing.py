"""Words that programs write where there is nothing."""

from __future__ import annotations

import pandas as pd

# Compared without case and outer space.
MISSING_WORDS = frozenset(
    {
        "na", "n/a", "nan", "none", "null", "<na>", "#n/a", "nat", "[nan]", "[none]",
        "[no abstract available]", "no abstract available", "no abstract available.",
        "no abstract.", "no abstract", "[no abstract]",
    }
)  # fmt: skip
_LONGEST = max(map(len, MISSING_WORDS))


def without_missing(texts: pd.Series[str]) -> tuple[pd.Series[str], int]:
    """Return texts with words for nothing made empty, and how many there were."""
    short = texts.str.len() <= _LONGEST + 8
    words = texts[short].str.strip().str.lower()
    missing = words.index[words.isin(MISSING_WORDS)]
    if len(missing) == 0:
        return texts, 0
    texts = texts.copy()
    texts.loc[missing] = ""
    return texts, len(missing)

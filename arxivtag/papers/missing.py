"""Words that programs write where there is nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def blank_missing(
    table: pd.DataFrame, columns: Mapping[str, Sequence[str]]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return a table with words for nothing made empty, and how many there were.

    Args:
        table: Columns of text.
        columns: Which of them to look at, by what is counted there: ``{"titles": ["title"]}``.
    """
    changed: dict[str, pd.Series[str]] = {}
    counts: dict[str, int] = {}
    for counted, names in columns.items():
        for name in names:
            changed[name], n_missing = without_missing(table[name])
            counts[counted] = counts.get(counted, 0) + n_missing
    return (table.assign(**changed) if any(counts.values()) else table), counts


def missing_notes(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return a note on how many words for nothing there were, by what was counted."""
    shown = ", ".join(f"{counted} {n:,}" for counted, n in counts.items() if n)
    return (f"Empty by a word such as NA: {shown}.",) if shown else ()

"""Labels and terms over time: the share of each year's or month's papers that have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from arxivtag.corpus.arrays import Rows
from arxivtag.corpus.tokens import Tokens
from arxivtag.exploring.terms import evenly_chosen, telling_terms
from arxivtag.papers.dates import UNKNOWN, Dates, date_text

Period = Literal["year", "month"]
N_LINES = 7
_NEWEST_SHARE = 0.25


def periods_of(dates: Dates, by: Period) -> Dates:
    """Return (n_papers,) the date of each paper's year or month; -1 where it is not known."""
    length = 10_000 if by == "year" else 100
    is_known = (dates >= 0) if by == "year" else (dates >= 0) & (dates // 100 % 100 > 0)
    return np.where(is_known, dates // length * length, UNKNOWN).astype(np.int32)


def kinds_of_period(dates: Dates) -> tuple[Period, ...]:
    """Return what papers can be told apart by, the better first; nothing without dates."""

    def n_periods(by: Period) -> int:
        periods = periods_of(dates, by)
        return len(np.unique(periods[periods >= 0]))

    kinds: tuple[Period, ...] = ("month", "year") if n_periods("year") < 3 else ("year", "month")
    return tuple(by for by in kinds if n_periods(by) > 1)


def shares_by_period(dates: Dates, holders: Mapping[str, Rows], by: Period) -> pd.DataFrame:
    """Return how many papers of each period hold something.

    Args:
        dates: (n_papers,) as :attr:`~arxivtag.corpus.store.Corpus.dates`.
        holders: (n_papers,) which papers have it, by its name.

    Returns:
        One line per name and period that has papers: ``name``, ``period`` (``2026`` or
        ``2026-07``), ``papers``, ``of_papers`` (all of that period) and ``share``. Papers whose
        period is not known are left out.
    """
    periods = periods_of(dates, by)
    known, place = np.unique(periods[periods >= 0], return_inverse=True)
    totals = np.bincount(place, minlength=len(known))
    texts = [date_text(int(period)) for period in known]
    lines = [
        (name, text, int(n), int(total), n / total)
        for name, rows in holders.items()
        for text, n, total in zip(
            texts, np.bincount(place[rows[periods >= 0]], minlength=len(known)), totals, strict=True
        )
    ]
    return pd.DataFrame(lines, columns=["name", "period", "papers", "of_papers", "share"])


def newest_words(tokens: Tokens, dates: Dates, n_words: int = 4) -> list[str]:
    """Return the words that tell the newest quarter of the papers with dates from the others."""
    dated = evenly_chosen(tokens, dates >= 0)
    inside = dated & (dates >= np.quantile(dates[dated], 1 - _NEWEST_SHARE, method="higher"))
    return list(telling_terms(tokens, "words", inside, dated, n_terms=n_words)["term"])

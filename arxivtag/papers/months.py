"""When a paper appeared, to the month: from its arXiv id, or else from its date."""

from __future__ import annotations

import re

UNKNOWN = -1
# arXiv's identifiers: 2607.01234 (year and month since April 2007), math/0309136 before.
# The search of arXiv gives addresses.
_BEFORE = r"(?:https?://arxiv\.org/abs/|arxiv:)?"
_NEW_ID = re.compile(_BEFORE + r"(\d\d)(\d\d)\.\d{4,5}(?:v\d+)?", re.IGNORECASE | re.ASCII)
_OLD_ID = re.compile(
    _BEFORE + r"[a-z-]+(?:\.[a-z]{2})?/(\d\d)(\d\d)\d{3}(?:v\d+)?", re.IGNORECASE | re.ASCII
)
_DATE = re.compile(r"(\d{4})-(\d\d)(?!\d)", re.ASCII)
_FIRST_YEAR = 91  # arXiv began in 1991: what is below it belongs to the 2000s


def month_of(created: str | None, paper_id: str | None = None) -> int:
    """Return 12 x year + month - 1 of a paper, or :data:`UNKNOWN`.

    The id comes first: dates in files are often those of a later version.

    >>> month_of("2019-05-02") == 12 * 2019 + 4
    True
    >>> month_of("", "math/0309136") == 12 * 2003 + 8
    True
    """
    for pattern in (_NEW_ID, _OLD_ID):
        found = pattern.fullmatch((paper_id or "").strip())
        if found:
            year, month = map(int, found.groups())
            return _month(1900 + year if year >= _FIRST_YEAR else 2000 + year, month)
    found = _DATE.match((created or "").strip())
    return _month(*map(int, found.groups())) if found else UNKNOWN


def _month(year: int, month: int) -> int:
    return 12 * year + month - 1 if 1 <= month <= 12 else UNKNOWN


def month_text(month: int) -> str:
    """Return a month as ``2026-07``.

    >>> month_text(12 * 2026 + 6)
    '2026-07'
    """
    return f"{month // 12}-{month % 12 + 1:02d}"

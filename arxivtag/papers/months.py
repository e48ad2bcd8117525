"""When a paper appeared, to the month: from its arXiv id, or else from its date."""

from __future__ import annotations

import re

from arxivtag.papers.fetching.identifiers import find_identifier

UNKNOWN = -1
_DATE = re.compile(r"(\d{4})-(\d\d)(?!\d)", re.ASCII)
_FIRST_YEAR = 91  # arXiv began in 1991: what is below it belongs to the 2000s
_FIRST_NEW_ID = 12 * 2007 + 3  # since April 2007 ids are like 0704.0001, before like math/0309136


def month_of(created: str | None, paper_id: str | None = None) -> int:
    """Return 12 x year + month - 1 of a paper, or :data:`UNKNOWN`.

    The id comes first: dates in files are often those of a later version.

    >>> month_of("2019-05-02") == 12 * 2019 + 4
    True
    >>> month_of("", "math/0309136") == 12 * 2003 + 8
    True
    """
    month = _month_of_id(find_identifier(paper_id or ""))
    if month != UNKNOWN:
        return month
    found = _DATE.match((created or "").strip())
    return _month(*map(int, found.groups())) if found else UNKNOWN


def _month_of_id(identifier: str) -> int:
    """Return the month that an identifier begins with; arXiv gave none of the other form then."""
    archive, _, digits = identifier.rpartition("/")
    if not digits:
        return UNKNOWN
    year = int(digits[:2])
    month = _month((1900 if year >= _FIRST_YEAR else 2000) + year, int(digits[2:4]))
    return month if bool(archive) == (month < _FIRST_NEW_ID) else UNKNOWN


def _month(year: int, month: int) -> int:
    return 12 * year + month - 1 if 1 <= month <= 12 else UNKNOWN


def month_text(month: int) -> str:
    """Return a month as ``2026-07``.

    >>> month_text(12 * 2026 + 6)
    '2026-07'
    """
    return f"{month // 12}-{month % 12 + 1:02d}"

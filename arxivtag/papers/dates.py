"""When a paper appeared, as far as its arXiv id and its date tell: to the day, month or year.

A date is one number, ``10,000 x year + 100 x month + day``, with 0 for a month or day that is not
known, or :data:`UNKNOWN`. So dates sort, the less precise before the others of their time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from arxivtag.papers.fetching.identifiers import find_identifier
from arxivtag.papers.schema import CREATED, PAPER_ID

UNKNOWN = -1
Dates = npt.NDArray[np.int32]
_YEARS = range(1800, 2200)  # what else is written where a year should be is none
_FIRST_YEAR = 91  # arXiv began in 1991: what is below it belongs to the 2000s
_FIRST_NEW_ID = 200704  # since April 2007 ids are like 0704.0001, before like math/0309136
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = (  # named groups: y, m, d, or a and b where either may be the month
    re.compile(
        r"(?P<y>\d{4})(?:(?P<sign>[-/.])(?P<m>\d\d?)(?:(?P=sign)(?P<d>\d\d?))?)?(?!\d)", re.A
    ),
    re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?!\d)", re.A),
    re.compile(r"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{4})(?!\d)", re.A),
    re.compile(r"(?P<a>\d\d?)[-/](?P<b>\d\d?)[-/](?P<y>\d{4})(?!\d)", re.A),
)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
# The day stands before the month (2 Apr 2007) or behind it (April 2, 2007).
_NAMED = re.compile(
    rf"(?:(?<!\d)(\d\d?)(?:st|nd|rd|th)?[\s-]+)?\b({'|'.join(_MONTHS)})[a-z]*\b\.?"
    r"(?:\s+(\d\d?)(?:st|nd|rd|th)?(?![\d:]))?",
    re.IGNORECASE | re.ASCII,
)


def date_of(created: str | None, paper_id: str | None = None) -> int:
    """Return the date of a paper.

    The id tells the month, since dates in files are often those of a later version; a date of the
    same month adds the day.

    >>> date_of("2019-05-02"), date_of("2 May 2019"), date_of("2019")
    (20190502, 20190502, 20190000)
    >>> date_of("2019-05-02", "1811.00001"), date_of("2018-11-30", "1811.00001")
    (20181100, 20181130)
    """
    of_id, written = _date_of_id(find_identifier(paper_id or "")), _written(created or "")
    if of_id == UNKNOWN:
        return written
    return written if written // 100 == of_id // 100 else of_id


def _date_of_id(identifier: str) -> int:
    """Return the month that an identifier begins with; arXiv gave none of the other form then."""
    archive, _, digits = identifier.rpartition("/")
    if not digits:
        return UNKNOWN
    century = 1900 if int(digits[:2]) >= _FIRST_YEAR else 2000
    date = _date(century + int(digits[:2]), int(digits[2:4]))
    is_month = date % 10_000 > 0 and bool(archive) == (date // 100 < _FIRST_NEW_ID)
    return date if is_month else UNKNOWN


def _written(text: str) -> int:
    """Return the date that a cell holds, in numbers or with the month's name."""
    text = text.strip()[:60]
    year, named = _YEAR.search(text), _NAMED.search(text)
    if year and named:
        month = _MONTHS.index(named[2].lower()) + 1
        return _date(int(year[0]), month, int(named[1] or named[3] or 0))
    for pattern in _NUMBERS:
        if found := pattern.match(text):
            parts = found.groupdict(default="0")
            return _of_numbers({name: int(parts[name]) for name in parts if name != "sign"})
    return UNKNOWN


def _of_numbers(parts: dict[str, int]) -> int:
    if "a" in parts:  # 05/23/2019 or 23/05/2019; of 05/06/2019 only the year is known
        day, month = sorted((parts["a"], parts["b"]), reverse=True)
        parts |= {"m": month, "d": day} if day > 12 or day == month else {}
    return _date(parts["y"], parts.get("m", 0), parts.get("d", 0))


def _date(year: int, month: int, day: int = 0) -> int:
    """Return a date; what cannot be is left out of it, from the month down."""
    if year not in _YEARS:
        return UNKNOWN
    if not 1 <= month <= 12:
        return 10_000 * year
    return 10_000 * year + 100 * month + (day if 1 <= day <= 31 else 0)


def years_of(dates: Dates) -> Dates:
    """Return the year of each date, or :data:`UNKNOWN`."""
    return np.where(dates < 0, UNKNOWN, dates // 10_000).astype(np.int32)


def date_text(date: int) -> str:
    """Return a date as far as it is known: ``2026``, ``2026-07`` or ``2026-07-02``.

    >>> date_text(20260000), date_text(20260700), date_text(20260702)
    ('2026', '2026-07', '2026-07-02')
    """
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    return f"{year}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


@dataclass(frozen=True)
class DateReading:
    """What was understood of when papers appeared.

    ``first`` and ``last`` are dates as :func:`date_text` writes them, empty where none was read.
    """

    columns: tuple[str, ...] = ()
    n_papers: int = 0
    n_dated: int = 0
    first: str = ""
    last: str = ""

    @property
    def sentence(self) -> str:
        """What was understood, in a sentence."""
        named = " and ".join(map(repr, self.columns))
        if not named:
            return "Dates: no column of dates (date, year, published ...) or arXiv ids was found."
        if not self.n_dated:
            return f"Dates: none could be read from {named}."
        return (
            f"Dates are read from {named}: {self.n_dated:,} of {self.n_papers:,} papers have one, "
            f"{self.first} to {self.last}."
        )


def dates_of(table: pd.DataFrame, columns: Mapping[str, str]) -> list[int]:
    """Return the date of each row, from the columns of :func:`~.schema.date_columns`."""
    nothing = [None] * len(table)
    cells = (
        table[columns[name]].tolist() if name in columns else nothing
        for name in (CREATED, PAPER_ID)
    )
    return list(map(date_of, *cells))


def understood_dates(columns: Sequence[str], dates: Iterable[int]) -> DateReading:
    """Return what the dates read from some columns are, in short."""
    every = list(dates)
    known = [date for date in every if date != UNKNOWN]
    first, last = (date_text(end(known)) if known else "" for end in (min, max))
    return DateReading(tuple(columns), len(every), len(known), first, last)

"""Finds the arXiv identifier in what people paste."""

from __future__ import annotations

import re

from arxivtag.errors import FetchError

_MAX_CHARS = 300
_IDENTIFIER = re.compile(
    r"""
    (?i: arxiv:\s*                                                       # arXiv:2101.00001
      | (?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)? 10\.48550/arxiv\.  # a DOI
      | (?:https?://)?
        (?: (?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html|format)
          | (?:www\.)?alphaxiv\.org/(?:abs|pdf|html|overview)
          | (?:www\.)?ar5iv\.(?:labs\.arxiv\.)?org/(?:abs|html)
          | (?:www\.)?huggingface\.co/papers
        )/
    )?
    ( \d{4}\.\d{4,5}                                                     # since April 2007
      | [a-z-]{2,12}(?:\.[A-Za-z-]{2,10})?/\d{7}                         # before
    )
    (v\d{1,3})?
    (?:\.pdf)?/?
    (?: [?#].*                                                           # of an address
      | \s*\[[A-Za-z.-]{2,20}\](?:\s+\d{1,2}\s\w{3}\s\d{4})?             # of the stamp on a PDF
    )?
    """,
    re.ASCII | re.VERBOSE,
)


def parse_identifier(text: str) -> str:
    """Return the arXiv identifier in ``text``: alone, in a DOI, or in a paper's web address.

    >>> parse_identifier("https://arxiv.org/pdf/2101.00001v2.pdf")
    '2101.00001v2'
    >>> parse_identifier("arXiv:hep-th/9901001 [hep-th]")
    'hep-th/9901001'

    Raises:
        FetchError: If there is none.
    """
    identifier = find_identifier(text)
    if not identifier:
        raise FetchError(
            f"There is no arXiv identifier in {text.strip()[:60]!a}.",
            "Write it as 2101.00001 or https://arxiv.org/abs/2101.00001.",
        )
    return identifier


def find_identifier(text: str) -> str:
    """Return the arXiv identifier in ``text`` as :func:`parse_identifier` does, or ``""``."""
    parts = _IDENTIFIER.fullmatch(text.strip()[:_MAX_CHARS])
    return "".join(parts.groups(default="")) if parts else ""

"""Names of arXiv's categories, present and former, and what kind of code a label is.

The names stand in ``assets/arxiv_categories.csv``. Their sources are arXiv's category taxonomy
page for the present categories, and its history of archives for those that were renamed or
merged (``cmp-lg`` became ``cs.CL``, ``q-fin.EC`` became ``econ.GN``, ...). ACM codes are those of
the 1998 Computing Classification System, MSC codes those of the Mathematics Subject
Classification, both as authors type them when they submit.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from arxivtag.config import ASSETS_FOLDER

LabelKind = Literal["arxiv", "acm", "msc", "unknown"]

with (ASSETS_FOLDER / "arxiv_categories.csv").open(newline="", encoding="utf-8") as _file:
    _ROWS = list(csv.DictReader(_file))
LABEL_NAMES: Mapping[str, str] = {row["code"]: row["name"] for row in _ROWS}
# Six areas have two names each: records list both up to about November 2025, later ones the
# first. Retired archives have a successor where arXiv turned them into one category; others
# (astro-ph, cond-mat, q-bio) were divided, so that no category stands for their papers.
CURRENT_NAMES: Mapping[str, str] = {row["code"]: row["current"] for row in _ROWS if row["current"]}

_NAMES_OF_AREA: dict[str, list[str]] = {}  # under its first name
for _second, _first in CURRENT_NAMES.items():
    _NAMES_OF_AREA.setdefault(_first, [_first]).append(_second)

_ACM_AREAS = {
    "A": "General Literature",
    "B": "Hardware",
    "C": "Computer Systems Organization",
    "D": "Software",
    "E": "Data",
    "F": "Theory of Computation",
    "G": "Mathematics of Computing",
    "H": "Information Systems",
    "I": "Computing Methodologies",
    "J": "Computer Applications",
    "K": "Computing Milieux",
}

_ACM = re.compile(r"[A-K](?:\.(?:\d{1,2}|[mM])){1,3}\.?")
_MSC = re.compile(r"\d\d(?:[A-Z](?:\d\d|xx|XX|[A-Z]\d)?|-(?:\d\d|XX|xx))")
_WORDS_BESIDE_CODES = re.compile(
    r"\b(?:primary|secondary|prim|sec|msc|acm|ccs|class|classification)\b|\b(?:19|20)\d\d:?",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def label_kind(label: str) -> LabelKind:
    """Return whether a label is an arXiv category, ACM codes, MSC codes, or none of these.

    Authors write several codes into one label; ``"I.2.6; I.4.9"`` is "acm" and
    ``"68T05, 62H30 (Primary)"`` is "msc".

    >>> [label_kind(label) for label in ("cs.CV", "I.2.6; I.4.9", "68T05", "robots")]
    ['arxiv', 'acm', 'msc', 'unknown']
    """
    if label in LABEL_NAMES:
        return "arxiv"
    if len(label) > 500:
        return "unknown"
    codes = re.findall(r"[^\s,;:/()]+", _WORDS_BESIDE_CODES.sub(" ", label))
    if codes and all(_ACM.fullmatch(code) for code in codes):
        return "acm"
    if codes and all(_MSC.fullmatch(code) for code in codes):
        return "msc"
    return "unknown"


@lru_cache(maxsize=8192)
def label_name(label: str) -> str:
    """Return a label's name in words, or the label itself if it is not known.

    >>> label_name("cs.CV")
    'Computer Vision and Pattern Recognition'
    """
    kind = label_kind(label)
    if kind == "acm":
        letter = re.search(r"\b[A-K](?=\.)", label)
        return f"ACM class {label} ({_ACM_AREAS[letter[0] if letter else 'I']})"
    return f"MSC class {label}" if kind == "msc" else LABEL_NAMES.get(label, label)


def current_label(label: str) -> str:
    """Return the name that an arXiv category has now: the first of two, or its successor's.

    >>> current_label("math.IT"), current_label("cmp-lg"), current_label("cs.LG")
    ('cs.IT', 'cs.CL', 'cs.LG')
    """
    return CURRENT_NAMES.get(label, label)


def archive_of(label: str) -> str:
    """Return the archive of arXiv that an area stands in now; any other label stands for itself.

    >>> archive_of("cs.LG"), archive_of("cmp-lg"), archive_of("quant-ph"), archive_of("v1.0 robots")
    ('cs', 'cs', 'quant-ph', 'v1.0 robots')
    """
    return current_label(label).partition(".")[0] if label in LABEL_NAMES else label


def known_labels(labels: tuple[str, ...], known: Collection[str]) -> tuple[str, ...]:
    """Return a paper's labels under the names that a model knows, in order and without repeats.

    A label that the model does not know takes another name of the same area if the model knows
    that one; else it stays.

    >>> known_labels(("math.IT", "cs.LG"), {"cs.IT"}), known_labels(("cs.IT",), {"math.IT"})
    (('cs.IT', 'cs.LG'), ('math.IT',))
    """
    return tuple(dict.fromkeys(_known_label(label, known) for label in labels))


def _known_label(label: str, known: Collection[str]) -> str:
    if label in known:
        return label
    names = _NAMES_OF_AREA.get(current_label(label), [])
    return next((name for name in names if name in known), label)


def nearest_label(text: str, label_names: Sequence[str]) -> str | None:
    """Return the label that somebody may have meant, by its code or by its name.

    It is one of ``label_names``, of equal names the first; None if none is near, or another
    category of arXiv is nearer.

    >>> nearest_label("Machine_Learning", ["cs.LG", "stat.ML"]), nearest_label("cs.LQ", ["cs.LG"])
    ('cs.LG', 'cs.LG')
    """
    written: dict[str, str] = {}
    for label in (*label_names, *LABEL_NAMES):
        for form in (label, label_name(label)):
            written.setdefault(_plain(form), label)
    near = difflib.get_close_matches(_plain(text), written, n=1, cutoff=0.75)
    return written[near[0]] if near and written[near[0]] in label_names else None


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").split())

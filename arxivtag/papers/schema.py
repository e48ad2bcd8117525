"""What a table of papers is: column names, the corpus, and how a cell of labels is read.

The raw column names of the Keras example (``titles``, ``summaries``, ``terms``)
appear in this module alone; everything else says ``title``, ``abstract``,
``labels``.
"""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from arxivtag.config import Limits, limits
from arxivtag.errors import DataError

TITLE, ABSTRACT, LABELS = "title", "abstract", "labels"
FIELDS = (TITLE, ABSTRACT, LABELS)
RAW_NAMES: Mapping[str, str] = {TITLE: "titles", ABSTRACT: "summaries", LABELS: "terms"}

# Names that people give these columns, best first; compared in lower case without spaces.
_KNOWN_NAMES: Mapping[str, tuple[str, ...]] = {
    TITLE: ("title", "titles", "papertitle", "name", "headline"),
    ABSTRACT: ("abstract", "abstracts", "summaries", "summary", "text", "description", "body"),
    LABELS: (
        "labels",
        "label",
        "terms",
        "categories",
        "category",
        "tags",
        "subjects",
        "subject",
        "classes",
        "class",
    ),
}

_QUOTED = r"""(?:'[^'\\\n]*'|"[^"\\\n]*")"""
# Possessive throughout, so that no text makes the pattern try again and again.
_LIST = re.compile(rf"[\[({{]\s*+(?:{_QUOTED}(?:[\s,;]++{_QUOTED})*+[\s,;]*+)?+[\])}}]")
_ITEM = re.compile(r"""'([^'\\\n]*)'|"([^"\\\n]*)\"""")
_BARE_LIST = re.compile(r"""[\[({]([^\[\]()'"{}]*)[\])}]""")
_RANKS = ("primary", "secondary")
_REMARK = re.compile(r"\(\s*(?:primary|secondary)\s*\)|\b(?:primary|secondary)\s*:", re.IGNORECASE)
# One word that reads as a code (cs.LG, hep-th, I.2.6, 68T05), so that "cs.LG cs.CV" may be split.
_SURE_CODE = (
    r"[A-Za-z-]+\.[A-Za-z-]+|[A-Z](?:\.[\dmM]+)+|\d\d[A-Z-]\w\w"
    r"|(?:astro|hep|math|nucl|quant)-(?:ex|lat|ph|th)|cond-mat|gr-qc"
)
_CODE = re.compile(rf"{_SURE_CODE}|[a-z]+-[a-z]+")
_BESIDE_REMARK = re.compile(_SURE_CODE)


@dataclass(frozen=True)
class ReadReport:
    """How reading a file went: rows found, those of them left out, and notes in plain words."""

    n_rows_read: int
    n_rows_skipped: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Corpus:
    """Papers together with where they came from.

    Attributes:
        source: What the person chose: "sample", a path, "upload:<id>".
        name: A short name to show.
        papers: DataFrame with ``title``, ``abstract`` (str) and ``labels`` (tuple of
            str in written order); RangeIndex.
        fingerprint: SHA-256 (hex) of the file's content and the column mapping.
        synthetic: Whether the texts were written by a program (the bundled sample).
        report: How reading went.
    """

    source: str
    name: str
    papers: pd.DataFrame
    fingerprint: str
    synthetic: bool
    report: ReadReport


@dataclass(frozen=True)
class TextTable:
    """Papers to tag, with all columns of the file that they came from.

    Attributes:
        frame: ``title`` (empty if there is none) and ``abstract``, the texts to tag, beside
            the file's own columns; RangeIndex.
        input_columns: The names of the file's own columns, in order.
        set_aside: ``{name: name in frame}`` of those that are called ``title`` or
            ``abstract`` but were not chosen for it.
        notes: What was noticed in reading, in plain words.
        n_skipped: Rows of the file that were left out.
    """

    frame: pd.DataFrame
    input_columns: tuple[str, ...]
    set_aside: Mapping[str, str] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()
    n_skipped: int = 0

    def as_given(self) -> pd.DataFrame:
        """Return a copy of the file's own columns under their own names."""
        names = [self.set_aside.get(name, name) for name in self.input_columns]
        columns: pd.DataFrame = self.frame[names].copy()
        return columns.set_axis(list(self.input_columns), axis=1)


def parse_labels(cell: object, bounds: Limits | None = None) -> tuple[str, ...]:
    """Return the labels in a cell, in written order and without repeats.

    Understood are Python lists (``"['cs.LG', 'stat.ML']"``), JSON lists, real
    lists (from JSONL or Parquet), and labels separated by semicolons, commas or
    spaces. Items of a list are kept as they stand (``'I.2.6; I.4.9'`` is one
    label, as in the Keras example); separated text is split at every separator.
    Nothing is evaluated.

    Args:
        cell: The cell: a string, a sequence of strings, or nothing.
        bounds: Limits in force; read from the environment if not given.

    Raises:
        DataError: If the cell is no list of labels, or too long.

    >>> parse_labels("['cs.CV', 'cs.LG']")
    ('cs.CV', 'cs.LG')
    >>> parse_labels("68T05, 62H30 (Primary)")
    ('68T05', '62H30')
    """
    bounds = bounds or limits()
    if cell is None or (isinstance(cell, float) and cell != cell):
        return ()
    if isinstance(cell, str):
        items: Sequence[object] = _split_text(cell, bounds)
    elif isinstance(cell, (list, tuple)):
        items = cell
    elif hasattr(cell, "tolist"):
        listed = cell.tolist()
        items = listed if isinstance(listed, list) else [listed]
    else:
        raise DataError(
            f"Labels should be a list or text. Received: {type(cell).__name__}.",
            'Write them as "cs.LG; stat.ML" or as a list.',
        )
    return _checked(items, bounds)


def _split_text(cell: str, bounds: Limits) -> Sequence[object]:
    longest = bounds.max_labels_per_paper * (bounds.max_label_chars + 4)
    if len(cell) > longest:
        raise DataError(
            f"A cell of labels should have at most {longest:,} characters. "
            f"Received: {len(cell):,}.",
            "Check that the right column holds the labels.",
        )
    text = cell.strip()
    if text[:1] in ("[", "{") or (text[:1] == "(" and text[-1:] == ")"):
        return _split_list(text, bounds)
    for separator in (";", ","):
        if separator in text:
            parts = re.split(r"[;,]", text) if separator == ";" else text.split(",")
            return [word for part in parts for word in _split_codes(_without_remarks(part))]
    return _without_remarks(text).split()


def _without_remarks(text: str) -> str:
    """Return ``text`` without "primary" and "secondary" where they rank a code.

    Within brackets, before a colon or beside a code they do; in "Primary education" not.
    """
    text = _REMARK.sub(" ", text)
    words = text.split()
    kept = [
        word
        for position, word in enumerate(words)
        if word.lower() not in _RANKS
        or not any(map(_BESIDE_REMARK.fullmatch, words[max(position - 1, 0) : position + 2]))
    ]
    return text if len(kept) == len(words) else " ".join(kept)


def _split_list(text: str, bounds: Limits) -> Sequence[object]:
    if _LIST.fullmatch(text):
        return [single or double for single, double in _ITEM.findall(text)]
    bare = _BARE_LIST.fullmatch(text)
    if bare:
        return _split_text(bare[1], bounds)
    try:  # a JSON list whose strings hold escapes
        items = json.loads(text)
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list):
        raise DataError(
            f"This is no list of labels: {_short(text)}.",
            "Write labels as \"['cs.LG', 'stat.ML']\" or \"cs.LG; stat.ML\".",
        )
    return items


def _split_codes(part: str) -> list[str]:
    """Return the words of ``part`` if each reads as a code, or else ``part`` as one label."""
    words = part.split()
    if len(words) > 1 and all(_CODE.fullmatch(word) for word in words):
        return words
    return [part]


def _checked(items: Sequence[object], bounds: Limits) -> tuple[str, ...]:
    labels: dict[str, None] = {}
    for item in items:
        if not isinstance(item, str):
            raise DataError(
                f"Each label should be text. Received: {type(item).__name__}.",
                "Write labels as \"['cs.LG', 'stat.ML']\" or \"cs.LG; stat.ML\".",
            )
        if len(item) > 4 * bounds.max_label_chars:
            raise _too_long(item, bounds)
        label = clean_label(item)
        if len(label) > bounds.max_label_chars:
            raise _too_long(label, bounds)
        if label:
            labels[label] = None
    if len(labels) > bounds.max_labels_per_paper:
        raise DataError(
            f"A paper should have at most {bounds.max_labels_per_paper} labels. "
            f"Received: {len(labels)}.",
            "Check that the right column holds the labels.",
        )
    return tuple(labels)


def _too_long(label: str, bounds: Limits) -> DataError:
    return DataError(
        f"A label should have at most {bounds.max_label_chars} characters. "
        f"Received: {_short(label)}.",
        "Check that the right column holds the labels.",
    )


def clean_label(text: str) -> str:
    """Return a label in NFC without control, format and surrogate characters or outer space."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def _short(text: str, length: int = 40) -> str:
    """Return ``text`` as a quoted, printable excerpt for an error message."""
    excerpt = text if len(text) <= length else text[:length] + "..."
    return ascii(excerpt) if not excerpt.isprintable() else repr(excerpt)


def guess_mapping(columns: Iterable[str]) -> dict[str, str]:
    """Return ``{field: column}`` for the columns whose names tell what they hold.

    Each column is used once; fields without a likely column are left out.

    >>> guess_mapping(["titles", "summaries", "terms"])
    {'title': 'titles', 'abstract': 'summaries', 'labels': 'terms'}
    """
    by_plain_name: dict[str, str] = {}
    for column in columns:
        by_plain_name.setdefault(re.sub(r"[\s_-]+", "", column).lower(), column)
    mapping = {}
    for field in FIELDS:
        for name in _KNOWN_NAMES[field]:
            if name in by_plain_name:
                mapping[field] = by_plain_name.pop(name)
                break
    return mapping


def check_mapping(
    columns: Sequence[str],
    mapping: Mapping[str, str] | None,
    required: Sequence[str] = (ABSTRACT, LABELS),
) -> dict[str, str]:
    """Return the full ``{field: column}``: what the person said, the rest guessed.

    Args:
        columns: The table's columns.
        mapping: The person's choice, possibly partial; an empty column name means "none".
        required: Fields that must have a column.

    Raises:
        DataError: If a chosen column is missing or a required field has none.
    """
    chosen = {field: column for field, column in (mapping or {}).items() if column}
    for field, column in chosen.items():
        if field not in FIELDS:
            raise DataError(
                f"A column can be used as {', '.join(FIELDS)}. Received: {_short(field)}.",
                "Change the column mapping.",
            )
        if column not in columns:
            raise DataError(
                f"There is no column {_short(column)} for the {field}. "
                f"Columns: {_listed(columns)}.",
                "Choose one of the file's columns.",
            )
    skipped = {field for field, column in (mapping or {}).items() if not column}
    rest = [column for column in columns if column not in chosen.values()]
    guessed = {
        field: column for field, column in guess_mapping(rest).items() if field not in skipped
    }
    full = {**guessed, **chosen}
    for field in required:
        if field not in full:
            raise DataError(
                f"No column for the {field} was found. Columns: {_listed(columns)}.",
                f'Name it {field}, or say which column holds it, as in "{field}=COLUMN".',
            )
    return {field: full[field] for field in FIELDS if field in full}


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(_short(column) for column in columns[:8])
    return shown + (f" and {len(columns) - 8} more" if len(columns) > 8 else "")

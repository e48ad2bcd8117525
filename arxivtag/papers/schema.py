"""What a table of papers is: its columns and the names they go by.

The raw column names of the Keras example (``titles``, ``summaries``, ``terms``)
appear in this module alone; everything else says ``title``, ``abstract``,
``labels``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from arxivtag.errors import DataError, excerpt
from arxivtag.papers.labels import AUTO, format_named, is_vector

TITLE, ABSTRACT, LABELS = "title", "abstract", "labels"
FIELDS = (TITLE, ABSTRACT, LABELS)
# Kept beside these where there is such a column: they tell when a paper appeared.
PAPER_ID, CREATED = "id", "created"
RAW_NAMES: Mapping[str, str] = {TITLE: "titles", ABSTRACT: "summaries", LABELS: "terms"}

# Names that people and the big exporters give these columns, best first; compared in lower
# case without spaces, underscores and hyphens.
_KNOWN_NAMES: Mapping[str, tuple[str, ...]] = {
    TITLE: (
        "title", "titles", "papertitle", "articletitle", "documenttitle", "ti", "name", "headline",
    ),
    ABSTRACT: (
        "abstract", "abstracts", "abstractnote", "abstracttext", "abstract.text", "summaries",
        "summary", "ab", "text", "description", "body",
    ),
    LABELS: (
        "labels", "label", "terms", "categories", "category", "tags", "tag", "subjects", "subject",
        "classes", "class", "fieldsofstudy", "s2fieldsofstudy", "woscategories",
        "webofsciencecategories", "wc", "researchareas", "sc", "meshterms", "meshheadings", "mesh",
        "mh", "manualtags", "tags/0/tag", "authorkeywords", "de", "keywords", "keyword", "kw",
        "indexkeywords", "keywordsplus", "id", "automatictags", "topics", "topic",
    ),
    PAPER_ID: ("arxivid", "id", "eprint", "entryid", "paperid"),
    CREATED: (
        "created", "published", "submitted", "publicationdate", "publisheddate", "datepublished",
        "submissiondate", "submitteddate", "datesubmitted", "createddate", "datecreated",
        "createdat", "publishedat", "pubdate", "coverdate", "date", "dp", "issued", "year",
        "publicationyear", "pubyear", "py", "updated", "updatedate", "updateddate", "lastupdated",
    ),
}  # fmt: skip
# Field tags of Web of Science, RIS and PubMed: known in capitals and beside one of the first two.
_TAGS = ("TI", "AB", "WC", "SC", "MH", "DE", "KW", "ID", "DP", "PY")
# What these mean within an object ("author.name") is anybody's guess.
_NOT_NESTED = ("name", "headline", "text", "description", "body", "class", "id")
_LONGEST_NAME = 100
# In place of a column of labels: there is one column of 0 and 1 for each.
ONE_PER_LABEL = "0/1"
# Zotero's converter writes a paper's labels into tags/0/tag, tags/1/tag and so on.
_NUMBERED = "/0/"


@dataclass(frozen=True)
class ReadReport:
    """How reading a file went: rows found, those of them left out, and notes in plain words."""

    n_rows_read: int
    n_rows_skipped: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """How a table is to be read, as far as somebody said so.

    Attributes:
        columns: ``{field: column}``; an empty column means "none", and fields that are not
            there are guessed. For labels, :data:`ONE_PER_LABEL` is one column per label.
        label_separator: ``auto``, or a name of :data:`arxivtag.papers.labels.SEPARATORS`.
    """

    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)
    label_separator: str = AUTO

    @property
    def columns_text(self) -> str:
        """The columns as ``--columns`` takes them."""
        return ",".join(f"{field}={column}" for field, column in self.columns.items())


NOTHING_SAID = Layout()


def parse_layout(columns: str, label_separator: str = AUTO) -> Layout:
    """Return the layout that ``--columns`` and ``--label-separator`` ask for.

    The name of a column may hold commas; a separator is given itself or by its name.

    Raises:
        DataError: If either is not understood.

    >>> parse_layout("abstract=AB,labels=Engineering, Civil").columns
    {'abstract': 'AB', 'labels': 'Engineering, Civil'}
    """
    chosen: dict[str, str] = {}
    for part in filter(None, re.split(rf",(?=(?:{'|'.join(FIELDS)})=)", columns.strip())):
        field, equals, column = part.partition("=")
        if not equals or field not in FIELDS or field in chosen:
            raise DataError(
                f"Columns should be said as in title=TI,abstract=AB,labels=WC. "
                f"Received: {excerpt(part)}.",
                f"Say each of {', '.join(FIELDS)} once, or leave it out.",
            )
        chosen[field] = column.strip()
    if label_separator != AUTO:
        label_separator = format_named(label_separator).name
    return Layout(chosen, label_separator)


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
        return self.frame[names].set_axis(list(self.input_columns), axis=1)


def known_columns(field: str, columns: Sequence[str]) -> list[str]:
    """Return the columns whose names tell that they hold ``field``, the likeliest first.

    Fields of objects within a record (``metadata.title``) come behind the record's own.

    >>> known_columns("labels", ["ID", "tags", "metadata.categories", "Category"])
    ['Category', 'tags', 'metadata.categories']
    """
    tags = _TAGS if any(tag in columns for tag in _TAGS[:2]) else ()
    names = {name: rank for rank, name in enumerate(_KNOWN_NAMES[field])}
    ranks: dict[str, tuple[bool, int]] = {}
    for column in columns:
        name = re.sub(r"[\s_-]+", "", column).lower()
        last = name.rpartition(".")[2]
        if name in names and (len(name) > 2 or column in tags or field == PAPER_ID):
            ranks[column] = False, names[name]
        elif len(last) > 2 and last in names and last not in _NOT_NESTED:
            ranks[column] = True, names[last]
    return sorted(ranks, key=lambda column: ranks[column])


def date_columns(columns: Sequence[str], taken: Collection[str] = ()) -> dict[str, str]:
    """Return the columns that tell when papers appeared, but not those ``taken`` for others.

    >>> date_columns(["Title", "Publication Year", "arxiv_id", "id"])
    {'id': 'arxiv_id', 'created': 'Publication Year'}
    """
    known = {field: known_columns(field, columns) for field in (PAPER_ID, CREATED)}
    free = {field: [name for name in known[field] if name not in taken] for field in known}
    return {field: names[0] for field, names in free.items() if names}


def guess_mapping(columns: Sequence[str]) -> dict[str, str]:
    """Return ``{field: column}`` for the columns whose names tell what they hold.

    Each column is used once; fields without a likely column are left out.

    >>> guess_mapping(["titles", "summaries", "terms"])
    {'title': 'titles', 'abstract': 'summaries', 'labels': 'terms'}
    """
    mapping: dict[str, str] = {}
    for field in FIELDS:
        for column in known_columns(field, columns):
            if column not in mapping.values():
                mapping[field] = column
                break
    return mapping


def check_header(columns: Sequence[str]) -> None:
    """Refuse a table without column names: its first row is a paper.

    Raises:
        DataError: If no column goes by a known name, and one by a text or by numbers of 0 and 1.
    """
    if guess_mapping(columns):
        return
    for name in columns:
        if len(name) > _LONGEST_NAME or (len(name) > 1 and is_vector(name)):
            raise DataError(
                f"The first row looks like a paper, not like column names: {excerpt(name)}.",
                "Put a row of column names above it, such as title, abstract, labels.",
            )


def numbered_columns(column: str, columns: Sequence[str]) -> list[str]:
    """Return the columns that hold one label each (``tags/0/tag``, ``tags/1/tag``), in order."""
    begin, mark, end = column.partition(_NUMBERED)
    if not mark:
        return [column]
    numbered = re.compile(rf"{re.escape(begin)}/\d+/{re.escape(end)}")
    return [name for name in columns if numbered.fullmatch(name)]


def check_mapping(
    columns: Sequence[str],
    mapping: Mapping[str, str],
    required: Sequence[str] = (ABSTRACT, LABELS),
) -> dict[str, str]:
    """Return the full ``{field: column}``: what was said (:class:`Layout`), the rest guessed.

    Raises:
        DataError: If a chosen column is missing or a required field has none.
    """
    chosen = {field: column for field, column in mapping.items() if column}
    for field, column in chosen.items():
        if field not in FIELDS:
            raise DataError(
                f"A column can be used as {', '.join(FIELDS)}. Received: {excerpt(field)}.",
                "Change the column mapping.",
            )
        if column not in columns and (field, column) != (LABELS, ONE_PER_LABEL):
            raise DataError(
                f"There is no column {excerpt(column)} for the {field}. "
                f"Columns: {_listed(columns, field)}.",
                "Choose one of the file's columns.",
            )
    rest = [column for column in columns if column not in chosen.values()]
    guessed = guess_mapping(rest).items()
    # An empty column was chosen to mean none.
    full = {**{field: column for field, column in guessed if field not in mapping}, **chosen}
    for field in required:
        if field not in full:
            check_header(columns)
            raise DataError(
                f"No column for the {field} was found. Columns: {_listed(columns, field)}.",
                f"Name it {field}, or say which column it is, as in --columns {field}=COLUMN.",
            )
    return {field: full[field] for field in FIELDS if field in full}


def _listed(columns: Sequence[str], field: str) -> str:
    """Return the first columns: first the known ones of ``field``, then those of like names."""
    known = known_columns(field, columns)

    def is_unlikely(column: str) -> bool:
        if column in known:
            return False
        name = re.sub(r"[\s_-]+", "", column).lower()
        return not any(like in name for like in _KNOWN_NAMES[field] if len(like) > 2)

    shown = ", ".join(excerpt(column) for column in sorted(columns, key=is_unlikely)[:8])
    return shown + (f" and {len(columns) - 8} more" if len(columns) > 8 else "")


def free_name(name: str, taken: Collection[str]) -> str:
    """Return ``name`` with as many underscores behind it as no column in ``taken`` has."""
    while name in taken:
        name += "_"
    return name

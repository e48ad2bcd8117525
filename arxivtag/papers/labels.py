"""How labels are written in a column, understood once for the whole column.

A single cell such as ``Engineering, Civil`` does not tell whether it holds one label or two;
the column does. :func:`understand_labels` looks at up to 10,000 cells and decides on one
:class:`LabelFormat`, in the open: it has words for the decision and says when another reading
would be about as likely. :func:`split_labels` then reads each cell by it.

How text is decided, in this order:

1. Every word reads as a code (``cs.LG``, ``hep-th``, ``68T05``): labels are codes, separated by
   spaces, commas or semicolons.
2. A line break, tab, ``|`` or ``;`` occurs: names do not hold these, so they separate.
3. ``#`` or ``,`` occurs, and the parts come together in changing company, or alone: they
   separate. In ``Engineering, Civil`` the second part is only ever seen behind the first, so
   the whole is one label.
4. Else the whole cell is one label.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from arxivtag.config import Limits, limits
from arxivtag.errors import DataError, counted, excerpt
from arxivtag.papers.label_lists import NotAListError, labels_in, parse_list

LOOKED_AT = 10_000
_N_EXAMPLES = 5
AUTO = "auto"
# What --label-separator and the dialog offer, and what it stands for.
SEPARATORS = {
    "semicolon": ";",
    "comma": ",",
    "pipe": "|",
    "hash": "#",
    "tab": "\t",
    "newline": "\n",
    "space": " ",
    "none": "",
}
_NAMES_OF = {mark: name for name, mark in SEPARATORS.items()}
_CODES = " "  # codes hold neither spaces nor commas: all of these separate them
_SHOWN = {"\t": "tabs", "\n": "line breaks"}
_SURE_SEPARATORS = ("\n", "\t", "|", ";")
_DOUBTFUL_SEPARATORS = ("#", ",")
# Shares of parts in changing company, see _company.
_SEPARATES, _MAY_SEPARATE = 0.75, 0.5
# Shares of words that read as codes.
_ARE_CODES, _MAY_BE_CODES = 0.98, 0.8
# One word that reads as a code (cs.LG, hep-th, I.2.6, 68T05).
_SURE_CODE = (
    r"[A-Za-z-]+\.[A-Za-z-]+|[A-Z](?:\.[\dmM]+)+|\d\d[A-Z-]\w\w"
    r"|(?:astro|hep|math|nucl|quant)-(?:ex|lat|ph|th)|cond-mat|gr-qc"
)
_CODE = re.compile(rf"{_SURE_CODE}|[a-z]+-[a-z]+")
_BESIDE_REMARK = re.compile(_SURE_CODE)
_RANKS = ("primary", "secondary")
_REMARK = re.compile(r"\(\s*(?:primary|secondary)\s*\)|\b(?:primary|secondary)\s*:", re.IGNORECASE)
_BARE_LIST = re.compile(r"""[\[({]([^\[\]()'"{}]*)[\])}]""")
_BETWEEN_CODES = re.compile(r"[\s,;|]+")
_LIST_BEGINS = ("[", "(", "{", "array(", "np.array(", "numpy.array(")
_BIT = r"[01](?:\.0*)?"
_VECTOR = re.compile(rf"[\[(]?\s*{_BIT}(?:[\s,;]*{_BIT})*+\s*[\])]?")
_NO_LABEL = re.compile(r"""[\[\]{}"|;\t\n]|^'|'$""")
_BRACKETS = re.compile(r"""[\[\]{}"]""")


@dataclass(frozen=True)
class LabelFormat:
    """How a column writes its labels.

    Attributes:
        separator: What stands between labels; empty: a cell is one label; a space: labels are
            words, such as codes, between which commas and semicolons separate too.
        is_sure: Whether no other reading is about as likely.
    """

    separator: str = ""
    is_sure: bool = True

    @property
    def name(self) -> str:
        """The word for it in :data:`SEPARATORS`."""
        return _NAMES_OF[self.separator]

    @property
    def words(self) -> str:
        """One sentence on what was understood."""
        if self.separator == _CODES:
            return (
                "Labels are codes or single words; spaces, commas, semicolons and | separate them."
            )
        if not self.separator:
            return "Each cell, or each item of a list, is one label."
        return f"Labels are separated by {_SHOWN.get(self.separator, repr(self.separator))}."


@dataclass(frozen=True)
class LabelExample:
    """A cell as it stands, and the labels that were read from it."""

    written: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class LabelReading:
    """How a column of labels was read, to be shown and to be repeated.

    ``words`` say in a sentence how labels are separated; ``separator`` is its name in
    :data:`SEPARATORS`.
    """

    words: str
    separator: str
    n_labels: int
    examples: tuple[LabelExample, ...]

    @property
    def sentence(self) -> str:
        """What was understood, how many labels that gave, and one that could be misread."""
        parts = [self.words.rstrip("."), counted(self.n_labels, "label")]
        labels = [label for example in self.examples for label in example.labels]
        longest = max(labels, key=len, default="")
        if " " in longest or "," in longest:
            parts.append(f"{longest!r} is one label")
        return "; ".join(parts) + "."


def format_named(name: str) -> LabelFormat:
    """Return the format that a person asked for by a name, or by the separator itself.

    Raises:
        DataError: If it is none of :data:`SEPARATORS`.

    >>> format_named(";") == format_named("semicolon")
    True
    """
    separator = SEPARATORS.get(name.lower(), name.replace("\\t", "\t").replace("\\n", "\n"))
    if separator not in _NAMES_OF:
        raise DataError(
            f"Labels can be separated by {', '.join(SEPARATORS)}. Received: {name[:40]!r}.",
            f"Choose one of these, or {AUTO}.",
        )
    return LabelFormat(separator)


def understand_labels(cells: Iterable[str]) -> LabelFormat:
    """Return how the labels of a column are written, from its first 10,000 cells with labels.

    Raises:
        DataError: If all cells hold nothing but 0 and 1, which does not name any label.
    """
    written = (cell.strip() for cell in cells)
    looked_at = list(itertools.islice((cell for cell in written if cell), LOOKED_AT))
    if looked_at and all(map(is_vector, looked_at)):
        raise DataError(
            f"The labels are numbers of 0 and 1, such as {looked_at[0][:40]!r}, without names.",
            "Write the labels' names into the cells, or make a column of 0 and 1 for each label, "
            "under its name, and choose one column per label (--columns labels=0/1).",
        )
    lists = [_items(cell) for cell in looked_at]
    if any(items is not None and len(items) > 1 for items in lists):
        return LabelFormat()  # lists separate by themselves; a label may hold anything
    # Text, or lists of one string, which is separated in turn: ["hep-th cs.LG"].
    texts = [
        cell if items is None else items[0]
        for cell, items in zip(looked_at, lists, strict=True)
        if items is None or items
    ]
    return _understand_text([_unwrapped(text) for text in texts])


def split_labels(
    cell: str, label_format: LabelFormat, bounds: Limits | None = None
) -> tuple[str, ...]:
    """Return the labels in a cell, in written order and without repeats.

    The limits in force are read from the environment if they are not given as ``bounds``.

    Raises:
        DataError: If the cell is not labels in this format, or passes a limit.

    >>> split_labels("['cs.CV', 'cs.LG']", LabelFormat())
    ('cs.CV', 'cs.LG')
    >>> split_labels("68T05, 62H30 (Primary)", LabelFormat(" "))
    ('68T05', '62H30')
    >>> split_labels("Engineering, Civil; Robotics", LabelFormat(";"))
    ('Engineering, Civil', 'Robotics')
    """
    bounds = bounds or limits()
    text = cell.strip()
    items = _items(text)
    if items is None:
        longest = bounds.max_labels_per_paper * (bounds.max_label_chars + 4)
        if len(text) > longest:
            raise _not_labels(
                f"A cell of labels should have at most {longest:,} characters. "
                f"Received: {len(text):,}."
            )
        items = [_unwrapped(text)]
    elif not label_format.separator:
        return _checked(items, bounds, is_list=True)
    return _checked([part for item in items for part in _split_text(item, label_format)], bounds)


def examples(cells: Iterable[str], label_format: LabelFormat) -> tuple[LabelExample, ...]:
    """Return five cells with the labels read from them; those with several labels come first."""
    distinct = dict.fromkeys(cell.strip() for cell in itertools.islice(cells, LOOKED_AT))
    several: list[LabelExample] = []
    others: list[LabelExample] = []
    bounds = limits()
    for cell in filter(None, distinct):
        if len(several) == _N_EXAMPLES:
            break
        with contextlib.suppress(DataError):
            labels = split_labels(cell, label_format, bounds)
            (several if len(labels) > 1 else others).append(LabelExample(cell, labels))
    return tuple((several + others)[:_N_EXAMPLES])


def _items(cell: str) -> list[str] | None:
    """Return the labels of a list, or ``None`` where the cell is plain text."""
    if not cell.startswith(_LIST_BEGINS):
        return None
    try:
        return labels_in(parse_list(cell))
    except NotAListError:
        return None


def _unwrapped(text: str) -> str:
    """Return what stands in brackets around words without quotation marks: ``[cs.LG, cs.CV]``."""
    bare = _BARE_LIST.fullmatch(text)
    return bare[1].strip() if bare else text


def is_vector(cell: str) -> bool:
    """Return whether a cell holds nothing but 0 and 1: ``1``, ``0010``, ``[0, 1, 0]``."""
    return bool(_VECTOR.fullmatch(cell))


def _understand_text(texts: Sequence[str]) -> LabelFormat:
    words = [word for text in texts for word in _code_words(text)]
    n_codes = sum(bool(_CODE.fullmatch(word)) for word in words)
    share_of_codes = n_codes / len(words) if words else 0.0
    if share_of_codes >= _ARE_CODES:
        return LabelFormat(_CODES)
    present = [mark for mark in _SURE_SEPARATORS if any(mark in text for text in texts)]
    if present:
        n_cells = Counter(mark for text in texts for mark in present if mark in text)
        best = max(present, key=lambda mark: n_cells[mark])
        others = sum(n_cells[mark] for mark in present if mark != best)
        return LabelFormat(best, is_sure=others <= 0.01 * n_cells[best])
    for mark in _DOUBTFUL_SEPARATORS:
        if any(mark in text for text in texts):
            share = _company(texts, mark)
            if share >= _MAY_SEPARATE:
                return LabelFormat(mark, is_sure=share >= _SEPARATES)
            return LabelFormat(is_sure=False)
    if share_of_codes >= _MAY_BE_CODES:
        return LabelFormat(_CODES, is_sure=False)
    # Words may be labels of their own, or names of several words: only company tells.
    return LabelFormat(is_sure=_company(texts, " ") < _SEPARATES)


def _code_words(text: str) -> list[str]:
    return [word for word in _BETWEEN_CODES.split(_without_remarks(text)) if word]


def _company(texts: Sequence[str], separator: str) -> float:
    """Return the share of parts that are seen alone, or with more than one neighbour.

    Labels of a list change their company from paper to paper; the words of one name do not.
    Only cells in which the separator stands count, each distinct cell once.
    """
    alone: set[str] = set()
    neighbours: defaultdict[str, set[str]] = defaultdict(set)
    joined: list[list[str]] = []
    for text in dict.fromkeys(texts):
        parts = [part.strip() for part in text.split(separator) if part.strip()]
        if len(parts) == 1:
            alone.add(parts[0])
        elif parts:
            joined.append(parts)
            for left, right in itertools.pairwise(parts):
                neighbours[left].add(right)
                neighbours[right].add(left)
    free = [part in alone or len(neighbours[part]) > 1 for parts in joined for part in parts]
    return sum(free) / len(free) if free else 0.0


def _split_text(text: str, label_format: LabelFormat) -> list[str]:
    if label_format.separator == _CODES:
        return _code_words(text)
    if not label_format.separator:
        return [text]
    return _without_remarks(text).split(label_format.separator)


def _without_remarks(text: str) -> str:
    """Return ``text`` without "primary" and "secondary" where they rank a code.

    Within brackets, before a colon or beside a code they do; in "Primary education" not.
    """
    if "rimary" not in text and "econdary" not in text:
        return text
    text = _REMARK.sub(" ", text)
    words = text.split()
    is_code = [bool(_BESIDE_REMARK.fullmatch(word.strip(",;|"))) for word in words]
    kept = [
        word
        for position, word in enumerate(words)
        if word.strip(",;|").lower() not in _RANKS
        or not any(is_code[max(position - 1, 0) : position + 2])
    ]
    return text if len(kept) == len(words) else " ".join(kept)


def _checked(items: Sequence[str], bounds: Limits, is_list: bool = False) -> tuple[str, ...]:
    """Return cleaned labels; within a list, one may hold a separator (``I.2.6; I.4.9``)."""
    labels: dict[str, None] = {}
    for item in items:
        label = clean_label(item)
        measured = item if len(item) > 4 * bounds.max_label_chars else label
        if len(measured) > bounds.max_label_chars:
            raise _not_labels(
                f"A label should have at most {bounds.max_label_chars} characters. "
                f"Received: {excerpt(measured)}."
            )
        # White space within is looked for before it is cleaned away.
        if _BRACKETS.search(label) if is_list else _NO_LABEL.search(item.strip()):
            raise DataError(
                f"A label should hold no brackets, quotation marks or separators. "
                f"Received: {excerpt(label)}.",
                "Say how labels are separated (--label-separator), or mend the row.",
            )
        if label:
            labels[label] = None
    if len(labels) > bounds.max_labels_per_paper:
        raise _not_labels(
            f"A paper should have at most {bounds.max_labels_per_paper} labels. "
            f"Received: {len(labels)}."
        )
    return tuple(labels)


def _not_labels(message: str) -> DataError:
    return DataError(message, "Check that the right column holds the labels.")


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

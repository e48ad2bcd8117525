"""What is done to each text before a model reads it, in training and in tagging alike.

A text copied from a PDF is mended: a model reads words, and in ``eﬃcient classi-\\nfication`` it
finds none that it knows, so it would give other labels than to the same text from arXiv.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import pandas as pd

# Words that programs write where there is nothing; compared without case and outer space.
MISSING_WORDS = frozenset(
    {
        "na", "n/a", "nan", "none", "null", "<na>", "#n/a", "nat", "[nan]", "[none]",
        "[no abstract available]", "no abstract available", "no abstract available.",
        "no abstract.", "no abstract", "[no abstract]",
    }
)  # fmt: skip
_LONGEST = max(map(len, MISSING_WORDS))
# Characters that end a line for some programs and not for others; a space keeps words apart.
_SEPARATORS = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# Control characters but tab and line feed, overrides of writing direction, lone surrogates.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
# Characters that stand for the same letters in another dress: Latin ligatures, letters of
# mathematical alphabets, full-width letters and digits. Superscripts, fractions and the like
# are left alone: they are no letters of words, and "10²" must not become "102".
_DRESSED = (range(0xFB00, 0xFB07), range(0x1D400, 0x1D800), range(0xFF01, 0xFF5F))
_PLAIN = {
    code: unicodedata.normalize("NFKC", chr(code))
    for codes in _DRESSED
    for code in codes
    # Not the full-width dollar: a mended text would hold a formula that it did not hold before.
    if unicodedata.normalize("NFKC", chr(code)) not in (chr(code), "$")
} | {0x2010: "-", 0x2011: "-"}
_OF_A_PDF = re.compile("[\u00ad\u2010\u2011\ufb00-\ufb06\uff01-\uff5e\U0001d400-\U0001d7ff]")
_SOFT_HYPHEN = re.compile("\u00ad[ \t]*\n?[ \t]*")
# A letter, a hyphen, the line's end, a letter. "CNN-\nand RNN-based" is no broken word, but
# "transf-\nor-\nmation" is one. The hyphen stands first in the pattern, since text is searched for
# one character quickly.
_BROKEN_WORD = re.compile(r"-(?<=[^\W\d_]-)[ \t]*\n[ \t]*(?=[^\W\d_])(?!(?:and|or)(?![\w-]))")
_FORMULA = re.compile(r"(\$[^$]*\$)")


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


def missing_notes(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return a note on how many words for nothing there were, by what was counted."""
    shown = ", ".join(f"{counted} {n:,}" for counted, n in counts.items() if n)
    return (f"Empty by a word such as NA: {shown}.",) if shown else ()


def normalize_text(text: str) -> str:
    """Return ``text`` in NFC, without characters that break lines, tokens or the display.

    The marks of a PDF are undone (:func:`mend_pdf_text`).
    Unusual line and record separators (U+000B, U+000C, U+001C to U+001F, U+0085,
    U+2028, U+2029) become spaces, other control characters, overrides of the
    writing direction and lone surrogates are removed; tabs and line feeds stay.
    Applying it twice changes nothing more.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        # Removing a character may bring together two that compose, so NFC comes last.
        text = unicodedata.normalize("NFC", _UNWANTED.sub("", _SEPARATORS.sub(" ", text)))
        return unicodedata.normalize("NFC", mend_pdf_text(text))
    if not text.isprintable():
        text = _UNWANTED.sub("", _SEPARATORS.sub(" ", text))
    return mend_pdf_text(text)


def mend_pdf_text(text: str) -> str:
    """Return ``text`` with the marks of a PDF undone: ligatures, soft hyphens, broken words.

    Formulas between ``$`` stay as they are. What is mended is in NFC afterwards if it was before.
    Applying it twice changes nothing more.

    >>> mend_pdf_text("eﬃcient classi-\\nfication")
    'efficient classification'
    """
    if "\n" not in text and (text.isascii() or not _OF_A_PDF.search(text)):
        return text
    if "$" not in text:
        return _mended(text)
    parts = _FORMULA.split(text)
    return "".join(part if position % 2 else _mended(part) for position, part in enumerate(parts))


def _mended(text: str) -> str:
    if not text.isascii() and _OF_A_PDF.search(text):
        # A soft hyphen may have kept apart two characters that compose.
        text = unicodedata.normalize("NFC", _SOFT_HYPHEN.sub("", text.translate(_PLAIN)))
    return _BROKEN_WORD.sub("", text) if "\n" in text else text


def join_text(title: str, abstract: str, text_fields: str) -> str:
    """Return the text that a model reads: the one place where title and abstract are joined.

    Args:
        title: May be empty.
        text_fields: ``"abstract"`` (the title is left out) or ``"title_and_abstract"``
            (title, line feed, abstract).
    """
    if text_fields == "title_and_abstract" and title:
        return f"{title}\n{abstract}"
    return abstract

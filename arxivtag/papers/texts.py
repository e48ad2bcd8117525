"""What is done to each text before a model reads it, in training and in tagging alike."""

from __future__ import annotations

import re
import unicodedata

from arxivtag.papers.pdf_text import mend_pdf_text

# Characters that end a line for some programs and not for others; a space keeps words apart.
_SEPARATORS = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# Control characters but tab and line feed, overrides of writing direction, lone surrogates.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def normalize_text(text: str) -> str:
    """Return ``text`` in NFC, without characters that break lines, tokens or the display.

    The marks of a PDF are undone (:func:`arxivtag.papers.pdf_text.mend_pdf_text`).
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

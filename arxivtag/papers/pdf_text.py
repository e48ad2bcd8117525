"""Text as it comes out of a PDF, mended: ligatures, soft hyphens, words broken at line ends.

A model reads words. In ``eﬃcient classi-\\nfication`` it finds none that it knows, so a text
copied from a PDF would get other labels than the same text from arXiv.
"""

from __future__ import annotations

import re
import unicodedata

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


def mend_pdf_text(text: str) -> str:
    """Return ``text`` with the marks of a PDF undone; formulas between ``$`` stay as they are.

    What is mended is in NFC afterwards if it was before. Applying it twice changes nothing more.

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

"""Looks at a pasted text before it is tagged and says plainly when it is not an abstract.

The checks are rough on purpose: nothing here decides a label. Turned away are texts that are
empty, too long, of fewer than three words or not made of words; of others a sentence is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "fine", "empty", "not_text", "too_short", "short", "long", "too_long", "other_language"
]

FEW_WORDS = 20  # the shortest abstracts of the data the example uses have about this many
MANY_WORDS = 700  # the longest have 462
MIN_WORDS = 3
MIN_FUNCTION_WORD_SHARE = 0.12  # English abstracts: 0.25 to 0.45; other languages: under 0.08
WORDS_LOOKED_AT = 2_000

# The most frequent English words; few of them are words of other European languages.
_ENGLISH = """
the of and to we is that for with this are by be which from on as it our can an based have has
these using also not their such more than both been or its at into between where how they were
was when while most other each but then over all may some only no there
"""
_FUNCTION_WORDS = frozenset(_ENGLISH.split())
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MARKUP = re.compile(r"<(?:!doctype|html|body|div|script|svg)\b", re.IGNORECASE)


@dataclass(frozen=True)
class TextCheck:
    """What was noticed, the sentence to show (if any), and whether to tag all the same."""

    kind: Kind
    message: str = ""
    taggable: bool = True


def check_text(text: str, max_chars: int, title: str = "") -> TextCheck:
    """Return what to tell about ``text``.

    Args:
        text: The abstract as pasted.
        max_chars: The most characters that are tagged.
        title: What is tagged with it; it counts only towards ``max_chars``.
    """
    if not text.strip():
        return TextCheck("empty", taggable=False)
    n_chars = len(title) + len(text)
    if n_chars > max_chars:
        return TextCheck(
            "too_long",
            f"The text has {n_chars:,} characters; at most {max_chars:,} can be tagged at once. "
            "Paste the abstract alone, or upload a file with many papers.",
            taggable=False,
        )
    words = _WORD.findall(text)
    visible = sum(not character.isspace() for character in text)
    letters = sum(character.isalpha() for character in text)
    if "\x00" in text or letters < 0.5 * visible or not words or _too_glued(text, visible):
        return TextCheck(
            "not_text",
            "This does not read like text: it is mostly digits, symbols or one long string. "
            "Paste the words of an abstract.",
            taggable=False,
        )
    if len(words) < MIN_WORDS:
        count = "One word is" if len(words) == 1 else "Two words are"
        return TextCheck(
            "too_short",
            f"{count} too little to tell subject areas from. Paste a whole abstract, "
            "or at least a sentence.",
            taggable=False,
        )
    if _other_language(words):
        return TextCheck(
            "other_language",
            "This does not read like English. The model has learned from English abstracts only, "
            "so labels for it mean little.",
        )
    if _MARKUP.search(text):
        return TextCheck(
            "not_text",
            "This looks like a web page's source. The labels below are for its text as it stands; "
            "paste the abstract alone for better ones.",
        )
    if len(words) < FEW_WORDS:
        return TextCheck(
            "short",
            f"Only {len(words)} words: abstracts have about 160, so take these labels with care.",
        )
    if len(words) > MANY_WORDS:
        return TextCheck(
            "long",
            f"{len(words):,} words: much longer than an abstract. The model has learned from "
            "abstracts, so a whole paper may be tagged less well.",
        )
    return TextCheck("fine")


def _too_glued(text: str, visible: int) -> bool:
    """One endless 'word' (base64, a hash, a path); languages without spaces are not ASCII."""
    return text.isascii() and visible > 40 * len(text.split())


def _other_language(words: list[str]) -> bool:
    looked_at = [word.lower() for word in words[:WORDS_LOOKED_AT]]
    foreign_letters = sum(
        not character.isascii() for word in looked_at for character in word if character.isalpha()
    )
    if foreign_letters > 0.3 * sum(map(len, looked_at)):
        return True
    if len(looked_at) < 12:  # too few words to expect "the" and "of" among them
        return False
    share = sum(word in _FUNCTION_WORDS for word in looked_at) / len(looked_at)
    return share < MIN_FUNCTION_WORD_SHARE

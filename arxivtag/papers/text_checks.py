"""Looks at a text before it is tagged and says plainly when it is not an abstract.

The checks are rough on purpose: nothing here decides a label. In the paste box, texts are turned
away that are empty, too long, of fewer than three words or not made of words; of others a
sentence is said. In a file every row is tagged, and :func:`note_on` says what was noticed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "fine",
    "empty",
    "not_text",
    "too_short",
    "short",
    "long",
    "too_long",
    "other_language",
    "withdrawn",
    "markup",
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
_WORD = re.compile(r"[^\W\d_]+")
_ONLY_LETTERS = bytes(code if chr(code).isalpha() else ord(" ") for code in range(128)).ljust(256)
_WEB_PAGE = re.compile(r"<(?:!doctype|html|body|div|script|svg)\b", re.IGNORECASE)
# What catalogues leave in abstracts: JATS and HTML elements, and entities.
_MARKUP = re.compile(
    r"</?(?:jats|mml):"
    r"|</?(?:p|i|b|em|strong|sub|sup|br|span|italic|title|sec)(?:\s[\w-]+=[^<>]*)?\s*/?>"
    r"|&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[\da-f]+);",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"(?:\bthis\s+|\A\W*(?:the\s+)?)(?:\w+\s+)?"
    r"(?:paper|article|preprint|manuscript|submission|work|version|report|note)\s+"
    r"(?:(?:has\s+been|is|was)\s+)?(?:\w+\s+)?(?:withdrawn|retracted)\b"
    r"|\A\W*(?:withdrawn|retracted)(?:\s*[.:)\]]|\s+(?:by|due)\b|\s*\Z)"
    r"|\A\W*(?:the\s+|we\s+|i\s+)(?:authors?\s+)?(?:have\s+|has\s+)?(?:withdrawn?|retract(?:ed)?)\s+"
    r"(?:this|the\s+present)\b",
    re.IGNORECASE,
)

BETWEEN_NOTES = "; "


@dataclass(frozen=True)
class TextCheck:
    """What was noticed, the sentence to show (if any), and whether to tag all the same."""

    kind: Kind
    message: str = ""
    taggable: bool = True


@dataclass(frozen=True)
class _Rule:
    """What is said of a text, its words in lower case, where ``notices`` is true of both.

    ``note`` is for a table; the ``{}`` in ``message`` stands for what was noticed.
    """

    kind: Kind
    note: str
    notices: Callable[[str, Sequence[str]], object]
    message: str = ""
    taggable: bool = True


def check_text(text: str, max_chars: int, title: str = "") -> TextCheck:
    """Return what to tell about a pasted ``text``: the first thing that is noticed.

    The ``title`` that is tagged with it counts only towards ``max_chars``.
    """
    n_chars = len(title) + len(text)
    if n_chars > max_chars and text.strip():
        return TextCheck(
            "too_long",
            f"The text has {n_chars:,} characters; at most {max_chars:,} can be tagged at once. "
            "Paste the abstract alone, or upload a file with many papers.",
            taggable=False,
        )
    words = _words(text)
    for rule in _RULES:
        if noticed := rule.notices(text, words):
            return TextCheck(rule.kind, rule.message.format(noticed), rule.taggable)
    return TextCheck("fine")


def note_on(text: str, max_chars: int) -> str:
    """Return in a few words everything that is noticed about an abstract; empty if it is fine.

    One of more than ``max_chars`` is noted as too long, and not looked at further.

    >>> note_on("This paper has been withdrawn.", 50_000)
    'withdrawn; fewer than 20 words'
    """
    if len(text) > max_chars and text.strip():
        return "too long"
    words = _words(text)
    noticed = [rule for rule in _RULES if rule.notices(text, words)]
    if noticed and not noticed[0].taggable:
        return noticed[0].note
    return BETWEEN_NOTES.join(dict.fromkeys(rule.note for rule in noticed))


def count_notes(notes: Iterable[str]) -> dict[str, int]:
    """Return how many abstracts have each note, the most frequent first.

    >>> count_notes(["", "not English", "withdrawn; not English"])
    {'not English': 2, 'withdrawn': 1}
    """
    counts = Counter(note for cell in notes if cell for note in cell.split(BETWEEN_NOTES))
    return dict(counts.most_common())


def notes_text(counts: Mapping[str, int]) -> str:
    """Return the counts of :func:`count_notes` as a sentence; empty if there are none."""
    listed = ", ".join(f"{note} ({count:,})" for note, count in counts.items())
    return f"Notes on abstracts: {listed}." if listed else ""


def _words(text: str) -> list[str]:
    """Return the runs of letters, in lower case; ASCII, which most texts are, is split quickly."""
    lowered = text.lower()
    if not text.isascii():
        return _WORD.findall(lowered)
    return lowered.encode("ascii").translate(_ONLY_LETTERS).decode("ascii").split()


def _is_no_text(text: str, words: Sequence[str]) -> bool:
    pieces = text.split()
    n_visible = len("".join(pieces))
    # One endless "word" (base64, a hash, a path); languages without spaces are not ASCII.
    is_glued = text.isascii() and n_visible > 40 * len(pieces)
    return not words or "\x00" in text or len("".join(words)) < 0.5 * n_visible or is_glued


def _is_withdrawn(text: str, words: Sequence[str]) -> bool:
    lowered = text.lower()
    if not any(word in lowered for word in ("withdraw", "retract")):
        return False  # the quick way out of nearly all texts
    return _NOTICE.search(text) is not None


def _is_other_language(text: str, words: Sequence[str]) -> bool:
    words = words[:WORDS_LOOKED_AT]
    letters = "".join(words)
    if not letters.isascii():
        n_foreign = sum(not letter.isascii() and letter.isalpha() for letter in letters)
        if n_foreign > 0.3 * len(letters):
            return True
    if len(words) < 12:  # too few words to expect "the" and "of" among them
        return False
    n_function_words = sum(map(_FUNCTION_WORDS.__contains__, words))
    return n_function_words < MIN_FUNCTION_WORD_SHARE * len(words)


def _markup(text: str, words: Sequence[str]) -> str:
    found = _MARKUP.search(text) if "<" in text or "&" in text else None
    return found[0][:30] if found else ""


# In this order. Those that keep a text from being tagged come first.
_RULES = (
    _Rule("empty", "no abstract", lambda text, words: not text.strip(), taggable=False),
    _Rule(
        "not_text",
        "not plain text",
        _is_no_text,
        "This does not read like text: it is mostly digits, symbols or one long string. "
        "Paste the words of an abstract.",
        taggable=False,
    ),
    _Rule(
        "too_short",
        f"fewer than {MIN_WORDS} words",
        lambda text, words: {1: "One word is", 2: "Two words are"}.get(len(words)),
        "{} too little to tell subject areas from. Paste a whole abstract, or at least a sentence.",
        taggable=False,
    ),
    _Rule(
        "withdrawn",
        "withdrawn",
        _is_withdrawn,
        "This says that the paper was withdrawn. The labels are for the words as they stand.",
    ),
    _Rule(
        "other_language",
        "not English",
        _is_other_language,
        "This does not read like English. The model has learned from English abstracts only, "
        "so labels for it mean little.",
    ),
    _Rule(
        "not_text",
        "not plain text",
        lambda text, words: _WEB_PAGE.search(text),
        "This looks like a web page's source. The labels below are for its text as it stands; "
        "paste the abstract alone for better ones.",
    ),
    _Rule(
        "markup",
        "markup",
        _markup,
        "This holds markup ({}), which the model takes for words. "
        "Paste plain text for better labels.",
    ),
    _Rule(
        "short",
        f"fewer than {FEW_WORDS} words",
        lambda text, words: len(words) if len(words) < FEW_WORDS else 0,
        "Only {} words: abstracts have about 160, so take these labels with care.",
    ),
    _Rule(
        "long",
        f"more than {MANY_WORDS} words",
        lambda text, words: len(words) if len(words) > MANY_WORDS else 0,
        "{:,} words: much longer than an abstract. The model has learned from "
        "abstracts, so a whole paper may be tagged less well.",
    ),
)

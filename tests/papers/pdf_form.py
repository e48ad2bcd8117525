"""A text as a PDF gives it: ligatures, and words broken at the ends of lines."""

from __future__ import annotations

LIGATURES = (("ffi", "\ufb03"), ("ffl", "\ufb04"), ("ff", "\ufb00"), ("fi", "\ufb01"),
             ("fl", "\ufb02"))  # fmt: skip


def as_in_a_pdf(text: str, breaks: list[int], mark: str) -> str:
    """Return ``text`` with ligatures, and with words broken at the places named."""
    pieces, at = [], 0
    for place in sorted(set(breaks)):
        if text[place - 1].isalpha() and text[place].isalpha():
            pieces.append(text[at:place] + mark + "\n")
            at = place
    broken = "".join([*pieces, text[at:]])
    for letters, ligature in LIGATURES:
        broken = broken.replace(letters, ligature)
    return broken

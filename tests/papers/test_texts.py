"""Texts are cleaned and joined in one way, and cleaning twice changes nothing more."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.papers.texts import join_text, normalize_text


@pytest.mark.parametrize(
    ("text", "clean_text"),
    [
        ("plain", "plain"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u2028b\u2029c\x85d\x1ce\x1df\x1eg\x1fh\x0bi\x0cj", "a b c d e f g h i j"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("e\u0301", "é"),
        ("\u202eab\u202c\u2066\ufeff", "ab"),
        ("a\ud800b", "ab"),
        ("e\x01\u0301", "é"),  # what a removed character kept apart is composed
        ("زبان\u200cها", "زبان\u200cها"),  # joiners mean something
        ("eﬃcient classi-\r\nfica\u00adtion", "efficient classification"),  # as in a PDF
        ("e\u00ad\u0301-\na", "éa"),
        ("a-\x00\nb", "ab"),
    ],
)
def test_normalize(text: str, clean_text: str) -> None:
    assert normalize_text(text) == clean_text


@given(st.text(st.characters()) | st.text("eab-\r\n\x00 \u00ad\u0301\u2028\u2010ﬁ$ｅ", max_size=30))
def test_normalized_text_is_safe_for_token_files(text: str) -> None:
    cleaned = normalize_text(text)
    assert normalize_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned.splitlines() in (cleaned.split("\n"), cleaned.split("\n")[:-1])
    cleaned.encode("utf-8")


def test_join_text_is_the_one_place() -> None:
    assert join_text("T", "A", "abstract") == "A"
    assert join_text("T", "A", "title_and_abstract") == "T\nA"
    assert join_text("", "A", "title_and_abstract") == "A"

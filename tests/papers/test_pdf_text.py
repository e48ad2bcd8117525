"""A text and its form in a PDF read the same."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.papers.texts import mend_pdf_text
from tests.papers.pdf_form import as_in_a_pdf

SENTENCE = (
    "We propose an efficient classification of office workflows, first with affine flows "
    "and offline CNN-based networks, of size $n-1$ and state-of-the-art quality."
)


def words_of(text: str) -> list[str]:
    """The vectorizer's rule: lower case, no punctuation, split at white space."""
    return text.lower().translate(str.maketrans("", "", string.punctuation)).split()


@given(
    st.lists(st.integers(1, len(SENTENCE) - 1), max_size=8),
    st.sampled_from(["-", "\u2010", "\u00ad", "- ", "\u00ad "]),
)
def test_the_words_are_those_of_the_text(breaks: list[int], mark: str) -> None:
    # Within a formula nothing is joined, so no break is tried there.
    formula = range(SENTENCE.index("$"), SENTENCE.rindex("$") + 1)
    outside = [place for place in breaks if place not in formula]
    mended = mend_pdf_text(as_in_a_pdf(SENTENCE, outside, mark))
    assert words_of(mended) == words_of(SENTENCE)


@pytest.mark.parametrize(
    "text",
    ["10² m", "CNN-\nand RNN-based", "$a-\nb$", "a – b", "½", "x-1", "well-known", "2-\n3"],
)
def test_what_is_no_broken_word_stays(text: str) -> None:
    assert mend_pdf_text(text) == text


def test_and_and_or_within_a_word_that_is_broken_twice_are_parts_of_it() -> None:
    assert mend_pdf_text("transf-\nor-\nmation, st-\nand-\nard") == "transformation, standard"


def test_letters_of_mathematical_alphabets_are_letters() -> None:
    assert mend_pdf_text("the 𝑘-means of ＡＢＣ") == "the k-means of ABC"


def test_other_hyphens_are_hyphens() -> None:
    assert mend_pdf_text("well\u2010known state\u2011of") == "well-known state-of"


@given(st.text(max_size=200) | st.text("eab-\n \u00ad\u0301\u2010ﬁ$ｅ", max_size=30))
def test_twice_is_once(text: str) -> None:
    once = mend_pdf_text(text)
    assert mend_pdf_text(once) == once

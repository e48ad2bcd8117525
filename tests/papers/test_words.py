"""Texts to words: Python's own rule as the oracle, and any text at all.

That the words are Keras' is held by ``tests/learning/test_vectorizer.py``.
"""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arxivtag.papers.words import DistinctWords, distinct_words, split_words

# Characters where an implementation could differ from TensorFlow: case beyond ASCII (one that
# grows when lowered, final sigma), white space beyond ASCII and control characters beside the six
# that TensorFlow splits at, punctuation beyond ASCII, composed and decomposed accents, astral ones.
ALPHABET = (
    list("abcABCzZ019")
    + list(" \t\n\v\f\r")
    + ["\u00a0", "\u2003", "\u3000", "\u0085", "\u2028", "\u001c", "\u001f", "\u200b"]
    + list("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'")
    + ["É", "é", "\u0301", "İ", "Σ", "ς", "ß", "“", "–", "…", "数", "😀", "\u202e"]
)


def words_of(texts: list[str]) -> list[list[str]]:
    """The words of each text as strings."""
    words = split_words(texts)
    strings = [words.dictionary[code].as_py() for code in words.codes.tolist()]
    borders = words.indptr.tolist()
    return [strings[a:b] for a, b in itertools.pairwise(borders)]


def test_by_hand() -> None:
    texts = ["The CAT, the cat!", "", "don't É\u00a0x\tU.S."]
    assert words_of(texts) == [["the", "cat", "the", "cat"], [], ["dont", "É\u00a0x", "us"]]


@given(st.lists(st.text(st.sampled_from(ALPHABET), max_size=30), max_size=8))
def test_distinct_words_equal_pythons_rule(texts: list[str]) -> None:
    assert distinct_words(texts) == {w for text in texts for w in text.lower().split()}


@pytest.mark.parametrize("n_words", [0, 1, 1_000, 60_000])
def test_distinct_words_of_many_texts_are_counted_about(n_words: int) -> None:
    count = DistinctWords()
    texts = [f"Word-{number} (Été{number % 7}, \ud800" for number in range(n_words)]
    for start in range(0, n_words, 999):
        count.add(texts[start : start + 1_500])  # some come twice
    assert len(count) == pytest.approx(len({w for text in texts for w in text.lower().split()}),
                                       rel=0.002)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.text(max_size=40), max_size=6))
def test_fuzz_any_text_is_words_or_nothing(texts: list[str]) -> None:
    """Any Python string, lone surrogates included: words hold no gap, punctuation, capital."""
    words = split_words(texts)
    assert len(words.indptr) == len(texts) + 1
    assert words.indptr[-1] == len(words.codes)
    words.dictionary.validate(full=True)
    for word in words.dictionary.to_pylist():
        assert word
        assert not set(word) & set(" \t\n\v\f\r!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'ABCXYZ")

"""The vectorizer against Keras' own TextVectorization layer, scikit-learn, and by hand."""

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from arxivtag.errors import DataError
from arxivtag.learning.features import SparseRows
from arxivtag.learning.vectorizer import Vectorizer
from arxivtag.papers.words import count_distinct_words
from arxivtag.settings import VectorizerConfig
from tests.fitting import fit_transform
from tests.papers.test_words import ALPHABET

# NUL is left out: cleaning removes it, and numpy drops it from the ends of Keras' vocabulary.
COMMON = ["the", "The", "of", "deep", "Deep-learning", "cs.LG", "a", "b", "$x_1$", "U.S.", "don't"]


def dense(rows: SparseRows) -> np.ndarray:
    shape = (len(rows), rows.n_features)
    return csr_matrix((rows.data, rows.indices, rows.indptr), shape=shape).toarray()


def random_text(source: random.Random) -> str:
    words = []
    for _ in range(source.choice([0, 1, 2, 5, 12])):
        if source.random() < 0.6:
            words.append(source.choice(COMMON))
        else:
            words.append("".join(source.choices(ALPHABET, k=source.randint(0, 5))))
    return source.choice(["", " "]) + source.choice([" ", "  ", "\n", "\t "]).join(words)


def keras_layer(texts: list[str], max_tokens: int | None) -> Any:
    import keras

    layer = keras.layers.TextVectorization(max_tokens=max_tokens, ngrams=2, output_mode="tf_idf")
    layer.adapt(texts)
    return layer


def assert_equals_keras(texts: list[str], max_tokens: int) -> None:
    layer = keras_layer(texts, max_tokens)
    vectorizer, rows = fit_transform(texts, VectorizerConfig(max_tokens=max_tokens))
    vocabulary = layer.get_vocabulary(include_special_tokens=False)
    assert vectorizer.vocabulary.to_pylist() == vocabulary
    # idf of terms: Keras keeps the mean idf for [UNK] in front. log() differs in the last bit.
    idf = layer._lookup_layer.idf_weights.numpy()[1:]
    np.testing.assert_allclose(vectorizer.idf, idf, rtol=2e-7)
    expected = np.asarray(layer(texts))[:, 1:]
    np.testing.assert_allclose(dense(rows), expected, rtol=1e-6)
    np.testing.assert_array_equal(dense(vectorizer.transform(texts)), dense(rows))


@pytest.mark.parametrize("seed", range(12))
def test_equals_keras_on_generated_texts(seed: int) -> None:
    """3,600 texts; a vocabulary limit in the middle of equal counts tests the order of ties."""
    source = random.Random(seed)
    texts = [random_text(source) for _ in range(300)]
    assert_equals_keras(texts, max_tokens=[100_000, 400, 101][seed % 3])


def test_equals_keras_on_texts_not_fitted() -> None:
    source = random.Random(99)
    texts = [random_text(source) for _ in range(200)]
    layer = keras_layer(texts, 500)
    vectorizer, _ = fit_transform(texts, VectorizerConfig(max_tokens=500))
    new_texts = [random_text(source) for _ in range(200)]
    expected = np.asarray(layer(new_texts))[:, 1:]
    np.testing.assert_allclose(dense(vectorizer.transform(new_texts)), expected, rtol=1e-6)


def test_by_hand() -> None:
    """Counts: the 3, b 2, a 1, cat 1, 'the cat' 1, 'b b' 1, 'the the' 1, 'cat a' 1."""
    vectorizer, rows = fit_transform(
        ["The the CAT a", "b, b!", "the"], VectorizerConfig(max_tokens=100)
    )
    terms = ["the", "b", "the the", "the cat", "cat a", "cat", "b b", "a"]
    assert vectorizer.vocabulary.to_pylist() == terms
    # "the" is in 2 of 3 texts, all others in 1.
    np.testing.assert_allclose(vectorizer.idf[0], math.log(1 + 3 / 3), rtol=1e-6)
    np.testing.assert_allclose(vectorizer.idf[1:], math.log(1 + 3 / 2), rtol=1e-6)
    assert dense(rows)[0, 0] == pytest.approx(2 * math.log(2))
    assert dense(rows)[1, 1] == pytest.approx(2 * math.log(2.5))


def test_max_tokens_counts_the_unknown_slot() -> None:
    vectorizer, rows = fit_transform([" ".join(f"w{i}" for i in range(300))], VectorizerConfig(100))
    assert len(vectorizer) == rows.n_features == 99


def test_max_tokens_default_is_the_examples_rule() -> None:
    # Four words by .lower().split(): "a-b", "c", "a", "d.". The vocabulary gets three terms.
    texts = ["A-b c a", "a d."]
    assert count_distinct_words(texts) == 4
    vectorizer, _ = fit_transform(texts, VectorizerConfig())
    assert vectorizer.vocabulary.to_pylist() == ["a", "d", "c a"]


@pytest.mark.parametrize("sublinear", [False, True])
@pytest.mark.parametrize("l2", [False, True])
@pytest.mark.parametrize("minimum", [1, 3])
def test_options_equal_scikit_learn(sublinear: bool, l2: bool, minimum: int) -> None:
    """scikit-learn counts and scales; the idf, which differs by design, is ours."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import normalize

    source = random.Random(7)
    texts = [" ".join(source.choices(list("abcdefgh"), k=source.randint(0, 9))) for _ in range(60)]
    config = VectorizerConfig(
        max_tokens=10_000, min_document_frequency=minimum, sublinear_tf=sublinear, l2_normalize=l2
    )
    vectorizer, rows = fit_transform(texts, config)
    oracle = CountVectorizer(ngram_range=(1, 2), min_df=minimum, token_pattern=r"\S+")
    counts = oracle.fit_transform(texts).toarray().astype(np.float64)
    papers_with = (counts > 0).sum(axis=0)
    if sublinear:
        counts[counts > 0] = 1 + np.log(counts[counts > 0])
    expected = counts * np.log(1 + len(texts) / (1 + papers_with))
    if l2:
        expected = normalize(expected)
    order = [oracle.vocabulary_[term] for term in vectorizer.vocabulary.to_pylist()]
    assert len(order) == len(oracle.vocabulary_)
    np.testing.assert_allclose(dense(rows), expected[:, order], rtol=1e-5)


def test_min_document_frequency_comes_before_the_vocabulary_limit() -> None:
    # "rare" is the most frequent word but occurs in one text only.
    texts = ["rare " * 50] + [f"w{i % 120}" for i in range(240)]
    vectorizer, _ = fit_transform(texts, VectorizerConfig(max_tokens=100, min_document_frequency=2))
    assert "rare" not in vectorizer.vocabulary.to_pylist()
    assert len(vectorizer) == 99


def test_ngrams_1_has_no_pairs() -> None:
    vectorizer, _ = fit_transform(["a b", "b a"], VectorizerConfig(max_tokens=100, ngrams=1))
    assert vectorizer.vocabulary.to_pylist() == ["b", "a"]


def test_pair_without_its_words_is_still_found() -> None:
    """A pruned vocabulary may hold a pair and neither of its words."""
    import pyarrow as pa

    vectorizer = Vectorizer(pa.array(["deep learning"]), np.ones(1, np.float32), VectorizerConfig())
    rows = vectorizer.transform(["Deep learning, deep", "learning deep", "deep\nlearning"])
    np.testing.assert_array_equal(dense(rows), [[1], [0], [1]])


def test_pairs_never_cross_texts() -> None:
    vectorizer, _ = fit_transform(["a", "", "b"], VectorizerConfig(max_tokens=100))
    assert vectorizer.vocabulary.to_pylist() == ["b", "a"]


def test_many_chunks_equal_one(monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(3)
    texts = [random_text(source) for _ in range(300)]
    one, rows_one = fit_transform(texts, VectorizerConfig(max_tokens=700))
    monkeypatch.setattr("arxivtag.papers.words._CHUNK_CHARS", 50)
    monkeypatch.setattr("arxivtag.corpus.tokens._TOKENS_AT_ONCE", 7)
    monkeypatch.setattr("arxivtag.learning.vectorizer._HASH_LOOKUP_FROM", 3)
    many, rows_many = fit_transform(texts, VectorizerConfig(max_tokens=700))
    assert many.vocabulary.equals(one.vocabulary)
    for rows in (rows_many, many.transform(texts)):
        np.testing.assert_array_equal(rows.indptr, rows_one.indptr)
        np.testing.assert_array_equal(rows.indices, rows_one.indices)
        np.testing.assert_array_equal(rows.data, rows_one.data)


@pytest.mark.parametrize("texts", [[], [""], ["...", " \n "]])
def test_no_words_is_one_clear_error(texts: list[str]) -> None:
    with pytest.raises(DataError, match="No term is left"):
        fit_transform(texts, VectorizerConfig(max_tokens=100))


def test_transform_of_nothing() -> None:
    vectorizer, _ = fit_transform(["a b"], VectorizerConfig(max_tokens=100))
    assert dense(vectorizer.transform([])).shape == (0, 3)
    assert dense(vectorizer.transform(["", "zzz"])).tolist() == [[0, 0, 0], [0, 0, 0]]


@settings(max_examples=100)
@given(st.lists(st.text(st.sampled_from(ALPHABET), max_size=40), min_size=1, max_size=6))
def test_fuzz_transform_equals_fit(texts: list[str]) -> None:
    try:
        vectorizer, rows = fit_transform(texts, VectorizerConfig(max_tokens=100))
    except DataError:
        return
    again = vectorizer.transform(texts)
    np.testing.assert_array_equal(dense(again), dense(rows))
    assert np.isfinite(rows.data).all()

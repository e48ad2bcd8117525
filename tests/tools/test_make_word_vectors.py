"""The tool that makes word vectors, on the sample; it needs the extra ``vectors``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from arxivtag.corpus.store import open_corpus
from arxivtag.learning.word_order import SIZE, load_word_vectors
from tools.make_word_vectors import learn, save_word_vectors

pytest.importorskip("gensim", reason='needs pip install "arxivtag[vectors]"')


def test_the_most_frequent_words_get_vectors_of_length_one(home: Path, tmp_path: Path) -> None:
    tokens = open_corpus("sample", home).tokens
    save_word_vectors(learn(tokens, n_words=400), tmp_path)
    vectors = load_word_vectors(tmp_path)
    table = vectors.numbers * vectors.scales[:, None]
    assert table.shape == (400, SIZE)
    np.testing.assert_allclose(np.linalg.norm(table, axis=1), 1, atol=0.02)
    counts = dict(zip(tokens.words.to_pylist(), tokens.files["words"].counts, strict=True))
    assert [counts[word] for word in vectors.words] == sorted(
        (counts[word] for word in vectors.words), reverse=True
    )

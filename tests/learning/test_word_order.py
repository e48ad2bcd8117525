"""Networks that read words in order: numpy against Keras, gaps, and what training keeps."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from arxivtag.config import WORD_VECTORS_FOLDER
from arxivtag.errors import ConfigError
from arxivtag.learning.features import Examples, SparseRows, WordInput
from arxivtag.learning.network import logits
from arxivtag.learning.word_order import (
    KINDS,
    SIZE,
    WordShape,
    WordVectors,
    load_word_vectors,
    vectors_of,
    word_logits,
)
from arxivtag.settings import (
    ModelConfig,
    RunConfig,
    TrainingConfig,
    VectorizerConfig,
    WordKind,
    preset_settings,
    with_settings,
)
from tests.fitting import fit_transform
from tests.tagging.models import word_branch

N_WORDS, LENGTH, N_LABELS, N_PAPERS = 40, 12, 3, 48


def some_words(n_texts: int, seed: int = 0) -> np.ndarray:
    """Texts of every length, gaps inside some, and one of gaps alone."""
    random = np.random.default_rng(seed)
    words = random.integers(0, N_WORDS + 1, (n_texts, LENGTH)).astype(np.int32)
    words[np.arange(LENGTH) >= random.integers(1, LENGTH + 1, n_texts)[:, None]] = 0
    words[0] = 0
    return words


@pytest.fixture(scope="module")
def papers() -> Examples:
    words = some_words(N_PAPERS)
    empty = SparseRows(
        np.arange(N_PAPERS + 1), np.zeros(N_PAPERS, "i4"), np.ones(N_PAPERS, "f4"), 2, words
    )
    return Examples(
        empty,
        np.stack([(words == number).any(axis=1) for number in (1, 2, 3)], 1),
        words=WordInput(N_WORDS, LENGTH),
    )


def run_settings(kind: WordKind, **changes: object) -> RunConfig:
    small = {"word_units": 4, "epochs": 2, "batch_size": 16, "max_length_words": LENGTH}
    return with_settings(preset_settings(kind), {**small, **changes})


@pytest.mark.parametrize("kind", KINDS)
def test_numpy_equals_keras(kind: WordKind) -> None:
    from arxivtag.learning.engine.word_order import (
        EMBEDDING,
        build_word_network,
        view_word_branch,
        weights_by_name,
    )

    shape = WordShape(kind, 5, N_WORDS, LENGTH, N_LABELS)
    model = build_word_network(shape, 0.3, itertools.count(7))
    random = np.random.default_rng(3)
    for name, variable in weights_by_name(model).items():  # biases begin at zero, and hide faults
        if name != EMBEDDING:
            variable.assign(random.normal(0, 0.3, variable.shape))
    branch = view_word_branch(model, shape, 1.0)
    words = some_words(70)
    expected = np.asarray(model(words))
    np.testing.assert_allclose(word_logits(branch, words), expected, atol=1e-5)
    assert np.ptp(expected[1:], axis=0).min() > 1e-3, "texts differ, so that order is told apart"


@pytest.mark.parametrize("kind", KINDS)
def test_weights_have_the_names_and_shapes_that_are_declared(kind: WordKind) -> None:
    from arxivtag.learning.engine.word_order import EMBEDDING, build_word_network, weights_by_name

    shape = WordShape(kind, 5, N_WORDS, LENGTH, N_LABELS)
    made = {name: tuple(v.shape) for name, v in weights_by_name(build_word_network(shape)).items()}
    assert made.pop(EMBEDDING) == (N_WORDS + 1, SIZE)
    assert made == shape.shapes()


@pytest.mark.parametrize("kind", KINDS)
def test_order_matters_and_what_follows_the_end_does_not(kind: WordKind) -> None:
    branch = word_branch(kind, N_WORDS, np.random.default_rng(1))
    text = np.zeros((1, 30), np.int32)
    text[0, :4] = [5, 9, 3, 7]
    swapped, shorter = text.copy(), text[:, :6]
    swapped[0, :4] = [9, 5, 3, 7]
    assert np.abs(word_logits(branch, text) - word_logits(branch, swapped)).max() > 1e-3
    np.testing.assert_allclose(word_logits(branch, text), word_logits(branch, shorter), atol=1e-5)


def test_cnn_by_hand() -> None:
    """One filter over one word: the label's logit is the largest product over the words."""
    branch = word_branch("cnn", 2, np.random.default_rng(0))
    branch.embedding[1:] = 0
    branch.embedding[1, 0], branch.embedding[2, 0] = 2.0, 5.0
    weights = {name: np.zeros_like(weight) for name, weight in branch.weights.items()}
    weights["width1_kernel"][0, 0, 0], weights["width1_bias"][0] = 3.0, -1.0
    weights["labels_kernel"][0, 1], weights["labels_bias"][1] = 0.5, 0.25
    by_hand = type(branch)(branch.shape, branch.embedding, None, weights)
    words = np.array([[1, 0, 2], [1, 0, 0], [0, 0, 0]])
    assert word_logits(by_hand, words)[:, 1].tolist() == [0.5 * 14 + 0.25, 0.5 * 5 + 0.25, 0.25]


def test_the_first_words_are_kept_in_order_and_unknown_ones_are_gaps() -> None:
    config = VectorizerConfig(max_tokens=4, ngrams=1, max_length_words=5)
    vectorizer, rows = fit_transform(["b a. A c a b!", "a", ""], config)
    place = {word: number + 1 for word, number in vectorizer.terms.word_number.items()}
    assert set(place) == {"a", "b", "c"}
    expected = [[place[w] for w in "baaca"], [place["a"], 0, 0, 0, 0], [0] * 5]
    assert rows.words is not None
    assert rows.words.tolist() == expected
    found = vectorizer.transform(["x B, zz a"]).words
    assert found is not None
    assert found.tolist() == [[0, place["b"], 0, place["a"], 0]]
    taken = rows.take([2, 0]).words
    assert taken is not None
    assert taken.tolist() == [expected[2], expected[0]]


@pytest.mark.slow
def test_training_goes_on_after_a_crash_to_the_very_same_network(
    papers: Examples, tmp_path: Path
) -> None:
    from arxivtag.learning.training import Trainer

    settings = run_settings("cnn", reads_ngrams=True, hidden_units=(4,))
    whole = Trainer(papers, papers, settings).fit()
    path = tmp_path / "checkpoint.npz"

    class CrashError(Exception):
        pass

    def crash(record: dict[str, object]) -> None:
        if record["kind"] == "epoch" and record["epoch"] == 2:
            raise CrashError

    with pytest.raises(CrashError):
        Trainer(papers, papers, settings, on_tick=crash, checkpoint=path).fit()
    resumed = Trainer(papers, papers, settings, checkpoint=path)
    assert resumed.n_epochs_done == 1
    again = resumed.fit()
    assert [r["loss"] for r in again.history] == [r["loss"] for r in whole.history]
    np.testing.assert_array_equal(
        logits(again.network, papers.rows), logits(whole.network, papers.rows)
    )
    assert (len(again.network.branches), len(again.network.word_branches)) == (1, 1)


def test_what_words_tell_is_learned(papers: Examples) -> None:
    from arxivtag.learning.training import Trainer

    settings = run_settings("cnn", epochs=40, word_units=16, dropout_rate=0.0, learning_rate=0.1)
    found = Trainer(papers, papers, settings).fit().network
    right = (logits(found, papers.rows) > 0) == papers.y_true
    assert right.mean() > 0.95


def test_embedding_begins_with_vectors_and_at_random_without_one() -> None:
    from arxivtag.learning.engine.building import build_model
    from arxivtag.learning.engine.word_order import EMBEDDING, weights_by_name

    vectors = np.zeros((N_WORDS, SIZE), np.float32)
    vectors[4] = 0.5
    config = ModelConfig((), reads_ngrams=False, word_order="cnn", word_units=4)
    model = build_model(
        config, TrainingConfig(), 2, N_LABELS, words=WordInput(N_WORDS, LENGTH, vectors)
    )
    table = np.asarray(weights_by_name(model.word_networks[0])[EMBEDDING].value)
    assert (table[5] == 0.5).all()
    assert table[6].std() > 0.01


def test_the_vectors_that_come_along_know_like_words() -> None:
    vectors = load_word_vectors()
    size = sum(path.stat().st_size for path in WORD_VECTORS_FOLDER.iterdir())
    assert size <= 8_000_000
    assert len(vectors.words) == len(set(vectors.words)) == len(vectors.numbers)
    table = vectors_of(["galaxy", "galaxies", "theorem", "proof"], vectors)
    np.testing.assert_allclose(np.linalg.norm(table, axis=1), 1, atol=0.02)
    like = table @ table.T
    assert like[0, 1] > like[0, 2] + 0.2
    assert like[2, 3] > like[0, 3] + 0.2


def test_vectors_of_words() -> None:
    some = WordVectors(("a", "b"), np.full((2, SIZE), 100, np.int8), np.array([0.5, 0.25], "f4"))
    assert vectors_of(["b", "x", "a"], some)[:, 0].tolist() == [25.0, 0.0, 50.0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_length_words": None}, "max_length_words=None"),
        ({"word_order": "none"}, "reads_ngrams=False"),
    ],
)
def test_settings_that_do_not_go_together(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        with_settings(preset_settings("cnn"), changes)


def test_scoring_imports_no_keras() -> None:
    code = (
        "import sys, numpy as np; from tests.tagging.models import make_bundle; "
        "from arxivtag.tagging.tagger import tag; tag(make_bundle('ensemble'), ['deep network']); "
        "sys.exit(bool({'keras', 'jax', 'tensorflow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0

"""What a model cannot judge: by hand, over any text, and on texts from outside arXiv's world."""

from __future__ import annotations

import dataclasses
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.config import PRETRAINED_PATH
from arxivtag.papers.schema import TextTable
from arxivtag.papers.words import split_words
from arxivtag.tagging import scope_fitting, tagger
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.loading import load_bundle
from arxivtag.tagging.saving import save_bundle
from arxivtag.tagging.scope import Scope, doubts, lowest_sums, mean_lifts, nearly_equal
from arxivtag.tagging.tables import with_predicted_labels
from tests.outside import N_EACH, outside_texts
from tests.tagging.models import WORDS, invented_texts, make_bundle

LIKE = "we propose a deep network for image segmentation"
UNLIKE = "segmentation image for network deep a propose we of learning"


def hash_of(first: str, second: str) -> int:
    return (zlib.crc32(first.encode()) * 2_654_435_761 + zlib.crc32(second.encode())) % 2**32


def scope_of(lifts: dict[tuple[str, str], float], lowest: float = 0.0) -> Scope:
    hashed = sorted((hash_of(*pair), lift) for pair, lift in lifts.items())
    return Scope(
        np.array([number for number, _ in hashed], np.uint32),
        np.array([lift for _, lift in hashed], np.float16),
        (8, 64),
        (lowest, lowest + 3.0),
    )


@pytest.fixture(scope="module")
def fitted() -> Bundle:
    """A model of sentences that repeat: their pairs are usual, others are not."""
    words = LIKE.split()
    sentences = [" ".join(words[i % 4 :] + words[: i % 4]) for i in range(2_000)]
    bundle = make_bundle()
    scope = scope_fitting.fit_scope(bundle, sentences, sentences[: scope_fitting.MIN_HELD_OUT])
    assert scope is not None
    # The lowest is one of the few sentences there are: none should be low by a rounding.
    scope = dataclasses.replace(scope, lowest=tuple(value - 0.01 for value in scope.lowest))
    return dataclasses.replace(bundle, scope=scope)


def test_the_mean_lift_by_hand() -> None:
    scope = scope_of({("we", "show"): 2.0, ("show", "that"): 1.0})
    words = split_words(["We show that, we.", "", "we", "show we", "that we show"])
    half = np.log(0.5)
    expected = [(2 + 1 + half) / 3, half, half, half, (half + 2) / 2]
    np.testing.assert_allclose(mean_lifts(scope, words), expected, rtol=1e-6)


def test_lowest_sums_lie_between_the_lengths() -> None:
    scope = scope_of({("a", "b"): 1.0})
    found = lowest_sums(scope, np.array([0, 8, 16, 64, 500]))
    np.testing.assert_allclose(found, [0, 0, 1, 3, 3], rtol=1e-6)  # 16 is a third of the way


def test_usual_pairs_are_those_that_occur_together() -> None:
    """Hand count: of 300 words, "b" follows "a" in all 100 texts, and nothing else."""
    pairs, lifts = scope_fitting._usual_pairs(split_words(["a b c"] * 100))
    assert sorted(pairs.tolist()) == sorted([hash_of("a", "b"), hash_of("b", "c")])
    # p(b | a) = 1, p(b) = 1/3: log((1 + 3) / 2)
    np.testing.assert_allclose(lifts.astype(float), np.log(2), rtol=1e-3)


def test_what_reads_unlike_is_doubted(fitted: Bundle) -> None:
    like, unlike = tagger.tag(fitted, [LIKE, UNLIKE], threshold=0.0)
    assert like.remark is None or like.remark.short == "two areas nearly as likely"
    assert len(like) == len(fitted.label_names)
    assert unlike.remark is not None
    assert unlike.remark.short == "unlike an abstract"
    assert len(unlike) == 0
    without = dataclasses.replace(fitted, scope=None)
    assert len(tagger.tag(without, [UNLIKE], threshold=0.0)[0]) == len(fitted.label_names)
    few = tagger.tag(fitted, ["zebras quietly admire the network of flamingos each spring day"])
    assert few[0].remark is not None
    assert few[0].remark.sentence.startswith("Only 20 % of its words are known")


def test_too_few_papers_give_no_scope() -> None:
    bundle = make_bundle()
    assert scope_fitting.fit_scope(bundle, invented_texts(50), invented_texts(50)) is None


def test_the_note_reaches_the_table(fitted: Bundle) -> None:
    abstracts = [UNLIKE, "This paper has been withdrawn by its author."]
    table = TextTable(pd.DataFrame({"abstract": abstracts}), ("abstract",))
    tagged = with_predicted_labels(
        table, tagger.tag(fitted, tagger.frame_texts(fitted, table.frame)), " "
    )
    assert tagged["predicted_labels"].tolist() == ["", ""]
    # The withdrawal is noted once, though both the text and the model say so.
    notes = ["fewer than 20 words; unlike an abstract", "withdrawn; fewer than 20 words"]
    assert tagged["note"].tolist() == notes


@pytest.mark.parametrize(
    ("y_prob", "is_said"),
    [([0.5, 0.45], True), ([0.5, 0.4], False), ([0.9, 0.89], False), ([0.45, 0.5], True)],
)
def test_two_areas_nearly_as_likely(y_prob: list[float], is_said: bool) -> None:
    remark = nearly_equal(("a", "b"), np.array(y_prob, np.float32))
    assert (remark is not None) == is_said
    if remark:
        best = "a and b" if y_prob[0] > y_prob[1] else "b and a"
        assert remark.sentence == f"{best} are nearly as likely."
    assert nearly_equal(("a",), np.array([0.5], np.float32)) is None


@given(
    st.lists(st.one_of(st.text(), st.sampled_from(WORDS).map(lambda word: f"{word} ")), max_size=4)
)
def test_any_text_is_judged(fitted: Bundle, parts: list[str]) -> None:
    texts = [*parts, "".join(parts), " ".join(parts) * 9]
    remarks = [found.remark for found in tagger.tag(fitted, texts)]
    assert len(remarks) == len(texts)
    alone = [tagger.tag(fitted, [text])[0].remark for text in texts]
    assert alone == remarks


def test_nothing_is_doubted_without_texts(fitted: Bundle) -> None:
    assert doubts(fitted.scope, fitted.vectorizer, [], np.zeros((0, 5), np.float32)) == []


def test_a_scope_is_saved_and_loaded(fitted: Bundle, tmp_path: Path) -> None:
    save_bundle(fitted, tmp_path / "b")
    scope, loaded = fitted.scope, load_bundle(tmp_path / "b").scope
    assert scope is not None
    assert loaded is not None
    np.testing.assert_array_equal(loaded.pairs, scope.pairs)
    np.testing.assert_array_equal(loaded.lifts, scope.lifts)
    assert (loaded.lengths, loaded.lowest) == (scope.lengths, scope.lowest)


def test_texts_from_outside_get_no_label_from_the_pretrained_model() -> None:
    bundle = load_bundle(PRETRAINED_PATH)
    kinds = outside_texts()
    assert len(kinds) >= 12
    assert {len(texts) for texts in kinds.values()} == {N_EACH}
    every = [text for texts in kinds.values() for text in texts]
    n_given = sum(len(found) > 0 for found in tagger.tag(bundle, every))
    assert n_given <= 0.03 * len(every)

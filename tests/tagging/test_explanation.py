"""Explanations equal logits recomputed from a text in which the n-gram was replaced."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, softmax
from scipy.special import logit as scipy_logit

from arxivtag.errors import BundleError, ConfigError
from arxivtag.learning import network
from arxivtag.learning.network import Branch, DenseLayer, Network
from arxivtag.papers.texts import normalize_text
from arxivtag.papers.words import split_words
from arxivtag.tagging import tagger
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.explanation import (
    MAX_PHRASE_WORDS,
    explain,
    without_phrases,
    words_with_places,
)
from tests.learning.test_vectorizer import ALPHABET
from tests.tagging.models import FORMS, LABELS, WORDS, invented_texts, make_bundle

# No model knows this word, so it breaks pairs and adds nothing.
GAP = "outofvocabulary"


def logits(bundle: Bundle, words: list[str]) -> np.ndarray:
    """The log odds of each label's uncalibrated probability."""
    values = network.logits(bundle.network, bundle.vectorizer.transform([" ".join(words)]))[0]
    if bundle.network.output_activation == "sigmoid":
        return values
    if bundle.network.output_activation == "any_sigmoid":
        chances = expit(values.astype(float))
        return scipy_logit(chances / (1 - np.prod(1 - chances)))
    return scipy_logit(softmax(values.astype(float)))


def without(text: str, phrases: list[str], form: str = "plain") -> tuple[int, np.ndarray, bool]:
    """At how many places phrases stand; the labels' probabilities without them; whether judged."""
    n_places, tagged = without_phrases(make_bundle(form), text, phrases)
    probability = {score.label: score.probability for score in tagged}
    return n_places, np.array([probability[label] for label in LABELS]), tagged.is_judged


def replaced(words: list[str], ngram: list[str]) -> list[str]:
    """The words with every place of an n-gram, overlapping ones too, replaced by the gap."""
    n = len(ngram)
    hit = {i + j for i in range(len(words) - n + 1) if words[i : i + n] == ngram for j in range(n)}
    return [GAP if place in hit else word for place, word in enumerate(words)]


@pytest.mark.parametrize("form", FORMS)
def test_contributions_equal_recomputed_logits(form: str) -> None:
    bundle = make_bundle(form)
    known = set(bundle.vectorizer.vocabulary.to_pylist())
    for number, text in enumerate([*invented_texts(6, seed=3), "deep deep deep network deep deep"]):
        label = LABELS[number % len(LABELS)]
        words = [word for word, _, _ in words_with_places(text)]
        whole = logits(bundle, words)[LABELS.index(label)]
        explanation = explain(bundle, text, label)
        assert explanation.logit == pytest.approx(whole, abs=2e-5)
        y_prob = tagger.predict(bundle, [text])[0, LABELS.index(label)]
        assert explanation.probability == pytest.approx(y_prob, abs=1e-5)
        terms = {item.term for item in explanation.contributions}
        pairs = {f"{a} {b}" for a, b in itertools.pairwise(words)}
        assert terms >= (set(words) | pairs) & known
        for item in explanation.contributions:
            rest = replaced(words, item.term.split())
            expected = whole - logits(bundle, rest)[LABELS.index(label)]
            assert item.delta_logit == pytest.approx(expected, abs=5e-5)
            without = tagger.predict(bundle, [" ".join(rest)])[0, LABELS.index(label)]
            assert item.probability_without == pytest.approx(without, abs=2e-5)


def test_with_softmax_what_raises_all_labels_alike_adds_nothing() -> None:
    bundle = make_bundle("softmax")
    n_features = len(bundle.vectorizer)
    alike = Branch(
        (DenseLayer(np.ones((n_features, len(LABELS)), np.float32), np.zeros(5, np.float32)),)
    )
    raised = dataclasses.replace(bundle, network=Network((alike,), "softmax"))
    explanation = explain(raised, "deep network", "cs.LG")
    assert explanation.logit == pytest.approx(np.log(0.2 / 0.8))
    assert explanation.contributions
    assert all(abs(item.delta_logit) < 1e-6 for item in explanation.contributions)


def test_with_softmax_the_only_label_is_certain() -> None:
    bundle = make_bundle("softmax")
    layer = DenseLayer(np.ones((len(bundle.vectorizer), 1), np.float32), np.zeros(1, np.float32))
    alone = dataclasses.replace(
        bundle, network=Network((Branch((layer,)),), "softmax"), label_names=("a",)
    )
    explanation = explain(alone, "deep network", "a")
    assert np.isfinite(explanation.logit)
    assert {item.delta_logit for item in explanation.contributions} == {0.0}


def test_strongest_first_and_places_counted() -> None:
    explanation = explain(make_bundle(), "deep network deep deep network", "cs.LG")
    strengths = [abs(item.delta_logit) for item in explanation.contributions]
    assert strengths == sorted(strengths, reverse=True)
    places = {item.term: item.n_places for item in explanation.contributions}
    assert places["deep"] == 3
    assert places["network"] == 2
    assert places.get("deep network", 2) == 2


def test_spans_cut_out_the_words() -> None:
    text = 'A "Deep" network, (for)\tgraph-kernels? e\u0301\u2013ü'
    explanation = explain(make_bundle(), text, "cs.LG")
    assert explanation.text == normalize_text(text)
    cut = {span.term: explanation.text[span.start : span.end] for span in explanation.spans}
    assert cut["deep"] == "Deep"
    assert cut["network"] == "network"
    assert cut["for"] == "for"
    assert cut["é–ü"] == "é–ü"
    assert "graphkernels" not in cut
    deltas = {item.term: item.delta_logit for item in explanation.contributions}
    assert all(span.delta_logit == deltas[span.term] for span in explanation.spans)


@pytest.mark.parametrize("text", ["", "zzz", "...", "deep"])
def test_texts_with_little_to_explain(text: str) -> None:
    for form in FORMS:
        explanation = explain(make_bundle(form), text, "cs.CV")
        assert np.isfinite(explanation.logit)
        assert len(explanation.contributions) == (text == "deep")


def test_long_text_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    bundle, text = make_bundle("tuned"), " ".join(WORDS * 3)
    one = explain(bundle, text, "cs.CV")
    monkeypatch.setattr("arxivtag.tagging.explanation._BLOCK", 3)
    many = explain(bundle, text, "cs.CV")
    assert [item.term for item in one.contributions] == [item.term for item in many.contributions]
    np.testing.assert_allclose(
        [item.delta_logit for item in many.contributions],
        [item.delta_logit for item in one.contributions],
        atol=1e-5,
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("phrase", ["Deep network", "image", "for image segmentation and"])
def test_without_phrase_equals_the_text_with_a_gap(form: str, phrase: str) -> None:
    bundle = make_bundle(form)
    text = "we propose a deep network for image segmentation and deep image learning"
    n_places, y_prob, _ = without(text, [f" {phrase}, "], form)
    rest = replaced(text.split(), phrase.lower().split())
    assert n_places == {"Deep network": 1, "image": 2}.get(phrase, 1)
    expected = tagger.predict(bundle, [" ".join(rest)])[0]
    np.testing.assert_allclose(y_prob, expected, atol=1e-5)


def test_without_phrase_says_what_can_be_read() -> None:
    for text, phrase, expected in (
        ("deep zzz qqq", "zzz", (1, True)),
        ("deep zzz deep", "deep", (2, False)),
        ("zzz", "", (0, False)),
    ):
        n_places, _, is_judged = without(text, [phrase])
        assert (n_places, is_judged) == expected


def test_phrases_are_left_out_together() -> None:
    text = "a deep network for image segmentation"
    _, y_prob, _ = without(text, ["deep network", "network", "image"])
    rest = tagger.predict(make_bundle(), [f"a {GAP} {GAP} for {GAP} segmentation"])[0]
    np.testing.assert_allclose(y_prob, rest, atol=1e-5)
    assert without(text, [])[0] == 0


def test_places_of_a_phrase_may_overlap() -> None:
    n_places, y_prob, _ = without("deep deep deep network", ["deep deep"])
    assert n_places == 2
    rest = tagger.predict(make_bundle(), [f"{GAP} {GAP} {GAP} network"])[0]
    np.testing.assert_allclose(y_prob, rest, atol=1e-5)


def test_a_phrase_has_a_longest_length() -> None:
    longest = "a " * MAX_PHRASE_WORDS
    assert without(longest, [longest])[0] == 1
    with pytest.raises(ConfigError, match=r"up to 20 words\. Received: 21"):
        without_phrases(make_bundle(), longest * 2, [longest + "a"])


@pytest.mark.parametrize("phrase", ["", "...", "not there", "a " * 20])
def test_phrase_that_is_not_there_changes_nothing(phrase: str) -> None:
    n_places, y_prob, _ = without("a deep network", [phrase])
    assert n_places == 0
    expected = tagger.predict(make_bundle(), ["a deep network"])[0]
    np.testing.assert_allclose(y_prob, expected, atol=1e-5)


def test_unknown_label_is_one_sentence() -> None:
    with pytest.raises(BundleError, match="does not know the label 'x'"):
        explain(make_bundle(), "deep", "x")


@settings(max_examples=300)
@given(st.text(st.sampled_from(ALPHABET) | st.characters(), max_size=60))
def test_fuzz_words_are_the_vectorizers_words(text: str) -> None:
    """The tokenizer with places and the fast one agree on any cleaned text."""
    text = normalize_text(text)
    found = words_with_places(text)
    words = split_words([text])
    fast = [words.dictionary[int(code)].as_py() for code in words.codes]
    assert [word for word, _, _ in found] == fast
    ends = 0
    for _, start, end in found:
        assert ends <= start < end <= len(text)
        ends = end

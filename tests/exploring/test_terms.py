"""Tables of terms, against scikit-learn, the model's own vectorizer, and counts by hand."""

from __future__ import annotations

import itertools
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import chi2

from arxivtag.corpus.labels import index_labels
from arxivtag.corpus.tokens import STOP_WORDS
from arxivtag.exploring.terms import (
    MIN_TELLING_COUNT,
    PRIOR_SHARE,
    chi_squared,
    countable,
    evenly_chosen,
    log_odds_z,
    telling_summary,
    telling_terms,
    term_frequency,
    vocabulary_coverage,
    vocabulary_growth,
    zipf,
)
from tests.exploring.papers import all_of, tokens_of

TEXTS = [
    "The cat sat on the mat.",
    "",
    "Cat videos: the cat, again!",
    "  leading and trailing spaces \n",
    "Größe und Öl сеть сеть 図形\tneural-network",
]
word_like = st.text(alphabet="abC .,-\n\tÉ\u00a0сж$<", max_size=30)


def oracle_words(text: str) -> list[str]:
    """The rule of words, written out in Python."""
    lower = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
    bare = text.translate(lower).translate(str.maketrans("", "", string.punctuation))
    for character in "\t\n\v\f\r":
        bare = bare.replace(character, " ")
    return [word for word in bare.split(" ") if word]


def oracle(texts: list[str], ngram: int) -> tuple[list[str], np.ndarray]:
    """scikit-learn's counts by that rule."""

    def analyzer(text: str) -> list[str]:
        words = oracle_words(text)
        if ngram == 1:
            return words
        return [f"{a} {b}" for a, b in itertools.pairwise(words)]

    if not any(map(analyzer, texts)):
        return [], np.zeros((len(texts), 0))
    vectorizer = CountVectorizer(analyzer=analyzer)
    counts = vectorizer.fit_transform(texts).toarray()
    return list(vectorizer.get_feature_names_out()), counts


@pytest.mark.parametrize(("kind", "ngram"), [("words", 1), ("bigrams", 2)])
@given(texts=st.lists(word_like, min_size=1, max_size=8))
def test_counts_are_those_of_scikit_learn(kind: str, ngram: int, texts: list[str]) -> None:
    tokens = tokens_of(texts)
    names, counts = oracle(texts, ngram)
    terms = tokens.terms(kind, np.arange(tokens.n_terms(kind)))
    found = dict(zip(terms, tokens.counts(kind, all_of(tokens)), strict=True))
    assert found == dict(zip(names, counts.sum(axis=0), strict=True))


@pytest.mark.parametrize(("kind", "ngram"), [("words", 1), ("bigrams", 2)])
def test_a_mask_counts_the_selected_texts(kind: str, ngram: int) -> None:
    rows = np.array([True, False, True, False, False])
    tokens = tokens_of(TEXTS)
    frequency = term_frequency(tokens, kind, rows, drop_stop_words=False, n_terms=100)
    names, counts = oracle([TEXTS[0], TEXTS[2]], ngram)
    assert dict(zip(frequency["term"], frequency["count"], strict=True)) == dict(
        zip(names, counts.sum(axis=0), strict=True)
    )
    assert dict(zip(frequency["term"], frequency["papers"], strict=True)) == dict(
        zip(names, (counts > 0).sum(axis=0), strict=True)
    )


def test_term_frequency_by_hand() -> None:
    tokens = tokens_of(TEXTS[:3])
    frequency = term_frequency(tokens, "words", all_of(tokens), n_terms=2)
    assert frequency["term"].tolist() == ["cat", "sat"]
    assert frequency["count"].tolist() == [3, 1]
    assert frequency["papers"].tolist() == [2, 1]
    assert frequency["per_1000_words"].tolist() == pytest.approx([3000 / 11, 1000 / 11])


def test_a_bigram_with_a_stop_word_is_a_stop_term() -> None:
    tokens = tokens_of(["the cat sat down"])
    assert term_frequency(tokens, "bigrams", all_of(tokens))["term"].tolist() == ["cat sat"]
    everything = term_frequency(tokens, "bigrams", all_of(tokens), drop_stop_words=False)
    assert everything["term"].tolist() == ["the cat", "cat sat", "sat down"]


def test_bigrams_do_not_cross_texts() -> None:
    tokens = tokens_of(["a b", "", "c", "d e"])
    found = term_frequency(tokens, "bigrams", all_of(tokens), drop_stop_words=False)
    assert found["term"].tolist() == ["a b", "d e"]


def test_stop_words_are_as_the_token_rule_leaves_them() -> None:
    assert "dont" in STOP_WORDS
    for word in STOP_WORDS:
        assert tokens_of([word]).terms("words", np.array([0])) == [word]


def test_chi_squared_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    counts = rng.poisson(1.0, size=(40, 12))
    inside = rng.random(40) < 0.3
    expected, _ = chi2(counts, inside)
    found = chi_squared(counts[inside].sum(axis=0), counts[~inside].sum(axis=0), inside.mean())
    assert found == pytest.approx(expected)


def test_log_odds_by_hand() -> None:
    # One term 6 times in 100 words inside and 2 times in 200 outside.
    alpha, total = PRIOR_SHARE * 8, PRIOR_SHARE * 300
    a, b = 6 + alpha, 2 + alpha
    delta = np.log(a / (100 + total - a)) - np.log(b / (200 + total - b))
    z = delta / np.sqrt(1 / a + 1 / b)
    assert log_odds_z(np.array([6]), np.array([2]), 100, 200)[0] == pytest.approx(z)


def test_log_odds_changes_sign_with_the_sides() -> None:
    a, b = np.array([6, 1, 3]), np.array([2, 9, 3])
    assert log_odds_z(a, b, 100, 100) == pytest.approx(-log_odds_z(b, a, 100, 100))


@pytest.mark.parametrize("method", ["log_odds", "chi2"])
def test_telling_terms_finds_the_planted_word(method: str) -> None:
    texts = ["robot arm moves common"] * 20 + ["language text reads common"] * 30
    inside = np.arange(50) < 20
    tokens = tokens_of(texts)
    found = telling_terms(tokens, "words", inside, all_of(tokens), method=method, n_terms=3)
    assert set(found["term"]) == {"robot", "arm", "moves"}
    assert found["count_inside"].tolist() == [20] * 3
    assert found["count_outside"].tolist() == [0] * 3
    assert found["rate_inside"].tolist() == [250] * 3
    bigrams = telling_terms(tokens, "bigrams", inside, all_of(tokens), method=method, n_terms=1)
    assert bigrams["term"].tolist() == ["robot arm"]


def test_telling_terms_leaves_rare_terms_out() -> None:
    texts = ["rare"] * (MIN_TELLING_COUNT - 1) + ["planted"] * MIN_TELLING_COUNT + ["other"] * 9
    inside = np.arange(len(texts)) < 2 * MIN_TELLING_COUNT - 1
    found = telling_terms(tokens_of(texts), "words", inside, np.ones(len(texts), dtype=bool))
    assert found["term"].tolist() == ["planted"]


def test_telling_terms_needs_two_sides() -> None:
    tokens = tokens_of(["a robot arm"] * 9)
    assert telling_terms(tokens, "words", all_of(tokens), all_of(tokens)).empty
    assert telling_terms(tokens, "words", np.zeros(9, dtype=bool), all_of(tokens)).empty


def test_telling_summary_has_a_line_a_label() -> None:
    texts = ["robot arm moves"] * 9 + ["language text reads"] * 6
    labels = index_labels([("cs.RO",)] * 9 + [("cs.CL",)] * 6)
    tokens = tokens_of(texts)
    summary = telling_summary(tokens, "words", labels, all_of(tokens), n_terms=2)
    assert summary["label"].tolist() == ["cs.RO", "cs.CL"]
    assert summary["terms"].tolist() == ["robot, arm", "language, text"]


def test_zipf_by_hand() -> None:
    table = zipf(tokens_of(["a a a b b c"]), np.array([True]))
    assert table["rank"].tolist() == [1, 2, 3]
    assert table["count"].tolist() == [3, 2, 1]
    assert table["term"].tolist() == ["a", "b", "c"]


@given(st.lists(word_like, min_size=1, max_size=12), st.data())
def test_vocabulary_growth_as_counted_one_by_one(texts: list[str], data: st.DataObject) -> None:
    rows = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))))
    tokens = tokens_of(texts)
    table = vocabulary_growth(tokens, rows)
    seen: set[str] = set()
    n_words, expected = 0, [(0, 0, 0)]
    for number, row in enumerate(np.flatnonzero(rows), 1):
        words = oracle_words(texts[row])
        seen.update(words)
        n_words += len(words)
        expected.append((number, n_words, len(seen)))
    assert [tuple(line) for line in table.to_numpy().tolist()] == expected


def test_many_words_are_counted_in_evenly_chosen_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = tokens_of(["one two"] * 100)
    half, most = np.arange(100) < 50, np.arange(100) < 95
    assert countable(tokens, half) is half
    monkeypatch.setattr("arxivtag.exploring.terms.MOST_WORDS", 20)
    thinned = countable(tokens, half)
    assert np.flatnonzero(thinned).tolist() == list(range(0, 50, 5))  # 10 papers, 20 words
    assert countable(tokens, most) is most  # the other five are quickly counted
    assert evenly_chosen(tokens, most).sum() == 10
    few = np.arange(100) < 10
    assert countable(tokens, few) is few
    nobody = np.zeros(100, dtype=bool)
    assert not evenly_chosen(tokens, nobody).any()
    monkeypatch.setattr("arxivtag.exploring.terms._N_RUNS", 2)
    in_runs = evenly_chosen(tokens, half)  # 2 runs of 5 papers, 20 words
    assert np.flatnonzero(in_runs).tolist() == [*range(5), *range(25, 30)]


def test_coverage_by_hand() -> None:
    # Words a 3, b 2, c 1; bigrams "a a" 2, "a b", "b b", "b c" 1 each.
    words = vocabulary_coverage(tokens_of(["a a a b b c"]), np.array([True]), ngrams=1)
    assert words.share(1) == 3 / 6
    assert words.share(2) == 5 / 6
    assert words.share(100) == 1
    assert (words.lowest_count(2), words.lowest_count(100)) == (2, 1)
    both = vocabulary_coverage(tokens_of(["a a a b b c"]), np.array([True]), ngrams=2)
    assert both.n_occurrences == 11
    assert both.share(1) == 3 / 11
    curve = both.curve()
    assert curve["max_tokens"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert curve["share"].iloc[-1] == 1


def test_long_curves_are_thinned_but_keep_their_ends() -> None:
    table = zipf(tokens_of([" ".join(f"w{i}" for i in range(5000))]), np.array([True]))
    assert len(table) <= 202
    assert (table["rank"].iloc[0], table["rank"].iloc[-1]) == (1, 5000)


@pytest.mark.parametrize("texts", [[], [""], ["...", " \n"]])
def test_no_word_at_all(texts: list[str]) -> None:
    tokens = tokens_of(texts)
    assert len(tokens) == len(texts)
    everything = all_of(tokens)
    assert term_frequency(tokens, "bigrams", everything).empty
    assert zipf(tokens, everything).empty
    assert vocabulary_growth(tokens, everything)["distinct_words"].max() == 0
    coverage = vocabulary_coverage(tokens, everything)
    assert (coverage.share(10), coverage.lowest_count(10)) == (0, 0)
    assert coverage.curve().empty


def test_other_alphabets_are_words_too() -> None:
    frequency = term_frequency(tokens_of(["сеть сеть 図形"]), "words", np.array([True]))
    assert frequency["term"].tolist() == ["сеть", "図形"]

"""Near-duplicates are those that a comparison of all pairs finds."""

from __future__ import annotations

import random
import re
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arxivtag.corpus import near
from tests.loading import near_duplicate_groups

WORDS = [f"word{i}" for i in range(400)]


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[^\W_]+", text.lower())
    if not words:
        return set()
    return {tuple(words[i : i + 3]) for i in range(max(len(words) - 2, 1))}


def all_pairs(texts: list[str], similarity: float) -> list[int]:
    """Return groups by comparing all pairs of texts, slowly and surely."""
    sets = [shingles(text) for text in texts]
    groups = list(range(len(texts)))
    for i, first in enumerate(sets):
        for j in range(i):
            second = sets[j]
            if first and second and len(first & second) / len(first | second) >= similarity:
                old, new = max(groups[i], groups[j]), min(groups[i], groups[j])
                groups = [new if group == old else group for group in groups]
    return groups


def some_texts(n: int, seed: int) -> list[str]:
    """Return texts of which about half are altered copies of earlier ones."""
    rng = random.Random(seed)
    texts: list[str] = []
    for _ in range(n):
        if texts and rng.random() < 0.5:
            words = rng.choice(texts).split()
            for _ in range(rng.choice([0, 1, 2, 5, 12])):
                words[rng.randrange(len(words))] = rng.choice(WORDS)
            texts.append(" ".join(words))
        else:
            texts.append(" ".join(rng.choices(WORDS, k=rng.randint(40, 120))))
    return texts


@pytest.mark.parametrize("similarity", [0.5, 0.65, 0.8, 0.95, 1.0])
def test_agrees_with_all_pairs(similarity: float) -> None:
    texts = some_texts(150, seed=int(similarity * 100))
    expected = all_pairs(texts, similarity)
    assert len(set(expected)) < 150
    assert near_duplicate_groups(texts, similarity).tolist() == expected


@pytest.mark.parametrize("n", [1, 7, 149, 150])
def test_groups_do_not_depend_on_how_many_rows_are_taken_at_once(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["", *some_texts(149, seed=3), ""]
    expected = near_duplicate_groups(texts, 0.7).tolist()
    monkeypatch.setattr(near, "_ROWS_AT_ONCE", n)
    assert near_duplicate_groups(texts, 0.7).tolist() == expected


def test_signatures_are_not_all_python_numbers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "_ROWS_AT_ONCE", 100)
    texts = [f"abstract number {i}" for i in range(3000)]  # 3,000 x 126 numbers: 15 MB
    near_duplicate_groups(texts[:200], 0.8)  # imports what it needs
    tracemalloc.start()
    near_duplicate_groups(texts, 0.8)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_case_punctuation_and_space_do_not_matter() -> None:
    texts = ["We propose a method.", "unrelated words only here", "we PROPOSE -- a\nmethod!"]
    assert near_duplicate_groups(texts, 1.0).tolist() == [0, 1, 0]


def test_empty_texts_are_alike_to_nothing() -> None:
    assert near_duplicate_groups(["", "", "...", "a b c", "a b c"], 0.8).tolist() == [0, 1, 2, 3, 3]


def test_short_texts_are_alike_only_if_equal() -> None:
    texts = ["one", "two", "one", "one two", "two one", "one two"]
    assert near_duplicate_groups(texts, 0.5).tolist() == [0, 1, 0, 3, 4, 3]


def test_groups_are_joined_through_a_third() -> None:
    words = WORDS[:100]
    texts = [" ".join(words[start : start + 90]) for start in (0, 5, 10)]
    # Shingles shared: 83 of 93 between neighbours (0.89), 78 of 98 between the outer two (0.80).
    assert near_duplicate_groups(texts, 0.85).tolist() == [0, 0, 0]
    assert near_duplicate_groups([texts[0], texts[2]], 0.85).tolist() == [0, 1]


@pytest.mark.parametrize("texts", [[], ["one text"]])
def test_nothing_to_compare(texts: list[str]) -> None:
    assert near_duplicate_groups(texts, 0.8).tolist() == list(range(len(texts)))


@given(st.lists(st.text(max_size=40), max_size=8), st.floats(0.5, 1.0))
@settings(max_examples=150, deadline=None)
def test_any_texts(texts: list[str], similarity: float) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    groups = near_duplicate_groups(texts, similarity)
    assert groups.shape == (len(texts),)
    assert (groups <= np.arange(len(texts))).all()
    assert (groups[groups] == groups).all()


def test_same_boilerplate_everywhere_stays_quick() -> None:
    texts = ["this paper has been withdrawn by its author"] * 20_000
    started = time.process_time()
    assert not near_duplicate_groups(texts, 0.8).any()
    assert time.process_time() - started < 10

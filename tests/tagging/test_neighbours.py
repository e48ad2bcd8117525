"""Similar papers: cosines by hand and against dense numpy."""

from __future__ import annotations

import numpy as np
import pytest

from arxivtag.learning.features import SparseRows
from arxivtag.tagging import neighbours
from arxivtag.tagging.neighbours import build_index
from arxivtag.tagging.tagger import similar_papers
from tests.tagging.models import invented_texts, make_bundle


def rows_of(dense: np.ndarray) -> SparseRows:
    places = np.nonzero(dense)
    indptr = np.concatenate([[0], np.cumsum((dense != 0).sum(axis=1))]).astype(np.int64)
    return SparseRows(
        indptr, places[1].astype(np.int32), dense[places].astype(np.float32), dense.shape[1]
    )


def test_cosines_equal_dense_ones() -> None:
    source = np.random.default_rng(0)
    dense = source.random((30, 40)) * (source.random((30, 40)) < 0.3)
    dense[7] = 0
    index = build_index(rows_of(dense), ["t"] * 30, [("a",)] * 30)
    query = source.random((1, 40)) * (source.random((1, 40)) < 0.3)
    norms = np.linalg.norm(dense, axis=1)
    expected = dense @ query[0] / np.where(norms, norms, 1) / np.linalg.norm(query)
    # Weights have 8 bits.
    np.testing.assert_allclose(index.similarities(rows_of(query)), expected, atol=0.01)


def test_only_the_strongest_terms_stay(monkeypatch: object) -> None:
    dense = np.array([[1.0, 5, 4, 3], [0, 0, 2, 0]])
    original = neighbours.TERMS_PER_PAPER
    try:
        neighbours.TERMS_PER_PAPER = 2
        index = build_index(rows_of(dense), ["x", "y"], [("a",), ("b",)])
    finally:
        neighbours.TERMS_PER_PAPER = original
    assert index.indptr.tolist() == [0, 2, 3]
    assert index.indices.tolist() == [1, 2, 2]
    # 5 and 4 scaled to length one: 0.781 and 0.625, times 255.
    assert index.weights.tolist() == [199, 159, 255]


def test_of_many_papers_an_even_sample_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "MAX_PAPERS", 4)
    monkeypatch.setattr(neighbours, "_BLOCK_PAPERS", 3)
    titles, labels = [f"Paper {i}" for i in range(10)], [(f"l{i}",) for i in range(10)]
    index = build_index(rows_of(np.eye(10)), titles, labels)
    assert index.indptr.tolist() == [0, 1, 2, 3, 4]
    assert index.indices.tolist() == [0, 2, 5, 7]
    assert [index.paper(i, 0.5).title for i in range(4)] == [
        "Paper 0", "Paper 2", "Paper 5", "Paper 7",
    ]  # fmt: skip
    assert index.paper(3, 0.5).labels == ("l7",)


def test_an_index_of_no_papers() -> None:
    index = build_index(rows_of(np.zeros((0, 3))), [], [])
    assert index.nearest(rows_of(np.ones((1, 3))), 5) == ()


def test_a_training_paper_finds_itself() -> None:
    bundle = make_bundle("tuned", with_neighbours=True)
    texts = invented_texts(80)
    found = similar_papers(bundle, texts[17], k=3)
    assert len(found) == 3
    assert found[0].title == "Paper 17"
    assert found[0].similarity > 0.98
    assert found[0].labels == ("cs.LG", "cs.CV")
    assert found[0].similarity >= found[1].similarity >= found[2].similarity


def test_nothing_similar_is_nothing() -> None:
    bundle = make_bundle("tuned", with_neighbours=True)
    assert similar_papers(bundle, "zzz") == ()
    assert similar_papers(bundle, "") == ()
    assert similar_papers(make_bundle("tuned"), "deep network") == ()
    assert len(similar_papers(bundle, "deep network", k=10_000)) <= 80


def test_titles_become_one_line() -> None:
    index = build_index(rows_of(np.ones((1, 2))), ["a\nb\x1ec\x1f\ud800" + "x" * 900], [()])
    paper = index.paper(0, 0.5)
    assert paper.title.startswith("a b c ?x")
    assert len(paper.title) == 500
    assert paper.labels == ()

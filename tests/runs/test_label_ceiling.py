"""Pairs of papers that tell how far labels agree: near-duplicates, retitled papers, neighbours."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from arxivtag.corpus.labels import with_current_names
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.learning.ceiling import agreement
from arxivtag.runs import evaluating
from arxivtag.runs.preparing import prepare
from arxivtag.settings import CleaningConfig, RunConfig

WORDS = [f"word{number}" for number in range(400)]


def abstract(seed: int) -> list[str]:
    return random.Random(seed).choices(WORDS, k=60)


def corpus_of(home: Path, papers: list[tuple[str, list[str], list[str]]]) -> Corpus:
    lines = [
        json.dumps({"title": title, "abstract": " ".join(words), "labels": labels})
        for title, words, labels in papers
    ]
    path = home / "papers.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines))
    return open_corpus(str(path), home)


def test_near_duplicates_and_retitled_papers_are_pairs_and_copies_are_not(home: Path) -> None:
    near = [*abstract(1)[:-2], "another", "end"]
    corpus = corpus_of(
        home,
        [
            ("One", abstract(1), ["cs.LG", "cs.CV"]),
            ("Near one", near, ["cs.LG"]),
            ("Two", abstract(2), ["math.IT"]),
            ("Two under another title", abstract(2), ["cs.IT", "unheard-of"]),
            ("Three", abstract(3), ["cs.LG"]),
            ("Three", abstract(3), ["cs.CV"]),  # a copy of the record
            ("Four", abstract(4), ["cs.LG"]),
            ("Four again", abstract(4), ["unheard-of"]),  # no label that the model knows
            *((f"Other {n}", abstract(10 + n), ["cs.LG"]) for n in range(10)),
        ],
    )
    labels = with_current_names(corpus.labels)
    has_label = evaluating.label_matrix(labels, ("cs.LG", "cs.CV", "cs.IT"))
    found = evaluating.near_twins(corpus, has_label)
    pairs = sorted(zip(found.n_first, found.n_second, found.n_both, strict=True))
    assert pairs == [(1, 1, 1), (2, 1, 1)]
    assert len(set(found.groups.tolist())) == 2
    assert max(found.similarity) == 1
    assert agreement(found).value == pytest.approx(2 * 2 / 5)  # type: ignore[union-attr]


def test_neighbours_are_the_most_similar_training_papers(home: Path) -> None:
    # Of each of 40 texts there are three versions, far enough from each other to be split.
    papers = []
    for number in range(120):
        kind = number % 40
        words = abstract(kind)[:24] + abstract(1000 + number)[:36]
        papers.append((f"Title {number}", words, [f"label{kind % 4}"]))
    corpus = corpus_of(home, papers)
    features = prepare(corpus, RunConfig())
    found = evaluating.neighbour_twins(features)
    assert len(found) == len(features.test)
    assert found.n_both.tolist() == [1] * len(found)  # the nearest is another of its kind
    evaluated = evaluating.label_ceiling(corpus, CleaningConfig(), features)
    assert evaluated["low"] is None
    assert evaluated["n_groups"] == 0
    assert evaluated["neighbours"]["agreement"] == 1
    assert json.loads(json.dumps(evaluated)) == evaluated

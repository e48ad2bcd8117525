"""The store gives the figures that papers in memory give, whatever the papers."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from arxivtag.corpus import tokens, writing_tokens
from arxivtag.corpus.store import open_corpus
from tests.corpus.comparison import (
    in_memory,
    is_equal,
    new_figures,
    old_figures,
    papers_are_equal,
)

LABELS = ("cs.LG", "cs.IT", "math.IT", "cmp-lg", "I.2.6", "68T05", "robots", "stat.ML")


def write_untidy(path: Path, n_papers: int, seed: int) -> None:
    """Write papers of which many repeat a title, an abstract or most of one, or lack something."""
    chance = random.Random(seed)
    words = [f"word{number}" for number in range(300)] + [
        "the",
        "of",
        "neural",
        "network",
        "survey",
    ]
    abstracts: list[str] = ["", "  ", "...", "..."]
    lines = []
    for number in range(n_papers):
        abstract = " ".join(chance.choices(words, k=chance.randint(1, 60)))
        if abstracts and chance.random() < 0.4:
            abstract = chance.choice(abstracts)
            if chance.random() < 0.6:
                pieces = abstract.split()
                pieces[chance.randrange(len(pieces) + 1) :][:1] = []
                abstract = " ".join([*pieces, chance.choice(words), chance.choice("\u00e9\x0bA,")])
        abstracts.append(abstract)
        title = chance.choice(["", "Editorial", f"Title {number // 3}", f"Title {number}"])
        labels = chance.sample(LABELS, k=chance.choice([0, 1, 1, 2, 2, 3]))
        lines.append({"title": title, "abstract": abstract, "labels": labels})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def assert_same_figures(source: str, home: Path) -> None:
    stored, corpus = open_corpus(source, home), in_memory(source, home)
    old, new = dict(old_figures(corpus)), dict(new_figures(stored))
    assert old.keys() == new.keys()
    assert [name for name in old if not is_equal(old[name], new[name])] == []
    assert papers_are_equal(corpus, stored, [stored.n_papers - 1, 0, 7])


def test_the_sample(tmp_path: Path) -> None:
    assert_same_figures("sample", tmp_path)


@pytest.mark.parametrize("seed", range(4))
def test_untidy_papers(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Small parts, so that what goes on between them is seen.
    monkeypatch.setattr(writing_tokens, "_TOKENS_PER_ROUND", 700)
    monkeypatch.setattr(writing_tokens, "_TOKENS_AT_ONCE", 500)
    monkeypatch.setattr(tokens, "_TOKENS_AT_ONCE", 300)
    monkeypatch.setattr("arxivtag.corpus.staging.ROWS_PER_BATCH", 64)
    monkeypatch.setattr("arxivtag.papers.reading.records._ROWS_PER_BATCH", 50)
    path = tmp_path / "untidy.jsonl"
    write_untidy(path, 400, seed)
    assert_same_figures(str(path), tmp_path)

"""Small corpora for the tests of this room, in folders that go with them."""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from arxivtag.corpus.arrays import Rows
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.corpus.tokens import Tokens, map_tokens, write_tokens

Paper = tuple[str, str, Sequence[str]]


def corpus_of(*papers: Paper, dates: Sequence[str] = ()) -> Corpus:
    """Ingest papers given as ``(title, abstract, labels)``, of these dates if any."""
    folder = Path(tempfile.mkdtemp())
    path = folder / "papers.jsonl"
    lines = [dict(zip(("title", "abstract", "labels"), paper, strict=True)) for paper in papers]
    for line, date in zip(lines, dates, strict=False):
        line["date"] = date
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    corpus = open_corpus(str(path), folder)
    weakref.finalize(corpus, shutil.rmtree, folder)
    return corpus


def all_of(tokens: Tokens) -> Rows:
    """Select every paper."""
    return np.ones(len(tokens), dtype=bool)


def tokens_of(texts: Sequence[str]) -> Tokens:
    """Write the words of texts as an ingest does, and open them."""
    folder = Path(tempfile.mkdtemp())
    write_tokens(folder, [list(texts)])
    tokens = map_tokens(folder)
    weakref.finalize(tokens, shutil.rmtree, folder)
    return tokens

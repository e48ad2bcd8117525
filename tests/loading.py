"""Papers through the corpus store, in memory: for tests that look at a few of them."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from arxivtag.callbacks import never
from arxivtag.corpus import texts
from arxivtag.corpus.cleaning import CleaningReport, clean_rows
from arxivtag.corpus.near import SignatureWriter
from arxivtag.corpus.splits import SplitReport, split_rows
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.papers.labels import LabelReading
from arxivtag.papers.schema import FIELDS, LABELS, NOTHING_SAID, Layout, ReadReport
from arxivtag.settings import CleaningConfig, SplitConfig


@dataclass(frozen=True)
class Loaded:
    """The papers of a source, and what the store says of them."""

    source: str
    name: str
    papers: pd.DataFrame
    fingerprint: str
    synthetic: bool
    report: ReadReport
    labels_read: LabelReading


@dataclass(frozen=True)
class CleanPapers:
    """The papers that cleaning kept, their positions, and the report."""

    papers: pd.DataFrame
    report: CleaningReport
    rows: np.ndarray


@dataclass(frozen=True)
class SplitPapers:
    """Papers divided in three, and each one's side."""

    train: pd.DataFrame
    val: pd.DataFrame
    test: pd.DataFrame
    report: SplitReport
    sides: np.ndarray


def load(source: str, *, layout: Layout = NOTHING_SAID, home: Path | None = None) -> Loaded:
    """Return the papers of a source; without a home, the corpus is in one that goes again."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = open_corpus(source, home or Path(folder), layout=layout)
        report = corpus.report
        return Loaded(
            source,
            corpus.name,
            papers_of(corpus),
            corpus.fingerprint,
            report.synthetic,
            report.read,
            report.labels_read,
        )


def papers_of(corpus: Corpus) -> pd.DataFrame:
    """Return all papers of a corpus."""
    everything = np.ones(corpus.n_papers, dtype=bool)
    frame: pd.DataFrame = pa.concat_tables(texts.batches(corpus, everything, FIELDS)).to_pandas()
    frame[LABELS] = frame[LABELS].map(tuple)
    return frame


def ingested(papers: pd.DataFrame, folder: str) -> Corpus:
    """Return a corpus of the papers in a table."""
    path = Path(folder) / "papers.jsonl"
    dated = [name for name in ("id", "created") if name in papers]
    rows = papers[[*FIELDS, *dated]].to_dict("records")
    lines = (json.dumps({**row, LABELS: [*row[LABELS]]}) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines))
    return open_corpus(str(path), Path(folder))


def clean(papers: pd.DataFrame, config: CleaningConfig | None = None) -> CleanPapers:
    """Return what cleaning keeps of a table of papers."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = ingested(papers, folder)
        cleaned = clean_rows(corpus, config)
        kept = papers_of(corpus).iloc[cleaned.rows].reset_index(drop=True)
        kept[LABELS] = pd.Series(cleaned.labels.lists(cleaned.rows), dtype=object)
        return CleanPapers(kept, cleaned.report, cleaned.rows)


# Nothing is cleaned, but that a paper has an abstract and labels.
AS_THEY_STAND = CleaningConfig(drop_duplicate_titles=False, rare_combinations="keep")


def split(
    papers: pd.DataFrame, config: SplitConfig | None = None, random_seed: int = 42
) -> SplitPapers:
    """Return a table of papers divided in three."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = ingested(papers, folder)
        parts = split_rows(corpus, clean_rows(corpus, AS_THEY_STAND), config, random_seed)
        sides = [papers.iloc[parts.of(side)].reset_index(drop=True) for side in range(3)]
        return SplitPapers(*sides, parts.report, parts.sides)


def near_duplicate_groups(abstracts: list[str], similarity: float) -> np.ndarray:
    """Return (n,) the first position of each abstract's group of near-duplicates."""
    with tempfile.TemporaryDirectory() as folder:
        writer = SignatureWriter(Path(folder), len(abstracts))
        writer.add(abstracts)
        pairs = writer.pairs(np.ones(len(abstracts), dtype=bool), never)
        groups = pairs.components(len(abstracts), similarity)
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    return np.asarray(first[group])

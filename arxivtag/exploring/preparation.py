"""What cleaning and splitting did, as tables: the funnel, the splits, their label balance."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd

from arxivtag.exploring.labels import index_labels, label_counts, label_frequency
from arxivtag.papers.cleaning import CleaningReport
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE

SPLIT_NAMES = ("train", "val", "test")


def cleaning_funnel(report: CleaningReport, n_rows: int) -> pd.DataFrame:
    """Return one line per step: ``step``, ``papers`` (left after it), ``removed``, ``reason``.

    Args:
        report: What cleaning did.
        n_rows: Rows before the first step, which make the first line.
    """
    lines: list[tuple[str, int, int, str]] = [("rows read", n_rows, 0, "")]
    lines += [(step.rule, step.n_after, step.n_removed, step.reason) for step in report.steps]
    return pd.DataFrame(lines, columns=["step", "papers", "removed", "reason"])


def split_sizes(splits: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one line per split: ``split``, ``papers``, ``share``, ``labels``, ``mean_labels``.

    ``labels`` is the number of distinct labels in it.
    """
    total = sum(len(papers) for papers in splits.values())
    lines = []
    for name, papers in splits.items():
        labels = papers[LABELS].tolist()
        n_labels = len({label for item in labels for label in item})
        mean = float(np.mean([len(item) for item in labels])) if labels else 0.0
        lines.append((name, len(papers), len(papers) / max(total, 1), n_labels, mean))
    return pd.DataFrame(lines, columns=["split", "papers", "share", "labels", "mean_labels"])


def label_balance(splits: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one line per label: how many papers of each split carry it, and what share.

    Args:
        splits: Papers under ``train``, ``val`` and ``test``.

    Returns:
        ``label``, ``name``, ``papers``, then ``train``, ``val``, ``test`` (papers) and
        ``train_share``, ``val_share``, ``test_share``; most frequent label first.
    """
    everything = [labels for name in SPLIT_NAMES for labels in splits[name][LABELS]]
    index = index_labels(everything)
    owner = np.repeat(np.arange(len(SPLIT_NAMES)), [len(splits[name]) for name in SPLIT_NAMES])
    frame = label_frequency(index)[["label", "name", "papers"]]
    for i, name in enumerate(SPLIT_NAMES):
        frame[name] = label_counts(index, owner == i)
    for name in SPLIT_NAMES:
        frame[f"{name}_share"] = frame[name] / max(len(splits[name]), 1)
    return frame


def papers_table(papers: pd.DataFrame) -> pd.DataFrame:
    """Return papers as a table to save, which :func:`arxivtag.papers.sources.load` reads again.

    The labels become a JSON list in one cell, since a label may hold spaces and commas.
    """
    return pd.DataFrame(
        {
            TITLE: papers[TITLE].to_numpy(),
            ABSTRACT: papers[ABSTRACT].to_numpy(),
            LABELS: [json.dumps(list(labels), ensure_ascii=False) for labels in papers[LABELS]],
        }
    )

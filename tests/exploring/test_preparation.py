"""Tables of what cleaning and splitting did."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.labels import index_labels
from arxivtag.exploring.preparation import (
    cleaning_funnel,
    label_balance,
    papers_tables,
    split_sizes,
)
from arxivtag.papers.labels import LabelFormat, split_labels
from tests.exploring.papers import corpus_of

LABELS = index_labels([("x", "y"), ("x",), ("x",), ("z",)])
SPLITS = {"train": np.array([0, 1]), "val": np.array([2]), "test": np.array([3])}


def test_funnel_begins_with_the_rows_read_and_ends_with_the_rows_kept() -> None:
    corpus = corpus_of(("A", "a", ("x",)), ("A", "b", ("x",)), ("B", "c", ("x",)))
    report = clean_rows(corpus).report
    funnel = cleaning_funnel(report)
    assert funnel["step"].tolist()[0] == "rows read"
    assert funnel["papers"].iloc[0] == 3
    assert funnel["papers"].iloc[-1] == report.n_after == 2
    assert funnel["removed"].sum() == 1
    assert (funnel["papers"].shift().iloc[1:] - funnel["removed"].iloc[1:]).tolist() == funnel[
        "papers"
    ].iloc[1:].tolist()


def test_split_sizes() -> None:
    table = split_sizes(LABELS, SPLITS)
    assert table["split"].tolist() == ["train", "val", "test"]
    assert table["papers"].tolist() == [2, 1, 1]
    assert table["share"].tolist() == [0.5, 0.25, 0.25]
    assert table["labels"].tolist() == [2, 1, 1]
    assert table["mean_labels"].tolist() == [1.5, 1, 1]


def test_label_balance() -> None:
    table = label_balance(LABELS, SPLITS).set_index("label")
    assert table.index.tolist() == ["x", "y", "z"]
    assert table.loc["x", ["papers", "train", "val", "test"]].tolist() == [3, 2, 1, 0]
    assert table.loc["x", ["train_share", "val_share", "test_share"]].tolist() == [1, 1, 0]
    assert table.loc["y", "train_share"] == 0.5


def test_saved_papers_can_be_read_again() -> None:
    corpus = corpus_of(
        ("Z", "another", ("x",)), ("A, B", 'a "quoted"\nline', ("I.2.6; I.4.9", "cs.LG"))
    )
    (part,) = papers_tables(corpus, np.array([False, True]))
    again = pd.read_csv(io.StringIO(part.to_csv(index=False)))
    assert again["title"].tolist() == ["A, B"]
    assert again["abstract"].tolist() == ['a "quoted"\nline']
    cell = again["labels"].iloc[0]
    assert split_labels(cell, LabelFormat()) == ("I.2.6; I.4.9", "cs.LG")

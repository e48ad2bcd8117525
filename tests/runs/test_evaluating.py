"""evaluate_model: which rows count, and that it decides as tagging does."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd

from arxivtag.learning.headline import remarks
from arxivtag.learning.thresholds import Thresholds
from arxivtag.papers import sources
from arxivtag.runs.evaluating import evaluate_model
from arxivtag.tagging import tagger
from arxivtag.tagging.bundle import load_bundle, save_bundle
from tests.tagging.models import LABELS, make_bundle


def test_evaluation_counts_the_labels_that_tagging_gives(tmp_path: Path) -> None:
    model = tmp_path / "model"
    low = Thresholds("global", np.full(len(LABELS), 0.01, np.float32))
    save_bundle(dataclasses.replace(make_bundle(), thresholds=low), model)
    abstracts = ["deep network", "zzz qqq", "", "  ", "graph kernels with convex loss"]
    data = tmp_path / "papers.csv"
    pd.DataFrame(
        {"title": list("abcde"), "abstract": abstracts, "labels": ["['cs.CV']"] * 5}
    ).to_csv(data, index=False)

    found = evaluate_model(str(model), str(data))

    bundle = load_bundle(model)
    tags = tagger.tag_papers(bundle, sources.load_texts(str(data)).frame)
    given = [len(paper) for paper, text in zip(tags, abstracts, strict=True) if text.strip()]
    assert given[1] == 0
    assert found["n_samples"] == 3
    assert found["labels_per_paper"] == np.mean(given)
    assert found["share_without_label"] == np.mean([n == 0 for n in given])
    # Nor does any other threshold give a label to what cannot be read.
    assert max(found["threshold_grid"]["labels_per_paper"]) <= len(LABELS) * 2 / 3
    assert found["top_k_grid"]["labels_per_paper"][0] == np.float64(2 / 3).round(4)
    assert found["n_without_abstract"] == 2
    assert "2 rows without an abstract are left out." in remarks(found)

"""evaluate_model: which rows count, and that it decides as tagging does."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from arxivtag.errors import DataError
from arxivtag.learning.headline import headline_text, remarks
from arxivtag.learning.thresholds import Thresholds
from arxivtag.papers import sources
from arxivtag.runs.evaluating import evaluate_model
from arxivtag.tagging import tagger
from arxivtag.tagging.loading import load_bundle
from arxivtag.tagging.saving import save_bundle
from arxivtag.tagging.scope import Scope
from tests.tagging.models import LABELS, make_bundle


@pytest.fixture(autouse=True)
def _home(home: Path) -> None:
    """Papers are ingested into a home folder of the test's own."""


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


def test_texts_that_cannot_be_judged_get_no_label_and_are_counted(tmp_path: Path) -> None:
    scope = Scope(np.arange(1, dtype=np.uint32), np.ones(1, np.float16), (8,), (9.0,))
    low = Thresholds("global", np.full(len(LABELS), 0.01, np.float32))
    bundle = dataclasses.replace(make_bundle(), thresholds=low)
    data = tmp_path / "papers.csv"
    pd.DataFrame(
        {"abstract": ["deep network of graph kernels"] * 2, "labels": ["cs.CV"] * 2}
    ).to_csv(data, index=False)
    for name, one, doubted in (
        ("a", bundle, 0),
        ("b", dataclasses.replace(bundle, scope=scope), 2),
    ):
        save_bundle(one, tmp_path / name)
        found = evaluate_model(str(tmp_path / name), str(data))
        assert sum(found["not_sure"].values()) == doubted
        assert found["share_without_label"] == doubted / 2
        tags = tagger.tag_papers(one, sources.load_texts(str(data)).frame)
        assert sum(map(len, tags)) == round(2 * found["labels_per_paper"])
    assert any("cannot judge get no label" in said for said in remarks(found))


def evaluated(
    folder: Path, labels: list[str], label_names: tuple[str, ...] = LABELS
) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    model, data = folder / "model", folder / "papers.csv"
    save_bundle(dataclasses.replace(make_bundle(), label_names=label_names), model)
    pd.DataFrame({"abstract": ["deep network"] * len(labels), "labels": labels}).to_csv(
        data, index=False
    )
    return evaluate_model(str(model), str(data))


def test_unknown_labels_are_listed_by_count(tmp_path: Path) -> None:
    found = evaluated(tmp_path, ["cs.CV hep-xx.A", "cs.CV hep-xx.B", "hep-xx.B"])
    assert found["n_unknown_labels"] == 3
    assert found["unknown_labels"] == {"hep-xx.B": 2, "hep-xx.A": 1}
    assert "The most frequent of them: hep-xx.B (2), hep-xx.A (1)." in headline_text(found)
    none = evaluated(tmp_path / "none", ["cs.CV"])
    assert none["unknown_labels"] == {}
    assert "most frequent of them" not in headline_text(none)


def test_papers_of_which_no_label_is_known_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="knows no label of these papers") as refused:
        evaluated(tmp_path, ["['Machine Learning']", "['Machine Learning', 'Whales']"])
    assert ": Machine Learning (2), Whales (1)." in refused.value.message
    assert "Did you mean cs.LG for Machine Learning?" in str(refused.value.hint)
    with pytest.raises(DataError, match="knows no label of these papers") as refused:
        evaluated(tmp_path / "whales", ["['Whales']"])
    assert f"such as {LABELS[0]}" in str(refused.value.hint)
    with pytest.raises(DataError, match="have no labels to compare with"):
        evaluated(tmp_path / "nothing", ["[]"])


@pytest.mark.parametrize(
    ("written", "known"), [("math.IT", "cs.IT"), ("cs.IT", "math.IT"), ("cmp-lg", "cs.CL")]
)
def test_the_other_name_of_an_area_is_no_unknown_label(
    written: str, known: str, tmp_path: Path
) -> None:
    label_names = (known, *LABELS[1:])
    found = evaluated(tmp_path, [written] * 3, label_names)
    same = evaluated(tmp_path / "same", [known] * 3, label_names)
    assert (found["n_unknown_labels"], found["unknown_labels"]) == (0, {})
    assert found["micro_f1"] == same["micro_f1"]
    assert found["per_label"] == same["per_label"]

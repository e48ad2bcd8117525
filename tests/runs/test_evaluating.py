"""evaluate_model: which rows count, and that it decides as tagging does."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import threadpoolctl

from arxivtag import locks
from arxivtag.callbacks import OnProgress, unheard
from arxivtag.config import PRETRAINED_PATH, corpora_folder, home_folder
from arxivtag.corpus import store
from arxivtag.errors import DataError, StorageError
from arxivtag.learning import evaluation
from arxivtag.learning.headline import headline_text, remarks
from arxivtag.learning.thresholds import Thresholds
from arxivtag.papers import sources
from arxivtag.papers.schema import Layout
from arxivtag.runs.evaluating import evaluate_model
from arxivtag.tagging import many, parts, tagger
from arxivtag.tagging.loading import load_bundle
from arxivtag.tagging.saving import save_bundle
from arxivtag.tagging.scope import Scope
from tests.tagging.models import LABELS, make_bundle
from tests.tagging.test_many import Here


@pytest.fixture(autouse=True)
def _home(home: Path) -> None:
    """Papers are ingested into a home folder of the test's own."""


def evaluate(
    model: str, data: str, pool: parts.Pool | None = None, progress: OnProgress = unheard
) -> dict[str, Any]:
    """The evaluation, by threads of this process unless there is a pool."""
    with parts.local_pool(None) as threads:
        return evaluate_model(model, data, home_folder(), Layout(), progress, pool or threads)


def test_evaluation_counts_the_labels_that_tagging_gives(tmp_path: Path) -> None:
    model = tmp_path / "model"
    low = Thresholds("global", np.full(len(LABELS), 0.01, np.float32))
    save_bundle(dataclasses.replace(make_bundle(), thresholds=low), model)
    abstracts = ["deep network", "zzz qqq", "", "  ", "graph kernels with convex loss"]
    data = tmp_path / "papers.csv"
    pd.DataFrame(
        {"title": list("abcde"), "abstract": abstracts, "labels": ["['cs.CV']"] * 5}
    ).to_csv(data, index=False)

    found = evaluate(str(model), str(data))

    bundle = load_bundle(model)
    tags = tagger.tag(bundle, tagger.frame_texts(bundle, sources.load_texts(str(data)).frame))
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
        found = evaluate(str(tmp_path / name), str(data))
        assert sum(found["not_sure"].values()) == doubted
        assert found["share_without_label"] == doubted / 2
        tags = tagger.tag(one, tagger.frame_texts(one, sources.load_texts(str(data)).frame))
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
    return evaluate(str(model), str(data))


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


def kept_parts(home: Path) -> list[Path]:
    return list(corpora_folder(home).glob("*.prepared/scores-*/*.part"))


def test_whoever_works_the_figures_are_the_same_and_what_broke_off_goes_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ROWS_PER_PART", 300)
    expected = evaluate("pretrained", "sample")
    assert not list(corpora_folder(home).glob("*.prepared/scores-*/"))
    with pytest.raises(KeyboardInterrupt):
        evaluate("pretrained", "sample", pool=parts.Pool(Here(fails_at=5), 1))
    kept = len(kept_parts(home))
    assert kept > 0
    again = Here()
    said: list[tuple[str, float | None]] = []
    found = evaluate(
        "pretrained",
        "sample",
        progress=lambda *now: said.append(now),
        pool=parts.Pool(again, 1),
    )
    assert again.n == 7 - kept
    assert found == expected
    assert said[-1] == ("Papers judged: 2,000", 1.0)
    assert not kept_parts(home)


def test_figures_are_summed_in_one_thread_so_that_they_are_the_same_to_the_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_threads: set[int] = set()
    whole = evaluation.evaluate_bundle

    def looked_at(*words: Any, **more: Any) -> dict[str, Any]:
        pools = threadpoolctl.threadpool_info()
        n_threads.update(pool["num_threads"] for pool in pools if pool["user_api"] == "blas")
        return whole(*words, **more)

    monkeypatch.setattr(evaluation, "evaluate_bundle", looked_at)
    with threadpoolctl.threadpool_limits(2, "blas"):
        evaluated(tmp_path, ["cs.CV"])
    assert n_threads == {1}


def test_parts_say_what_the_model_says_of_all_papers_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ROWS_PER_PART", 300)
    corpus, bundle = store.open_corpus("sample"), load_bundle(PRETRAINED_PATH)
    y_prob, readable = tagger.predict_with_readable(
        bundle, tagger.frame_texts(bundle, sources.load_texts("sample").frame)
    )
    chosen = np.arange(corpus.n_papers) % 3 > 0
    model, pool = parts.model_at(PRETRAINED_PATH), parts.Pool(Here(), 1)
    with many.judged(corpus, chosen, model, pool, lambda *_: None) as said:
        np.testing.assert_allclose(said.y_prob, y_prob[chosen], rtol=1e-5, atol=1e-7)
        assert said.y_prob.dtype == np.float32
        assert (readable[chosen] >= said.is_judged).all()
        assert (~said.is_judged).sum() == said.not_sure.total() + (~readable[chosen]).sum()


def test_parts_of_an_interrupted_evaluation_make_room(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ROWS_PER_PART", 300)
    with pytest.raises(KeyboardInterrupt):
        evaluate("pretrained", "sample", pool=parts.Pool(Here(fails_at=5), 1))
    assert kept_parts(home)
    monkeypatch.setattr(store, "_GB", 0)
    store.make_room(corpora_folder(home))
    assert not kept_parts(home)


def test_another_process_at_the_same_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "_WAIT_S", 0.1)
    evaluate("pretrained", "sample")
    (lock,) = corpora_folder(home).glob("*.prepared/scores-*.lock")
    with locks.held(lock), pytest.raises(StorageError, match="Another process"):
        evaluate("pretrained", "sample")

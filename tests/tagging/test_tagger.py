"""The tagger: probabilities by hand, choosing labels, tables."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from arxivtag.errors import ConfigError
from arxivtag.learning.calibration import Calibration
from arxivtag.learning.features import SparseRows
from arxivtag.learning.network import Branch, DenseLayer, Network
from arxivtag.learning.thresholds import Thresholds
from arxivtag.learning.vectorizer import Vectorizer
from arxivtag.papers.schema import Layout, TextTable
from arxivtag.papers.sources import load_texts
from arxivtag.settings import VectorizerConfig
from arxivtag.tagging import tagger
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.tables import with_predicted_labels
from tests.tagging.models import LABELS, invented_texts, make_bundle

TEXTS = invented_texts(30, seed=8)


@pytest.fixture(scope="module")
def by_hand() -> Bundle:
    """Two terms, one linear layer: "image" speaks for cs.CV, "image image" against cs.LG."""
    return Bundle(
        manifest={},
        vectorizer=Vectorizer(
            pa.array(["image", "image image"]), np.array([2, 3], np.float32), VectorizerConfig()
        ),
        network=Network(
            (
                Branch(
                    (
                        DenseLayer(
                            np.array([[0.5, 0], [0, -1]], np.float32),
                            np.array([-1, 1], np.float32),
                        ),
                    )
                ),
            ),
            "sigmoid",
        ),
        label_names=("cs.CV", "cs.LG"),
        thresholds=Thresholds("per_label", np.array([0.6, 0.5], np.float32)),
        calibration=Calibration(),
    )


def test_probabilities_by_hand(by_hand: Bundle) -> None:
    """ "image image": tf-idf (4, 3), logits (4 * 0.5 - 1, 1 - 3) = (1, -2); sigmoid of each."""
    y_prob = tagger.predict(by_hand, ["Image, IMAGE!", ""])
    expected = 1 / (1 + np.exp(-np.array([[1.0, -2.0], [-1.0, 1.0]])))
    np.testing.assert_allclose(y_prob, expected, rtol=1e-6)
    assert y_prob.dtype == np.float32


def test_calibration_is_applied(by_hand: Bundle) -> None:
    halved = dataclasses.replace(by_hand, calibration=Calibration("temperature", temperature=2.0))
    y_prob = tagger.predict(halved, ["image image"])
    np.testing.assert_allclose(y_prob[0], 1 / (1 + np.exp([-0.5, 1.0])), rtol=1e-5)


def test_labels_above_threshold_most_probable_first(by_hand: Bundle) -> None:
    (found,) = tagger.tag(by_hand, ["image image"])
    assert [(tag.label, tag.above_threshold) for tag in found] == [("cs.CV", True)]
    assert found[0].name == "Computer Vision and Pattern Recognition"


@pytest.mark.parametrize(
    ("top_k", "threshold", "expected"),
    [
        (None, None, ["b"]),
        (2, None, ["b", "a"]),
        (9, None, ["b", "a", "c"]),
        (None, 0.3, ["b", "a"]),
        (1, 0.3, ["b"]),
        (3, 0.3, ["b", "a"]),
        (None, 0.95, []),
    ],
)
def test_choosing_labels(top_k: int | None, threshold: float | None, expected: list[str]) -> None:
    model = dataclasses.replace(
        make_bundle(),
        label_names=("a", "b", "c"),
        thresholds=Thresholds("per_label", np.array([0.5, 0.8, 0.5], np.float32)),
    )
    found = tagger.rank_labels(model, np.array([0.4, 0.9, 0.1]), top_k, threshold, readable=True)
    assert [tag.label for tag in found] == expected
    if threshold is None:
        assert [tag.label for tag in found if tag.above_threshold] == ["b"]
    else:
        assert all(tag.above_threshold for tag in found)


def test_text_without_a_known_word_gets_no_label() -> None:
    """Whatever the network's biases say: those are the probabilities of no text at all."""
    model = dataclasses.replace(
        make_bundle(), thresholds=Thresholds("global", np.zeros(len(LABELS), np.float32))
    )
    texts = ["", "zzz qqq", "deep"]
    found = tagger.tag(model, texts)
    assert [len(labels) for labels in found] == [0, 0, len(LABELS)]
    y_prob, readable = tagger.predict_with_readable(model, texts)
    np.testing.assert_array_equal(y_prob, tagger.predict(model, texts))
    assert readable.tolist() == [False, False, True]
    every = tagger.rank_labels(model, y_prob[1], len(LABELS), readable=bool(readable[1]))
    opinion = tagger.second_opinion(every, [LABELS[0]])
    assert [tag.label for tag in (*opinion.doubts, *opinion.odd)] == [LABELS[0]]
    assert opinion.agrees == opinion.adds == ()
    most_probable = tagger.tag(model, ["zzz"], top_k=3)[0]
    assert len(most_probable) == 3
    assert not any(tag.above_threshold for tag in most_probable)
    table = TextTable(pd.DataFrame({"abstract": texts}), ("abstract",))
    predicted = tagger.tag(model, tagger.frame_texts(model, table.frame))
    assert with_predicted_labels(table, predicted, " ")["predicted_labels"].tolist()[:2] == ["", ""]


@pytest.mark.parametrize(
    ("top_k", "threshold"), [(0, None), (-1, None), (None, -0.1), (None, 1.1), (3, float("nan"))]
)
def test_choices_out_of_bounds_are_refused(top_k: int | None, threshold: float | None) -> None:
    with pytest.raises(ConfigError, match="should be"):
        tagger.tag(make_bundle(), [], top_k, threshold)
    with pytest.raises(ConfigError, match="should be"):
        tagger.rank_labels(make_bundle(), np.zeros(len(LABELS)), top_k, threshold, readable=True)


def test_a_stop_leaves_queued_batches_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first batch is done, the others hang; a stop then waits for those under way only."""
    released, calls = threading.Event(), []
    features = tagger.features

    def slow_features(bundle: Bundle, texts: list[str]) -> SparseRows:
        calls.append(texts)
        if len(calls) > 1:
            released.wait(30)
        return features(bundle, texts)

    def stop(done: int) -> None:
        threading.Timer(0.2, released.set).start()
        raise InterruptedError

    monkeypatch.setattr(tagger, "features", slow_features)
    monkeypatch.setattr(tagger, "BATCH_SIZE", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with pytest.raises(InterruptedError):
        tagger.predict_with_readable(make_bundle(), TEXTS, stop)
    assert len(calls) <= 4
    released.wait(30)
    assert len(calls) <= 4


def test_top_k_thresholds_give_k_labels() -> None:
    model = dataclasses.replace(
        make_bundle(), thresholds=Thresholds("top_k", np.zeros(len(LABELS), np.float32), 2)
    )
    assert all(len(found) == 2 for found in tagger.tag(model, TEXTS))


def test_batches_and_order_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_bundle("wide_and_deep")
    together = tagger.predict(model, TEXTS)
    seen: list[int] = []
    monkeypatch.setattr(tagger, "BATCH_SIZE", 7)
    batched, _ = tagger.predict_with_readable(model, TEXTS, seen.append)
    np.testing.assert_allclose(batched, together, atol=1e-6)
    assert seen == [7, 14, 21, 28, 30]
    alone = np.concatenate([tagger.predict(model, [text]) for text in TEXTS])
    np.testing.assert_allclose(alone, together, atol=1e-6)
    assert tagger.predict(model, []).shape == (0, len(LABELS))


def test_text_is_normalized_before_it_is_read() -> None:
    model = make_bundle()
    plain = tagger.predict(model, ["deep network é"])
    odd = tagger.predict(model, ["deep\u2028network\x07 e\u0301\ud800"])
    np.testing.assert_array_equal(plain, odd)


def test_a_tagged_table_keeps_the_inputs_columns() -> None:
    model = make_bundle()
    frame = pd.DataFrame({"id": [7, 8, 9], "summaries": [*TEXTS[:2], None]})
    frame["title"], frame["abstract"] = "", frame["summaries"]
    tags = tagger.tag(model, tagger.frame_texts(model, frame), top_k=3)
    table = with_predicted_labels(TextTable(frame, ("id", "summaries")), tags, " ")
    assert list(table.columns) == ["id", "summaries", "predicted_labels", "probabilities", "note"]
    for row, paper in zip(table.itertuples(), tags, strict=True):
        assert row.predicted_labels.split() == [tag.label for tag in paper]
        shown = [float(text) for text in row.probabilities.split()]
        np.testing.assert_allclose(shown, [tag.probability for tag in paper], atol=6e-5)
        assert shown == sorted(shown, reverse=True)


def test_a_tagged_table_gives_back_a_column_that_was_not_chosen(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    path.write_text("title,abstract\nnone of this is read,deep graph network\n")
    texts = load_texts(path, layout=Layout({"title": ""}))
    model = dataclasses.replace(make_bundle(), text_fields="title_and_abstract")
    assert tagger.frame_texts(model, texts.frame) == ["deep graph network"]
    table = with_predicted_labels(
        texts, tagger.tag(model, tagger.frame_texts(model, texts.frame)), " "
    )
    assert list(table.columns)[:2] == ["title", "abstract"]
    assert table["title"].tolist() == ["none of this is read"]


def test_title_is_read_only_by_models_that_read_it() -> None:
    frame = pd.DataFrame({"title": ["deep graph"], "abstract": ["image"]})
    assert tagger.frame_texts(make_bundle(), frame) == ["image"]
    both = dataclasses.replace(make_bundle(), text_fields="title_and_abstract")
    assert tagger.frame_texts(both, frame) == ["deep graph\nimage"]


def test_second_opinion() -> None:
    model = dataclasses.replace(
        make_bundle(),
        label_names=("a", "b", "c", "d"),
        thresholds=Thresholds("global", np.full(4, 0.5, np.float32)),
    )
    every = tagger.rank_labels(model, np.array([0.9, 0.6, 0.2, 0.1]), 4, readable=True)
    opinion = tagger.second_opinion(every, ["c", "a", "zz", "a"])
    assert [tag.label for tag in opinion.agrees] == ["a"]
    assert [tag.label for tag in opinion.doubts] == ["c"]
    assert [tag.label for tag in opinion.adds] == ["b"]
    assert opinion.unknown == ("zz",)


def test_second_opinion_finds_the_improbable_odd_and_leaves_a_sure_author_alone() -> None:
    model = dataclasses.replace(
        make_bundle(),
        label_names=("a", "b", "c", "d"),
        thresholds=Thresholds("global", np.full(4, 0.5, np.float32)),
    )
    every = tagger.rank_labels(model, np.array([0.6, 0.7, 0.02, 0.005]), 4, readable=True)
    for chosen, content_at, adds in (
        (["a", "c", "d"], float("inf"), ["b"]),
        (["a", "c", "d"], 0.5, []),
        (["a", "c", "d"], 0.65, ["b"]),
        (["c", "a", "d"], 0.5, ["b"]),  # the first one counts
    ):
        opinion = tagger.second_opinion(every, chosen, content_at)
        assert [tag.label for tag in opinion.adds] == adds
        assert [tag.label for tag in opinion.doubts] == ["c"]
        assert [tag.label for tag in opinion.odd] == ["d"]


def test_second_opinion_knows_the_other_name_of_an_area() -> None:
    model = dataclasses.replace(
        make_bundle(),
        label_names=("cs.IT", "math.NA", "c", "d"),
        thresholds=Thresholds("global", np.full(4, 0.5, np.float32)),
    )
    every = tagger.rank_labels(model, np.array([0.9, 0.2, 0.1, 0.1]), 4, readable=True)
    opinion = tagger.second_opinion(every, ["math.IT", "cs.IT", "cs.NA"])
    assert [tag.label for tag in opinion.agrees] == ["cs.IT"]
    assert [tag.label for tag in opinion.doubts] == ["math.NA"]
    assert opinion.unknown == ()

"""The label space: the order of labels, where papers stand, and what training is shown."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from arxivtag.learning import space
from arxivtag.learning.network import FloatArray
from tests.learning.test_training import MODEL, TRAIN, TRAINING, VAL, run


def test_labels_that_share_papers_stand_side_by_side() -> None:
    random = np.random.default_rng(0)
    pairs = random.integers(0, 4, 400)
    y = np.zeros((400, 8), np.bool_)
    y[np.arange(400), pairs] = True
    y[np.arange(400), pairs + 4] = True
    order = space.circle_order(y)
    assert sorted(order) == list(range(8))
    place = {label: at for at, label in enumerate(order)}
    assert all(abs(place[label] - place[label + 4]) == 1 for label in range(4))


def test_places_are_means_of_the_labels_own() -> None:
    places = space.circle_places(4)
    np.testing.assert_allclose(places, [[0, 1], [1, 0], [0, -1], [-1, 0]], atol=1e-6)
    y_prob = np.array([[0.5, 0.5, 0.5, 0.5], [0.9, 0, 0, 0], [0.3, 0.1, 0, 0], [0, 0, 0, 0]])
    expected = [[0, 0], [0, 1], [0.25, 0.75], [0, 0]]
    np.testing.assert_allclose(space.paper_places(y_prob.astype("f4")), expected, atol=1e-6)


@given(st.floats(0, 1, width=32))
def test_a_byte_keeps_a_probability(p: float) -> None:
    back = space.from_bytes(space.to_bytes(np.array([p], np.float32)))
    assert abs(float(back[0]) - p) <= 0.004


def test_f1_is_that_of_the_best_threshold() -> None:
    random = np.random.default_rng(3)
    y_true = random.random((200, 5)) < 0.3
    y_prob = np.clip(0.4 * y_true + 0.6 * random.random((200, 5)), 0, 1).astype(np.float32)
    packed = space.to_bytes(y_prob)
    micro = {level: f1_score(y_true, packed >= level, average="micro") for level in range(1, 256)}
    best = max(micro, key=lambda level: micro[level])
    expected = f1_score(y_true, packed >= best, average=None)
    np.testing.assert_allclose(space.f1_of_labels(y_true, packed), expected, atol=1e-6)


def test_too_few_labels_are_not_shown() -> None:
    assert space.new_watch(TRAIN.y_true[:, :2], VAL.y_true[:, :2], 1) is None
    assert space.new_watch(TRAIN.y_true, np.zeros_like(VAL.y_true), 1) is None


def test_training_shows_papers_leaving_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    from arxivtag.learning.engine import callbacks

    monkeypatch.setattr(callbacks, "SECONDS_BETWEEN_LOOKS", 0.0)
    monkeypatch.setattr(callbacks, "LOOKS_SHARE", 1e9)
    seen: list[tuple[float, FloatArray]] = []
    watch = space.new_watch(TRAIN.y_true, VAL.y_true, 1)
    assert watch is not None
    watch = dataclasses.replace(watch, record=lambda *looked: seen.append(looked))
    fitted = run(MODEL, TRAINING, watch=watch)
    epochs = [epoch for epoch, _ in seen]
    assert epochs == sorted(set(epochs))
    assert {0, 1, 2, 3} < set(epochs)
    far = [np.linalg.norm(space.paper_places(y_prob), axis=1).mean() for _, y_prob in seen]
    assert far[0] < 0.1
    assert far[-1] > 2 * far[0]
    from arxivtag.learning.network import probabilities

    expected = probabilities(fitted.network, VAL.rows.take(watch.papers))[:, watch.labels]
    np.testing.assert_allclose(seen[-1][1], expected, atol=1e-5)


def test_watching_changes_no_weight() -> None:
    watch = space.new_watch(TRAIN.y_true, VAL.y_true, 1)
    watched, plain = run(watch=watch), run()
    for one, other in zip(watched.network.branches, plain.network.branches, strict=True):
        for first, second in zip(one.layers, other.layers, strict=True):
            np.testing.assert_array_equal(first.kernel, second.kernel)

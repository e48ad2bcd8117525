"""fit: what it reports, when it ends, and that it repeats itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arxivtag.errors import TrainingError
from arxivtag.learning import network
from arxivtag.learning.features import Examples, SparseRows
from arxivtag.learning.losses import LOSSES
from arxivtag.learning.network import Branch, DenseLayer, Network
from arxivtag.learning.training import FitResult, Trainer, lift_rare_labels
from arxivtag.settings import LossName, ModelConfig, RunConfig, TrainingConfig

N_FEATURES, N_LABELS = 60, 4
MODEL = ModelConfig(hidden_units=(8,), dropout_rate=0.3, word_dropout_rate=0.2)
TRAINING = TrainingConfig(
    epochs=3, batch_size=16, learning_rate=0.03, learning_rate_schedule="cosine"
)


def papers(n: int, seed: int) -> Examples:
    """Papers whose label ``l`` is told by n-grams ``10 l .. 10 l + 9``."""
    random = np.random.default_rng(seed)
    y = random.random((n, N_LABELS)) < [0.5, 0.4, 0.3, 0.05]
    dense = (random.random((n, N_FEATURES)) < 0.05).astype(np.float32)
    for label in range(N_LABELS):
        words = slice(10 * label, 10 * label + 10)
        dense[:, words] += y[:, [label]] * (random.random((n, 10)) < 0.4)
    nonzero = dense > 0
    indptr = np.concatenate([[0], np.cumsum(nonzero.sum(axis=1))]).astype(np.int64)
    indices = np.nonzero(nonzero)[1].astype(np.int32)
    return Examples(SparseRows(indptr, indices, dense[nonzero], N_FEATURES), y)


TRAIN, VAL = papers(100, 1), papers(40, 2)
BINARY = LOSSES["binary_crossentropy"]


def run(
    model: ModelConfig = MODEL,
    training: TrainingConfig = TRAINING,
    *,
    train: Examples = TRAIN,
    val: Examples = VAL,
    random_seed: int = 7,
    **options: Any,
) -> FitResult:
    settings = RunConfig(model=model, training=training, random_seed=random_seed)
    return Trainer(train, val, settings, **options).fit()


def assert_same(first: Network, second: Network) -> None:
    for one, other in zip(first.branches, second.branches, strict=True):
        for a, b in zip(one.layers, other.layers, strict=True):
            np.testing.assert_array_equal(a.kernel, b.kernel)
            np.testing.assert_array_equal(a.bias, b.bias)


@pytest.fixture(scope="module")
def reference() -> tuple[FitResult, list[dict[str, Any]]]:
    ticks: list[dict[str, Any]] = []
    return run(on_tick=ticks.append), ticks


def test_what_was_compiled_ahead_learns_the_same(reference: Any) -> None:
    from arxivtag.learning.engine import building

    other_seed = RunConfig(model=MODEL, training=TRAINING, random_seed=8)
    Trainer(TRAIN, VAL, other_seed).compile_ahead()
    (kept,) = building._compiled.values()
    settings = dataclasses.replace(other_seed, random_seed=7)
    other_rate = dataclasses.replace(TRAINING, learning_rate=0.04)
    assert Trainer(TRAIN, VAL, dataclasses.replace(settings, training=other_rate))._model != kept
    trainer = Trainer(TRAIN, VAL, settings)
    assert trainer._model is kept
    assert not building._compiled, "each is used once"
    result = trainer.fit()
    assert_same(result.network, reference[0].network)
    assert [epoch["loss"] for epoch in result.history] == [
        epoch["loss"] for epoch in reference[0].history
    ]


def test_it_learns_and_reports(reference: Any) -> None:
    result, ticks = reference
    epochs = [tick for tick in ticks if tick["kind"] == "epoch"]
    assert [tick["epoch"] for tick in epochs] == [1, 2, 3]
    assert tuple(epochs) == result.history
    assert set(epochs[0]) == {
        "kind", "epoch", "n_epochs", "loss", "binary_accuracy", "val_loss", "val_binary_accuracy",
        "val_micro_f1", "val_precision_at_1", "learning_rate", "seconds",
    }  # fmt: skip
    assert ticks[0]["kind"] == "tick"
    assert set(ticks[0]) == {
        "kind", "epoch", "step", "n_steps", "loss", "binary_accuracy", "points",
        "papers_per_second",
    }  # fmt: skip
    assert 0 < ticks[0]["epoch"] <= 1
    assert ticks[0]["n_steps"] == 7  # 100 papers in batches of 16
    assert result.history[-1]["val_loss"] < result.history[0]["val_loss"]
    assert result.history[-1]["val_micro_f1"] > 0.7
    assert result.history[-1]["learning_rate"] < 1e-6
    assert len(result.epoch_seconds) == 3
    assert not result.stopped


def test_every_batch_is_a_point_and_together_they_are_the_epochs_mean(reference: Any) -> None:
    result, ticks = reference
    points = np.array([point for tick in ticks for point in tick.get("points", ())])
    places = [epoch + step / 7 for epoch in range(3) for step in range(1, 8)]
    np.testing.assert_allclose(points[:, 0], places, atol=1e-4)
    weights = np.array([16] * 6 + [4])  # 100 papers in batches of 16
    for epoch, record in enumerate(result.history):
        own = points[7 * epoch : 7 * epoch + 7]
        assert np.average(own[:, 1], weights=weights) == pytest.approx(record["loss"], abs=1e-4)
        mean = np.average(own[:, 2], weights=weights)
        assert mean == pytest.approx(record["binary_accuracy"], abs=1e-4)


def test_a_long_training_has_points_of_several_batches() -> None:
    from arxivtag.learning.engine.callbacks import MAX_POINTS, Live, Plan

    ticks: list[dict[str, Any]] = []
    plan = Plan(20_000, 2, n_steps=10_000, n_epochs=1)
    live = Live(_compiled(), plan, ticks.append, lambda: False)
    live.on_epoch_begin(0)
    for batch in range(10_000):  # the loss of batch k is k: its running mean is k / 2
        live.on_train_batch_end(batch, {"loss": batch / 2, "binary_accuracy": 0.25})
    points = [point for tick in ticks for point in tick["points"]]
    assert len(points) == 3_334 <= MAX_POINTS
    assert points[0] == (0.0003, 1.0, 0.25)  # batches 0, 1, 2
    assert points[-1] == (1.0, 9_999.0, 0.25)


def test_epochs_are_chosen_by_the_number_of_training_papers() -> None:
    automatic = TrainingConfig(epochs=None)
    sizes = (1, 9_999, 10_000, 199_999, 200_000, 1_000_000, 3_000_000)
    assert [automatic.planned_epochs(n) for n in sizes] == [12, 12, 4, 4, 3, 2, 2]
    assert TrainingConfig(epochs=7).planned_epochs(3_000_000) == 7


def test_history_agrees_with_the_network(reference: Any) -> None:
    from arxivtag.learning.engine.callbacks import validation_figures

    result, _ = reference
    figures = validation_figures(VAL.y_true, network.logits(result.network, VAL.rows), BINARY)
    last = result.history[-1]
    assert {name: last[name] for name in figures} == pytest.approx(figures)


def test_same_seed_same_network_and_resumed_equals_uninterrupted(
    reference: Any, tmp_path: Path
) -> None:
    class PulledPlugError(Exception):
        pass

    def pull_the_plug(record: dict[str, Any]) -> None:
        if record["kind"] == "epoch" and record["epoch"] == 2:
            raise PulledPlugError

    path = tmp_path / "checkpoint.npz"
    with pytest.raises(PulledPlugError):
        run(on_tick=pull_the_plug, checkpoint=path)
    assert path.exists()
    ticks: list[dict[str, Any]] = []
    resumed = run(on_tick=ticks.append, checkpoint=path)
    assert [tick["epoch"] for tick in ticks if tick["kind"] == "epoch"] == [2, 3]
    assert [record["epoch"] for record in resumed.history] == [1, 2, 3]
    assert_same(resumed.network, reference[0].network)


@pytest.mark.parametrize("seconds_a_write", [0.0, 1e9])
def test_a_finished_training_is_not_repeated(
    seconds_a_write: float, reference: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails after training (a full disk, say) does not cost the epochs."""
    from arxivtag.learning.engine.checkpoint import Checkpoint

    write = Checkpoint._write

    def slow_write(self: Any) -> None:
        write(self)
        self._writing_seconds = seconds_a_write

    monkeypatch.setattr(Checkpoint, "_write", slow_write)
    path = tmp_path / "checkpoint.npz"
    run(checkpoint=path)
    ticks: list[dict[str, Any]] = []
    again = run(on_tick=ticks.append, checkpoint=path)
    assert ticks == []
    assert [record["epoch"] for record in again.history] == [1, 2, 3]
    assert_same(again.network, reference[0].network)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file"])
def test_a_damaged_checkpoint_starts_over(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(content)
    result = run(ModelConfig(()), dataclasses.replace(TRAINING, epochs=1), checkpoint=path)
    assert len(result.history) == 1


def test_a_checkpoint_of_other_settings_is_not_used(tmp_path: Path) -> None:
    from arxivtag.learning.engine import checkpoint

    path = tmp_path / "checkpoint.npz"
    np.savez(path, state=np.array('{"identity": {}, "n_variables": 0, "records": [1, 2]}'))
    kept = checkpoint.Checkpoint(path, _compiled(), _validation(), {"random_seed": 1})
    assert kept.restore() == 0


@pytest.mark.parametrize("changed", ["labels", "weights", "validation labels"])
def test_a_checkpoint_of_other_papers_of_the_same_shape_is_not_used(
    changed: str, tmp_path: Path
) -> None:
    path = tmp_path / "checkpoint.npz"
    run(checkpoint=path)
    rows = TRAIN.rows
    heavier = SparseRows(rows.indptr, rows.indices, rows.data * 2, N_FEATURES)
    train = {
        "labels": Examples(rows, TRAIN.y_true[::-1]),
        "weights": Examples(heavier, TRAIN.y_true),
    }.get(changed, TRAIN)
    val = Examples(VAL.rows, VAL.y_true[::-1]) if changed == "validation labels" else VAL
    ticks: list[dict[str, Any]] = []
    anew = run(train=train, val=val, on_tick=ticks.append, checkpoint=path)
    assert [tick["epoch"] for tick in ticks if tick["kind"] == "epoch"] == [1, 2, 3]
    assert_same(anew.network, run(train=train, val=val).network)


def _compiled() -> Any:
    from arxivtag.learning.engine.building import build_model, compile_model

    model = build_model(ModelConfig(()), TRAINING, N_FEATURES, N_LABELS, random_seed=1)
    compile_model(model, TRAINING, 7 * TRAINING.epochs)
    return model


def _validation() -> Any:
    from arxivtag.learning.engine.callbacks import Validation

    return Validation(_compiled(), VAL, TRAINING, 7, lambda record: None)


def test_early_stopping_keeps_the_best_epoch() -> None:
    from arxivtag.learning.engine.callbacks import validation_figures

    # A learning rate this high overfits after an epoch or two.
    training = dataclasses.replace(
        TRAINING,
        epochs=12,
        learning_rate=0.3,
        learning_rate_schedule="constant",
        early_stopping_patience=2,
        restore_best_epoch=True,
    )
    result = run(training=training)
    losses = [record["val_loss"] for record in result.history]
    assert result.best_epoch == 1 + int(np.argmin(losses))
    assert len(losses) == result.best_epoch + 2 < 12
    figures = validation_figures(VAL.y_true, network.logits(result.network, VAL.rows), BINARY)
    assert figures["val_loss"] == pytest.approx(min(losses))


def test_a_stop_request_ends_training_with_a_network() -> None:
    training = dataclasses.replace(TRAINING, epochs=100, restore_best_epoch=True)
    result = run(training=training, should_stop=lambda: True)
    assert result.stopped
    # Keras may have been through the first epoch before the request arrived.
    assert len(result.history) <= 1
    assert len(result.epoch_seconds) == len(result.history)
    assert result.network.n_labels == N_LABELS


def test_an_epoch_that_was_cut_short_is_no_epoch(tmp_path: Path) -> None:
    from arxivtag.learning.engine.callbacks import Plan, Validation
    from arxivtag.learning.engine.checkpoint import Checkpoint

    ticks: list[dict[str, Any]] = []
    training = dataclasses.replace(TRAINING, restore_best_epoch=True)
    model = _compiled()
    plan = Plan(100, 16, n_steps=7, n_epochs=3)
    validation = Validation(model, VAL, training, plan, ticks.append)
    checkpoint = Checkpoint(tmp_path / "checkpoint.npz", model, validation, {})
    for n_steps, whole_epochs in ((3, 0), (7, 1)):
        model.optimizer.iterations.assign(n_steps)
        for callback in (validation, checkpoint):
            callback.on_epoch_begin(0)
            callback.on_epoch_end(0, {"loss": 0.5, "binary_accuracy": 0.5})
        checkpoint.on_train_end()
        assert len(validation.records) == len(ticks) == whole_epochs
        assert validation.best_epoch == 1
        assert validation.best_network is not None, "the model so far is kept"
        assert (tmp_path / "checkpoint.npz").exists() == bool(whole_epochs)


def test_a_seed_of_any_size_trains() -> None:
    training = dataclasses.replace(TRAINING, epochs=1)
    result = run(training=training, random_seed=2**31 - 1)
    assert len(result.history) == 1


def test_softmax_towers_and_a_linear_path_in_one_compilation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from arxivtag.learning.engine.model import BranchModel

    traces = []
    original = BranchModel.train_step
    monkeypatch.setattr(
        BranchModel,
        "train_step",
        lambda self, state, data: traces.append(1) or original(self, state, data),
    )
    model = dataclasses.replace(MODEL, towers=2, linear_path=True)
    training = dataclasses.replace(
        TRAINING,
        epochs=6,
        loss="softmax_crossentropy",
        ranking_weight=0.1,
        weight_decay=0.01,
        lazy_rows=True,
    )
    result = run(model, training)
    assert len(traces) == 1, "every batch has the same shapes, the short last one too"
    assert len(result.network.branches) == 3
    y_prob = network.probabilities(result.network, VAL.rows)
    np.testing.assert_allclose(y_prob.sum(axis=1), 1, rtol=1e-5)
    assert result.history[-1]["val_micro_f1"] > 0.7


def test_without_validation_papers_the_last_epoch_is_the_best() -> None:
    none = Examples(TRAIN.rows.take([]), VAL.y_true[:0])
    training = dataclasses.replace(TRAINING, early_stopping_patience=1, restore_best_epoch=True)
    result = run(ModelConfig(()), training, val=none)
    assert result.best_epoch == 3
    assert "val_loss" not in result.history[0]


def test_a_loss_that_is_no_number_is_told() -> None:
    rows = TRAIN.rows
    broken = SparseRows(rows.indptr, rows.indices, rows.data * np.float32("nan"), N_FEATURES)
    with pytest.raises(TrainingError, match="Lower the learning rate"):
        run(ModelConfig(()), train=Examples(broken, TRAIN.y_true), random_seed=1)


def test_rare_labels_are_lifted_by_their_rarity() -> None:
    y = np.zeros((1000, 3), bool)
    y[:400, 0] = y[:40, 1] = y[:4, 2] = True
    plain = Network(
        tuple(
            Branch((DenseLayer(np.ones((2, 3), np.float32), np.ones(3, np.float32)),)) for _ in "ab"
        ),
        "sigmoid",
    )
    lifted = lift_rare_labels(plain, y, 0.5)
    # 4 % of 1,000 papers are 40: only the third label, with 4, is rarer.
    np.testing.assert_allclose(
        lifted.branches[0].layers[0].bias, [1, 1, 1 + 0.5 * np.log(10)], rtol=1e-6
    )
    assert lifted.branches[1] is plain.branches[1]
    assert lift_rare_labels(plain, y, 0.0) is plain


@pytest.mark.parametrize("name", ["binary_crossentropy", "softmax_crossentropy"])
def test_validation_figures_equal_keras_and_sklearn(name: LossName) -> None:
    import keras
    from sklearn.metrics import f1_score

    from arxivtag.learning.engine.callbacks import best_micro_f1, validation_figures

    random = np.random.default_rng(3)
    y, values = random.random((30, 5)) < 0.4, random.normal(size=(30, 5)).astype(np.float32) * 3
    y[0] = False
    figures = validation_figures(y, values, LOSSES[name])
    y_prob = network.activate(values, LOSSES[name].output_activation)
    if name == "binary_crossentropy":
        loss = keras.losses.BinaryCrossentropy(from_logits=True)(y.astype("f4"), values)
    else:
        shares = y / np.maximum(y.sum(axis=1, keepdims=True), 1)
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)(shares, values)
    assert figures["val_loss"] == pytest.approx(float(loss), rel=1e-5)
    scores = [f1_score(y, y_prob >= t, average="micro") for t in np.unique(y_prob)]
    assert figures["val_micro_f1"] == pytest.approx(max(scores))
    assert best_micro_f1(y, y.astype(np.float32)) == 1.0
    assert figures["val_precision_at_1"] == y[np.arange(30), values.argmax(axis=1)].mean()
    assert figures["val_binary_accuracy"] == ((y_prob > 0.5) == y).mean()

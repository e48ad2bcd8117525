"""Training: from TF-IDF rows and labels to a network, with live figures, stop and resume."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.features import SparseRows
from arxivtag.learning.model import build_model, import_keras, to_network
from arxivtag.learning.network import Branch, Network
from arxivtag.settings import ModelConfig, TrainingConfig

BoolArray = NDArray[np.bool_]
OnTick = Callable[[dict[str, Any]], None]
ShouldStop = Callable[[], bool]

# Labels of a larger share of the training papers are not rare.
COMMON_SHARE = 0.04


@dataclass(frozen=True)
class FitResult:
    """What training gave.

    Args:
        network: The trained network; of the best epoch where the config says so.
        history: One dictionary a whole epoch, as in the ``epoch`` records of ticks; an epoch
            that was cut short has none.
        best_epoch: The epoch (from 1) with the lowest validation loss, one that was cut short
            included; the last one without validation papers.
        stopped: Whether training ended because ``should_stop`` said so.
        epoch_seconds: Training time of each whole epoch, validation left out.
    """

    network: Network
    history: tuple[dict[str, Any], ...]
    best_epoch: int
    stopped: bool
    epoch_seconds: tuple[float, ...]


def fit(
    train: SparseRows,
    y_train: BoolArray,
    val: SparseRows,
    y_val: BoolArray,
    *,
    model: ModelConfig,
    training: TrainingConfig,
    random_seed: int,
    on_tick: OnTick,
    should_stop: ShouldStop,
    checkpoint: Path | None = None,
) -> FitResult:
    """Train a model and return it as a plain network.

    Args:
        train: TF-IDF rows of the training papers.
        y_train: Their labels, ``(n_train, n_labels)``.
        val: TF-IDF rows of the validation papers.
        y_val: Their labels.
        model: The network's shape.
        training: How it learns.
        random_seed: Decides first weights, order and dropout: same seed, same result
            on one machine.
        on_tick: Called about twice a second and after each epoch with a record.
        should_stop: Asked about twice a second; true ends training, the best epoch is kept.
        checkpoint: A file that is written after epochs and read at the start, so that
            a second call goes on where a first was cut off, and trains no more where that had
            finished. The caller removes it once the result is safe.

    Raises:
        ConfigError: If Keras is already in use with another backend.
        TrainingError: If the loss stops being a number.
        StorageError: If the checkpoint cannot be written.
    """
    keras = import_keras()
    from arxivtag.learning.engine.batches import Batches
    from arxivtag.learning.engine.callbacks import Live, Validation
    from arxivtag.learning.engine.checkpoint import Checkpoint

    batches = Batches(
        train,
        y_train,
        batch_size=training.batch_size,
        word_dropout_rate=model.word_dropout_rate,
        random_seed=random_seed,
    )
    keras_model = _compiled_model(
        model, training, train.n_features, y_train.shape[1], batches.num_batches, random_seed
    )
    live = Live(keras_model, len(train), batches.num_batches, on_tick, should_stop)
    validation = Validation(keras_model, val, y_val, training, batches.num_batches, on_tick)
    shuffle = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, _: batches.start_at(epoch)
    )
    callbacks: list[Any] = [shuffle, live, validation]
    first_epoch = 0
    if checkpoint is not None:
        identity = {
            "model": dataclasses.asdict(model),
            "training": dataclasses.asdict(training),
            "random_seed": random_seed,
            "shapes": [len(train), len(val), train.n_features, y_train.shape[1]],
        }
        saving = Checkpoint(checkpoint, keras_model, validation, identity)
        first_epoch = saving.restore()
        callbacks.append(saving)
    if not validation.finished(first_epoch):
        keras_model.fit(
            batches,
            epochs=training.epochs,
            initial_epoch=first_epoch,
            # Batches has an order of its own; Keras would shuffle once more, without a seed.
            shuffle=False,
            verbose=0,
            callbacks=callbacks,
        )
    network = validation.best_network or to_network(keras_model)
    return FitResult(
        lift_rare_labels(network, y_train, training.rare_label_lift),
        tuple(validation.records),
        validation.best_epoch,
        live.stopped,
        tuple(record["seconds"] for record in validation.records),
    )


def lift_rare_labels(network: Network, y_train: BoolArray, lift: float) -> Network:
    """Return the network with rare labels' logits raised by ``lift * log(common / count)``.

    A network that fits its training papers well is too sure that a rare label is absent
    from a new one. Labels of more than :data:`COMMON_SHARE` of the papers stay as they are.
    The shift goes into a last bias, so it costs nothing and moves with the model.
    """
    if not lift:
        return network
    counts = np.maximum(y_train.sum(axis=0), 1)
    shift = lift * np.log(np.maximum(COMMON_SHARE * len(y_train) / counts, 1.0))
    first, *others = network.branches
    last = first.layers[-1]
    lifted = dataclasses.replace(last, bias=(last.bias + shift).astype(np.float32))
    return dataclasses.replace(network, branches=(Branch((*first.layers[:-1], lifted)), *others))


def _compiled_model(
    model: ModelConfig,
    training: TrainingConfig,
    n_features: int,
    n_labels: int,
    steps_per_epoch: int,
    random_seed: int,
) -> Any:
    from arxivtag.learning.engine.optimizer import RowSparseAdam

    keras_model = build_model(
        model,
        n_features,
        n_labels,
        output_activation="softmax" if training.loss == "softmax_crossentropy" else "sigmoid",
        ranking_weight=training.ranking_weight,
        # A linear path beside towers always learns by margins; one alone by what is asked for.
        linear_margins=bool(model.hidden_units) or training.loss == "squared_hinge",
        random_seed=random_seed,
    )
    n_steps = steps_per_epoch * training.epochs
    optimizer = RowSparseAdam(
        _learning_rate(training, n_steps),
        n_features=n_features,
        n_steps=n_steps,
        drift=not training.lazy_rows,
        row_weight_decay=training.weight_decay,
        weight_decay=training.weight_decay or None,
    )
    if training.weight_decay:
        first_kernels = [stem.kernel for stem in keras_model.stems]
        biases = [v for v in keras_model.trainable_variables if v.name == "bias"]
        optimizer.exclude_from_weight_decay([*first_kernels, *biases])
    keras_model.compile(optimizer=optimizer)
    optimizer.build(keras_model.trainable_variables)
    return keras_model


def _learning_rate(training: TrainingConfig, n_steps: int) -> Any:
    keras = import_keras()
    if training.learning_rate_schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(training.learning_rate, n_steps)
    return training.learning_rate

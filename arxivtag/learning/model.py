"""From a model config to a Keras model, and from a trained Keras model to a plain network."""

from __future__ import annotations

import itertools
import os
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from arxivtag.errors import ConfigError
from arxivtag.learning.network import Branch, DenseLayer, Network, OutputActivation
from arxivtag.settings import ModelConfig


@dataclass(frozen=True)
class LayerSummary:
    """One row of a model's summary: the layer's name, its output's shape, its parameters."""

    name: str
    output_shape: tuple[int | None, ...]
    n_parameters: int


def model_summary(config: ModelConfig, n_features: int, n_labels: int) -> tuple[LayerSummary, ...]:
    """Return the layers that :func:`build_model` would make, without importing Keras."""
    rows = []
    for branch, units in _branches(config, n_labels):
        n_in = n_features
        for number, n_out in enumerate(units, start=1):
            rows.append(LayerSummary(f"{branch}_{number}", (None, n_out), (n_in + 1) * n_out))
            n_in = n_out
    return tuple(rows)


def build_model(
    config: ModelConfig,
    n_features: int,
    n_labels: int,
    *,
    output_activation: OutputActivation = "sigmoid",
    ranking_weight: float = 0.0,
    linear_margins: bool = True,
    random_seed: int = 0,
) -> Any:
    """Return the uncompiled Keras model (a ``BranchModel``) of a config.

    Args:
        config: Hidden layers, linear path and dropout.
        n_features: Columns of the TF-IDF rows.
        n_labels: Outputs.
        output_activation: ``softmax`` for the loss over the label set.
        ranking_weight: Weight of the ranking loss beside the cross-entropy.
        linear_margins: Whether a linear path learns from the squared hinge loss.
        random_seed: Decides first weights and dropout.

    Raises:
        ConfigError: If Keras was already imported with another backend than JAX.
    """
    keras = import_keras()
    from arxivtag.learning.engine.model import BranchModel, SparseDense

    # Keras' seeds on JAX have 32 bits.
    seeds = ((random_seed * 1000 + number) % 2**32 for number in itertools.count())
    stems, heads = [], []
    for branch, units in _branches(config, n_labels):
        initializer = "zeros" if len(units) == 1 else keras.initializers.GlorotUniform(next(seeds))
        stems.append(SparseDense(units[0], n_features, initializer, name=f"{branch}_1"))
        head: list[Any] = []
        for number, n_units in enumerate(units[1:], start=2):
            head.append(keras.layers.ReLU())
            if config.dropout_rate:
                head.append(keras.layers.Dropout(config.dropout_rate, seed=next(seeds)))
            layer = keras.layers.Dense(
                n_units,
                kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
                name=f"{branch}_{number}",
            )
            layer.build((None, units[number - 2]))
            head.append(layer)
        heads.append(head)
    return BranchModel(
        stems,
        heads,
        output_activation,
        margins=[linear_margins and not head for head in heads],
        ranking_weight=ranking_weight,
    )


def to_network(model: Any) -> Network:
    """Return a ``BranchModel``'s weights as a :class:`Network` of its own arrays."""
    return _network(model, copy=True)


def view_network(model: Any) -> Network:
    """Return a network that shares memory with the model: use it before the next step."""
    return _network(model, copy=False)


def _network(model: Any, copy: bool) -> Network:
    from arxivtag.learning.engine.model import MARGIN_SCALE

    branches = []
    for stem, head, margin in zip(model.stems, model.heads, model.margins, strict=True):
        # The mean of branches is the sum of branches whose last layers are divided.
        share = (MARGIN_SCALE if margin else 1.0) / len(model.stems)
        dense = [stem, *(item for item in head if hasattr(item, "kernel"))]
        shares = [1.0] * (len(dense) - 1) + [share]
        branches.append(Branch(tuple(map(_dense_layer, dense, shares, [copy] * len(dense)))))
    return Network(tuple(branches), model.output_activation)


def _dense_layer(layer: Any, share: float, copy: bool) -> DenseLayer:
    kernel, bias = np.asarray(layer.kernel.value), np.asarray(layer.bias.value)
    if share != 1.0:
        return DenseLayer(kernel * np.float32(share), bias * np.float32(share))
    return DenseLayer(kernel.copy(), bias.copy()) if copy else DenseLayer(kernel, bias)


def import_keras() -> Any:
    """Import Keras on the JAX backend and return it.

    Raises:
        ConfigError: If Keras was already imported with another backend.
    """
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "jax"
    import keras

    if keras.backend.backend() != "jax":
        raise ConfigError(
            f"Training expects Keras on the JAX backend. Received: {keras.backend.backend()}.",
            "Start training in a process that has not imported Keras yet.",
        )
    return keras


def _branches(config: ModelConfig, n_labels: int) -> list[tuple[str, tuple[int, ...]]]:
    """Return each branch's name and the outputs of its layers."""
    if not config.hidden_units:
        return [("linear", (n_labels,))]
    names = ["dense"] if config.towers == 1 else [f"tower_{i + 1}" for i in range(config.towers)]
    branches = [(name, (*config.hidden_units, n_labels)) for name in names]
    return [*branches, ("linear", (n_labels,))] if config.linear_path else branches

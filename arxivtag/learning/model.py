"""The network's shape from its settings: its branches and the sizes of their layers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from arxivtag.learning.word_order import WordShape
from arxivtag.learning.word_vectors import SIZE
from arxivtag.settings import ModelConfig


@dataclass(frozen=True)
class LayerSummary:
    """One row of a model's summary: the layer's name, its output's shape, its parameters."""

    name: str
    output_shape: tuple[int | None, ...]
    n_parameters: int


def model_summary(
    config: ModelConfig, n_features: int, n_labels: int, words: tuple[int, int] = (0, 0)
) -> tuple[LayerSummary, ...]:
    """Return the layers that :mod:`arxivtag.learning.engine.building` makes, without Keras.

    ``words`` are the number of words that have a vector, and of those that are read of a paper.
    """
    rows = []
    for branch, units in branches(config, n_labels):
        n_in = n_features
        for number, n_out in enumerate(units, start=1):
            rows.append(LayerSummary(f"{branch}_{number}", (None, n_out), (n_in + 1) * n_out))
            n_in = n_out
    return (*rows, *_word_layers(config, n_labels, *words))


def _word_layers(
    config: ModelConfig, n_labels: int, n_words: int, length: int
) -> tuple[LayerSummary, ...]:
    if config.word_order == "none":
        return ()
    shape = WordShape(config.word_order, config.word_units, n_words, length, n_labels)
    n_all, n_encoder = (
        sum(map(math.prod, shapes.values())) for shapes in (shape.shapes(), shape.encoder_shapes())
    )
    n_encoded = shape.shapes()["labels_kernel"][0]
    return (
        LayerSummary("word vectors", (None, length, SIZE), (n_words + 1) * SIZE),
        LayerSummary(shape.kind, (None, length, n_encoded), n_encoder),
        LayerSummary("labels", (None, n_labels), n_all - n_encoder),
    )


def branches(config: ModelConfig, n_labels: int) -> list[tuple[str, tuple[int, ...]]]:
    """Return the name of each branch that reads n-grams, and the outputs of its layers."""
    if not config.reads_ngrams:
        return []
    if not config.hidden_units:
        return [("linear", (n_labels,))]
    names = ["dense"] if config.towers == 1 else [f"tower_{i + 1}" for i in range(config.towers)]
    with_hidden = [(name, (*config.hidden_units, n_labels)) for name in names]
    return [*with_hidden, ("linear", (n_labels,))] if config.linear_path else with_hidden

"""Networks that read words in order as Keras models: what trains, and what is exported.

Only layers and operations that come with Keras are used. Their plain form and the names of
their weights are in :mod:`arxivtag.learning.word_order`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from arxivtag.learning.word_order import (
    N_BLOCKS,
    N_HEADS,
    NORM_EPSILON,
    SIZE,
    WIDTHS,
    WordBranch,
    WordShape,
)
from arxivtag.settings import WordKind

# Keras is not typed: its symbolic tensors are ``Any``.
Tensor = Any
EMBEDDING = "embedding_embeddings"
_FAR_BELOW = -1e9


def build_word_network(
    shape: WordShape,
    dropout_rate: float = 0.0,
    seeds: Iterator[int] | None = None,
    name: str = "words_in_order",
) -> keras.Model:
    """Return the model from words ``(n_texts, length)`` to logits ``(n_texts, n_labels)``.

    Args:
        dropout_rate: Share of what the encoder tells of a text that is dropped in training.
        seeds: Decide first weights and dropout; zeros are made without them.
    """
    words = keras.Input((shape.length,), dtype="int32", name="words")
    is_word = ops.cast(words > 0, "float32")[..., None]
    first = _initializer(seeds, keras.initializers.RandomUniform, minval=-0.05, maxval=0.05)
    embedding = layers.Embedding(
        shape.n_words + 1, SIZE, embeddings_initializer=first, name="embedding"
    )
    encoded = ENCODERS[shape.kind](embedding(words) * is_word, is_word, shape.n_units, seeds)
    pooled = ops.max(ops.where(is_word > 0, encoded, _FAR_BELOW), axis=1)
    pooled = pooled * ops.max(is_word, axis=1)  # zeros where there is no word at all
    if dropout_rate and seeds is not None:
        pooled = layers.Dropout(dropout_rate, seed=next(seeds))(pooled)
    labels = layers.Dense(shape.n_labels, kernel_initializer=_initializer(seeds), name="labels")
    model = keras.Model(words, labels(pooled), name=name)
    # The gap's vector is never looked at, and so stays what it is from the beginning.
    embedding.embeddings.assign(embedding.embeddings.value.at[0].set(0.0))
    return model


def weights_by_name(model: keras.Model) -> dict[str, keras.Variable]:
    """Return the model's weights by the names that :class:`WordShape` has for them."""
    return {v.path.replace("/", "_"): v for v in model.trainable_variables}


def view_word_branch(model: keras.Model, shape: WordShape, share: float) -> WordBranch:
    """Return the plain network, whose logits are times ``share``; it shares the model's memory."""
    weights = {name: np.asarray(v.value) for name, v in weights_by_name(model).items()}
    embedding = weights.pop(EMBEDDING)
    output = {name: weights[name] * np.float32(share) for name in ("labels_kernel", "labels_bias")}
    return WordBranch(shape, embedding, None, weights | output)


def keras_of(branch: WordBranch, name: str) -> keras.Model:
    """Return the Keras model of a plain network, with its weights, under a name of its own."""
    model = build_word_network(branch.shape, name=name)
    everything = np.arange(branch.shape.n_words + 1)
    weights = {EMBEDDING: branch.vectors(everything), **branch.weights}
    for name, variable in weights_by_name(model).items():
        variable.assign(weights[name])
    return model


def _initializer(
    seeds: Iterator[int] | None,
    kind: Callable[..., keras.initializers.Initializer] = keras.initializers.GlorotUniform,
    **arguments: float,
) -> str | keras.initializers.Initializer:
    return "zeros" if seeds is None else kind(**arguments, seed=next(seeds))


# An encoder takes vectors (n_texts, length, SIZE), where there is a word (n_texts, length, 1) as
# 0 or 1, its units and seeds; it gives (n_texts, length, n_outputs).
Encoder = Callable[[Tensor, Tensor, int, "Iterator[int] | None"], Tensor]


def _cnn(vectors: Tensor, is_word: Tensor, n_units: int, seeds: Iterator[int] | None) -> Tensor:
    """Filters over some neighbouring words (Kim 2014)."""
    filters = [
        layers.Conv1D(
            n_units, width, padding="same", activation="relu",
            kernel_initializer=_initializer(seeds), name=f"width{width}",
        )
        for width in WIDTHS
    ]  # fmt: skip
    return ops.concatenate([layer(vectors) for layer in filters], axis=-1)


def _lstm(vectors: Tensor, is_word: Tensor, n_units: int, seeds: Iterator[int] | None) -> Tensor:
    """Two long short-term memories, one from each end; none reads beyond the last word."""
    reads = ops.flip(ops.cumsum(ops.flip(is_word[..., 0], axis=1), axis=1), axis=1) > 0
    forward, backward = (
        layers.LSTM(
            n_units, return_sequences=True, go_backwards=name == "backward", seed=0,
            kernel_initializer=_initializer(seeds),
            recurrent_initializer=_initializer(seeds, keras.initializers.Orthogonal), name=name,
        )(vectors, mask=reads)
        for name in ("forward", "backward")
    )  # fmt: skip
    return ops.concatenate([forward, ops.flip(backward, axis=1)], axis=-1)


def _transformer(
    vectors: Tensor, is_word: Tensor, n_units: int, seeds: Iterator[int] | None
) -> Tensor:
    """Attention and dense layers, each after a normalization."""
    one_text = ops.max(is_word[..., 0], axis=0, keepdims=True)
    numbers = ops.cumsum(ops.ones_like(one_text, dtype="int32"), axis=1) - 1
    first = _initializer(seeds, keras.initializers.RandomUniform, minval=-0.05, maxval=0.05)
    positions = layers.Embedding(
        vectors.shape[1], SIZE, embeddings_initializer=first, name="positions"
    )
    values = vectors + positions(numbers)

    def normed(name: str) -> Tensor:
        return layers.LayerNormalization(epsilon=NORM_EPSILON, name=f"{name}_norm")(values)

    def dense(name: str, n_outputs: int, activation: str | None, inputs: Tensor) -> Tensor:
        made = layers.Dense(
            n_outputs, activation, kernel_initializer=_initializer(seeds), name=name
        )
        return made(inputs)

    for block in range(N_BLOCKS):
        name, inputs = f"attention{block}", normed(f"attention{block}")
        attention = layers.MultiHeadAttention(
            N_HEADS, SIZE // N_HEADS, kernel_initializer=_initializer(seeds), seed=0, name=name
        )
        values = values + attention(inputs, inputs, attention_mask=is_word[:, None, :, 0] > 0)
        wide = dense(f"wide{block}", n_units, "relu", normed(f"wide{block}"))
        values = values + dense(f"narrow{block}", SIZE, None, wide)
    return dense("last", n_units, "relu", normed("last"))


ENCODERS: dict[WordKind, Encoder] = {"cnn": _cnn, "lstm": _lstm, "transformer": _transformer}

"""The losses that a network can learn from: one table, :data:`LOSSES`.

A loss is computed twice: by Keras on JAX in training, and by numpy on validation papers.
Keras is imported inside functions.

To add a loss: its name in :data:`arxivtag.settings.LossName`, one row here, and its value by
hand in ``tests/learning/test_losses.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.network import (
    LEAST_LOSS,
    FloatArray,
    OutputActivation,
    probability_of_any,
)
from arxivtag.settings import LossName

if TYPE_CHECKING:
    import jax

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Loss:
    """One loss.

    ``taught`` and ``shown`` take labels and outputs, (batch_size, n_labels) float32 each, and
    return one value per paper, (batch_size,).

    Attributes:
        output_activation: How probabilities come from logits.
        taught: What training makes small, from the outputs of one branch of the network.
        shown: What is shown as ``loss`` while training, from the logits of the whole network.
        validated: The same as ``shown`` in numpy, the mean over papers: ``val_loss``.
        logit_scale: The outputs of a branch times this are its logits.
        with_ranking: Whether the ranking loss is added where the settings give it a weight.
    """

    output_activation: OutputActivation
    taught: Callable[[jax.Array, jax.Array], jax.Array]
    shown: Callable[[jax.Array, jax.Array], jax.Array]
    validated: Callable[[BoolArray, FloatArray], float]
    logit_scale: float = 1.0
    with_ranking: bool = True


def _binary_crossentropy(y: jax.Array, logits: jax.Array) -> jax.Array:
    import keras

    return keras.losses.binary_crossentropy(y, logits, from_logits=True)


def _mean_binary_crossentropy(y_true: BoolArray, logits: FloatArray) -> float:
    # log(1 + exp(-|z|)) never overflows.
    losses = np.maximum(logits, 0) - logits * y_true + np.log1p(np.exp(-np.abs(logits)))
    return float(losses.mean())


def _any_crossentropy(y: jax.Array, logits: jax.Array) -> jax.Array:
    """Return the cross-entropy of labels of which a paper has at least one."""
    import jax.numpy as jnp

    of_any = jnp.log(any_of(logits)[:, 0])
    return _binary_crossentropy(y, logits) + of_any / logits.shape[1]


def any_of(logits: jax.Array) -> jax.Array:
    """Return :func:`arxivtag.learning.network.probability_of_any` in JAX."""
    import jax
    import jax.numpy as jnp

    losses = jax.nn.softplus(logits).sum(axis=1, keepdims=True)
    return -jnp.expm1(-jnp.maximum(losses, LEAST_LOSS))


def _mean_any_crossentropy(y_true: BoolArray, logits: FloatArray) -> float:
    of_any = float(np.log(probability_of_any(logits)).mean())
    return _mean_binary_crossentropy(y_true, logits) + of_any / int(logits.shape[1])


def _softmax_crossentropy(y: jax.Array, logits: jax.Array) -> jax.Array:
    """Return the cross-entropy with a distribution that a paper's labels share equally."""
    import jax.numpy as jnp
    import keras

    shares = y / jnp.maximum(y.sum(axis=1, keepdims=True), 1.0)
    return keras.losses.categorical_crossentropy(shares, logits, from_logits=True)


def _mean_softmax_crossentropy(y_true: BoolArray, logits: FloatArray) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    shares = y_true / np.maximum(y_true.sum(axis=1, keepdims=True), 1)
    return float(-(shares * log_probabilities).sum(axis=1).mean())


def _squared_hinge(y: jax.Array, outputs: jax.Array) -> jax.Array:
    """Return the squared hinge loss of a linear support vector machine's margins."""
    import keras

    return keras.losses.squared_hinge(2.0 * y - 1.0, outputs)


LOSSES: dict[LossName, Loss] = {
    "binary_crossentropy": Loss(
        output_activation="sigmoid",
        taught=_binary_crossentropy,
        shown=_binary_crossentropy,
        validated=_mean_binary_crossentropy,
    ),
    "any_crossentropy": Loss(
        output_activation="any_sigmoid",
        taught=_any_crossentropy,
        shown=_any_crossentropy,
        validated=_mean_any_crossentropy,
    ),
    "softmax_crossentropy": Loss(
        output_activation="softmax",
        taught=_softmax_crossentropy,
        shown=_softmax_crossentropy,
        validated=_mean_softmax_crossentropy,
    ),
    "squared_hinge": Loss(
        output_activation="sigmoid",
        taught=_squared_hinge,
        shown=_binary_crossentropy,
        validated=_mean_binary_crossentropy,
        # A margin of 1 is a logit of 3: probabilities about as sharp as a hidden layer's.
        logit_scale=3.0,
        with_ranking=False,
    ),
}


def ranking_losses(y: jax.Array, logits: jax.Array) -> jax.Array:
    """Return how far each paper's labels fail to stand above its other labels: ``(batch_size,)``.

    For each label that a paper has: the cross-entropy of a softmax over it and all labels
    that the paper does not have. Other labels of the paper do not compete with it, as they
    would in a softmax over the whole label set.
    """
    import jax
    import jax.numpy as jnp

    others = jax.nn.logsumexp(jnp.where(y > 0, -1e9, logits), axis=1, keepdims=True)
    return jnp.sum(y * (jnp.logaddexp(logits, others) - logits), axis=1)

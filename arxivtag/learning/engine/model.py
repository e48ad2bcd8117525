"""The Keras model: sparse first layers, dense layers above, a train step of its own; made plain."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import jax
import jax.numpy as jnp
import keras
import numpy as np

from arxivtag.learning.engine.sparse import CSR, OccurringRows, RowGradient, csr_dot, roomy
from arxivtag.learning.engine.word_order import view_word_branch
from arxivtag.learning.losses import Loss, any_of, ranking_losses
from arxivtag.learning.network import Branch, DenseLayer, Network, rounded
from arxivtag.learning.word_order import WordShape

# How probabilities come from logits (batch_size, n_labels).
_ACTIVATIONS = {
    "sigmoid": jax.nn.sigmoid,
    "softmax": jax.nn.softmax,
    "any_sigmoid": lambda logits: jax.nn.sigmoid(logits) / any_of(logits),
}
Values = list[jax.Array]
# What Keras hands to a train step and takes back: values of the trainable and the other
# variables, of the optimizer's and of the metrics'.
State = tuple[Values, Values, Values, Values]


def rows_of(inputs: dict[str, jax.Array], prefix: str = "") -> CSR:
    """Return the CSR rows that a batch holds under names with ``prefix``."""
    return CSR(inputs[f"{prefix}indptr"], inputs[f"{prefix}indices"], inputs[f"{prefix}data"])


def variables_of(model: keras.Model) -> list[keras.Variable]:
    """Return all that a compiled model holds from step to step: weights, seeds, moments."""
    return [
        *model.trainable_variables,
        *model.non_trainable_variables,
        *model.optimizer.variables,
    ]


class SparseDense(keras.layers.Layer):
    """``Dense`` without activation for sparse input: ``rows @ kernel + bias``.

    The kernel has some rows more than there are features, which stay zero.
    """

    def __init__(
        self,
        units: int,
        n_features: int,
        kernel_initializer: str | keras.initializers.Initializer,
        *,
        name: str,
    ) -> None:
        super().__init__(name=name)
        self.n_features = n_features
        initialize = keras.initializers.get(kernel_initializer)

        def padded(shape: tuple[int, int], dtype: str | None = None) -> jax.Array:
            n_spare = shape[0] - n_features
            return jnp.pad(initialize((n_features, units), dtype), ((0, n_spare), (0, 0)))

        self.kernel = self.add_weight((roomy(n_features), units), initializer=padded, name="kernel")
        self.bias = self.add_weight((units,), initializer="zeros", name="bias")
        self.built = True

    def call(self, inputs: dict[str, jax.Array]) -> jax.Array:
        """Return ``(batch_size, units)`` for a batch of sparse rows."""
        return csr_dot(rows_of(inputs), self.kernel.value) + self.bias.value


class BranchModel(keras.Model):
    """The mean of branches as a Keras model that trains on batches of sparse rows.

    Each branch learns from a loss of its own, so this is an ensemble inside one model.

    A batch is what :class:`~arxivtag.learning.engine.batches.Batches` gives: a dictionary of
    arrays (Keras takes nothing else) and y. Its weights are 1 for papers and 0 for the
    padding of an epoch's last batch.

    Args:
        stems: The first layer of each branch.
        heads: What follows in each branch: layers from the first layer's output (before its
            ReLU) to ``(batch_size, n_labels)`` outputs; empty for a linear path.
        branch_losses: What each branch learns from, those that read words in order last.
        word_networks: Those branches, from words to ``(batch_size, n_labels)`` outputs.
        loss: The loss of the settings: how probabilities come from logits, and what is shown.
        ranking_weight: Weight of :func:`~arxivtag.learning.losses.ranking_losses`.

    Attributes:
        program: What must agree for another model to be trained by this one's compiled step.
    """

    def __init__(
        self,
        stems: list[SparseDense],
        heads: list[list[keras.layers.Layer]],
        branch_losses: list[Loss],
        loss: Loss,
        *,
        word_networks: Mapping[WordShape, keras.Model],
        ranking_weight: float,
    ) -> None:
        super().__init__()
        self.stems = stems
        self.heads = heads
        self.word_networks = list(word_networks.values())
        self.word_shapes = tuple(word_networks)
        self.branch_losses = tuple(branch_losses)
        self.output_activation = loss.output_activation
        self.ranking_weight = ranking_weight
        self.program: Hashable = None
        self._shown_losses = loss.shown
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.accuracy_tracker = keras.metrics.Mean(name="binary_accuracy")
        self.built = True

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Keras' hook: what is reset at the start of an epoch."""
        return [self.loss_tracker, self.accuracy_tracker]

    def call(self, inputs: dict[str, jax.Array], training: bool = False) -> jax.Array:
        """Return probabilities ``(batch_size, n_labels)``."""
        hidden = [stem(inputs) for stem in self.stems]
        logits = self._mean_logits(self._branch_outputs(hidden, inputs, training))
        return _ACTIVATIONS[self.output_activation](logits)

    def _branch_outputs(
        self, hidden: Values, inputs: dict[str, jax.Array], training: bool
    ) -> Values:
        """Return what each branch puts out for what the first layers put out, and for words."""
        outputs = []
        for values, layers in zip(hidden, self.heads, strict=True):
            for layer in layers:
                values = layer(values, training=training)
            outputs.append(values)
        words = [network(inputs["words"], training=training) for network in self.word_networks]
        return outputs + words

    def _mean_logits(self, outputs: Values) -> jax.Array:
        logits = [
            loss.logit_scale * output
            for output, loss in zip(outputs, self.branch_losses, strict=True)
        ]
        return sum(logits[1:], start=logits[0]) / len(logits)

    def _training_losses(self, y: jax.Array, outputs: Values) -> jax.Array:
        """Return what training makes small, for each paper: ``(batch_size,)``."""
        total = jnp.zeros(y.shape[0])
        for output, loss in zip(outputs, self.branch_losses, strict=True):
            total += loss.taught(y, output)
            if self.ranking_weight and loss.with_ranking:
                total += self.ranking_weight * ranking_losses(y, output)
        return total

    def train_step(
        self, state: State, data: tuple[dict[str, jax.Array], jax.Array]
    ) -> tuple[dict[str, jax.Array], State]:
        """Keras' hook: one step on one batch, without a dense gradient of any first kernel."""
        trainable, non_trainable, optimizer_values, metric_values = state
        inputs, y = data[0], data[1].astype("float32")
        occurring: OccurringRows | None = None
        hidden: Values = []
        if self.stems:
            occurring = OccurringRows(
                inputs["numbers"], inputs["n_chunks"], rows_of(inputs, "transposed_")
            )
            trainable, optimizer_values, hidden = self._first_layers(
                trainable, optimizer_values, inputs, occurring
            )

        def loss_above(
            trainable: Values, hidden: Values
        ) -> tuple[jax.Array, tuple[jax.Array, Values]]:
            values = list(zip(self.trainable_variables, trainable, strict=True)) + list(
                zip(self.non_trainable_variables, non_trainable, strict=True)
            )
            with keras.StatelessScope(state_mapping=values) as scope:
                outputs = self._branch_outputs(hidden, inputs, training=True)
            after = [scope.get_current_value(v) for v in self.non_trainable_variables]
            weights = inputs["weights"]
            loss = jnp.sum(self._training_losses(y, outputs) * weights) / jnp.sum(weights)
            return loss, (self._mean_logits(outputs), after)

        above = {i: trainable[i] for i in self._above()}
        (_, (logits, non_trainable)), (above_gradients, hidden_gradients) = jax.value_and_grad(
            lambda above, hidden: loss_above(
                [above.get(i, value) for i, value in enumerate(trainable)], hidden
            ),
            argnums=(0, 1),
            has_aux=True,
        )(above, hidden)
        gradients = dict(above_gradients)
        for stem, gradient in zip(self.stems, hidden_gradients, strict=True):
            assert occurring is not None
            gradients[self._index(stem.kernel)] = RowGradient(occurring, gradient)
            gradients[self._index(stem.bias)] = gradient.sum(axis=0)
        trainable, optimizer_values = self.optimizer.stateless_apply(
            optimizer_values, [gradients[i] for i in range(len(trainable))], trainable
        )
        logs, metric_values = self._track(metric_values, y, logits, inputs["weights"])
        return logs, (trainable, non_trainable, optimizer_values, metric_values)

    def _first_layers(
        self,
        trainable: Values,
        optimizer_values: Values,
        inputs: dict[str, jax.Array],
        occurring: OccurringRows,
    ) -> tuple[Values, Values, Values]:
        """Bring the rows that occur up to date, and multiply by them."""
        mapping = list(zip(self.trainable_variables, trainable, strict=True)) + list(
            zip(self.optimizer.variables, optimizer_values, strict=True)
        )
        with keras.StatelessScope(state_mapping=mapping) as scope:
            self.optimizer.catch_up([stem.kernel for stem in self.stems], occurring)
            hidden = [stem(inputs) for stem in self.stems]
        return (
            [scope.get_current_value(v) for v in self.trainable_variables],
            [scope.get_current_value(v) for v in self.optimizer.variables],
            hidden,
        )

    def _track(
        self, values: Values, y: jax.Array, logits: jax.Array, weights: jax.Array
    ) -> tuple[dict[str, jax.Array], Values]:
        """Update the running means; the loss is the one of ``val_loss``, without ranking loss."""
        probabilities = _ACTIVATIONS[self.output_activation](logits)
        accuracies = jnp.mean((probabilities > 0.5) == (y > 0.5), axis=1)
        n_loss = len(self.loss_tracker.variables)
        loss_values = self.loss_tracker.stateless_update_state(
            values[:n_loss], self._shown_losses(y, logits), sample_weight=weights
        )
        accuracy_values = self.accuracy_tracker.stateless_update_state(
            values[n_loss:], accuracies, sample_weight=weights
        )
        logs = {
            "loss": self.loss_tracker.stateless_result(loss_values),
            "binary_accuracy": self.accuracy_tracker.stateless_result(accuracy_values),
        }
        return logs, [*loss_values, *accuracy_values]

    def _index(self, variable: keras.Variable) -> int:
        return next(i for i, v in enumerate(self.trainable_variables) if v is variable)

    def _above(self) -> list[int]:
        first = {id(v) for stem in self.stems for v in stem.trainable_variables}
        return [i for i, v in enumerate(self.trainable_variables) if id(v) not in first]


def to_network(model: BranchModel) -> Network:
    """Return the model's weights, rounded, as a :class:`Network` of its own arrays."""
    return rounded(view_network(model))


def view_network(model: BranchModel) -> Network:
    """Return a network that shares memory with the model: use it before the next step."""
    # The mean of branches is the sum of branches whose last layers are divided.
    shares = [loss.logit_scale / len(model.branch_losses) for loss in model.branch_losses]
    made = []
    for stem, head, share in zip(model.stems, model.heads, shares, strict=False):
        dense = [stem, *(item for item in head if hasattr(item, "kernel"))]
        made.append(Branch(tuple(map(_dense_layer, dense, [1.0] * (len(dense) - 1) + [share]))))
    of_words = shares[len(model.stems) :]
    words = map(view_word_branch, model.word_networks, model.word_shapes, of_words)
    return Network(tuple(made), model.output_activation, tuple(words))


def _dense_layer(layer: keras.layers.Layer, share: float) -> DenseLayer:
    kernel, bias = np.asarray(layer.kernel.value), np.asarray(layer.bias.value)
    if isinstance(layer, SparseDense):
        kernel = kernel[: layer.n_features]
    if share == 1.0:
        return DenseLayer(kernel, bias)
    # As a scale of rows, since a first kernel is too large for a second one beside it.
    scale = np.full(len(kernel), share, np.float32)
    return DenseLayer(kernel, bias * np.float32(share), scale)

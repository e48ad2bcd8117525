"""The Keras model: sparse first layers, dense layers above, a train step of its own."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import keras

from arxivtag.learning.engine.sparse import CSR, OccurringRows, RowGradient, csr_dot


def rows_of(inputs: dict[str, Any], prefix: str = "") -> CSR:
    """Return the CSR rows that a batch holds under names with ``prefix``."""
    return CSR(inputs[f"{prefix}indptr"], inputs[f"{prefix}indices"], inputs[f"{prefix}data"])


# A margin of 1 as a logit: makes probabilities of a linear path about as sharp as a tower's.
MARGIN_SCALE = 3.0


class SparseDense(keras.layers.Layer):
    """``Dense`` without activation for sparse input: ``rows @ kernel + bias``.

    Args:
        units: Outputs.
        n_features: Inputs.
        kernel_initializer: As in ``keras.layers.Dense``.
    """

    def __init__(
        self, units: int, n_features: int, kernel_initializer: Any = "glorot_uniform", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.kernel = self.add_weight(
            (n_features, units), initializer=kernel_initializer, name="kernel"
        )
        self.bias = self.add_weight((units,), initializer="zeros", name="bias")
        self.built = True

    def call(self, inputs: dict[str, Any]) -> Any:
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
            ReLU) to ``(batch_size, n_labels)`` logits; empty for a linear path.
        output_activation: ``sigmoid`` or ``softmax``.
        margins: For each branch, whether it learns from :func:`margin_losses` in place of
            the cross-entropy; its output times :data:`MARGIN_SCALE` is its logits.
        ranking_weight: Weight of :func:`ranking_losses` beside the cross-entropy.
    """

    def __init__(
        self,
        stems: list[SparseDense],
        heads: list[list[Any]],
        output_activation: str,
        *,
        margins: list[bool],
        ranking_weight: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.stems = stems
        self.heads = heads
        self.output_activation = output_activation
        self.margins = tuple(margins)
        self.ranking_weight = ranking_weight
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.accuracy_tracker = keras.metrics.Mean(name="binary_accuracy")
        self.built = True

    @property
    def metrics(self) -> list[Any]:
        """Keras' hook: what is reset at the start of an epoch."""
        return [self.loss_tracker, self.accuracy_tracker]

    def call(self, inputs: dict[str, Any], training: bool = False) -> Any:
        """Return probabilities ``(batch_size, n_labels)``."""
        hidden = [stem(inputs) for stem in self.stems]
        return self._activate(self._joined(self._branch_logits(hidden, training)))

    def _branch_logits(self, hidden: list[Any], training: bool) -> list[Any]:
        """Return each branch's logits from what the first layers put out."""
        outputs = []
        for values, layers in zip(hidden, self.heads, strict=True):
            for layer in layers:
                values = layer(values, training=training)
            outputs.append(values)
        return outputs

    def _joined(self, branch_logits: list[Any]) -> Any:
        logits = [
            MARGIN_SCALE * output if margin else output
            for output, margin in zip(branch_logits, self.margins, strict=True)
        ]
        return sum(logits[1:], start=logits[0]) / len(logits)

    def _cross_entropies(self, y: Any, logits: Any) -> Any:
        """Return each paper's cross-entropy: ``(batch_size,)``."""
        if self.output_activation == "softmax":
            shares = y / jnp.maximum(y.sum(axis=1, keepdims=True), 1.0)
            return keras.losses.categorical_crossentropy(shares, logits, from_logits=True)
        return keras.losses.binary_crossentropy(y, logits, from_logits=True)

    def _taught_losses(self, y: Any, branch_logits: list[Any]) -> Any:
        """Return what is made small, each paper's: ``(batch_size,)``."""
        losses = jnp.zeros(y.shape[0])
        for output, margin in zip(branch_logits, self.margins, strict=True):
            if margin:
                losses += margin_losses(y, output)
                continue
            losses += self._cross_entropies(y, output)
            if self.ranking_weight:
                losses += self.ranking_weight * ranking_losses(y, output)
        return losses

    def train_step(self, state: tuple[Any, ...], data: Any) -> tuple[Any, tuple[Any, ...]]:
        """Keras' hook: one step on one batch, without a dense gradient of any first kernel."""
        trainable, non_trainable, optimizer_values, metric_values = state
        inputs, y = data[0], data[1].astype("float32")
        occurring = OccurringRows(
            inputs["numbers"], inputs["n_chunks"], rows_of(inputs, "transposed_")
        )
        trainable, optimizer_values, hidden = self._first_layers(
            trainable, optimizer_values, inputs, occurring
        )

        def loss_above(trainable: list[Any], hidden: list[Any]) -> tuple[Any, Any]:
            values = list(zip(self.trainable_variables, trainable, strict=True)) + list(
                zip(self.non_trainable_variables, non_trainable, strict=True)
            )
            with keras.StatelessScope(state_mapping=values) as scope:
                outputs = self._branch_logits(hidden, training=True)
            after = [scope.get_current_value(v) for v in self.non_trainable_variables]
            weights = inputs["weights"]
            loss = jnp.sum(self._taught_losses(y, outputs) * weights) / jnp.sum(weights)
            return loss, (self._joined(outputs), after)

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
            gradients[self._index(stem.kernel)] = RowGradient(occurring, gradient)
            gradients[self._index(stem.bias)] = gradient.sum(axis=0)
        trainable, optimizer_values = self.optimizer.stateless_apply(
            optimizer_values, [gradients[i] for i in range(len(trainable))], trainable
        )
        logs, metric_values = self._track(metric_values, y, logits, inputs["weights"])
        return logs, (trainable, non_trainable, optimizer_values, metric_values)

    def _first_layers(
        self,
        trainable: Any,
        optimizer_values: Any,
        inputs: dict[str, Any],
        occurring: OccurringRows,
    ) -> tuple[list[Any], list[Any], list[Any]]:
        """Bring the rows that occur up to date, and multiply by them."""
        mapping = list(zip(self.trainable_variables, trainable, strict=True)) + list(
            zip(self.optimizer.variables, optimizer_values, strict=True)
        )
        with keras.StatelessScope(state_mapping=mapping) as scope:
            self.optimizer.settle([stem.kernel for stem in self.stems], occurring)
            hidden = [stem(inputs) for stem in self.stems]
        return (
            [scope.get_current_value(v) for v in self.trainable_variables],
            [scope.get_current_value(v) for v in self.optimizer.variables],
            hidden,
        )

    def _track(
        self, values: list[Any], y: Any, logits: Any, weights: Any
    ) -> tuple[dict[str, Any], list[Any]]:
        """Update the running means: of the cross-entropy alone, to be like ``val_loss``."""
        probabilities = self._activate(logits)
        accuracies = jnp.mean((probabilities > 0.5) == (y > 0.5), axis=1)
        n_loss = len(self.loss_tracker.variables)
        loss_values = self.loss_tracker.stateless_update_state(
            values[:n_loss], self._cross_entropies(y, logits), sample_weight=weights
        )
        accuracy_values = self.accuracy_tracker.stateless_update_state(
            values[n_loss:], accuracies, sample_weight=weights
        )
        logs = {
            "loss": self.loss_tracker.stateless_result(loss_values),
            "binary_accuracy": self.accuracy_tracker.stateless_result(accuracy_values),
        }
        return logs, [*loss_values, *accuracy_values]

    def _activate(self, logits: Any) -> Any:
        if self.output_activation == "softmax":
            return jax.nn.softmax(logits, axis=1)
        return jax.nn.sigmoid(logits)

    def _index(self, variable: Any) -> int:
        return next(i for i, v in enumerate(self.trainable_variables) if v is variable)

    def _above(self) -> list[int]:
        first = {id(v) for stem in self.stems for v in stem.trainable_variables}
        return [i for i, v in enumerate(self.trainable_variables) if id(v) not in first]


def ranking_losses(y: Any, logits: Any) -> Any:
    """Return how far each paper's labels fail to stand above its other labels: ``(batch_size,)``.

    For each label that a paper has: the cross-entropy of a softmax over it and all labels
    that the paper does not have. Other labels of the paper do not compete with it, as they
    would in a softmax over the whole label set.
    """
    others = jax.nn.logsumexp(jnp.where(y > 0, -1e9, logits), axis=1, keepdims=True)
    return jnp.sum(y * (jnp.logaddexp(logits, others) - logits), axis=1)


def margin_losses(y: Any, outputs: Any) -> Any:
    """Return each paper's squared hinge loss, as a linear support vector machine's."""
    return keras.losses.squared_hinge(2.0 * y - 1.0, outputs)

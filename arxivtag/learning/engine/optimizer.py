"""Optimizers for kernels of which each batch touches few rows only.

:class:`RowSparseAdam` is Adam to the letter, :class:`LazyRows` moves only rows that occur.

Dense Adam moves every row at every step: where an n-gram does not occur, its
moments decay and its weights drift on by the decayed first moment. That drift is
not small (a single occurrence moves a row ten times as far in the steps after it
as in its own), so leaving it out gives another optimizer.
Here a row catches up with its drift when it next occurs, and all rows do at the end
of an epoch. With ``r = beta_1 / sqrt(beta_2)`` and ``alpha_t`` Adam's corrected
learning rate, a row last touched at step ``s`` has drifted by

    sum(alpha_j * r ** (j - s) for j in s + 1 .. t) * m_s / (sqrt(v_s) + epsilon)

The sum depends on ``s`` alone, so one short vector, extended at each step, serves
all rows. It is exact but for epsilon, which Adam does not scale by
``sqrt(beta_2) ** (j - s)``: a part in a thousand.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import keras

from arxivtag.learning.engine.sparse import (
    CHUNK_ROWS,
    NO_ROW,
    OccurringRows,
    RowGradient,
    chunk_of,
    gather,
    scatter,
)

Tables = tuple[jax.Array, jax.Array, jax.Array]  # a kernel and its two moments

# A row's first step is about so many learning rates long (docs/training.md: what others gave).
ROW_RATE = 4.0


# Networks that read words in order take steps of this share of the learning rate.
WORD_RATE = 0.1


class _PacedAdam(keras.optimizers.Adam):
    """Keras' Adam with smaller steps for the variables whose ids are in ``slow``."""

    slow: frozenset[int] = frozenset()

    def update_step(
        self, gradient: jax.Array | RowGradient, variable: keras.Variable, learning_rate: jax.Array
    ) -> None:
        """Keras' hook: one variable's update."""
        pace = WORD_RATE if id(variable) in self.slow else 1.0
        super().update_step(gradient, variable, pace * learning_rate)


class LazyRows(_PacedAdam):
    """Keras' Adam, but the rows of first kernels move by Adagrad, with one sum for each row.

    A row that does not occur in a batch stays as it is. One that does loses

        ROW_RATE * learning_rate * g / (sqrt(sum of mean(g ** 2) at all its occurrences) + epsilon)

    (Duchi et al. 2011, by rows as in Naumov et al. 2019). There are no moments, so that a step
    reads and writes a third of what Adam's does, and that is what takes the time.

    Args:
        kernels: Those that get row gradients.
        weight_decay: Pull towards zero of rows that occur, and of all other variables that are
            not excluded from it.
    """

    def __init__(
        self,
        learning_rate: float | keras.optimizers.schedules.LearningRateSchedule,
        *,
        kernels: list[keras.Variable],
        weight_decay: float | None,
    ) -> None:
        super().__init__(learning_rate=learning_rate, weight_decay=weight_decay)
        # Not the kernels themselves, which Keras would take for variables of the optimizer.
        self._kernels = frozenset(map(id, kernels))

    def build(self, var_list: list[keras.Variable]) -> None:
        """Create Adam's moments, and for first kernels one sum for each row in their place."""
        if self.built:
            return
        keras.optimizers.Optimizer.build(self, var_list)
        self._momentums = [self._state_of(variable, "momentum") for variable in var_list]
        self._velocities = [self._state_of(variable, "velocity") for variable in var_list]

    def _state_of(self, variable: keras.Variable, name: str) -> keras.Variable | None:
        if id(variable) not in self._kernels:
            return self.add_variable_from_reference(variable, name=name)
        if name == "momentum":
            return None
        return self.add_variable((variable.shape[0],), initializer="zeros", name="row_sums")

    def catch_up(self, kernels: list[keras.Variable], rows: OccurringRows) -> None:
        """Bring the rows that occur up to date: they always are."""

    def catch_up_all(self, kernels: list[keras.Variable]) -> None:
        """Bring every row up to date: they always are."""

    def update_step(
        self, gradient: jax.Array | RowGradient, variable: keras.Variable, learning_rate: jax.Array
    ) -> None:
        """Keras' hook: one variable's update."""
        if not isinstance(gradient, RowGradient):
            super().update_step(gradient, variable, learning_rate)
            return
        row_sums = self._velocities[self._get_variable_index(variable)]
        shrink = 1.0 - learning_rate * (self.weight_decay or 0.0)

        def body(
            number: jax.Array, tables: tuple[jax.Array, jax.Array]
        ) -> tuple[jax.Array, jax.Array]:
            table, sums = tables
            numbers = chunk_of(gradient.rows.numbers, number)
            g = gradient.chunk(number)
            after = gather(sums, numbers) + jnp.mean(jnp.square(g), axis=1)
            step = (ROW_RATE * learning_rate) / (jnp.sqrt(after) + self.epsilon)
            values = gather(table, numbers) * shrink - step[:, None] * g
            return scatter(table, numbers, values), scatter(sums, numbers, after)

        tables = (variable.value, row_sums.value)
        moved, after = jax.lax.fori_loop(0, gradient.rows.n_chunks, body, tables)
        self.assign(variable, moved)
        self.assign(row_sums, after)


class RowSparseAdam(_PacedAdam):
    """Keras' Adam that also takes a :class:`RowGradient` and then touches only its rows.

    Args:
        n_features: Rows of every kernel that gets row gradients.
        n_steps: Most steps that will be taken.
        weight_decay: As in :class:`LazyRows`.
    """

    def __init__(
        self,
        learning_rate: float | keras.optimizers.schedules.LearningRateSchedule,
        *,
        n_features: int,
        n_steps: int,
        weight_decay: float | None,
    ) -> None:
        super().__init__(learning_rate=learning_rate, weight_decay=weight_decay)
        self.n_features = n_features
        self.n_steps = n_steps

    def build(self, var_list: list[keras.Variable]) -> None:
        """Create the moments, and the step at which each row was touched last."""
        if self.built:
            return
        super().build(var_list)
        self._last_step = self.add_variable(
            (self.n_features,), initializer="zeros", dtype="int32", name="last_step"
        )
        self._drift_sums = self.add_variable(
            (self.n_steps + 1,), initializer="zeros", dtype="float32", name="drift_sums"
        )

    def catch_up(self, kernels: list[keras.Variable], rows: OccurringRows) -> None:
        """Bring the rows that occur up to date, before a forward pass reads them."""
        numbers_behind, n_chunks = self._behind(rows)
        for kernel in kernels:
            m, v = (moment.value for moment in self._moments(kernel))
            last_step, sums = self._last_step.value, self._drift_sums.value

            def body(
                number: jax.Array, table: jax.Array, m: jax.Array = m, v: jax.Array = v
            ) -> jax.Array:
                numbers = chunk_of(numbers_behind, number)
                drift = sums[gather(last_step, numbers)][:, None]  # noqa: B023
                step = drift * gather(m, numbers) / (jnp.sqrt(gather(v, numbers)) + self.epsilon)
                return scatter(table, numbers, gather(table, numbers) - step)

            kernel.assign(jax.lax.fori_loop(0, n_chunks, body, kernel.value))

    def _behind(self, rows: OccurringRows) -> tuple[jax.Array, jax.Array]:
        """Return which of the rows have drifted, padded like ``rows.numbers``, and their chunks.

        About half have not: they occurred in the step before, or never yet.
        """
        last = gather(self._last_step.value, rows.numbers)
        drifted = (last > 0) & (last < self.iterations.value) & (rows.numbers != NO_ROW)
        numbers = jnp.sort(jnp.where(drifted, rows.numbers, NO_ROW))
        return numbers, -(-jnp.sum(drifted) // CHUNK_ROWS)

    def catch_up_all(self, kernels: list[keras.Variable]) -> None:
        """Bring every row up to date: kernels and moments as dense Adam would have them now."""
        for kernel in kernels:
            moments = self._moments(kernel)
            caught_up = _catch_up_everything(
                (kernel.value, moments[0].value, moments[1].value),
                self._last_step.value,
                self._drift_sums.value,
                self.iterations.value,
                (self.beta_1, self.beta_2, self.epsilon),
            )
            for variable, value in zip((kernel, *moments), caught_up, strict=True):
                variable.assign(value)
        self._last_step.assign(jnp.full((self.n_features,), self.iterations.value, "int32"))

    def update_step(
        self, gradient: jax.Array | RowGradient, variable: keras.Variable, learning_rate: jax.Array
    ) -> None:
        """Keras' hook: one variable's update."""
        if isinstance(gradient, RowGradient):
            self._update_rows(gradient, variable, learning_rate)
        else:
            super().update_step(gradient, variable, learning_rate)

    def apply(
        self,
        grads: list[jax.Array | RowGradient],
        trainable_variables: list[keras.Variable] | None = None,
    ) -> None:
        """Keras' hook: one step over all variables."""
        step = self.iterations.value + 1
        alpha = self._alpha(step, self.learning_rate)
        super().apply(grads, trainable_variables)
        rows = next((g.rows for g in grads if isinstance(g, RowGradient)), None)
        if rows is None:
            return
        ages = step - jnp.arange(self.n_steps + 1)
        ratio = self.beta_1 / self.beta_2**0.5
        grown = jnp.where(ages > 0, alpha * ratio ** ages.astype("float32"), 0.0)
        self._drift_sums.assign(self._drift_sums.value + grown)
        # Padding is NO_ROW, which scatter drops.
        self._last_step.assign(
            self._last_step.value.at[rows.numbers].set(step.astype("int32"), mode="drop")
        )

    def _alpha(self, step: jax.Array, learning_rate: jax.Array) -> jax.Array:
        step = jnp.asarray(step, "float32")
        return learning_rate * jnp.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)

    def _moments(self, variable: keras.Variable) -> tuple[keras.Variable, keras.Variable]:
        index = self._get_variable_index(variable)
        return self._momentums[index], self._velocities[index]

    def _update_rows(
        self, gradient: RowGradient, kernel: keras.Variable, learning_rate: jax.Array
    ) -> None:
        moments = self._moments(kernel)
        step = self.iterations.value + 1
        alpha = self._alpha(step, learning_rate)
        shrink = 1.0 - learning_rate * (self.weight_decay or 0.0)
        last_step = self._last_step.value

        def body(number: jax.Array, tables: Tables) -> Tables:
            table, m_table, v_table = tables
            numbers = chunk_of(gradient.rows.numbers, number)
            g = gradient.chunk(number)
            m, v = gather(m_table, numbers), gather(v_table, numbers)
            missed = (step - 1 - gather(last_step, numbers)).astype("float32")[:, None]
            m, v = m * self.beta_1**missed, v * self.beta_2**missed
            m += (g - m) * (1 - self.beta_1)
            v += (jnp.square(g) - v) * (1 - self.beta_2)
            values = gather(table, numbers) * shrink - m * alpha / (jnp.sqrt(v) + self.epsilon)
            return (
                scatter(table, numbers, values),
                scatter(m_table, numbers, m),
                scatter(v_table, numbers, v),
            )

        tables = (kernel.value, moments[0].value, moments[1].value)
        updated = jax.lax.fori_loop(0, gradient.rows.n_chunks, body, tables)
        for variable, value in zip((kernel, *moments), updated, strict=True):
            self.assign(variable, value)


@jax.jit(donate_argnums=(0,), static_argnums=(4,))
def _catch_up_everything(
    tables: Tables,
    last_step: jax.Array,
    drift_sums: jax.Array,
    step: jax.Array,
    constants: tuple[float, float, float],
) -> Tables:
    """Return kernel and moments with all that their rows have missed (beta_1, beta_2, epsilon)."""
    beta_1, beta_2, epsilon = constants
    n_chunks = -(-tables[0].shape[0] // CHUNK_ROWS)

    def body(number: jax.Array, tables: Tables) -> Tables:
        table, m_table, v_table = tables
        # Numbers past the end name no row: they are clipped when read, dropped when written.
        numbers = number * CHUNK_ROWS + jnp.arange(CHUNK_ROWS)
        last = gather(last_step, numbers)
        m, v = gather(m_table, numbers), gather(v_table, numbers)
        drift = drift_sums[last][:, None]
        values = gather(table, numbers) - drift * m / (jnp.sqrt(v) + epsilon)
        missed = (step - last).astype("float32")[:, None]
        return (
            scatter(table, numbers, values),
            scatter(m_table, numbers, m * beta_1**missed),
            scatter(v_table, numbers, v * beta_2**missed),
        )

    caught_up: Tables = jax.lax.fori_loop(0, n_chunks, body, tables)
    return caught_up

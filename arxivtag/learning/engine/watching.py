"""Looks at validation papers while a network learns, for the label space."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import keras

from arxivtag.learning.engine.callbacks import Plan
from arxivtag.learning.engine.model import BranchModel, State, Values, view_network
from arxivtag.learning.features import Examples
from arxivtag.learning.network import FloatArray, activate, probabilities
from arxivtag.learning.space import Watch

# What looks between epochs may take of the training; those after epochs cost nothing more.
SHARE_OF_TIME = 0.02
SECONDS_BETWEEN = 0.4
MAX_BETWEEN = 20
MAX_AFTER_EPOCHS = 100


class Watching:
    """Shows a watch the network before training, after epochs, and some times in between.

    Most happens in the beginning, so looks come closely there, further and further apart
    until their time is spent. Between epochs the rows of a first layer that have not occurred for
    a while are a little behind: this is for the eye, no figure is taken from it.

    Args:
        plan: What it is going to do.
    """

    def __init__(self, model: BranchModel, val: Examples, plan: Plan, watch: Watch) -> None:
        self._model, self._plan, self._watch = model, plan, watch
        self._rows = val.rows.take(watch.papers)
        self._epochs_apart = math.ceil(plan.n_epochs / MAX_AFTER_EPOCHS)
        self._n_between, self._spent, self._cost = 0, 0.0, 0.0
        self._n_steps = self._first_step = 0
        self._began = self._next_at = 0.0

    def begin(self, n_epochs_done: int) -> None:
        """Look for the first time, and from now on after steps."""
        self._n_steps = self._first_step = n_epochs_done * self._plan.n_steps
        self._look()
        after_each_step(self._model, self._after_step)

    def after_epoch(self, epoch: int, logits: FloatArray) -> None:
        """Show the logits ``(n_val, n_labels)`` of an epoch, counted from 1."""
        if epoch % self._epochs_apart == 0 or epoch == self._plan.n_epochs:
            chosen = activate(logits[self._watch.papers], self._model.output_activation)
            self._watch.record(epoch, chosen[:, self._watch.labels])

    def _after_step(self, trainable: Values) -> None:
        self._n_steps += 1
        now = time.perf_counter()
        n_timed = self._n_steps - self._first_step - 1
        if n_timed == 0:  # the first step is compiled
            self._began, self._next_at = now, now + SECONDS_BETWEEN
        elif now >= self._next_at and self._n_steps % self._plan.n_steps:
            all_steps = self._plan.n_steps * self._plan.n_epochs - self._first_step
            planned = (now - self._began) / n_timed * all_steps
            affordable = self._spent + self._cost <= SHARE_OF_TIME * planned
            if affordable and self._n_between < MAX_BETWEEN:
                self._n_between += 1
                pairs = list(zip(self._model.trainable_variables, trainable, strict=True))
                with keras.StatelessScope(state_mapping=pairs):
                    self._look()
                elapsed = time.perf_counter() - self._began
                self._next_at = time.perf_counter() + max(SECONDS_BETWEEN, elapsed / 2)

    def _look(self) -> None:
        started = time.perf_counter()
        y_prob = probabilities(view_network(self._model), self._rows)
        self._watch.record(self._n_steps / self._plan.n_steps, y_prob[:, self._watch.labels])
        self._cost = time.perf_counter() - started
        self._spent += self._cost


def after_each_step(model: BranchModel, call: Callable[[Values], None]) -> None:
    """Call with the values of the trainable variables after each step, before the next may begin.

    Keras' callbacks are too late: they run on other threads, and the next step takes the values.
    """
    model.make_train_function()
    step: Callable[[State, object], tuple[dict[str, Any], State]] = model.train_function

    def watched(state: State, iterator: object) -> tuple[dict[str, Any], State]:
        logs, state = step(state, iterator)
        call(state[0])
        return logs, state

    model.train_function = watched

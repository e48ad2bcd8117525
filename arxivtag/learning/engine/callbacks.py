"""What happens while Keras trains: live figures, stop requests, validation, looks at papers."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from arxivtag.callbacks import OnTick, ShouldStop
from arxivtag.errors import TrainingError
from arxivtag.learning.engine.model import BranchModel, State, Values, to_network, view_network
from arxivtag.learning.features import Examples
from arxivtag.learning.losses import LOSSES, BoolArray, Loss
from arxivtag.learning.network import FloatArray, Network, activate, logits, probabilities
from arxivtag.learning.space import Watch
from arxivtag.settings import TrainingConfig

SECONDS_BETWEEN_TICKS = 0.15
MAX_POINTS = 4_000  # of a whole training: beyond it, a point is the mean of several batches
# What looks for the label space may take of the training between epochs, and how many there are:
# those after epochs cost nothing more.
LOOKS_SHARE = 0.02
SECONDS_BETWEEN_LOOKS = 0.4
MAX_LOOKS_BETWEEN, MAX_LOOKS_AFTER = 20, 100
Logs = dict[str, Any]  # Keras' running figures by name, on the device until they are read


@dataclass(frozen=True)
class Plan:
    """What training is going to do: ``n_steps`` in each epoch, of which the last may be short."""

    n_papers: int
    batch_size: int
    n_steps: int
    n_epochs: int

    @property
    def point_steps(self) -> tuple[int, ...]:
        """The steps of an epoch, from 1, after which there is a point in the history."""
        n_batches = math.ceil(self.n_steps * self.n_epochs / MAX_POINTS)
        return (*range(n_batches, self.n_steps, n_batches), self.n_steps)

    def papers_after(self, step: int) -> int:
        """Return the papers of an epoch's first ``step`` batches."""
        return min(step * self.batch_size, self.n_papers)


class Live(keras.callbacks.Callback):
    """Reports each batch some times per second, and passes stop requests on.

    Keras gives running means, on several threads, so that they come in any order. What a batch,
    or a few of them, had is the difference of two of these, each times its papers.
    """

    # Keras may then dispatch the next step before this one's figures are there. The model
    # is kept under a name of its own, since Keras' ``self.model`` waits for the device.
    async_safe = True

    def __init__(
        self, model: BranchModel, plan: Plan, on_tick: OnTick, should_stop: ShouldStop
    ) -> None:
        super().__init__()
        self._trained, self._plan = model, plan
        self._on_tick, self._should_stop = on_tick, should_stop
        self._epoch = 0
        self._epoch_started = 0.0
        self._last = 0.0
        self._lock = threading.Lock()
        self._to_come: deque[int] = deque()  # steps of the epoch's points not yet reported, ...
        self._waiting: dict[int, Logs] = {}  # ... what is known of them, ...
        self._sums = np.zeros(3)  # ... and papers, loss and accuracy up to these
        self.stopped = False

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Keras' hook."""
        self._epoch, self._epoch_started = epoch, time.perf_counter()
        self._to_come, self._sums = deque(self._plan.point_steps), np.zeros(3)
        self._waiting.clear()

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """Keras' hook; runs on a thread of its own, and waits there for the figures."""
        with self._lock:
            if batch + 1 in self._to_come:
                self._waiting[batch + 1] = logs
            is_time = time.perf_counter() - self._last >= SECONDS_BETWEEN_TICKS
            if is_time or len(self._waiting) == len(self._to_come):
                self._last = time.perf_counter()
                self._report()

    def _report(self) -> None:
        """Report the points that are known, up to the first that is not."""
        if self._should_stop():
            self.stopped = True
            self._trained.stop_training = True
        points = []
        while self._to_come and self._to_come[0] in self._waiting:
            step = self._to_come.popleft()
            logs = self._waiting.pop(step)
            points.append(self._point(step, logs))
        if not points:
            return
        loss = float(logs["loss"])
        check_is_number(loss)
        seconds = time.perf_counter() - self._epoch_started
        record = {
            "kind": "tick",
            "epoch": self._place(step),
            "step": step,
            "n_steps": self._plan.n_steps,
            "loss": loss,
            "binary_accuracy": float(logs["binary_accuracy"]),
            "points": points,
            "papers_per_second": round(self._plan.papers_after(step) / seconds, 1),
        }
        self._on_tick(record)

    def _place(self, step: int) -> float:
        return round(self._epoch + step / self._plan.n_steps, 4)

    def _point(self, step: int, logs: Logs) -> tuple[float, float, float]:
        """Return epoch, loss and binary accuracy of the batches since the point before."""
        means = np.array([1.0, float(logs["loss"]), float(logs["binary_accuracy"])])
        sums = self._plan.papers_after(step) * means
        n_papers, loss, accuracy = sums - self._sums
        self._sums = sums
        return self._place(step), round(loss / n_papers, 5), round(accuracy / n_papers, 5)


class Validation(keras.callbacks.Callback):
    """After each epoch: validation figures, the best epoch's network, early stopping.

    The figures are those of the plain network with rounded weights, the one that is stored; so
    nothing more is compiled. An epoch that a stop request cut short gets no record, but its
    network is kept where it is the best so far.

    Args:
        val: Validation papers; with none of them, the last epoch counts as the best.
        on_logits: Called with each epoch, counted from 1, and logits ``(n_val, n_labels)``.
    """

    def __init__(
        self,
        model: BranchModel,
        val: Examples,
        config: TrainingConfig,
        plan: Plan,
        on_tick: OnTick,
        on_logits: Callable[[int, FloatArray], None] | None = None,
    ) -> None:
        super().__init__()
        self._trained = model
        self._val, self._config = val, config
        self._plan, self._on_tick, self._on_logits = plan, on_tick, on_logits
        self._started = 0.0
        self.records: list[dict[str, Any]] = []  # one per whole epoch
        self.best_epoch = 0
        self.best_network: Network | None = None

    def finished(self, n_epochs: int) -> bool:
        """Return whether training ends after this many epochs."""
        patience = self._config.early_stopping_patience
        waited_out = patience is not None and n_epochs - self.best_epoch >= patience
        return n_epochs >= self._plan.n_epochs or (n_epochs > 0 and waited_out)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Keras' hook."""
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Keras' hook; adds the validation figures to ``logs``, so they reach the history."""
        seconds = time.perf_counter() - self._started
        check_is_number(float(logs["loss"]))
        model = self._trained
        model.optimizer.catch_up_all([stem.kernel for stem in model.stems])
        network = to_network(model)
        values = logits(network, self._val.rows)
        logs.update(validation_figures(self._val.y_true, values, LOSSES[self._config.loss]))
        self._keep_best(epoch + 1, logs.get("val_loss"), network)
        if int(model.optimizer.iterations) < (epoch + 1) * self._plan.n_steps:
            return
        record = {
            "kind": "epoch",
            "epoch": epoch + 1,
            "n_epochs": self._plan.n_epochs,
            **{name: float(value) for name, value in logs.items()},
            "learning_rate": float(model.optimizer.learning_rate),
            "seconds": round(seconds, 3),
        }
        self.records.append(record)
        if self._on_logits:
            self._on_logits(epoch + 1, values)
        self._on_tick(record)
        if self.finished(epoch + 1):
            model.stop_training = True

    def _keep_best(self, epoch: int, val_loss: float | None, network: Network) -> None:
        """Keep ``network``, of ``epoch``, if no whole epoch before it had a lower loss."""
        earlier = [record["val_loss"] for record in self.records if "val_loss" in record]
        if val_loss is None or val_loss <= min(earlier, default=math.inf):
            self.best_epoch = epoch
            if self._config.restore_best_epoch:
                self.best_network = network


class Watching:
    """Shows a watch the network before training, after epochs, and some times in between.

    Most happens in the beginning, so looks come closely there, further and further apart
    until their time is spent. Between epochs the rows of a first layer that have not occurred for
    a while are a little behind: this is for the eye, no figure is taken from it.
    """

    def __init__(self, model: BranchModel, val: Examples, plan: Plan, watch: Watch) -> None:
        self._model, self._plan, self._watch = model, plan, watch
        self._rows = val.rows.take(watch.papers)
        self._epochs_apart = math.ceil(plan.n_epochs / MAX_LOOKS_AFTER)
        self._n_between, self._spent, self._cost = 0, 0.0, 0.0
        self._n_steps = self._first_step = 0
        self._began = self._next_at = 0.0

    def begin(self, n_epochs_done: int) -> None:
        """Look for the first time, and from now on after each step, before the next may begin.

        Keras' callbacks are too late: they run on other threads, and the next step takes the
        values.
        """
        self._n_steps = self._first_step = n_epochs_done * self._plan.n_steps
        self._look()
        self._model.make_train_function()
        step: Callable[[State, object], tuple[Logs, State]] = self._model.train_function

        def watched(state: State, iterator: object) -> tuple[Logs, State]:
            logs, state = step(state, iterator)
            self._after_step(state[0])
            return logs, state

        self._model.train_function = watched

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
            self._began, self._next_at = now, now + SECONDS_BETWEEN_LOOKS
        elif now >= self._next_at and self._n_steps % self._plan.n_steps:
            all_steps = self._plan.n_steps * self._plan.n_epochs - self._first_step
            planned = (now - self._began) / n_timed * all_steps
            affordable = self._spent + self._cost <= LOOKS_SHARE * planned
            if affordable and self._n_between < MAX_LOOKS_BETWEEN:
                self._n_between += 1
                pairs = list(zip(self._model.trainable_variables, trainable, strict=True))
                with keras.StatelessScope(state_mapping=pairs):
                    self._look()
                elapsed = time.perf_counter() - self._began
                self._next_at = time.perf_counter() + max(SECONDS_BETWEEN_LOOKS, elapsed / 2)

    def _look(self) -> None:
        started = time.perf_counter()
        y_prob = probabilities(view_network(self._model), self._rows)
        self._watch.record(self._n_steps / self._plan.n_steps, y_prob[:, self._watch.labels])
        self._cost = time.perf_counter() - started
        self._spent += self._cost


def check_is_number(loss: float) -> None:
    """Raise a TrainingError if the loss is infinite or not a number."""
    if not math.isfinite(loss):
        said = f"The loss should be a finite number. Received: {loss}."
        raise TrainingError(said, "Lower the learning rate.")


def validation_figures(y_true: BoolArray, logits: FloatArray, loss: Loss) -> dict[str, float]:
    """Return the validation figures of an epoch from (n, n_labels) each, empty without papers.

    ``val_micro_f1`` is the highest over one threshold for all labels, since during
    training no threshold is chosen yet.
    """
    if len(logits) == 0:
        return {}
    y_prob = activate(logits, loss.output_activation)
    top = logits.argmax(axis=1)
    return {
        "val_loss": loss.validated(y_true, logits),
        "val_binary_accuracy": float(((y_prob > 0.5) == y_true).mean()),
        "val_micro_f1": best_micro_f1(y_true, y_prob),
        "val_precision_at_1": float(y_true[np.arange(len(top)), top].mean()),
    }


def best_micro_f1(y_true: BoolArray, y_prob: FloatArray) -> float:
    """Return the highest micro-F1 over one threshold for all labels."""
    order = np.argsort(-y_prob, axis=None)
    hits = np.cumsum(y_true.reshape(-1)[order])
    n_given = np.arange(1, len(order) + 1)
    return float((2 * hits / (n_given + y_true.sum())).max())

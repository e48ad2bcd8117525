"""Keras callbacks: live figures and stop requests, and validation after each epoch."""

from __future__ import annotations

import math
import time
from typing import Any

import keras

from arxivtag.callbacks import ShouldStop
from arxivtag.errors import TrainingError
from arxivtag.learning.engine.conversion import to_network
from arxivtag.learning.engine.model import BranchModel
from arxivtag.learning.features import Examples
from arxivtag.learning.losses import LOSSES
from arxivtag.learning.network import Network, logits
from arxivtag.learning.progress import OnTick, utc_now, validation_figures
from arxivtag.settings import TrainingConfig

SECONDS_BETWEEN_TICKS = 0.5
Logs = dict[str, Any]  # Keras' running figures by name, on the device until they are read


class Live(keras.callbacks.Callback):
    """Reports the running means about twice per second, and passes stop requests on.

    Args:
        model: The model in training.
        n_papers: Training papers.
        n_steps: Steps per epoch.
        on_tick: Called with each record.
        should_stop: Asked as often.
    """

    # Keras may then dispatch the next step before this one's figures are there. The model
    # is kept under a name of its own, since Keras' ``self.model`` waits for the device.
    async_safe = True

    def __init__(
        self,
        model: BranchModel,
        n_papers: int,
        n_steps: int,
        on_tick: OnTick,
        should_stop: ShouldStop,
    ) -> None:
        super().__init__()
        self._trained = model
        self._n_papers, self._n_steps = n_papers, n_steps
        self._on_tick, self._should_stop = on_tick, should_stop
        self._epoch = 0
        self._epoch_started = 0.0
        self._last = 0.0
        self.stopped = False

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Keras' hook."""
        self._epoch, self._epoch_started = epoch, time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """Keras' hook; runs on a thread of its own, and waits there for the figures."""
        now = time.perf_counter()
        if now - self._last < SECONDS_BETWEEN_TICKS:
            return
        self._last = now
        if self._should_stop():
            self.stopped = True
            self._trained.stop_training = True
        loss, accuracy = float(logs["loss"]), float(logs["binary_accuracy"])
        check_is_number(loss)
        share = (batch + 1) / self._n_steps
        seconds = time.perf_counter() - self._epoch_started
        record = {
            "kind": "tick",
            "epoch": round(self._epoch + share, 4),
            "step": batch + 1,
            "n_steps": self._n_steps,
            "loss": loss,
            "binary_accuracy": accuracy,
            "papers_per_second": round(share * self._n_papers / seconds, 1),
            "at": utc_now(),
        }
        self._on_tick(record)


class Validation(keras.callbacks.Callback):
    """After each epoch: validation figures, the best epoch's network, early stopping.

    The figures are those of the plain network with rounded weights, the one that is stored; so
    nothing more is compiled.
    An epoch that a stop request cut short gets no record, but its network is
    kept where it is the best so far.

    Args:
        model: The model in training.
        val: Validation papers; with none of them, the last epoch counts as the best.
        config: The loss, patience, and whether the best epoch is kept.
        n_steps: Steps per epoch.
        on_tick: Called with each record.
    """

    def __init__(
        self,
        model: BranchModel,
        val: Examples,
        config: TrainingConfig,
        n_steps: int,
        on_tick: OnTick,
    ) -> None:
        super().__init__()
        self._trained = model
        self._val, self._config = val, config
        self._n_steps, self._on_tick = n_steps, on_tick
        self._started = 0.0
        # One record per whole epoch.
        self.records: list[dict[str, Any]] = []
        self.best_epoch = 0
        self.best_network: Network | None = None

    def finished(self, n_epochs: int) -> bool:
        """Return whether training ends after this many epochs."""
        patience = self._config.early_stopping_patience
        waited_out = patience is not None and n_epochs - self.best_epoch >= patience
        return n_epochs >= self._config.epochs or (n_epochs > 0 and waited_out)

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
        if int(model.optimizer.iterations) < (epoch + 1) * self._n_steps:
            return
        record = {
            "kind": "epoch",
            "epoch": epoch + 1,
            "n_epochs": self._config.epochs,
            **{name: float(value) for name, value in logs.items()},
            "learning_rate": float(model.optimizer.learning_rate),
            "seconds": round(seconds, 3),
            "at": utc_now(),
        }
        self.records.append(record)
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


def check_is_number(loss: float) -> None:
    """Raise a TrainingError if the loss is infinite or not a number."""
    if not math.isfinite(loss):
        raise TrainingError(
            "The loss should be a finite number. Received: " + str(loss) + ".",
            "Lower the learning rate.",
        )

"""Training: from TF-IDF rows and labels to a network, with live figures, stop and resume."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.callbacks import OnTick, ShouldStop, never
from arxivtag.learning.features import Examples
from arxivtag.learning.fusion import COMMON_SHARE, weighed
from arxivtag.learning.network import Branch, Network
from arxivtag.learning.space import Watch
from arxivtag.settings import RunConfig

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class FitResult:
    """What training gave.

    Args:
        network: The trained network, rounded as it will be stored; of the best epoch where the
            settings say so.
        history: One dictionary per whole epoch, as in the ``epoch`` records of ticks; an epoch
            that was cut short has none.
        best_epoch: The epoch (from 1) with the lowest validation loss, one that was cut short
            included; the last one without validation papers.
        stopped: Whether training ended because ``should_stop`` said so.
    """

    network: Network
    history: tuple[dict[str, Any], ...]
    best_epoch: int
    stopped: bool

    @property
    def epoch_seconds(self) -> tuple[float, ...]:
        """Training time of each whole epoch, validation left out."""
        return tuple(record["seconds"] for record in self.history)


class Trainer:
    """A network that is ready to learn, from the beginning or from a checkpoint.

    Args:
        settings: Their ``model``, ``training`` and ``random_seed`` are read: the same give the
            same network on one machine.
        on_tick: Called some times per second and after each epoch with a record.
        should_stop: Asked as often; true ends training, the best epoch is kept.
        checkpoint: A file that is written after epochs. If it is there and was written with
            the same settings and papers, training goes on where it was cut off, or is not
            repeated where it had finished. The caller removes it once the result is safe.
        watch: Shown the network before training, after epochs, and some times in between.

    Attributes:
        n_epochs_done: Epochs that the checkpoint holds.

    Raises:
        ConfigError: If Keras is already in use with another backend.
    """

    def __init__(
        self,
        train: Examples,
        val: Examples,
        settings: RunConfig,
        *,
        on_tick: OnTick = lambda record: None,
        should_stop: ShouldStop = never,
        checkpoint: Path | None = None,
        watch: Watch | None = None,
    ) -> None:
        from arxivtag.learning.engine.batches import Batches, at_epoch_start
        from arxivtag.learning.engine.building import ready_model
        from arxivtag.learning.engine.callbacks import Live, Plan, Validation, Watching

        training = settings.training
        self._settings, self._train, self._val = settings, train, val
        self._batches = Batches(
            train,
            batch_size=training.batch_size,
            word_dropout_rate=settings.model.word_dropout_rate,
            random_seed=settings.random_seed,
            reads_ngrams=settings.model.reads_ngrams,
        )
        n_steps, self._n_epochs = self._batches.num_batches, training.planned_epochs(len(train))
        self._model = ready_model(train, settings, n_steps * self._n_epochs)
        plan = Plan(len(train), training.batch_size, n_steps, self._n_epochs)
        self._live = Live(self._model, plan, on_tick, should_stop)
        self._watching = watch and Watching(self._model, val, plan, watch)
        self._validation = Validation(
            self._model, val, training, plan, on_tick,
            self._watching.after_epoch if self._watching else None,
        )  # fmt: skip
        self._callbacks = [at_epoch_start(self._batches), self._live, self._validation]
        self.n_epochs_done = 0
        if checkpoint is not None:
            self._restore(checkpoint)

    def _restore(self, path: Path) -> None:
        from arxivtag.learning.engine.checkpoint import Checkpoint

        identity = {
            "model": dataclasses.asdict(self._settings.model),
            "training": dataclasses.asdict(self._settings.training),
            "random_seed": self._settings.random_seed,
            "weights": "int8, roomy",  # older files hold floats, or kernels without spare rows
            "papers": [self._train.fingerprint(), self._val.fingerprint()],
        }
        saving = Checkpoint(path, self._model, self._validation, identity)
        self.n_epochs_done = saving.restore()
        self._callbacks.append(saving)

    def compile_ahead(self) -> None:
        """Compile the train step for the next Trainer in this process, if it is like this one.

        This one has taken a step by that, and is not to be used any more.
        """
        from arxivtag.learning.engine.building import keep_program

        # By the very call that trains, so that what it compiles is what is asked for later.
        self._model.fit(self._batches, steps_per_epoch=1, shuffle=False, verbose=0)
        keep_program(self._model)

    def fit(self) -> FitResult:
        """Train to the end, to a stop or until patience runs out.

        Raises:
            TrainingError: If the loss stops being a finite number.
            StorageError: If the checkpoint cannot be written.
        """
        from arxivtag.learning.engine.model import to_network

        if not self._validation.finished(self.n_epochs_done):
            if self._watching:
                self._watching.begin(self.n_epochs_done)
            self._model.fit(
                self._batches,
                epochs=self._n_epochs,
                initial_epoch=self.n_epochs_done,
                # Batches has an order of its own; Keras would shuffle once more, without a seed.
                shuffle=False,
                verbose=0,
                callbacks=self._callbacks,
            )
        network = self._validation.best_network or to_network(self._model)
        network = weighed(network, self._val, self._train)
        lift = self._settings.training.rare_label_lift
        return FitResult(
            lift_rare_labels(network, self._train.y_true, lift),
            tuple(self._validation.records),
            self._validation.best_epoch,
            self._live.stopped,
        )


def lift_rare_labels(network: Network, y_train: BoolArray, lift: float) -> Network:
    """Return the network with rare labels' logits raised by ``lift * log(common / count)``.

    A network that fits its training papers well is too sure that a rare label is absent
    from a new one. Labels of more than :data:`COMMON_SHARE` of the papers stay as they are.
    The shift goes into a last bias, so it costs nothing and moves with the model.
    """
    if not lift:
        return network
    counts = np.maximum(y_train.sum(axis=0), 1)
    shift = lift * np.log(np.maximum(COMMON_SHARE * len(y_train) / counts, 1.0))
    if not network.branches:
        first_word, *other_words = network.word_branches
        bias = (first_word.weights["labels_bias"] + shift).astype(np.float32)
        raised = {**first_word.weights, "labels_bias": bias}
        lifted_word = dataclasses.replace(first_word, weights=raised)
        return dataclasses.replace(network, word_branches=(lifted_word, *other_words))
    first, *others = network.branches
    last = first.layers[-1]
    lifted = dataclasses.replace(last, bias=(last.bias + shift).astype(np.float32))
    return dataclasses.replace(network, branches=(Branch((*first.layers[:-1], lifted)), *others))

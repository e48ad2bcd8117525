"""Checkpoints: the whole state of a training run after an epoch, in one ``.npz`` file."""

from __future__ import annotations

import contextlib
import json
import time
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from arxivtag import storage
from arxivtag.errors import StorageError
from arxivtag.learning.engine.callbacks import Logs, Validation
from arxivtag.learning.engine.model import BranchModel, variables_of
from arxivtag.learning.network import Branch, DenseLayer, Network
from arxivtag.learning.word_order import WordBranch, WordShape

# The largest model takes seconds to write: at most this share of the time goes there.
SHARE_OF_TIME = 0.1
_PARTS = ("kernel", "bias", "scale")  # of a rounded layer
Arrays = dict[str, Any]  # by the names they have in the file


class Checkpoint(keras.callbacks.Callback):
    """Writes the state after epochs and at the end of training, and brings it back.

    The file is left where it is: whoever started the training removes it once the result
    is safe, so that what fails after training does not cost the training.

    All that decides the rest of the run is in it (weights, moments, drift, dropout seeds,
    history), and order and word dropout depend on seed and epoch alone, so a resumed run
    ends with the very weights of one that was not cut off.

    Args:
        identity: What must agree for a checkpoint to be used: all settings that training
            reads, and the fingerprint of its papers.
    """

    def __init__(
        self, path: Path, model: BranchModel, validation: Validation, identity: dict[str, Any]
    ) -> None:
        super().__init__()
        self._path, self._trained, self._validation = path, model, validation
        self._identity = json.loads(json.dumps(identity))
        self._written_at = time.perf_counter()
        self._writing_seconds = 0.0
        self._n_epochs_written = 0
        self._epoch_is_whole = False

    def restore(self) -> int:
        """Load the file, if it is there and of this run; return the number of epochs done."""
        try:
            with self._path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                content = {name: file[name] for name in file.files}
            state = json.loads(str(content["state"]))
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return 0
        variables = variables_of(self._trained)
        if state["identity"] != self._identity or len(variables) != state["n_variables"]:
            return 0
        for number, variable in enumerate(variables):
            # Not kept beside the variable, which copies it: together they may be gigabytes.
            variable.assign(content.pop(f"variable_{number}"))
        self._validation.records[:] = state["records"]
        self._validation.best_epoch = state["best_epoch"]
        if "best_shape" in state:
            branches = _branches(content, state["best_shape"])
            words = _word_branches(content, state["best_words"])
            activation = self._trained.output_activation
            self._validation.best_network = Network(branches, activation, words)
        self._n_epochs_written = len(state["records"])
        return self._n_epochs_written

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Keras' hook: write, unless the last write is too recent for its cost.

        An epoch that was cut short has no record: a run cannot go on from its weights.
        """
        self._epoch_is_whole = len(self._validation.records) == epoch + 1
        too_recent = self._writing_seconds / SHARE_OF_TIME
        if self._epoch_is_whole and time.perf_counter() - self._written_at >= too_recent:
            self._write()

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Keras' hook: write the last epoch, if it was not.

        A disk that refuses does not cost what has been learnt.
        """
        if self._epoch_is_whole and self._n_epochs_written < len(self._validation.records):
            with contextlib.suppress(StorageError):
                self._write()

    def _write(self) -> None:
        started = time.perf_counter()
        content: Arrays = {
            f"variable_{i}": np.asarray(v.value) for i, v in enumerate(variables_of(self._trained))
        }
        state = {
            "identity": self._identity,
            "n_variables": len(content),
            "records": self._validation.records,
            "best_epoch": self._validation.best_epoch,
        }
        best = self._validation.best_network
        if best is not None:
            state["best_shape"] = [len(branch.layers) for branch in best.branches]
            state["best_words"] = [asdict(branch.shape) for branch in best.word_branches]
            content.update(_to_arrays(best))
        content["state"] = np.array(json.dumps(state))
        storage.write_atomic(self._path, lambda file: np.savez(file, **content))
        self._n_epochs_written = len(self._validation.records)
        self._written_at = time.perf_counter()
        self._writing_seconds = self._written_at - started


def _to_arrays(network: Network) -> Arrays:
    arrays: Arrays = {}
    for i, branch in enumerate(network.branches):
        for j, layer in enumerate(branch.layers):
            arrays |= {f"best_{i}_{j}_{name}": getattr(layer, name) for name in _PARTS}
    for i, words in enumerate(network.word_branches):
        everything = {"embedding": words.embedding, "scale": words.scale, **words.weights}
        arrays |= {f"best_word_{i}_{name}": array for name, array in everything.items()}
    return arrays


def _word_branches(content: Arrays, shapes: list[dict[str, Any]]) -> tuple[WordBranch, ...]:
    made = []
    for number, shape in enumerate(WordShape(**values) for values in shapes):
        names = ("embedding", "scale", *shape.shapes())
        arrays = {name: content[f"best_word_{number}_{name}"] for name in names}
        made.append(WordBranch(shape, arrays.pop("embedding"), arrays.pop("scale"), arrays))
    return tuple(made)


def _branches(content: Arrays, shape: list[int]) -> tuple[Branch, ...]:
    made = []
    for i, n_layers in enumerate(shape):
        parts = [[content[f"best_{i}_{j}_{name}"] for name in _PARTS] for j in range(n_layers)]
        made.append(Branch(tuple(DenseLayer(*of_layer) for of_layer in parts)))
    return tuple(made)

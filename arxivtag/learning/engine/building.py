"""From settings to a compiled Keras model."""

from __future__ import annotations

import ctypes
import dataclasses
import itertools
import sys
from collections.abc import Hashable, Iterator

import jax
import keras
import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.engine.model import BranchModel, SparseDense, variables_of
from arxivtag.learning.engine.optimizer import LazyRows, RowSparseAdam
from arxivtag.learning.engine.word_order import EMBEDDING, build_word_network, weights_by_name
from arxivtag.learning.features import Examples, WordInput
from arxivtag.learning.losses import LOSSES
from arxivtag.learning.network import branches
from arxivtag.learning.word_order import WordShape
from arxivtag.settings import ModelConfig, RunConfig, TrainingConfig

_LARGE_PAGE = 1 << 21
_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25  # the second is of Linux 6.1; older ones refuse it
# A model whose train step is compiled, by its ``program``.
_compiled: dict[Hashable, BranchModel] = {}


def ready_model(train: Examples, settings: RunConfig, n_steps: int) -> BranchModel:
    """Return a model with its optimizer, for at most ``n_steps`` steps.

    If one like it was given to :func:`keep_program`, its program is used: what is returned is that
    model with first weights of this one.
    """
    config, training, seed = settings.model, settings.training, settings.random_seed
    shape = train.rows.n_features, train.y_true.shape[1]
    model = build_model(config, training, *shape, words=train.words, random_seed=seed)
    compile_model(model, training, n_steps)
    for variable in variables_of(model):
        use_large_pages(variable.value)
    # All that a compiled step depends on besides the shapes of its batches.
    inside = dataclasses.replace(
        training,
        epochs=None,
        early_stopping_patience=None,
        restore_best_epoch=False,
        rare_label_lift=0.0,
    )
    model.program = config, inside, shape, n_steps
    compiled = _compiled.pop(model.program, None)
    if compiled is None:
        return model
    pairs = list(zip(variables_of(compiled), variables_of(model), strict=True))
    if any(variable.shape != first.shape for variable, first in pairs):
        return model  # other words are read in order
    for variable, first in pairs:
        variable.assign(first.value)
    return compiled


def keep_program(model: BranchModel) -> None:
    """Keep a model that has taken a step for the next :func:`ready_model` that is like it."""
    _compiled.clear()
    _compiled[model.program] = model


def build_model(
    config: ModelConfig,
    training: TrainingConfig,
    n_features: int,
    n_labels: int,
    *,
    words: WordInput | None = None,
    random_seed: int = 0,
) -> BranchModel:
    """Return the uncompiled Keras model; ``random_seed`` decides first weights and dropout."""
    loss = LOSSES[training.loss]
    # Keras' seeds on JAX have 32 bits.
    seeds = ((random_seed * 1000 + number) % 2**32 for number in itertools.count())
    stems, heads, branch_losses = [], [], []
    for branch, units in branches(config, n_labels):
        is_linear = len(units) == 1
        initializer = "zeros" if is_linear else keras.initializers.GlorotUniform(next(seeds))
        stems.append(SparseDense(units[0], n_features, initializer, name=f"{branch}_1"))
        heads.append(_head(branch, units, config.dropout_rate, seeds))
        # A linear path beside hidden layers always learns by margins; one alone by what is asked.
        beside_hidden = is_linear and bool(config.hidden_units)
        branch_losses.append(LOSSES["squared_hinge"] if beside_hidden else loss)
    networks = {}
    if config.word_order != "none" and words is not None:
        shape = WordShape(
            config.word_order, config.word_units, words.n_words, words.length, n_labels
        )
        networks[shape] = build_word_network(shape, config.dropout_rate, seeds)
        branch_losses.append(loss)
        if words.vectors is not None:
            _begin_embedding(networks[shape], words.vectors)
    return BranchModel(
        stems,
        heads,
        branch_losses,
        loss,
        word_networks=networks,
        ranking_weight=training.ranking_weight,
    )


def _begin_embedding(network: keras.Model, vectors: NDArray[np.float32]) -> None:
    """Give words their first vectors; those without one keep what they have."""
    variable = weights_by_name(network)[EMBEDDING]
    table = np.array(variable.value)
    known = np.flatnonzero(vectors.any(axis=1))
    table[known + 1] = vectors[known]  # number 0 is the gap
    variable.assign(table)


def _head(
    branch: str, units: tuple[int, ...], dropout_rate: float, seeds: Iterator[int]
) -> list[keras.layers.Layer]:
    """Return what follows a branch's first layer; nothing in a linear path."""
    head = []
    for number, (n_in, n_out) in enumerate(itertools.pairwise(units), start=2):
        head.append(keras.layers.ReLU())
        if dropout_rate:
            head.append(keras.layers.Dropout(dropout_rate, seed=next(seeds)))
        layer = keras.layers.Dense(
            n_out,
            kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
            name=f"{branch}_{number}",
        )
        layer.build((None, n_in))
        head.append(layer)
    return head


def compile_model(model: BranchModel, training: TrainingConfig, n_steps: int) -> None:
    """Give ``model`` its optimizer, for at most ``n_steps`` steps."""
    learning_rate, decay = training.learning_rate, training.weight_decay or None
    if training.learning_rate_schedule == "cosine":
        learning_rate = keras.optimizers.schedules.CosineDecay(learning_rate, n_steps)
    first_kernels = [stem.kernel for stem in model.stems]
    optimizer: LazyRows | RowSparseAdam
    if training.lazy_rows or not first_kernels:
        optimizer = LazyRows(learning_rate, kernels=first_kernels, weight_decay=decay)
    else:
        optimizer = RowSparseAdam(
            learning_rate,
            n_features=first_kernels[0].shape[0],
            n_steps=n_steps,
            weight_decay=decay,
        )
    if training.weight_decay:
        biases = [v for v in model.trainable_variables if v.name == "bias"]
        optimizer.exclude_from_weight_decay([*first_kernels, *biases])
    optimizer.slow = frozenset(
        id(v) for network in model.word_networks for v in network.trainable_variables
    )
    model.compile(optimizer=optimizer)
    optimizer.build(model.trainable_variables)


def use_large_pages(array: jax.Array) -> None:
    """Move an array into large pages, where it stands; where the system refuses, nothing changes.

    A step reads and writes thousands of rows that stand anywhere in hundreds of megabytes. In pages
    of 4 kB nearly each of them costs a look at the page tables in memory; in pages of 2 MB few do.
    What a later step puts in its place, in the same memory, has them too.
    """
    if sys.platform != "linux" or jax.default_backend() != "cpu":
        return
    address, end = array.unsafe_buffer_pointer(), array.unsafe_buffer_pointer() + array.nbytes
    start = -(-address // _LARGE_PAGE) * _LARGE_PAGE
    length = (end - start) // _LARGE_PAGE * _LARGE_PAGE
    if length > 0:
        for advice in (_MADV_HUGEPAGE, _MADV_COLLAPSE):
            ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(length), advice)

"""Fusion: networks that score the same labels as one, each with a weight of its own on each label.

The logits of the members are calibrated by temperature, and the weights of the members, at least
0 and 1 together, are those with the lowest log loss on validation papers. They hold for labels on
many papers. A rare label is left to the member with the lowest log loss alone, since the others
dilute what that one found: with ``n`` training papers, a label's weights are
``n / (n + c)`` of the common ones, where ``c`` is :data:`COMMON_SHARE` of all training papers.

All is linear in what a network's last layer puts out, so that it goes into the weights there: the
whole is one :class:`~arxivtag.learning.network.Network` and costs what its members cost.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.calibration import fit_calibration, sigmoid
from arxivtag.learning.features import Examples
from arxivtag.learning.network import Branch, DenseLayer, Network, logits, rounded

Floats = NDArray[np.float64]

# Labels of a larger share of the training papers are not rare.
COMMON_SHARE = 0.04


def members_of(network: Network) -> list[Network]:
    """Return what reads n-grams as one network, and each branch that reads words in order."""
    ngrams = [dataclasses.replace(network, word_branches=())] if network.branches else []
    words = [
        dataclasses.replace(network, branches=(), word_branches=(branch,))
        for branch in network.word_branches
    ]
    return ngrams + words


def weighed(network: Network, val: Examples, train: Examples) -> Network:
    """Return a network of several members with their weights fitted, any other as it is."""
    members = members_of(network)
    if len(members) == 1 or network.output_activation != "sigmoid":
        return network
    return fused(members, val, train)


def fused(members: Sequence[Network], val: Examples, train: Examples) -> Network:
    """Return the members as one network, weighed on validation papers, and rounded.

    Args:
        members: Networks over the same n-grams, words and labels, whose outputs are sigmoids.
        val: The validation papers; without any, the members weigh the same.
        train: The training papers, of which labels are counted.
    """
    seen = np.flatnonzero(val.rows.readable())
    y_true, rows = val.y_true[seen], val.rows.take(seen)
    outputs = np.stack([logits(member, rows) for member in members]).astype(np.float64)
    fits = [fit_calibration(y_true, sigmoid(output), "temperature") for output in outputs]
    factors = np.array([1 / fitted.temperature for fitted in fits])
    n_papers = train.y_true.sum(axis=0)
    trust = n_papers / (n_papers + COMMON_SHARE * len(train))
    weights = member_weights(y_true, outputs * factors[:, None, None], trust)
    scaled = [
        _scaled(member, own)
        for member, own in zip(members, factors[:, None] * weights, strict=True)
    ]
    return rounded(
        Network(
            tuple(branch for member in scaled for branch in member.branches),
            "sigmoid",
            tuple(branch for member in scaled for branch in member.word_branches),
        )
    )


def member_weights(y_true: NDArray[np.bool_], outputs: Floats, trust: Floats) -> Floats:
    """Return how much each member counts on each label: ``(n_members, n_labels)``, shares of 1.

    Args:
        y_true: Labels of the validation papers, ``(n_papers, n_labels)``.
        outputs: The members' calibrated logits of them, ``(n_members, n_papers, n_labels)``.
        trust: Share of the common weights in each label's own, ``(n_labels,)``.
    """
    from scipy.optimize import minimize

    n_members = len(outputs)
    equal = np.full(n_members, 1 / n_members)
    if not y_true.size:
        return np.repeat(equal[:, None], len(trust), axis=1)
    best = int(np.argmin([_log_loss(y_true, output) for output in outputs]))
    common, alone = outputs * trust, outputs[best] * (1 - trust)

    def mixed(weights: Floats) -> Floats:
        return np.asarray(alone + np.tensordot(weights, common, 1))

    def slope(weights: Floats) -> Floats:
        return np.asarray(np.tensordot(common, sigmoid(mixed(weights)) - y_true, 2) / y_true.size)

    # The loss is convex in the weights, so that there is one valley.
    found = minimize(
        lambda weights: _log_loss(y_true, mixed(weights)), equal, jac=slope, method="SLSQP",
        bounds=[(0, 1)] * n_members, options={"ftol": 1e-10},
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1},
    ).x  # fmt: skip
    weights = np.outer(found / found.sum(), trust)
    weights[best] += 1 - trust
    return weights


def _log_loss(y_true: NDArray[np.bool_], values: Floats) -> float:
    return float(np.logaddexp(0, np.where(y_true, -values, values)).mean())


def _scaled(network: Network, factors: Floats) -> Network:
    """Return the network with each label's logit multiplied by its factor."""
    own = factors.astype(np.float32)
    branches, words = [], []
    for branch in network.branches:
        *before, last = branch.layers
        scaled = DenseLayer(last.weights() * own, np.asarray(last.bias * own, np.float32))
        branches.append(Branch((*before, scaled)))
    for word_branch in network.word_branches:
        weights = word_branch.weights
        output = {name: weights[name] * own for name in ("labels_kernel", "labels_bias")}
        words.append(dataclasses.replace(word_branch, weights={**weights, **output}))
    return dataclasses.replace(network, branches=tuple(branches), word_branches=tuple(words))

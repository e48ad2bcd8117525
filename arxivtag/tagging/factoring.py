"""First kernels as a product of two small ones, for a file that holds most n-grams in few bytes.

All branches read the same n-grams, so their first kernels, side by side, are one matrix
``(n_features, n_units)``. On real papers what it puts out varies in far fewer directions than it
has units: the kernel is replaced by its projection on the ``rank`` strongest of them (principal
components of the first layers' outputs on the training papers, labels of the linear path scaled
up so that rare ones are not lost).

``tools/make_pretrained.py`` makes the bundled model with this; the app only reads it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.features import SparseRows
from arxivtag.learning.network import Branch, DenseLayer, Network

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Factors:
    """``rows @ columns`` are the first kernels of all branches, side by side.

    Attributes:
        rows: ``(n_features, rank)`` float32.
        columns: ``(rank, n_units)`` float32, all branches' units.
    """

    rows: Floats
    columns: Floats


def factorize(network: Network, papers: SparseRows, rank: int, *, balance: float = 0.5) -> Factors:
    """Return factors of the first kernels that change the outputs on ``papers`` least.

    Args:
        network: The network.
        papers: TF-IDF rows of the training papers.
        rank: How many directions to keep; at most the units of all branches.
        balance: How far each unit's outputs are brought to the same size before the directions
            are chosen: 0 as they are, 1 entirely.
    """
    kernel = np.concatenate([branch.layers[0].kernel for branch in network.branches], axis=1)
    kernel = kernel.astype(np.float32, copy=False)
    outputs = papers.to_scipy() @ kernel
    sizes = np.maximum(np.sqrt(np.square(outputs).mean(axis=0)), 1e-6) ** balance
    scaled = outputs / sizes
    _, directions = np.linalg.eigh((scaled.T @ scaled).astype(np.float64))
    strongest = directions[:, ::-1][:, : min(rank, directions.shape[1])]
    # Turned at random, all directions carry the same weight, so that one scale a row fits them.
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(strongest.shape[1],) * 2))
    basis = (strongest @ turn).astype(np.float32)
    return Factors((kernel / sizes) @ basis, np.ascontiguousarray((basis * sizes[:, None]).T))


def cut_features(network: Network, columns: NDArray[np.int64]) -> Network:
    """Return ``network`` reading these features alone."""
    return Network(
        tuple(
            Branch(
                (
                    DenseLayer(branch.layers[0].kernel[columns], branch.layers[0].bias),
                    *branch.layers[1:],
                )
            )
            for branch in network.branches
        ),
        network.output_activation,
    )

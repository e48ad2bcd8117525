"""A bundle: the folder that holds all that tagging needs, and nothing that can run code.

::

    manifest.json        schema version, sizes, settings, thresholds, calibration, where it is from
    vocabulary.txt       one n-gram per line, UTF-8
    label_names.txt      one label per line, UTF-8
    idf.npy              (n_features,) float32
    branch0_layer0_kernel.npy, branch0_layer0_bias.npy, ...
                         (n_in, n_out) and (n_out,) float32
    branch0_layer0_scale.npy, ...
                         (n_in,) float32
    neighbours_*.npy, neighbours_papers.txt     optional, see arxivtag.tagging.neighbours
    words0_embedding.npy, words0_scale.npy, words0_labels_kernel.npy, ...
                         of networks that read words in order, see arxivtag.learning.word_order
    scope_pairs.npy, scope_lifts.npy            optional, see arxivtag.tagging.scope

A kernel is stored as int8: whole numbers from -127 to 127, each row of which is multiplied by its
own scale when it is used. Bundles of older versions may hold float32 kernels without scales. Arrays
are mapped, not read: a text needs some hundred of their rows.

The program names the files: no path is ever read from the manifest. This module holds the value
and its layout, :mod:`arxivtag.tagging.saving` writes it, :mod:`arxivtag.tagging.loading` reads it.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import arxivtag
from arxivtag.fields import setting, to_dict
from arxivtag.learning.calibration import Calibration
from arxivtag.learning.network import Network, OutputActivation
from arxivtag.learning.thresholds import Thresholds
from arxivtag.learning.vectorizer import Vectorizer
from arxivtag.settings import MAX_FEATURES, MAX_WORD_UNITS, RunConfig, VectorizerConfig, WordKind
from arxivtag.tagging.neighbours import NeighbourIndex
from arxivtag.tagging.scope import N_PAIRS, Scope

SCHEMA_VERSION = 1
MANIFEST_NAME = "manifest.json"

TextFields = Literal["abstract", "title_and_abstract"]

MAX_WORD_BRANCHES = 8
_MAX_NEIGHBOURS = 1_000_000
_PACKAGES = ("numpy", "pyarrow", "keras", "jax", "tensorflow", "tensorflow-cpu")


@dataclass(frozen=True, eq=False)
class Bundle:
    """A trained model, ready to tag.

    Attributes:
        manifest: Where it is from, in plain values (see :func:`new_manifest`).
        vectorizer: Texts to TF-IDF rows.
        network: TF-IDF rows to logits.
        label_names: The labels, in the order of the columns of ``y_prob``.
        thresholds: Calibrated probabilities to labels.
        calibration: The network's probabilities to calibrated ones.
        neighbours: Training papers to search for similar ones, or None.
        text_fields: What the model reads.
        scope: What the texts that it can judge read like, or None.
    """

    manifest: dict[str, Any]
    vectorizer: Vectorizer
    network: Network
    label_names: tuple[str, ...]
    thresholds: Thresholds
    calibration: Calibration
    neighbours: NeighbourIndex | None = None
    text_fields: TextFields = "abstract"
    scope: Scope | None = None


# An entry that is missing has no default: None is of no field's type, so it is refused.
_MISSING: Any = None


@dataclass(frozen=True)
class NetworkLayout:
    """How the network's files are to be read.

    Attributes:
        precision: How kernels are stored.
        branches: For each branch what its layers lead from and to: n_features, hidden units,
            n_labels.
        word_kinds: The kind of each branch that reads words in order.
        word_lengths: How many words each reads: all that the vectorizer keeps where none are given.
    """

    output_activation: OutputActivation = _MISSING
    precision: Literal["float32", "int8"] = _MISSING
    branches: tuple[tuple[int, ...], ...] = _MISSING
    word_kinds: tuple[WordKind, ...] = ()
    word_units: tuple[int, ...] = setting(
        (), "Units of each.", minimum=1, maximum=MAX_WORD_UNITS, max_items=MAX_WORD_BRANCHES
    )
    word_lengths: tuple[int, ...] = setting(
        (), "Words that each reads.", minimum=1, maximum=2000, max_items=MAX_WORD_BRANCHES
    )


@dataclass(frozen=True)
class NeighboursLayout:
    """How many papers the neighbours are, and how many n-grams are kept of all of them."""

    n_papers: int = setting(_MISSING, "Papers.", minimum=1, maximum=_MAX_NEIGHBOURS)
    n_entries: int = setting(_MISSING, "Their n-grams.", minimum=0, maximum=2**31 - 1)


@dataclass(frozen=True)
class ScopeLayout:
    """How many pairs of words a scope keeps, and the rest of it."""

    n_pairs: int = setting(_MISSING, "Pairs of words.", minimum=1, maximum=N_PAIRS)
    lengths: tuple[int, ...] = _MISSING
    lowest: tuple[float, ...] = _MISSING


@dataclass(frozen=True)
class Layout:
    """How the files of a bundle are to be read: these entries of the manifest are checked."""

    n_features: int = setting(_MISSING, "N-grams.", minimum=1, maximum=MAX_FEATURES)
    n_labels: int = setting(_MISSING, "Labels.", minimum=1)
    text_fields: TextFields = _MISSING
    vectorizer: VectorizerConfig = _MISSING
    network: NetworkLayout = _MISSING


def weights_name(branch: int, layer: int, part: Literal["kernel", "scale", "bias"]) -> str:
    """Return the name of a file of weights, without its ending."""
    return f"branch{branch}_layer{layer}_{part}"


def word_weights_name(branch: int, part: str) -> str:
    """Return the name of a file of weights of a branch that reads words in order."""
    return f"words{branch}_{part}"


def new_manifest(settings: RunConfig, data_fingerprint: str, **about: object) -> dict[str, Any]:
    """Return the free part of a manifest: when, with what and from which data a model was made.

    Args:
        data_fingerprint: SHA-256 of the data it was trained on.
        **about: More plain values to keep (``data_name``, ``evaluation`` ...).
    """
    versions = {"arxivtag": arxivtag.__version__}
    for package in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return {
        **about,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "package_versions": versions,
        "data_fingerprint": data_fingerprint,
        "config": to_dict(settings),
    }

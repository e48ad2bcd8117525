"""Writing bundles: the folder in one rename, or all its files in one zip archive."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag import storage
from arxivtag.fields import to_dict
from arxivtag.learning import calibration, thresholds
from arxivtag.learning.network import rounded
from arxivtag.tagging.bundle import (
    MANIFEST_NAME,
    SCHEMA_VERSION,
    Bundle,
    Layout,
    NeighboursLayout,
    NetworkLayout,
    ScopeLayout,
    weights_name,
    word_weights_name,
)
from arxivtag.tagging.loading import load_bundle


def save_bundle(bundle: Bundle, folder: Path) -> None:
    """Write ``bundle`` to ``folder`` in one rename; an existing folder is replaced.

    Weights of more than 8 bits are rounded (:func:`arxivtag.learning.network.rounded`). What
    training gives is rounded already, so that the model that was evaluated is the one written.

    Raises:
        BundleError: If its parts do not fit each other.
        StorageError: If the disk refuses.
    """
    with storage.publish_folder(folder) as unfinished:
        for name, lines in _lines(bundle):
            storage.write_text(unfinished / f"{name}.txt", "".join(f"{line}\n" for line in lines))
        for name, array in _arrays(bundle):
            save = functools.partial(np.save, arr=np.ascontiguousarray(array), allow_pickle=False)
            storage.write_atomic(unfinished / f"{name}.npy", save)
        storage.write_json(unfinished / MANIFEST_NAME, _manifest(bundle))
        # What was written must load: a bundle that does not is never published.
        load_bundle(unfinished)


def bundle_zip(folder: Path) -> bytes:
    """Return the files of the bundle in ``folder`` as one zip archive, for a download.

    Raises:
        BundleError: If the bundle does not load.
    """
    load_bundle(folder)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(Path(folder).iterdir()):
            if path.is_file() and not path.is_symlink():
                archive.write(path, f"bundle/{path.name}")
    return content.getvalue()


def _lines(bundle: Bundle) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield each text file's name and lines."""
    yield "vocabulary", bundle.vectorizer.vocabulary.to_pylist()
    yield "label_names", bundle.label_names
    if bundle.neighbours is not None:
        yield "neighbours_papers", bundle.neighbours.captions.to_pylist()


def _arrays(bundle: Bundle) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield each array's name and content."""
    yield "idf", bundle.vectorizer.idf.astype(np.float32)
    for number, branch in enumerate(rounded(bundle.network).branches):
        for layer, dense in enumerate(branch.layers):
            yield weights_name(number, layer, "bias"), dense.bias
            yield weights_name(number, layer, "kernel"), dense.kernel
            if dense.scale is not None:
                yield weights_name(number, layer, "scale"), dense.scale
    for number, words in enumerate(rounded(bundle.network).word_branches):
        yield word_weights_name(number, "embedding"), words.embedding
        yield word_weights_name(number, "scale"), np.asarray(words.scale)
        for name, weight in words.weights.items():
            yield word_weights_name(number, name), weight.astype(np.float32)
    if bundle.neighbours is not None:
        yield "neighbours_indptr", bundle.neighbours.indptr
        yield "neighbours_indices", bundle.neighbours.indices
        yield "neighbours_weights", bundle.neighbours.weights
    if bundle.scope is not None:
        yield "scope_pairs", bundle.scope.pairs
        yield "scope_lifts", bundle.scope.lifts


def _manifest(bundle: Bundle) -> dict[str, Any]:
    network, neighbours, scope = bundle.network, bundle.neighbours, bundle.scope
    kept = neighbours and NeighboursLayout(len(neighbours.captions), len(neighbours.indices))
    told = scope and ScopeLayout(len(scope.pairs), scope.lengths, scope.lowest)
    layout = Layout(
        n_features=len(bundle.vectorizer),
        n_labels=len(bundle.label_names),
        text_fields=bundle.text_fields,
        vectorizer=bundle.vectorizer.config,
        network=NetworkLayout(
            output_activation=network.output_activation,
            precision="int8",
            branches=tuple(
                (len(branch.layers[0].kernel), *(layer.kernel.shape[1] for layer in branch.layers))
                for branch in network.branches
            ),
            word_kinds=tuple(words.shape.kind for words in network.word_branches),
            word_units=tuple(words.shape.n_units for words in network.word_branches),
            word_lengths=tuple(words.shape.length for words in network.word_branches),
        ),
    )
    return {
        **bundle.manifest,
        "schema_version": SCHEMA_VERSION,
        **to_dict(layout),
        "thresholds": thresholds.to_dict(bundle.thresholds),
        "calibration": calibration.to_dict(bundle.calibration),
        "neighbours": kept and to_dict(kept),
        "scope": told and to_dict(told),
    }

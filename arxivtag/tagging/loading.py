"""Reading bundles, which anybody may have made: everything is checked before it is used.

Every array is a ``.npy`` file without pickle, whose header and size on disk are compared with
the manifest before its content is read. What is wrong is said in one sentence.
"""

from __future__ import annotations

import functools
import itertools
import math
import threading
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arxivtag import config, storage
from arxivtag.errors import ArxivTagError, BundleError
from arxivtag.fields import from_dict
from arxivtag.learning import calibration, thresholds
from arxivtag.learning.network import Branch, DenseLayer, Network
from arxivtag.learning.vectorizer import Vectorizer
from arxivtag.learning.word_order import SIZE, WordBranch, WordShape
from arxivtag.settings import MAX_HIDDEN_LAYERS
from arxivtag.tagging.bundle import (
    MANIFEST_NAME,
    SCHEMA_VERSION,
    Bundle,
    Layout,
    NeighboursLayout,
    ScopeLayout,
    weights_name,
    word_weights_name,
)
from arxivtag.tagging.neighbours import NeighbourIndex
from arxivtag.tagging.scope import Scope

_MAX_MANIFEST_BYTES = 4_000_000
_MAX_TEXT_BYTES = 2**31 - 1  # of one array of strings
_MAX_BRANCHES = 16
_MAX_SIZES = MAX_HIDDEN_LAYERS + 2  # of one branch
_MAX_UNITS = 65_536
_LARGEST_INT8 = 128
_one_at_a_time = threading.Lock()
_HINT = "The bundle may be damaged: download it again, or train the model anew."

Number = TypeVar("Number", bound=np.generic)


def load_bundle_once(folder: Path) -> Bundle:
    """Return the bundle in ``folder``, read again only when it has been replaced.

    The web process keeps the last four, for pages and API together.

    Raises:
        BundleError: As :func:`load_bundle`.
    """
    try:
        state = (folder / MANIFEST_NAME).stat()
    except OSError:
        return load_bundle(folder)  # which says what is wrong
    with _one_at_a_time:
        return _loaded(folder, state.st_mtime_ns, state.st_ino)


@functools.lru_cache(maxsize=4)
def _loaded(folder: Path, mtime_ns: int, inode: int) -> Bundle:
    return load_bundle(folder)


def load_bundle(folder: Path) -> Bundle:
    """Read the bundle in ``folder``.

    Raises:
        BundleError: In one sentence, what is missing, too large or does not fit. Sizes
            and types are checked before anything of their size is allocated.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    try:
        reader = _Reader(folder, manifest)
        reader.check_total_size()
        return reader.bundle()
    except BundleError:
        raise
    except ArxivTagError as error:
        message = f"The bundle {folder.name} cannot be used: {error.message}"
        raise BundleError(message, _HINT) from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of the bundle in ``folder``, with its version checked.

    Raises:
        BundleError: If there is none, or it is of another version.
    """
    path = folder / MANIFEST_NAME
    if not storage.is_file(path) or path.is_symlink():
        raise BundleError(
            f"There is no model bundle in {folder}: {MANIFEST_NAME} is missing or out of reach.",
            "Name 'pretrained', a run id, or the folder of a bundle.",
        )
    _check_size(path, _MAX_MANIFEST_BYTES)
    try:
        manifest = storage.read_json(path)
    except ArxivTagError as error:
        raise _wrong(f"manifest cannot be read: {error.message}") from error
    version = manifest.get("schema_version")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise BundleError(
            f"The bundle's schema_version should be {SCHEMA_VERSION}. Received: {version!r:.40}.",
            "It was made by another version of arxivtag: use that version, or train anew.",
        )
    return manifest


class _Reader:
    """Reads the files of a bundle, each against the size that the manifest declares.

    Raises:
        ArxivTagError: If an entry of the manifest is missing, of a wrong type or out of its bounds.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.manifest = manifest
        self.layout = _layout(manifest)
        self.max_bytes = config.limits().max_bundle_mb * 1_000_000

    def check_total_size(self) -> None:
        """Refuse a bundle whose declared or actual size is over the limit."""
        try:
            on_disk = sum(path.stat().st_size for path in self.folder.iterdir())
        except OSError as error:
            raise BundleError(f"The bundle {self.folder.name} cannot be read.", _HINT) from error
        n_weights = sum(
            n_in * n_out
            for sizes in self.layout.network.branches
            for n_in, n_out in itertools.pairwise(sizes)
        )
        size = max(on_disk, 4 * n_weights)
        if size > self.max_bytes:
            raise BundleError(
                f"The bundle has {size / 1e6:,.0f} MB; at most {self.max_bytes / 1e6:,.0f} MB "
                "are loaded.",
                "Raise ARXIVTAG_MAX_BUNDLE_MB if you trust it.",
            )

    def bundle(self) -> Bundle:
        """Return the whole bundle."""
        layout = self.layout
        vocabulary = self.lines("vocabulary", layout.n_features, distinct=True)
        idf = self.array("idf", (layout.n_features,), np.float32)
        if idf.min() <= 0:
            raise _wrong("idf should be above 0 everywhere.")
        label_names = self.lines("label_names", layout.n_labels, distinct=True)
        vectorizer = Vectorizer(vocabulary, idf, layout.vectorizer)
        decides = thresholds.from_dict(self.manifest.get("thresholds", {}))
        if decides.values.shape != (layout.n_labels,):
            raise _wrong(
                f"thresholds should be {layout.n_labels:,} numbers. "
                f"Received: {decides.values.shape[0]:,}."
            )
        return Bundle(
            manifest=self.manifest,
            vectorizer=vectorizer,
            network=self.network(vectorizer),
            label_names=tuple(label_names.to_pylist()),
            thresholds=decides,
            calibration=calibration.from_dict(self.manifest.get("calibration", {})),
            neighbours=self.neighbours(),
            text_fields=layout.text_fields,
            scope=self.scope(),
        )

    def network(self, vectorizer: Vectorizer) -> Network:
        """Return the network; its weights stay on disk until they are used."""
        branches = []
        for branch, sizes in enumerate(self.layout.network.branches):
            shapes = enumerate(itertools.pairwise(sizes))
            branches.append(Branch(tuple(self.layer(branch, *numbered) for numbered in shapes)))
        declared, lengths = self.layout.network, _word_lengths(self.layout)
        n_words, n_labels = vectorizer.terms.n_words, self.layout.n_labels
        read = zip(declared.word_kinds, declared.word_units, lengths, strict=True)
        words = tuple(
            self.word_branch(number, WordShape(kind, n_units, n_words, length, n_labels))
            for number, (kind, n_units, length) in enumerate(read)
        )
        return Network(tuple(branches), declared.output_activation, words)

    def word_branch(self, number: int, shape: WordShape) -> WordBranch:
        """Return a network that reads words in order."""
        name = functools.partial(word_weights_name, number)
        scale = self.scale(name("scale"), shape.n_words + 1)
        embedding = self.array(name("embedding"), (shape.n_words + 1, SIZE), np.int8)
        if embedding[0].any():
            raise _wrong("vector of a gap should be zero.")
        weights = {
            part: self.array(name(part), sizes, np.float32)
            for part, sizes in shape.shapes().items()
        }
        return WordBranch(shape, embedding, scale, weights)

    def layer(self, branch: int, number: int, shape: tuple[int, int]) -> DenseLayer:
        """Return one layer, whose kernel is ``shape``."""
        bias = self.array(weights_name(branch, number, "bias"), shape[1:], np.float32)
        name = weights_name(branch, number, "kernel")
        if self.layout.network.precision == "float32":
            return DenseLayer(self.array(name, shape, np.float32), bias)
        scale = self.scale(weights_name(branch, number, "scale"), shape[0])
        return DenseLayer(self.array(name, shape, np.int8), bias, scale)

    def scale(self, name: str, n_rows: int) -> NDArray[np.float32]:
        """Return the factors of a kernel's rows, of which none makes its numbers infinite."""
        factors = self.array(name, (n_rows,), np.float32)
        with np.errstate(over="ignore"):  # a damaged one; refused in the next line
            _check_finite(name, factors * np.float32(_LARGEST_INT8))
        return factors

    def neighbours(self) -> NeighbourIndex | None:
        """Return the papers to search for similar ones, if the bundle keeps any."""
        if self.manifest.get("neighbours") is None:
            return None
        declared = from_dict(NeighboursLayout, self.manifest["neighbours"])
        n_papers, n_entries = declared.n_papers, declared.n_entries
        index = NeighbourIndex(
            indptr=self.array("neighbours_indptr", (n_papers + 1,), np.int64),
            indices=self.array("neighbours_indices", (n_entries,), np.int32),
            weights=self.array("neighbours_weights", (n_entries,), np.uint8),
            captions=self.lines("neighbours_papers", n_papers, distinct=False),
        )
        if problem := index.problem(self.layout.n_features):
            raise _wrong(f"neighbours cannot be used: {problem}.")
        return index

    def scope(self) -> Scope | None:
        """Return what the texts that the model can judge read like, if the bundle tells."""
        if self.manifest.get("scope") is None:
            return None
        declared = from_dict(ScopeLayout, self.manifest["scope"])
        scope = Scope(
            pairs=self.array("scope_pairs", (declared.n_pairs,), np.uint32),
            lifts=self.array("scope_lifts", (declared.n_pairs,), np.float16),
            lengths=declared.lengths,
            lowest=declared.lowest,
        )
        if problem := scope.problem():
            raise _wrong(f"scope cannot be used: {problem}.")
        return scope

    def array(self, name: str, shape: tuple[int, ...], kind: type[Number]) -> NDArray[Number]:
        """Return the array in ``name.npy`` if its header and file size say what is expected.

        It is mapped: what is never used is never read, and what is can leave memory again.
        """
        path = self.file(f"{name}.npy")
        expected = np.dtype(kind)
        n_bytes = expected.itemsize * math.prod(shape)
        try:
            with path.open("rb") as file:
                start = file.read(10)  # the last 2 bytes are the length of what follows, padded
                header = start[:8] + file.read(int.from_bytes(start[8:], "little")).rstrip()
                if header != _written_header(shape, expected):
                    raise _wrong(
                        f"{path.name} should be {expected} of shape {shape}. "
                        f"Received: {header!r:.120}."
                    )
                n_received = path.stat().st_size - file.tell()
                if n_received != n_bytes:
                    raise _wrong(
                        f"{path.name} should hold {n_bytes:,} bytes of numbers. "
                        f"Received: {n_received:,}."
                    )
                if not n_bytes:  # nothing cannot be mapped
                    return np.empty(shape, expected)
                values = np.asarray(np.memmap(file, expected, "r", file.tell(), shape))
        except (OSError, ValueError) as error:
            raise _wrong(f"{path.name} cannot be read.") from error
        _check_finite(name, values)
        return values

    def lines(self, name: str, n_lines: int, *, distinct: bool) -> pa.StringArray:
        """Return the lines of ``name.txt``: UTF-8, none empty."""
        path = self.file(f"{name}.txt")
        _check_size(path, min(self.max_bytes, _MAX_TEXT_BYTES))
        try:
            text = path.read_bytes().decode("utf-8")
        except (OSError, ValueError) as error:
            raise _wrong(f"{path.name} is not UTF-8 text.") from error
        n_received = text.count("\n")
        if n_received != n_lines or not text.endswith("\n"):
            raise _wrong(f"{path.name} should hold {n_lines:,} lines. Received: {n_received:,}.")
        # Not splitlines(): n-grams may hold other separators than the line feed.
        lines = text[:-1].split("\n")
        if "" in lines or "\0" in text or "\r" in text:
            raise _wrong(f"{path.name} has an empty line or control characters.")
        if distinct and len(set(lines)) != n_lines:
            raise _wrong(f"{path.name} has a line twice.")
        return pa.array(lines, pa.string())

    def file(self, name: str) -> Path:
        """Return the path of a file of the bundle, which must be a plain one."""
        path = self.folder / name
        if not path.is_file() or path.is_symlink():
            raise _wrong(f"{name} is missing.")
        return path


def _layout(manifest: dict[str, Any]) -> Layout:
    """Return what the manifest says of the files' sizes, within the limits of this machine."""
    network = manifest.get("network")
    if isinstance(network, dict) and isinstance(network.get("branches"), list):
        sizes = [tuple(one) if isinstance(one, list) else one for one in network["branches"]]
        manifest = {**manifest, "network": {**network, "branches": sizes}}
    layout = from_dict(Layout, manifest)
    if layout.n_labels > config.limits().max_labels:
        raise _wrong(
            f"labels may be {config.limits().max_labels:,} at most. Received: {layout.n_labels:,}."
        )
    branches, word_kinds = layout.network.branches, layout.network.word_kinds
    lengths = _word_lengths(layout)
    if not len(word_kinds) == len(layout.network.word_units) == len(lengths) or (
        max(lengths, default=0) > (layout.vectorizer.max_length_words or 0)
    ):
        raise _wrong(
            "networks that read words in order should have units and a length. "
            f"Received: {word_kinds!r:.80}."
        )
    if not 0 < len(branches) + len(word_kinds) <= _MAX_BRANCHES or not all(
        _fits(sizes, layout) for sizes in branches
    ):
        raise _wrong(
            f"branches should each lead from {layout.n_features:,} features to "
            f"{layout.n_labels:,} labels. Received: {branches!r:.80}."
        )
    return layout


def _word_lengths(layout: Layout) -> tuple[int, ...]:
    """Return how many words each network that reads them in order reads."""
    kept = layout.vectorizer.max_length_words or 1
    return layout.network.word_lengths or (kept,) * len(layout.network.word_kinds)


def _fits(sizes: tuple[int, ...], layout: Layout) -> bool:
    """Return whether a branch leads from the n-grams to the labels, by layers of sane sizes."""
    return (
        2 <= len(sizes) <= _MAX_SIZES
        and (sizes[0], sizes[-1]) == (layout.n_features, layout.n_labels)
        and all(1 <= n_units <= _MAX_UNITS for n_units in sizes[1:])
    )


def _written_header(shape: tuple[int, ...], kind: np.dtype[Any]) -> bytes:
    """Return the header that ``numpy.save`` writes, without the length of its text and padding.

    It is for comparing with: what is read is never evaluated.
    """
    about = f"{{'descr': {kind.str!r}, 'fortran_order': False, 'shape': {shape}, }}"
    return b"\x93NUMPY\x01\x00" + about.encode("ascii")


def _check_finite(name: str, values: NDArray[Any]) -> None:
    # A NaN or an infinity anywhere shows in the smallest or the largest value.
    if values.dtype.kind == "f" and not np.isfinite([values.min(), values.max()]).all():
        raise _wrong(f"{name} holds values that are not finite.")


def _check_size(path: Path, n_bytes: int) -> None:
    size = path.stat().st_size
    if size > n_bytes:
        raise _wrong(f"{path.name} should have at most {n_bytes:,} bytes. Received: {size:,}.")


def _wrong(what: str) -> BundleError:
    """Return the error that says what of a bundle is wrong."""
    return BundleError(f"The bundle's {what}", _HINT)

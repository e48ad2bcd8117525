"""A bundle: the folder that holds all that tagging needs, and nothing that can run code.

::

    manifest.json        schema version, sizes, config, thresholds, calibration, where it is from
    vocabulary.txt       one n-gram a line, UTF-8
    label_names.txt      one label a line, UTF-8
    idf.npy              (n_features,) float32
    branch0_layer0_kernel.npy, branch0_layer0_bias.npy, ...
    branch0_layer0_scale.npy                    with 8-bit and 4-bit weights only
    first_rows.npy, first_rows_scale.npy, first_columns.npy
                         in place of all first kernels, where they are stored as a product
    neighbours_*.npy, neighbours_papers.txt     optional, see arxivtag.tagging.neighbours

The program names the files: no path is ever read from the manifest. Every array
is a ``.npy`` file without pickle, whose header and size on disk are compared with
the sizes in the manifest before its content is read.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import io
import itertools
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

import arxivtag
from arxivtag import config, storage
from arxivtag.errors import ArxivTagError, BundleError, ConfigError
from arxivtag.fields import from_dict, to_dict
from arxivtag.learning import calibration as calibrations
from arxivtag.learning import thresholds as thresholding
from arxivtag.learning.calibration import Calibration
from arxivtag.learning.network import Branch, DenseLayer, Network
from arxivtag.learning.thresholds import Thresholds
from arxivtag.learning.vectorizer import Vectorizer
from arxivtag.settings import MAX_HIDDEN_LAYERS, RunConfig, VectorizerConfig
from arxivtag.tagging import quantizing
from arxivtag.tagging.factoring import Factors
from arxivtag.tagging.neighbours import NeighbourIndex

SCHEMA_VERSION = 1
MANIFEST_NAME = "manifest.json"
TEXT_FIELDS = ("abstract", "title_and_abstract")
ACTIVATIONS = ("sigmoid", "softmax")

Precision = Literal["float32", "float16", "int8", "int4"]
PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "int8", "int4")

_MAX_MANIFEST_BYTES = 4_000_000
_MAX_FEATURES = 4_000_000
_MAX_BRANCHES = 16
_MAX_LAYERS = MAX_HIDDEN_LAYERS + 1
_MAX_UNITS = 65_536
_MAX_NEIGHBOURS = 1_000_000
_HINT = "The bundle may be damaged: download it again, or train the model anew."
_PACKAGES = ("numpy", "pyarrow", "keras", "jax", "tensorflow", "tensorflow-cpu")
# Bit patterns of a float16 from here on (sign left out) are infinite or no number.
_FLOAT16_INFINITE = 0x7C00
_BLOCK = 1 << 18
_NPY_HEADER = re.compile(
    rb"\{'descr': '([<|][a-z]\d)', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,18}, ?)*(?:\d{1,18})?)\), \} *\n"
)

ArrayT = TypeVar("ArrayT", bound=NDArray[Any])


@dataclass(frozen=True, eq=False)
class Bundle:
    """A trained model, ready to tag.

    Attributes:
        manifest: Where it is from, in plain values (see :func:`new_manifest`).
        vectorizer: Texts to TF-IDF rows.
        network: TF-IDF rows to logits.
        label_names: The labels, one a column of ``y_prob``.
        thresholds: Calibrated probabilities to labels.
        calibration: The network's probabilities to calibrated ones.
        neighbours: Training papers to search for similar ones, or None.
        text_fields: What the model reads: ``"abstract"`` or ``"title_and_abstract"``.
    """

    manifest: dict[str, Any]
    vectorizer: Vectorizer
    network: Network
    label_names: tuple[str, ...]
    thresholds: Thresholds
    calibration: Calibration
    neighbours: NeighbourIndex | None = None
    text_fields: str = "abstract"


def new_manifest(
    run_config: RunConfig | None = None, data_fingerprint: str = "", **about: Any
) -> dict[str, Any]:
    """Return the free part of a manifest: when, with what and from which data a model was made.

    Args:
        run_config: The run's config.
        data_fingerprint: SHA-256 of the data it was trained on.
        **about: More plain values to keep (``data_name``, ``evaluation`` ...).
    """
    versions = {"arxivtag": arxivtag.__version__}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        **about,
        "created_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "package_versions": versions,
        "data_fingerprint": data_fingerprint,
        "config": to_dict(run_config) if run_config is not None else {},
    }


def save_bundle(
    bundle: Bundle,
    folder: Path,
    *,
    precision: Precision = "float32",
    factors: Factors | None = None,
) -> None:
    """Write ``bundle`` to ``folder`` in one rename; an existing folder is replaced.

    Args:
        bundle: What to write.
        folder: Where to.
        precision: How kernels are stored. ``int8`` and ``int4`` store the first kernel of
            each branch, where nearly all weights are, as whole numbers with one scale a
            row and the others in float16; they are float32 again when loaded.
        factors: With ``int8`` or ``int4``: what to store in place of the first kernels
            (see :mod:`arxivtag.tagging.factoring`).

    Raises:
        BundleError: If its parts do not fit each other.
        StorageError: If the disk refuses.
    """
    if precision not in PRECISIONS:
        raise BundleError(
            f"precision should be one of {', '.join(PRECISIONS)}. Received: {precision!r}."
        )
    if factors is not None and precision not in quantizing.BITS:
        raise BundleError(f"Factors are stored with int8 or int4. Received: {precision!r}.")
    manifest = {**bundle.manifest, **_structure(bundle, precision, factors)}
    _check_lines("n-gram", bundle.vectorizer.vocabulary.to_pylist())
    _check_lines("label", bundle.label_names)
    with storage.publish_folder(folder) as unfinished:
        _write_lines(unfinished / "vocabulary.txt", bundle.vectorizer.vocabulary.to_pylist())
        _write_lines(unfinished / "label_names.txt", bundle.label_names)
        _write_array(unfinished / "idf.npy", bundle.vectorizer.idf.astype(np.float32))
        for name, array in _network_arrays(bundle.network, precision, factors).items():
            _write_array(unfinished / f"{name}.npy", array)
        if bundle.neighbours is not None:
            for name, array in bundle.neighbours.arrays().items():
                _write_array(unfinished / f"neighbours_{name}.npy", array)
            _write_lines(unfinished / "neighbours_papers.txt", bundle.neighbours.papers.to_pylist())
        storage.write_json(unfinished / MANIFEST_NAME, manifest)
        # What was written must load: a bundle that does not is never published.
        load_bundle(unfinished)


def check_fits(vectorizer: Vectorizer, n_parameters: int) -> None:
    """Refuse a model whose bundle would not load again, before it is trained.

    Args:
        vectorizer: Its vocabulary.
        n_parameters: Numbers that its network would learn, kept as float32.

    Raises:
        ConfigError: If the bundle would be over the limits.
    """
    n_features = len(vectorizer)
    if n_features > _MAX_FEATURES:
        raise ConfigError(
            f"The vocabulary has {n_features:,} n-grams; a model may read at most "
            f"{_MAX_FEATURES:,}.",
            "Set max_tokens, or leave out n-grams that occur in few papers.",
        )
    check_bytes(4 * n_parameters + vectorizer.vocabulary.nbytes + vectorizer.idf.nbytes)


def check_bytes(n_bytes: int) -> None:
    """Refuse a model that is too large to be loaded again; its weights alone may tell.

    Raises:
        ConfigError: If it is over the limit.
    """
    most_mb = config.limits().max_bundle_mb
    if n_bytes > most_mb * 1_000_000:
        raise ConfigError(
            f"The model would take {n_bytes / 1e6:,.0f} MB; at most {most_mb:,} MB can be loaded "
            "again.",
            "Use fewer hidden units, fewer towers or a smaller vocabulary, or raise "
            "ARXIVTAG_MAX_BUNDLE_MB.",
        )


def load_bundle(folder: Path) -> Bundle:
    """Read the bundle in ``folder``.

    Raises:
        BundleError: In one sentence, what is missing, too large or does not fit. Sizes
            and types are checked before anything of their size is allocated.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    reader = _Reader(folder, _Manifest(manifest))
    reader.check_total_size()
    try:
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
    path = Path(folder) / MANIFEST_NAME
    if not path.is_file() or path.is_symlink():
        raise BundleError(
            f"There is no model bundle in {folder}: {MANIFEST_NAME} is missing.",
            "Name 'pretrained', a run id, or the folder of a bundle.",
        )
    _check_size(path, _MAX_MANIFEST_BYTES)
    try:
        manifest = storage.read_json(path)
    except ArxivTagError as error:
        message = f"The bundle's manifest cannot be read: {error.message}"
        raise BundleError(message, _HINT) from error
    version = manifest.get("schema_version")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise BundleError(
            f"The bundle's schema_version should be {SCHEMA_VERSION}. Received: {version!r:.40}.",
            "It was made by another version of arxivtag: use that version, or train anew.",
        )
    return manifest


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


def _structure(bundle: Bundle, precision: Precision, factors: Factors | None) -> dict[str, Any]:
    """Return the part of the manifest that says how the files are to be read."""
    network = bundle.network
    branches = [
        [branch.layers[0].kernel.shape[0], *(layer.kernel.shape[1] for layer in branch.layers)]
        for branch in network.branches
    ]
    neighbours = bundle.neighbours
    return {
        "schema_version": SCHEMA_VERSION,
        "n_features": len(bundle.vectorizer),
        "n_labels": len(bundle.label_names),
        "text_fields": bundle.text_fields,
        "vectorizer": to_dict(bundle.vectorizer.config),
        "network": {
            "output_activation": network.output_activation,
            "precision": precision,
            "rank": None if factors is None else factors.rows.shape[1],
            "branches": branches,
        },
        "thresholds": thresholding.to_dict(bundle.thresholds),
        "calibration": calibrations.to_dict(bundle.calibration),
        "neighbours": None if neighbours is None else neighbours.sizes(),
    }


def _network_arrays(
    network: Network, precision: Precision, factors: Factors | None
) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    if factors is not None:
        stored, scale = quantizing.quantize(factors.rows, quantizing.BITS[precision])
        arrays["first_rows"], arrays["first_rows_scale"] = stored, scale
        arrays["first_columns"] = factors.columns.astype(np.float32)
    for branch_number, branch in enumerate(network.branches):
        for number, layer in enumerate(branch.layers):
            name = _layer_name(branch_number, number)
            arrays[f"{name}_bias"] = layer.bias.astype(np.float32)
            if number == 0 and factors is not None:
                continue
            if number == 0 and precision in quantizing.BITS:
                stored, scale = quantizing.quantize(layer.kernel, quantizing.BITS[precision])
                arrays[f"{name}_kernel"], arrays[f"{name}_scale"] = stored, scale
            else:
                arrays[f"{name}_kernel"] = layer.kernel.astype(_float_type(precision))
    return arrays


def _float_type(precision: Precision) -> type[Any]:
    """Return how kernels that are not quantized are stored."""
    return np.float32 if precision == "float32" else np.float16


def _layer_name(branch: int, layer: int) -> str:
    return f"branch{branch}_layer{layer}"


def _write_lines(path: Path, lines: Any) -> None:
    storage.write_text(path, "".join(f"{line}\n" for line in lines))


def _write_array(path: Path, array: NDArray[Any]) -> None:
    content = np.ascontiguousarray(array)
    storage.write_atomic(path, lambda file: np.save(file, content, allow_pickle=False))


def _check_lines(what: str, lines: Any) -> None:
    wrong = next((line for line in lines if not line or not set(line).isdisjoint("\n\r\x00")), None)
    if wrong is not None:
        raise BundleError(
            f"Each {what} should be one line of text. Received: {wrong!r:.60}.", _HINT
        )


def _check_size(path: Path, n_bytes: int) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BundleError(f"The bundle's {path.name} is missing.", _HINT) from error
    if size > n_bytes:
        raise BundleError(
            f"The bundle's {path.name} should have at most {n_bytes:,} bytes. Received: {size:,}.",
            _HINT,
        )


class _Manifest:
    """Typed, bounded access to a manifest; any wrong entry is a BundleError that names it."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        bounds = config.limits()
        self.n_features = self._count(values, "n_features", _MAX_FEATURES)
        self.n_labels = self._count(values, "n_labels", bounds.max_labels)
        network = self._mapping(values, "network")
        self.precision: Precision = self._choice(network, "precision", PRECISIONS)
        self.output_activation: Any = self._choice(network, "output_activation", ACTIVATIONS)
        self.text_fields: str = self._choice(values, "text_fields", TEXT_FIELDS)
        self.branches = self._branches(network.get("branches"))
        self.rank: int | None = None
        if network.get("rank") is not None:
            self.rank = self._count(network, "rank", _MAX_UNITS)
            if self.precision not in quantizing.BITS:
                raise BundleError("A bundle with a rank should be int8 or int4.", _HINT)

    def n_parameter_bytes(self) -> int:
        """Return the bytes of all kernels in memory, as declared."""
        n_weights = self.n_features * (self.rank or 0) + sum(
            n_in * n_out for sizes in self.branches for n_in, n_out in itertools.pairwise(sizes)
        )
        return n_weights * (2 if self.precision == "float16" else 4)

    def vectorizer_config(self) -> VectorizerConfig:
        return from_dict(VectorizerConfig, self._mapping(self.values, "vectorizer"))

    def thresholds(self) -> Thresholds:
        found = thresholding.from_dict(self._mapping(self.values, "thresholds"))
        if found.values.shape != (self.n_labels,):
            raise BundleError(
                f"The bundle should hold {self.n_labels} thresholds. "
                f"Received: {found.values.shape[0]}.",
                _HINT,
            )
        return found

    def calibration(self) -> Calibration:
        return calibrations.from_dict(self._mapping(self.values, "calibration"))

    def neighbours(self) -> dict[str, int] | None:
        """Return the declared sizes of the neighbours, or None."""
        if self.values.get("neighbours") is None:
            return None
        declared = self._mapping(self.values, "neighbours")
        return {
            "n_papers": self._count(declared, "n_papers", _MAX_NEIGHBOURS),
            "n_entries": self._count(declared, "n_entries", 2**31 - 1, minimum=0),
        }

    def _branches(self, declared: Any) -> list[list[int]]:
        def is_sizes(sizes: Any) -> bool:
            return (
                isinstance(sizes, list)
                and 2 <= len(sizes) <= _MAX_LAYERS + 1
                and all(isinstance(n, int) and not isinstance(n, bool) for n in sizes)
                and sizes[0] == self.n_features
                and sizes[-1] == self.n_labels
                and all(1 <= n <= _MAX_UNITS for n in sizes[1:])
            )

        if (
            not isinstance(declared, list)
            or not 1 <= len(declared) <= _MAX_BRANCHES
            or not all(is_sizes(sizes) for sizes in declared)
        ):
            raise BundleError(
                f"Each branch of the bundle's network should lead from {self.n_features:,} "
                f"features to {self.n_labels:,} labels. Received: {declared!r:.80}.",
                _HINT,
            )
        return declared

    @staticmethod
    def _count(values: Mapping[str, Any], name: str, maximum: int, minimum: int = 1) -> int:
        value = values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
            raise BundleError(
                f"The manifest's {name} should be a whole number from {minimum} to {maximum:,}. "
                f"Received: {value!r:.40}.",
                _HINT,
            )
        return value

    @staticmethod
    def _choice(values: Mapping[str, Any], name: str, choices: tuple[Any, ...]) -> Any:
        value = values.get(name)
        if value not in choices:
            raise BundleError(
                f"The manifest's {name} should be one of {', '.join(choices)}. "
                f"Received: {value!r:.40}.",
                _HINT,
            )
        return value

    @staticmethod
    def _mapping(values: Mapping[str, Any], name: str) -> dict[str, Any]:
        value = values.get(name)
        if not isinstance(value, dict):
            raise BundleError(
                f"The manifest's {name} should be an object. Received: {value!r:.40}.", _HINT
            )
        return value


class _Reader:
    """Reads the files of a bundle, each against the size that the manifest declares."""

    def __init__(self, folder: Path, manifest: _Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.max_bytes = config.limits().max_bundle_mb * 1_000_000

    def check_total_size(self) -> None:
        """Refuse a bundle whose declared or actual size is over the limit."""
        try:
            on_disk = sum(path.stat().st_size for path in self.folder.iterdir())
        except OSError as error:
            raise BundleError(f"The bundle {self.folder.name} cannot be read.", _HINT) from error
        size = max(on_disk, self.manifest.n_parameter_bytes())
        if size > self.max_bytes:
            raise BundleError(
                f"The bundle has {size / 1e6:,.0f} MB; at most {self.max_bytes / 1e6:,.0f} MB "
                "are loaded.",
                "Raise ARXIVTAG_MAX_BUNDLE_MB if you trust it.",
            )

    def bundle(self) -> Bundle:
        declared = self.manifest
        vocabulary = self.lines("vocabulary", declared.n_features, distinct=True)
        idf = self.array("idf", (declared.n_features,), np.float32)
        if idf.min() <= 0:
            raise BundleError("The bundle's idf should be above 0 everywhere.", _HINT)
        labels = self.lines("label_names", declared.n_labels, distinct=True)
        neighbours = self.neighbours()
        return Bundle(
            manifest=declared.values,
            vectorizer=Vectorizer(vocabulary, idf, declared.vectorizer_config()),
            network=self.network(),
            label_names=tuple(labels.to_pylist()),
            thresholds=declared.thresholds(),
            calibration=declared.calibration(),
            neighbours=neighbours,
            text_fields=declared.text_fields,
        )

    def network(self) -> Network:
        declared = self.manifest
        branches = []
        first_kernels = self.first_kernels()
        for branch, sizes in enumerate(declared.branches):
            layers = [DenseLayer(first_kernels[branch], self.bias(branch, 0, sizes[1]))]
            for number in range(1, len(sizes) - 1):
                kernel = self.array(
                    f"{_layer_name(branch, number)}_kernel",
                    (sizes[number], sizes[number + 1]),
                    _float_type(declared.precision),
                )
                if declared.precision in quantizing.BITS:
                    kernel = kernel.astype(np.float32)
                layers.append(DenseLayer(kernel, self.bias(branch, number, sizes[number + 1])))
            branches.append(Branch(tuple(layers)))
        return Network(tuple(branches), declared.output_activation)

    def bias(self, branch: int, number: int, n_out: int) -> NDArray[Any]:
        return self.array(f"{_layer_name(branch, number)}_bias", (n_out,), np.float32)

    def first_kernels(self) -> list[NDArray[Any]]:
        """Return the first kernel of each branch."""
        declared = self.manifest
        widths = [sizes[1] for sizes in declared.branches]
        if declared.rank is not None:
            rows = self.quantized("first_rows", "first_rows_scale", declared.rank)
            columns = self.array("first_columns", (declared.rank, sum(widths)), np.float32)
            with np.errstate(over="ignore", invalid="ignore"):
                kernel = rows @ columns
            self.check_product(kernel)
            return np.split(kernel, np.cumsum(widths)[:-1], axis=1)
        names = [_layer_name(branch, 0) for branch in range(len(widths))]
        if declared.precision in quantizing.BITS:
            return [
                self.quantized(f"{name}_kernel", f"{name}_scale", width)
                for name, width in zip(names, widths, strict=True)
            ]
        return [
            self.array(
                f"{name}_kernel", (declared.n_features, width), _float_type(declared.precision)
            )
            for name, width in zip(names, widths, strict=True)
        ]

    def quantized(self, name: str, scale_name: str, n_out: int) -> NDArray[np.float32]:
        """Return a matrix ``(n_features, n_out)`` that is stored in few bits."""
        bits = quantizing.BITS[self.manifest.precision]
        shape, kind = quantizing.stored_as(self.manifest.n_features, n_out, bits)
        stored = self.array(name, shape, kind)
        scale = self.array(scale_name, shape[:1], np.float32)
        kernel = quantizing.dequantize(stored, scale, n_out, bits)
        self.check_product(kernel)
        return kernel

    @staticmethod
    def check_product(kernel: NDArray[np.float32]) -> None:
        if not _all_finite(kernel):
            raise BundleError("The bundle's weights are too large to be multiplied out.", _HINT)

    def neighbours(self) -> NeighbourIndex | None:
        sizes = self.manifest.neighbours()
        if sizes is None:
            return None
        arrays = {
            name: self.array(f"neighbours_{name}", shape, kind)
            for name, (shape, kind) in NeighbourIndex.expected(**sizes).items()
        }
        papers = self.lines("neighbours_papers", sizes["n_papers"], distinct=False)
        index = NeighbourIndex(**arrays, papers=papers)
        problem = index.problem(self.manifest.n_features)
        if problem:
            raise BundleError(f"The bundle's neighbours cannot be used: {problem}.", _HINT)
        return index

    def array(self, name: str, shape: tuple[int, ...], kind: type[Any]) -> NDArray[Any]:
        """Return the array in ``name.npy`` if its header and file size say what is expected."""
        path = self.file(f"{name}.npy")
        expected = np.dtype(kind)
        try:
            with path.open("rb") as file:
                found_shape, is_fortran, found = _read_header(file)
                if found_shape != shape or found != expected.str or is_fortran:
                    raise BundleError(
                        f"The bundle's {path.name} should be {expected} of shape {shape}. "
                        f"Received: {found} of shape {found_shape!r:.60}.",
                        _HINT,
                    )
                n_values = int(np.prod(shape, dtype=np.int64))
                n_bytes = path.stat().st_size - file.tell()
                if n_bytes != n_values * expected.itemsize:
                    raise BundleError(
                        f"The bundle's {path.name} should hold {n_values * expected.itemsize:,} "
                        f"bytes of numbers. Received: {n_bytes:,}.",
                        _HINT,
                    )
                values = np.fromfile(file, dtype=expected, count=n_values).reshape(shape)
        except (OSError, ValueError, EOFError) as error:
            raise BundleError(f"The bundle's {path.name} cannot be read.", _HINT) from error
        if not _all_finite(values):
            raise BundleError(f"The bundle's {path.name} holds values that are not finite.", _HINT)
        return values

    def lines(self, name: str, n_lines: int, *, distinct: bool) -> pa.StringArray:
        """Return the lines of ``name.txt``: UTF-8, none empty."""
        path = self.file(f"{name}.txt")
        _check_size(path, self.max_bytes)
        try:
            content = np.fromfile(path, dtype=np.uint8)
        except OSError as error:
            raise BundleError(f"The bundle's {path.name} cannot be read.", _HINT) from error
        ends = np.flatnonzero(content == ord("\n"))
        if len(ends) != n_lines or ends[-1] != len(content) - 1 or len(content) >= 2**31:
            raise BundleError(
                f"The bundle's {path.name} should hold {n_lines:,} lines. Received: {len(ends):,}.",
                _HINT,
            )
        # The line feeds are cut out of the buffer; each line then ends where the next begins.
        offsets = np.zeros(n_lines + 1, dtype=np.int32)
        offsets[1:] = ends - np.arange(n_lines)
        letters = content[content != ord("\n")]
        found = pa.StringArray.from_buffers(n_lines, pa.py_buffer(offsets), pa.py_buffer(letters))
        problem = _lines_problem(found, letters, offsets, distinct)
        if problem:
            raise BundleError(f"The bundle's {path.name} {problem}.", _HINT)
        return found

    def file(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file() or path.is_symlink():
            raise BundleError(f"The bundle's {name} is missing.", _HINT)
        return path


def _lines_problem(
    lines: pa.StringArray, letters: NDArray[np.uint8], offsets: NDArray[np.int32], distinct: bool
) -> str:
    if (np.diff(offsets) <= 0).any():
        return "has an empty line"
    try:
        lines.validate(full=True)
    except pa.ArrowInvalid:
        return "is not UTF-8"
    # Only the separators that the program itself writes are allowed below the space.
    if np.isin(letters, np.array([0x00, 0x0A, 0x0D], dtype=np.uint8)).any():
        return "holds control characters"
    if distinct and pc.count_distinct(lines).as_py() != len(lines):
        return "has a line twice"
    return ""


def _read_header(file: BinaryIO) -> tuple[tuple[int, ...], bool, str]:
    """Return shape, Fortran order and type code from the header of a ``.npy`` file.

    A strict pattern in place of numpy's reader, which evaluates the header as Python.

    Raises:
        ValueError: If it is not a header as ``numpy.save`` writes it.
    """
    start = file.read(10)
    if len(start) < 10 or start[:8] != b"\x93NUMPY\x01\x00":
        raise ValueError("no .npy file of version 1.0")
    text = file.read(int.from_bytes(start[8:], "little"))
    found = _NPY_HEADER.fullmatch(text)
    if found is None:
        raise ValueError("no plain .npy header")
    kind, is_fortran, shape = (group.decode("ascii") for group in found.groups())
    return tuple(int(size) for size in shape.split(",") if size.strip()), is_fortran == "True", kind


def _all_finite(values: NDArray[Any]) -> bool:
    """Return whether no value is NaN or infinite, in blocks that stay in the cache."""
    if values.dtype.kind != "f":
        return True
    flat = values.reshape(-1)
    return all(
        _block_is_finite(flat[start : start + _BLOCK]) for start in range(0, len(flat), _BLOCK)
    )


def _block_is_finite(block: NDArray[Any]) -> bool:
    if block.dtype == np.float16:
        # As whole numbers: arithmetic on float16 is many times slower.
        return bool((block.view(np.uint16) & 0x7FFF).max() < _FLOAT16_INFINITE)
    # A NaN or an infinity anywhere shows in the smallest or the largest value.
    return bool(np.isfinite(block.min()) and np.isfinite(block.max()))

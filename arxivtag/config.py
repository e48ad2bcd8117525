"""All limits and defaults, as frozen dataclasses that forms and command-line flags read.

Each field of a config is declared with :func:`setting`, which keeps its bounds,
its one-line help and whether it belongs behind "advanced" beside the default,
so that the Train form, ``arxivtag train --help`` and :func:`validate` agree.
Configs are stored as plain JSON (:func:`to_dict`, :func:`from_dict`).
"""

from __future__ import annotations

import dataclasses
import os
import sys
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from arxivtag.errors import ConfigError

PACKAGE_NAME = "arxivtag"
PROJECT_FOLDER = Path(__file__).resolve().parent.parent
ASSETS_FOLDER = PROJECT_FOLDER / "assets"
SAMPLE_PATH = ASSETS_FOLDER / "sample.csv.xz"
PRETRAINED_PATH = ASSETS_FOLDER / "pretrained"

ConfigT = TypeVar("ConfigT")


def home_folder() -> Path:
    """Return the folder that holds runs and downloads (``ARXIVTAG_HOME`` or the platform's own).

    The folder is not created here.
    """
    chosen = os.environ.get("ARXIVTAG_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / PACKAGE_NAME


def runs_folder(home: Path | None = None) -> Path:
    """Return the folder that holds one folder a run."""
    return (home or home_folder()) / "runs"


def downloads_folder(home: Path | None = None) -> Path:
    """Return the folder for data fetched from the network."""
    return (home or home_folder()) / "downloads"


def uploads_folder(home: Path | None = None) -> Path:
    """Return the folder for files that visitors uploaded."""
    return (home or home_folder()) / "uploads"


def setting(
    default: Any,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    max_items: int | None = None,
    choices: tuple[str, ...] | None = None,
    advanced: bool = True,
) -> Any:
    """Declare a config field: its default, one line of help, its bounds, and where a form shows it.

    Args:
        default: The default value (immutable).
        help: One plain sentence for forms and ``--help``.
        minimum: Smallest allowed number; for tuples, of each item.
        maximum: Largest allowed number; for tuples, of each item.
        max_items: Most items of a tuple.
        choices: The allowed strings, if the field is one of a few.
        advanced: Whether a form keeps the field behind "advanced".
    """
    metadata = {
        "help": help,
        "minimum": minimum,
        "maximum": maximum,
        "max_items": max_items,
        "choices": choices,
        "advanced": advanced,
    }
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Limits:
    """What a file of papers may hold; each can be set by ``ARXIVTAG_<NAME>`` in the environment."""

    max_upload_mb: int = setting(200, "Largest uploaded file, in MB.", minimum=1)
    max_upload_days: int = setting(
        30, "Days after which an upload that nobody looked at and no run needs goes.", minimum=1
    )
    max_file_mb: int = setting(600, "Largest file read into memory, in MB on disk.", minimum=1)
    max_decompressed_mb: int = setting(1500, "Largest file after decompression, in MB.", minimum=1)
    max_rows: int = setting(500_000, "Most rows of papers in one data set.", minimum=1)
    max_columns: int = setting(200, "Most columns in a table.", minimum=1)
    max_cell_chars: int = setting(100_000, "Longest cell, in characters.", minimum=100)
    max_labels_per_paper: int = setting(50, "Most labels on one paper.", minimum=1)
    max_label_chars: int = setting(200, "Longest label, in characters.", minimum=1)
    max_labels: int = setting(2_000, "Most distinct labels a model can learn.", minimum=1)
    max_abstract_chars: int = setting(
        50_000, "Longest pasted abstract, in characters.", minimum=100
    )
    max_bundle_mb: int = setting(2_000, "Largest model bundle that is loaded, in MB.", minimum=1)


@dataclass(frozen=True)
class VisitorLimits:
    """What visitors may ask for where ``ARXIVTAG_VISITORS=1`` (a public demo).

    Each can be set by ``ARXIVTAG_VISITOR_<NAME>`` in the environment.
    """

    max_epochs: int = setting(6, "Most epochs of one run.", minimum=1)
    max_rows: int = setting(20_000, "Most papers in one run or one file to tag.", minimum=100)
    max_queue_length: int = setting(4, "Most runs that may wait at once.", minimum=1)
    max_runs_per_visitor: int = setting(2, "Most runs a visitor may have under way.", minimum=1)
    max_run_minutes: int = setting(
        20, "Longest training, in minutes; it then stops and keeps its best model.", minimum=1
    )
    max_parameters: int = setting(
        100_000_000, "Most parameters of a network, which decide memory.", minimum=1000
    )
    max_upload_mb: int = setting(20, "Largest uploaded file, in MB.", minimum=1)
    max_uploads_mb: int = setting(
        2_000, "Most MB of uploads on disk; those out of use longest make room.", minimum=1
    )
    max_uploads_per_visitor: int = setting(
        5, "Most uploads a visitor keeps; the oldest goes when another is chosen.", minimum=1
    )
    min_free_disk_mb: int = setting(
        1_000, "No run is started with less free disk than this, in MB.", minimum=0
    )


def visitor_mode() -> bool:
    """Return whether the app serves visitors who may not delete or see local paths."""
    return os.environ.get("ARXIVTAG_VISITORS", "").strip().lower() in {"1", "true", "yes", "on"}


def data_paths() -> tuple[Path, ...]:
    """Return the files named in ``ARXIVTAG_DATA`` (separated like ``PATH``); none for visitors."""
    if visitor_mode():
        return ()
    named = os.environ.get("ARXIVTAG_DATA", "")
    return tuple(Path(name).expanduser().resolve() for name in named.split(os.pathsep) if name)


@dataclass(frozen=True)
class SourcesConfig:
    """Where papers are fetched from, and how patiently. Nothing else is ever fetched."""

    arxiv_abstracts_url: str = setting(
        "https://github.com/soumik12345/multi-label-text-classification"
        "/releases/download/v0.2/arxiv_data.csv",
        "The Keras example's published data set.",
    )
    arxiv_abstracts_rows: int = setting(
        51_774, "Rows of that data set; another number means a damaged file.", minimum=1
    )
    arxiv_api_url: str = setting("https://export.arxiv.org/api/query", "arXiv's search interface.")
    allowed_hosts: tuple[str, ...] = setting(
        (
            "github.com",
            "objects.githubusercontent.com",
            "release-assets.githubusercontent.com",
            "export.arxiv.org",
            "arxiv.org",
        ),
        "Hosts that may be asked, redirects included.",
    )
    connect_timeout_s: float = setting(10.0, "Longest wait for a connection.", minimum=0.01)
    read_timeout_s: float = setting(30.0, "Longest silence within an answer.", minimum=0.01)
    n_retries: int = setting(5, "Further tries after a failure.", minimum=0, maximum=20)
    backoff_s: float = setting(1.0, "Wait before the first retry; doubles each time.", minimum=0)
    max_redirects: int = setting(5, "Most redirects that are followed.", minimum=0, maximum=20)
    max_download_mb: int = setting(1_000, "Largest file that is fetched, in MB.", minimum=1)
    api_page_size: int = setting(
        100, "Papers in one answer of the search.", minimum=1, maximum=2000
    )
    api_delay_s: float = setting(3.0, "Wait between searches, as arXiv asks for.", minimum=0)
    api_max_results: int = setting(20_000, "Most papers of one search.", minimum=1, maximum=300_000)
    api_primary_categories: tuple[str, ...] = setting(
        ("cs.CV", "cs.LG", "stat.ML"), "Primary categories kept; empty: all."
    )
    metadata_categories: tuple[str, ...] = setting(
        ("cs.AI", "cs.CV", "cs.LG", "stat.ML"),
        "Categories kept from Kaggle's arXiv metadata; empty: all.",
    )
    metadata_max_rows: int = setting(
        50_000, "Most papers kept from Kaggle's arXiv metadata.", minimum=1, maximum=500_000
    )


@dataclass(frozen=True)
class CleaningConfig:
    """Which rows of a corpus are kept. The defaults are the Keras example's rules."""

    drop_duplicate_titles: bool = setting(
        True, "Keep only the first paper of each title.", advanced=False
    )
    drop_duplicate_abstracts: bool = setting(False, "Keep only the first paper of each abstract.")
    drop_near_duplicates: bool = setting(
        False, "Keep only the first of papers whose abstracts are nearly the same."
    )
    near_duplicate_similarity: float = setting(
        0.8,
        "How alike two abstracts must be to count as near-duplicates (Jaccard, word shingles).",
        minimum=0.5,
        maximum=1.0,
    )
    rare_combinations: Literal["drop", "keep"] = setting(
        "drop",
        "Drop papers whose exact label combination occurs once (as the Keras example), or keep.",
        choices=("drop", "keep"),
        advanced=False,
    )


@dataclass(frozen=True)
class SplitConfig:
    """How papers are divided into train, val and test."""

    held_out_fraction: float = setting(
        0.1, "Share of papers held out for validation and test together.", minimum=0.02, maximum=0.5
    )
    keep_near_duplicates_together: bool = setting(
        True, "Never put near-duplicates on both sides of a split."
    )


@dataclass(frozen=True)
class VectorizerConfig:
    """How a text becomes a row of TF-IDF weights."""

    max_tokens: int | None = setting(
        None,
        "Largest vocabulary; empty: the number of distinct lower-cased words, as in the example.",
        minimum=100,
        maximum=2_000_000,
        advanced=False,
    )
    ngrams: int = setting(2, "Longest n-gram: 1 words, 2 words and bigrams.", minimum=1, maximum=2)
    min_document_frequency: int = setting(
        1, "Leave out n-grams that occur in fewer papers than this.", minimum=1, maximum=1000
    )
    sublinear_tf: bool = setting(False, "Use 1 + log(count) in place of the raw count.")
    l2_normalize: bool = setting(False, "Scale each paper's weights to length one.")


# A bundle holds branches of up to 16 layers, the one that puts out the labels included.
MAX_HIDDEN_LAYERS = 15


@dataclass(frozen=True)
class ModelConfig:
    """The network's shape."""

    hidden_units: tuple[int, ...] = setting(
        (512, 256),
        "Units of each hidden layer.",
        minimum=1,
        maximum=4096,
        max_items=MAX_HIDDEN_LAYERS,
        advanced=False,
    )
    linear_path: bool = setting(
        False,
        "Add a linear path beside the hidden layers (wide and deep); it learns by margins, as an "
        "SVM does, and the model is the mean.",
    )
    towers: int = setting(
        1,
        "Networks of this shape that learn side by side, each on its own; the model is their mean.",
        minimum=1,
        maximum=8,
    )
    dropout_rate: float = setting(
        0.0, "Share of hidden units dropped in training.", minimum=0.0, maximum=0.95, advanced=False
    )
    word_dropout_rate: float = setting(
        0.0, "Share of n-grams dropped from each paper in training.", minimum=0.0, maximum=0.95
    )


@dataclass(frozen=True)
class TrainingConfig:
    """How the network learns."""

    epochs: int = setting(20, "Passes over the papers.", minimum=1, maximum=200, advanced=False)
    batch_size: int = setting(128, "Papers in one step.", minimum=1, maximum=4096, advanced=False)
    learning_rate: float = setting(
        0.001, "Step size at the start.", minimum=1e-6, maximum=1.0, advanced=False
    )
    learning_rate_schedule: Literal["constant", "cosine"] = setting(
        "constant", "How the learning rate falls.", choices=("constant", "cosine")
    )
    loss: Literal["binary_crossentropy", "softmax_crossentropy", "squared_hinge"] = setting(
        "binary_crossentropy",
        "Each label on its own (sigmoid), labels sharing one distribution (softmax), or, without "
        "hidden layers, by margins as in a linear SVM (squared hinge).",
        choices=("binary_crossentropy", "softmax_crossentropy", "squared_hinge"),
    )
    weight_decay: float = setting(0.0, "Pull of weights towards zero.", minimum=0.0, maximum=1.0)
    ranking_weight: float = setting(
        0.0,
        "How strongly a paper's labels are also pushed above the labels it does not have.",
        minimum=0.0,
        maximum=10.0,
    )
    rare_label_lift: float = setting(
        0.0,
        "How much the scores of rare labels are raised after training; 0: not at all.",
        minimum=0.0,
        maximum=1.0,
    )
    lazy_rows: bool = setting(
        False,
        "Leave weights of n-grams alone in steps where they do not occur; faster than Adam proper.",
    )
    early_stopping_patience: int | None = setting(
        None,
        "Stop after this many epochs without a better validation loss; empty: never.",
        minimum=1,
        maximum=200,
    )
    restore_best_epoch: bool = setting(
        False, "End with the weights of the epoch with the lowest validation loss."
    )


@dataclass(frozen=True)
class EvaluationConfig:
    """How thresholds and probabilities are set, and what the report compares with."""

    threshold_method: Literal["global", "per_label", "top_k"] = setting(
        "per_label",
        "One threshold for all labels, one for each label, or always the k most probable.",
        choices=("global", "per_label", "top_k"),
    )
    calibration: Literal["none", "temperature", "isotonic"] = setting(
        "temperature",
        "How probabilities are corrected on validation papers.",
        choices=("none", "temperature", "isotonic"),
    )
    linear_baseline: bool = setting(
        True, "Also fit a one-vs-rest linear model to compare with, where that takes under 20 s."
    )
    bootstrap_samples: int = setting(
        200, "Resamples for the 95 % intervals.", minimum=0, maximum=10_000
    )


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides a run: written to ``config.json`` as it stands."""

    data: str = "sample"
    preset: str = "tuned"
    text_fields: Literal["abstract", "title_and_abstract"] = setting(
        "abstract",
        "Which text the model reads.",
        choices=("abstract", "title_and_abstract"),
    )
    random_seed: int = setting(
        42, "Same seed, same result.", minimum=0, maximum=2**31 - 1, advanced=False
    )
    cleaning: CleaningConfig = CleaningConfig()
    split: SplitConfig = SplitConfig()
    vectorizer: VectorizerConfig = VectorizerConfig()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    evaluation: EvaluationConfig = EvaluationConfig()


# The Keras example's own choices are the defaults of the config classes.
_EXAMPLE = RunConfig(
    preset="keras-example",
    evaluation=EvaluationConfig(calibration="none"),
)
_SHARED_TUNED_VECTORIZER = VectorizerConfig(
    sublinear_tf=True, l2_normalize=True, min_document_frequency=6
)

PRESETS: dict[str, RunConfig] = {
    "tuned": RunConfig(
        preset="tuned",
        vectorizer=_SHARED_TUNED_VECTORIZER,
        model=ModelConfig(
            hidden_units=(384,), linear_path=True, dropout_rate=0.5, word_dropout_rate=0.3
        ),
        training=TrainingConfig(
            epochs=4,
            learning_rate=0.015,
            learning_rate_schedule="cosine",
            ranking_weight=0.025,
            rare_label_lift=0.4,
            lazy_rows=True,
            early_stopping_patience=2,
            restore_best_epoch=True,
        ),
    ),
    "keras-example": _EXAMPLE,
    "linear": RunConfig(
        preset="linear",
        vectorizer=_SHARED_TUNED_VECTORIZER,
        model=ModelConfig(hidden_units=()),
        training=TrainingConfig(
            epochs=3,
            learning_rate=0.01,
            learning_rate_schedule="cosine",
            loss="squared_hinge",
            lazy_rows=True,
            restore_best_epoch=True,
        ),
    ),
}
DEFAULT_PRESET = "tuned"


def limits() -> Limits:
    """Return the limits in force: the defaults, changed by ``ARXIVTAG_<NAME>`` variables.

    Raises:
        ConfigError: If a variable is not a whole number within its bounds.
    """
    return _from_environment(Limits, "ARXIVTAG_")


def visitor_limits() -> VisitorLimits:
    """Return what visitors may: the defaults, changed by ``ARXIVTAG_VISITOR_<NAME>`` variables.

    Raises:
        ConfigError: If a variable is not a whole number within its bounds.
    """
    return _from_environment(VisitorLimits, "ARXIVTAG_VISITOR_")


def largest_upload_mb() -> int:
    """Return the largest uploaded file that is taken here, in MB: less for visitors."""
    most = limits().max_upload_mb
    return min(most, visitor_limits().max_upload_mb) if visitor_mode() else most


def _from_environment(kind: type[ConfigT], prefix: str) -> ConfigT:
    changes: dict[str, int] = {}
    for item in dataclasses.fields(kind):  # type: ignore[arg-type]
        name = f"{prefix}{item.name.upper()}"
        value = os.environ.get(name)
        if value is None:
            continue
        try:
            changes[item.name] = int(value)
        except ValueError as error:
            raise ConfigError(
                f"{name} should be a whole number. Received: {value!r}.",
                "Change the variable or unset it.",
            ) from error
    return validate(kind(**changes))


def preset(name: str) -> RunConfig:
    """Return the run config of a preset.

    Raises:
        ConfigError: If there is no such preset.
    """
    try:
        return PRESETS[name]
    except KeyError:
        raise ConfigError(
            f"There is no preset named {name!r}.", f"Choose one of: {', '.join(PRESETS)}."
        ) from None


def validate(config: ConfigT) -> ConfigT:
    """Return ``config`` if its fields are in their bounds and its settings go together.

    Raises:
        ConfigError: Naming the first field that is not, what was expected and received.
    """
    _check_fields(config)
    if isinstance(config, RunConfig):
        _check_combinations(config)
    return config


def _check_combinations(run: RunConfig) -> None:
    """Refuse settings that are fine each, but of which one would be ignored beside another."""
    if run.training.loss == "squared_hinge" and run.model.hidden_units:
        raise ConfigError(
            "The loss squared_hinge should be used without hidden layers. "
            f"Received: hidden_units={run.model.hidden_units!r}.",
            "Leave hidden_units empty or choose another loss.",
        )


def _check_fields(config: Any) -> None:
    """Check that every field, nested configs included, is of its type and in its bounds."""
    hints = typing.get_type_hints(type(config))
    for item in dataclasses.fields(config):
        value = getattr(config, item.name)
        if dataclasses.is_dataclass(value):
            _check_fields(value)
        else:
            _check_type(item.name, value, hints[item.name])
            _check_bounds(item.name, value, item.metadata)


def _check_type(name: str, value: Any, expected: Any) -> None:
    if not _is_instance(value, expected):
        readable = getattr(expected, "__name__", str(expected).replace("typing.", ""))
        raise ConfigError(
            f"{name} should be of type {readable}. Received: {value!r}.", "Change this setting."
        )


def _is_instance(value: Any, expected: Any) -> bool:
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin is Literal:
        return value in arguments
    if origin in (typing.Union, types.UnionType):
        return any(_is_instance(value, argument) for argument in arguments)
    if origin is tuple:
        return isinstance(value, tuple) and all(_is_instance(v, arguments[0]) for v in value)
    if expected is bool:
        return isinstance(value, bool)
    if expected is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if expected is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
    return isinstance(value, expected)


def _check_bounds(name: str, value: Any, metadata: typing.Mapping[str, Any]) -> None:
    minimum, maximum = metadata.get("minimum"), metadata.get("maximum")
    max_items = metadata.get("max_items")
    if max_items is not None and len(value) > max_items:
        raise ConfigError(
            f"{name} should have at most {max_items} values. Received: {len(value)}.",
            "Leave some out.",
        )
    for number in value if isinstance(value, tuple) else (value,):
        if number is None or isinstance(number, (str, bool)):
            continue
        if minimum is not None and number < minimum:
            raise ConfigError(
                f"{name} should be at least {minimum:g}. Received: {_number_text(number)}.",
                "Raise it.",
            )
        if maximum is not None and number > maximum:
            raise ConfigError(
                f"{name} should be at most {maximum:g}. Received: {_number_text(number)}.",
                "Lower it.",
            )


def _number_text(number: float) -> str:
    try:
        return f"{number:g}"
    except OverflowError:  # a whole number beyond all floats, as JSON may hold
        return "a far larger number" if number > 0 else "a far smaller number"


def to_dict(config: Any) -> dict[str, Any]:
    """Return a config as nested plain values that JSON can hold."""
    return dataclasses.asdict(config)


def from_dict(kind: type[ConfigT], values: dict[str, Any]) -> ConfigT:
    """Return a config of ``kind`` from what :func:`to_dict` gave, its fields in their bounds.

    Unknown keys are ignored, missing ones take their defaults. Whether settings go
    together is not asked (:func:`validate`), so that runs of older versions stay readable.

    Raises:
        ConfigError: If ``values`` is not a mapping or a value is out of its bounds.
    """
    if not isinstance(values, dict):
        raise ConfigError(
            f"A {kind.__name__} should be a JSON object. Received: {type(values).__name__}.",
            "The file may be damaged.",
        )
    hints = typing.get_type_hints(kind)
    arguments: dict[str, Any] = {}
    for item in dataclasses.fields(kind):  # type: ignore[arg-type]
        if item.name not in values:
            continue
        value = values[item.name]
        if dataclasses.is_dataclass(hints[item.name]):
            value = from_dict(typing.cast(type, hints[item.name]), value)
        elif isinstance(value, list):
            value = tuple(value)
        arguments[item.name] = value
    config = kind(**arguments)
    _check_fields(config)
    return config

"""The settings of a run and its presets, as frozen dataclasses that forms and flags read.

A :class:`RunConfig` holds everything that decides a run. It is stored as plain JSON
(:func:`arxivtag.fields.to_dict`).
"""

from __future__ import annotations

import dataclasses
import shlex
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from arxivtag.errors import ConfigError
from arxivtag.fields import check_fields, from_dict, setting, to_dict
from arxivtag.model_settings import MAX_FEATURES as MAX_FEATURES
from arxivtag.model_settings import MAX_HIDDEN_LAYERS as MAX_HIDDEN_LAYERS
from arxivtag.model_settings import MAX_WORD_UNITS as MAX_WORD_UNITS
from arxivtag.model_settings import ModelConfig as ModelConfig
from arxivtag.model_settings import VectorizerConfig as VectorizerConfig
from arxivtag.model_settings import WordKind as WordKind


@dataclass(frozen=True)
class CleaningConfig:
    """Which rows of a corpus are kept. The defaults are the Keras example's rules."""

    drop_duplicate_titles: bool = setting(
        True, "Keep only the first paper of each title.", advanced=False
    )
    keep_unlike_titles: bool = setting(
        False,
        "Keep papers of one title whose abstracts are unlike, such as editorials; the example "
        "drops them.",
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
    merge_areas: bool = setting(
        False,
        "Give arXiv's areas that have two names their first name (math.IT: cs.IT), and retired "
        "archives that of their successor.",
    )
    min_papers_per_label: int = setting(
        1,
        "Leave out labels on fewer papers than this, and papers left without a label.",
        minimum=1,
        maximum=100_000,
    )
    rare_combinations: Literal["drop", "keep"] = setting(
        "drop",
        "Drop papers whose exact label combination occurs once (as the Keras example), or keep.",
        advanced=False,
    )


SplitBy = Literal["chance", "date"]


@dataclass(frozen=True)
class SplitConfig:
    """How papers are divided into train, val and test."""

    split_by: SplitBy = setting(  # noqa: RUF009  a field, as the others are
        "chance",
        "How papers are divided: by chance, or by date, so that the newest are held out (test "
        "papers after validation papers) and the evaluation tells what the model is worth on "
        "papers of tomorrow.",
    )
    held_out_fraction: float = setting(
        0.1, "Share of papers held out for validation and test together.", minimum=0.02, maximum=0.5
    )
    keep_near_duplicates_together: bool = setting(
        True, "Never put near-duplicates on both sides of a split."
    )
    train_share: float = setting(
        1.0,
        "Share of the training papers that are learnt from, drawn by chance; validation and test "
        "papers stay the same, so that runs with several shares make a learning curve.",
        minimum=0.01,
        maximum=1.0,
    )


# Each is a row of the table in arxivtag/learning/losses.py.
LossName = Literal[
    "binary_crossentropy", "any_crossentropy", "softmax_crossentropy", "squared_hinge"
]


# Training papers below which so many epochs are taken, where settings leave it open: few papers
# make few steps, so that their curve needs more of them; many are learnt in few passes
# (docs/training.md has the measurements).
_EPOCHS_BELOW = ((10_000, 12), (200_000, 4), (1_000_000, 3))
_FEWEST_EPOCHS = 2


@dataclass(frozen=True)
class TrainingConfig:
    """How the network learns."""

    epochs: int | None = setting(
        20,
        "Passes over the papers; empty: by the number of training papers, 12 for a few thousand, "
        "2 for millions.",
        minimum=1,
        maximum=200,
        advanced=False,
    )
    batch_size: int = setting(128, "Papers in one step.", minimum=1, maximum=4096, advanced=False)
    learning_rate: float = setting(
        0.001, "Step size at the start.", minimum=1e-6, maximum=1.0, advanced=False
    )
    learning_rate_schedule: Literal["constant", "cosine"] = setting(
        "constant", "How the learning rate falls."
    )
    loss: LossName = setting(  # noqa: RUF009  a field, as the others are
        "binary_crossentropy",
        "What is made small: the error of each label on its own (binary), the same given that a "
        "paper has at least one label (any), that of labels which share one distribution "
        "(softmax), or, without hidden layers, margins as in a linear SVM (squared hinge).",
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
        "Change the weights of an n-gram only in steps where it occurs, by Adagrad; faster than "
        "Adam.",
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

    def planned_epochs(self, n_train: int) -> int:
        """Return the passes over ``n_train`` training papers: those asked for, or automatic."""
        if self.epochs is not None:
            return self.epochs
        fitting = (epochs for below, epochs in _EPOCHS_BELOW if n_train < below)
        return next(fitting, _FEWEST_EPOCHS)


@dataclass(frozen=True)
class EvaluationConfig:
    """How thresholds and probabilities are set, and what the report compares with."""

    threshold_method: Literal["global", "per_label", "top_k"] = setting(
        "per_label",
        "One threshold for all labels, one for each label, or always the k most probable.",
    )
    calibration: Literal["none", "temperature", "isotonic", "top_label"] = setting(
        "temperature",
        "How probabilities are corrected on validation papers.",
    )
    linear_baseline: bool = setting(
        True,
        "Also fit a one-vs-rest linear model to compare with; left out above 100,000 training "
        "papers.",
    )
    bootstrap_samples: int = setting(
        200, "Resamples for the 95 % intervals.", minimum=0, maximum=10_000
    )


COLUMNS_HELP = (
    "Which column holds what, as in title=TI,abstract=AB,labels=WC; labels=0/1 stands for one "
    "column of 0 and 1 per label. Fields that are left out are found by the columns' names."
)
LABEL_SEPARATOR_HELP = (
    "What separates the labels in a cell: auto, semicolon, comma, pipe, hash, tab, newline, space "
    "or none, or the sign itself."
)


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides a run: written to ``config.json`` as it stands."""

    data: str = "sample"
    preset: str = "tuned"
    # Finished runs that are made one model, in place of a training (arxivtag/runs/ensembles.py).
    members: tuple[str, ...] = ()
    columns: str = setting("", COLUMNS_HELP)
    label_separator: str = setting("auto", LABEL_SEPARATOR_HELP)
    text_fields: Literal["abstract", "title_and_abstract"] = setting(
        "abstract",
        "Which text the model reads.",
    )
    random_seed: int = setting(
        42, "Same seed, same result.", minimum=0, maximum=2**31 - 1, advanced=False
    )
    cleaning: CleaningConfig = CleaningConfig()
    split: SplitConfig = SplitConfig()
    vectorizer: VectorizerConfig = VectorizerConfig()  # noqa: RUF009  frozen, as the others are
    model: ModelConfig = ModelConfig()  # noqa: RUF009
    training: TrainingConfig = TrainingConfig()
    evaluation: EvaluationConfig = EvaluationConfig()


_TUNED_CLEANING = CleaningConfig(keep_unlike_titles=True, merge_areas=True)
# 27,000 papers have 95,000 n-grams, and these tell as much, in less time (docs/training.md).
MAX_TUNED_FEATURES = 43_000
_SHARED_TUNED_VECTORIZER = VectorizerConfig(
    sublinear_tf=True,
    l2_normalize=True,
    min_document_frequency=6,
    max_features=MAX_TUNED_FEATURES,
    more_of_many=True,
)
_TUNED_TRAINING = TrainingConfig(
    epochs=None,
    learning_rate=0.015,
    learning_rate_schedule="cosine",
    ranking_weight=0.025,
    rare_label_lift=0.4,
    lazy_rows=True,
    early_stopping_patience=4,
    restore_best_epoch=True,
)


def _word_order(
    kind: WordKind, word_units: int, max_length_words: int, batch_size: int
) -> RunConfig:
    """Return the preset of a network that reads words in order."""
    return RunConfig(
        preset=kind,
        cleaning=_TUNED_CLEANING,
        vectorizer=dataclasses.replace(
            _SHARED_TUNED_VECTORIZER, max_length_words=max_length_words, more_of_many=False
        ),
        model=ModelConfig(
            hidden_units=(),
            dropout_rate=0.5,
            word_dropout_rate=0.1,
            reads_ngrams=False,
            word_order=kind,
            word_units=word_units,
            word_vectors=True,
        ),
        training=dataclasses.replace(_TUNED_TRAINING, batch_size=batch_size),
    )


PRESETS: dict[str, RunConfig] = {
    "tuned": RunConfig(
        preset="tuned",
        cleaning=_TUNED_CLEANING,
        vectorizer=_SHARED_TUNED_VECTORIZER,
        model=ModelConfig(
            hidden_units=(384,), linear_path=True, dropout_rate=0.5, word_dropout_rate=0.3
        ),
        training=_TUNED_TRAINING,
    ),
    # The example's own choices are the defaults above.
    "keras-example": RunConfig(
        preset="keras-example", evaluation=EvaluationConfig(calibration="none")
    ),
    "linear": RunConfig(
        preset="linear",
        cleaning=_TUNED_CLEANING,
        vectorizer=_SHARED_TUNED_VECTORIZER,
        model=ModelConfig(hidden_units=()),
        training=TrainingConfig(
            epochs=None,
            learning_rate=0.01,
            learning_rate_schedule="cosine",
            loss="squared_hinge",
            lazy_rows=True,
            restore_best_epoch=True,
        ),
    ),
    # Sizes that train in about six minutes on 27,000 papers and 2 cores.
    "cnn": _word_order("cnn", word_units=160, max_length_words=200, batch_size=128),
    "lstm": _word_order("lstm", word_units=96, max_length_words=200, batch_size=64),
    "transformer": _word_order("transformer", word_units=160, max_length_words=150, batch_size=64),
}
# Both learn in one training, each from its own loss; lengths and papers are the same.
PRESETS["ensemble"] = dataclasses.replace(
    PRESETS["tuned"],
    preset="ensemble",
    vectorizer=PRESETS["cnn"].vectorizer,
    model=dataclasses.replace(PRESETS["tuned"].model, word_order="cnn", word_vectors=True),
)

PRESET_NAMES: dict[str, str] = {
    "tuned": "Tuned",
    "keras-example": "Keras example",
    "linear": "Linear",
    "cnn": "CNN",
    "lstm": "LSTM",
    "transformer": "Transformer",
    "ensemble": "Ensemble",
}
_SLOW = "Slow, and less accurate than Tuned on the papers measured."
PRESET_HELP: dict[str, str] = {
    "tuned": "One hidden layer with dropout on scaled TF-IDF: quick, and close to Ensemble.",
    "keras-example": "The Keras example's own network and settings, 20 epochs.",
    "linear": "No hidden layer: the quickest, and a strong model to compare with.",
    "cnn": "Reads words in order: filters over 1 to 5 neighbouring words on word vectors. " + _SLOW,
    "lstm": "Reads words in order: a memory from the first word on and one from the last. " + _SLOW,
    "transformer": "Reads words in order: each attends to all others, in one small block. " + _SLOW,
    "ensemble": "Tuned and CNN side by side in one training, weighed on validation papers: a bit "
    "better than Tuned alone, and slow.",
}
DEFAULT_PRESET = "tuned"


def preset_settings(name: str) -> RunConfig:
    """Return the settings of a preset.

    Raises:
        ConfigError: If there is no such preset.
    """
    try:
        return PRESETS[name]
    except KeyError:
        raise ConfigError(
            f"There is no preset named {name!r}.", f"Choose one of: {', '.join(PRESETS)}."
        ) from None


def validate(settings: RunConfig) -> RunConfig:
    """Return ``settings`` if each is in its bounds and they go together.

    Raises:
        ConfigError: Naming the first field that is not, what was expected and received.
    """
    check_fields(settings)
    # Each is valid by itself, but one would be ignored beside another.
    if settings.training.loss == "squared_hinge" and settings.model.hidden_units:
        raise ConfigError(
            "The loss squared_hinge should be used without hidden layers. "
            f"Received: hidden_units={settings.model.hidden_units!r}.",
            "Leave hidden_units empty or choose another loss.",
        )
    reads_order = settings.model.word_order != "none"
    if reads_order and settings.vectorizer.max_length_words is None:
        raise ConfigError(
            "A network that reads words in order should be given some of them. "
            "Received: max_length_words=None.",
            "Say how many words of each paper it reads, such as 200.",
        )
    if not reads_order and not settings.model.reads_ngrams:
        raise ConfigError(
            "A network should read something. Received: reads_ngrams=False, word_order='none'.",
            "Let it read n-grams, words in order, or both.",
        )
    return settings


NONE_WORD = "none"
# What holds where a setting is left open; of the others, it is found from the papers.
_LEFT_OPEN = {
    "max_features": "all",
    "max_length_words": "none",
    "early_stopping_patience": "never",
}
NOT_FLAGS = ("data", "preset", "members")


@dataclasses.dataclass(frozen=True)
class Setting:
    """One field of a :class:`RunConfig`: where it stands, its type and its description.

    Attributes:
        section: Name of the nested config (``"training"``); ``""`` for fields of RunConfig itself.
        name: Name of the field, unique among all sections.
        metadata: What :func:`arxivtag.fields.setting` recorded.
    """

    section: str
    name: str
    kind: Any
    metadata: typing.Mapping[str, Any]

    @property
    def flag(self) -> str:
        """The long option, such as ``--learning-rate``."""
        return "--" + self.name.replace("_", "-")

    @property
    def is_about_the_file(self) -> bool:
        """Whether it says how a file is read: the app asks for that where a file is added."""
        return self.name in ("columns", "label_separator")

    @property
    def choices(self) -> tuple[str, ...]:
        """The strings to choose from, if it is one of a few."""
        return typing.get_args(self.kind) if typing.get_origin(self.kind) is Literal else ()

    def value_of(self, text: str) -> Any:
        """Return the value that :func:`as_text` writes as ``text``; bounds are not asked for.

        Raises:
            ValueError: If it is no such value.
        """
        arguments = typing.get_args(self.kind)
        is_tuple = typing.get_origin(self.kind) is tuple
        if text.lower() == NONE_WORD and (is_tuple or type(None) in arguments):
            return () if is_tuple else None
        if self.kind is bool:
            if text.lower() not in ("true", "false"):
                raise ValueError(f"{text!r} is neither true nor false")
            return text.lower() == "true"
        kind = str if self.choices else arguments[0] if arguments else self.kind
        return tuple(kind(part) for part in text.split(",")) if is_tuple else kind(text)

    def value_in(self, settings: RunConfig) -> Any:
        """Return this setting's value in ``settings``."""
        return getattr(getattr(settings, self.section) if self.section else settings, self.name)


def all_settings() -> Iterator[Setting]:
    """Yield every setting of a run, in the order of :class:`RunConfig`."""
    kinds = typing.get_type_hints(RunConfig)
    for item in dataclasses.fields(RunConfig):
        kind = kinds[item.name]
        if dataclasses.is_dataclass(kind):
            types = typing.get_type_hints(kind)
            for inner in dataclasses.fields(kind):
                yield Setting(item.name, inner.name, types[inner.name], inner.metadata)
        elif item.name not in NOT_FLAGS:
            yield Setting("", item.name, kind, item.metadata)


def with_settings(settings: RunConfig, changes: dict[str, Any]) -> RunConfig:
    """Return ``settings`` with some of them changed by name (``{"epochs": 3}``), validated.

    Raises:
        ConfigError: If a name is unknown, a value out of its bounds, or two do not go together.
    """
    sections = {item.name: item.section for item in all_settings()}
    values = to_dict(settings)
    for name, value in changes.items():
        if name not in sections:
            raise ConfigError(f"There is no setting named {name!r}.", "See arxivtag train --help.")
        section = sections[name]
        (values[section] if section else values)[name] = value
    return validate(from_dict(RunConfig, values))


def as_text(value: Any) -> str:
    """Return a setting's value as its flag takes it."""
    if value is None or value == ():
        return NONE_WORD
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value)


def left_open(name: str) -> str:
    """Return in a word what holds where a setting has no value."""
    return _LEFT_OPEN.get(name, "automatic")


def command_line(settings: RunConfig) -> str:
    """Return the exact command that repeats a run: its preset and what differs from it."""
    if settings.members:
        return shlex.join(["arxivtag", "ensemble", *settings.members])
    base = preset_settings(settings.preset)
    words = ["arxivtag", "train", settings.data, "--preset", settings.preset]
    for item in all_settings():
        value = item.value_in(settings)
        if value == item.value_in(base) and item.name != "random_seed":
            continue
        if item.kind is bool:
            words.append(item.flag if value else item.flag.replace("--", "--no-", 1))
        else:
            words += [item.flag, as_text(value)]
    return shlex.join(words)

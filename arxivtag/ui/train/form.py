"""The form of the Train page: every setting of a run, made from the config's own metadata.

The usual settings are in view, the rest behind "Advanced settings". Bounds and help come
from :mod:`arxivtag.config`; the library checks again when the job is started.
"""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path
from typing import Any

import streamlit as st

from arxivtag import config
from arxivtag.errors import ArxivTagError, ConfigError
from arxivtag.papers.splits import check_enough_papers
from arxivtag.runs.admission import check_parameters, check_rows
from arxivtag.runs.estimate import Estimate, estimate, expected_features
from arxivtag.settings import (
    CleaningConfig,
    RunConfig,
    Setting,
    all_settings,
    preset_settings,
    with_settings,
)
from arxivtag.ui.frame import components, data
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_access import visible_run

_RESETS_KEY = "setting-resets"
PRESET_NAMES = {
    "tuned": "Tuned",
    "keras-example": "Keras example",
    "linear": "Linear",
}
PRESET_HELP = {
    "tuned": "One hidden layer with dropout on scaled TF-IDF: quick, and the most accurate here.",
    "keras-example": "The Keras example's own network and settings, 20 epochs.",
    "linear": "No hidden layer: the quickest, and a strong thing to compare with.",
}
SECTION_NAMES = {
    "": "General",
    "cleaning": "Cleaning",
    "split": "Splitting",
    "vectorizer": "Texts to numbers",
    "model": "Network",
    "training": "Training",
    "evaluation": "Evaluation",
}
LABELS = {
    "max_tokens": "Vocabulary size",
    "ngrams": "Longest n-gram",
    "sublinear_tf": "Logarithm of counts",
    "l2_normalize": "Scale each paper to length one",
    "loss": "Loss",
    "rare_combinations": "Rare label combinations",
    "restore_best_epoch": "Keep the best epoch",
    "calibration": "Calibration of probabilities",
    "linear_baseline": "Compare with a linear model",
    "bootstrap_samples": "Resamples for intervals",
}
CHOICE_NAMES = {
    "title_and_abstract": "title and abstract",
    "per_label": "one for each label",
    "global": "one for all labels",
    "top_k": "the k most probable",
    "binary_crossentropy": "binary cross-entropy (sigmoid)",
    "softmax_crossentropy": "cross-entropy over labels (softmax)",
    "squared_hinge": "margins (squared hinge), without hidden layers",
}


@dataclasses.dataclass(frozen=True)
class DataSize:
    """What the model's size and the estimate depend on."""

    n_papers: int
    n_distinct_words: int
    n_labels: int


def setting_label(item: Setting) -> str:
    """Return a setting's name as the form shows it: ``Learning rate``."""
    return LABELS.get(item.name, item.name.replace("_", " ").capitalize())


def choice_label(value: Any) -> str:
    """Return one of a few allowed values as the form shows it."""
    return CHOICE_NAMES.get(str(value), str(value).replace("_", " "))


def value_text(value: Any) -> str:
    """Return any setting's value as tables show it."""
    if value is None:
        return "automatic"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return choice_label(value) if isinstance(value, str) else f"{value:,}"


def units_text(units: tuple[int, ...]) -> str:
    """Return hidden units as one types them: ``512, 256``."""
    return ", ".join(str(unit) for unit in units)


def parse_units(text: str) -> tuple[int, ...]:
    """Return hidden units from what was typed; empty is no hidden layer.

    Raises:
        ConfigError: If it is no list of whole numbers.
    """
    parts = text.replace(";", ",").replace(" ", ",").split(",")
    try:
        return tuple(int(part) for part in parts if part)
    except ValueError:
        raise ConfigError(
            "Hidden units should be whole numbers separated by commas, such as 512, 256. "
            f"Received: {text[:60]!r}.",
            "Leave it empty for no hidden layer.",
        ) from None


def config_input(context: PageContext, base: RunConfig, base_id: str) -> RunConfig | None:
    """Draw the form and return the run it describes, or ``None`` while a value is not valid.

    Args:
        context: The page's choices: the data set is taken from there.
        base: The values to start from.
        base_id: Identifies them; each has fields of its own.
    """
    fields_id = _fields_id(base_id)
    items = list(all_settings())
    usual = [item for item in items if not item.metadata.get("advanced", True)]
    advanced = [item for item in items if item.metadata.get("advanced", True)]
    changes: dict[str, Any] = {}
    try:
        with st.grid(4, min_column_width=190, gap="small"):
            for item in usual:
                changes[item.name] = _setting_input(item, base, fields_id, context)
        with st.expander("Advanced settings", icon=":material/tune:", key="advanced-settings"):
            for section, name in SECTION_NAMES.items():
                there = [item for item in advanced if item.section == section]
                if not there:
                    continue
                st.markdown(f"**{name}**")
                with st.grid(3, min_column_width=210, gap="small"):
                    for item in there:
                        changes[item.name] = _setting_input(item, base, fields_id, context)
            st.button(
                "Reset all settings", icon=":material/undo:", key="reset-settings",
                on_click=_reset, args=(base_id,),
                help="Every field as the preset, or the run that they come from, has it.",
            )  # fmt: skip
        chosen = dataclasses.replace(base, data=context.data_source)
        return with_settings(chosen, changes)
    except ConfigError as error:
        components.show_error(error)
        return None


def _fields_id(base_id: str) -> str:
    """Return what the fields' keys begin with: another one after each reset."""
    n_resets = st.session_state.get(_RESETS_KEY, {}).get(base_id, 0)
    return f"{base_id}-{n_resets}" if n_resets else base_id


def _reset(base_id: str) -> None:
    resets: dict[str, int] = st.session_state.setdefault(_RESETS_KEY, {})
    resets[base_id] = resets.get(base_id, 0) + 1


def _setting_input(item: Setting, base: RunConfig, fields_id: str, context: PageContext) -> Any:
    """Draw the field of one setting and return its value."""
    value, metadata = item.value_in(base), item.metadata
    shared: dict[str, Any] = {
        "label": setting_label(item),
        "help": metadata.get("help"),
        "key": f"setting-{fields_id}-{item.name}",
        "persist_state": "session",  # so that a look at another page costs nothing
    }
    if item.kind is bool:
        return st.toggle(value=value, **shared)
    if metadata.get("choices"):
        choices = list(metadata["choices"])
        return st.selectbox(
            options=choices, index=choices.index(value), format_func=choice_label, **shared
        )
    if typing.get_origin(item.kind) is tuple:
        return parse_units(st.text_input(value=units_text(value), max_chars=60, **shared))
    return _number_input(item, value, shared, context)


def _number_input(item: Setting, value: Any, shared: dict[str, Any], context: PageContext) -> Any:
    lowest, highest = item.metadata.get("minimum"), item.metadata.get("maximum")
    optional = type(None) in typing.get_args(item.kind)
    whole = item.kind is int or int in typing.get_args(item.kind)
    if item.name == "epochs" and context.visitor_mode:
        highest = min(highest or 0, config.visitor_limits().max_epochs)
        value = min(value, highest)
    if whole:
        found = st.number_input(
            value=value, step=1, format="%d",
            min_value=None if lowest is None else int(lowest),
            max_value=None if highest is None else int(highest),
            placeholder="automatic" if optional else None, **shared,
        )  # fmt: skip
    else:
        found = st.number_input(
            value=float(value), step=_step(float(value)), format="%g",
            min_value=None if lowest is None else float(lowest),
            max_value=None if highest is None else float(highest), **shared,
        )  # fmt: skip
    if found is None and not optional:
        raise ConfigError(f"{shared['label']} is empty.", "Type a number.")
    return found


def _step(value: float) -> float:
    """Return a step that suits a number's size: a tenth of a rate, 0.05 of a share."""
    return value / 10 if 0 < value < 0.1 else 0.05


def starting_point(asked: str | None, home: Path, preset: str) -> tuple[RunConfig, str]:
    """Return the settings a form starts from: those of run ``asked``, or a preset's.

    Raises:
        RunError: If there is no such run.
    """
    if not asked:
        return preset_settings(preset), preset
    run = visible_run(asked, home)
    if run.config is None:
        raise ConfigError("The settings of this run cannot be read.", "Start from a preset.")
    return run.config, f"run-{asked}"


def data_size(context: PageContext, run: RunConfig) -> DataSize:
    """Return the size of the data a run would train on, counted once for all sessions.

    Raises:
        DataError: If they are too many, or too few are left by the cleaning.
    """
    corpus = data.corpus(run.data, context.home)
    check_rows(corpus.name, len(corpus.papers))
    cleaned = data.cleaned(run.data, run.cleaning, context.home)
    check_enough_papers(len(cleaned.papers))
    size: DataSize = _data_size(corpus.fingerprint, run.cleaning, run.text_fields, cleaned.papers)
    return size


@st.cache_data(max_entries=16, show_spinner="Counting words …")
def _data_size(
    fingerprint: str, cleaning: CleaningConfig, text_fields: str, _papers: Any
) -> DataSize:
    from arxivtag.papers.texts import join_text
    from arxivtag.papers.words import count_distinct_words

    texts = [
        join_text(title, abstract, text_fields)
        for title, abstract in zip(_papers["title"], _papers["abstract"], strict=True)
    ]
    labels = {label for paper in _papers["labels"].tolist() for label in paper}
    return DataSize(len(_papers), count_distinct_words(texts) if texts else 0, len(labels))


def render_forecast(run: RunConfig, size: DataSize) -> Estimate:
    """Show the network and what training it will take, before it starts.

    Raises:
        ConfigError: If the run would be refused once its vocabulary is known.
    """
    from arxivtag.learning.model import model_summary
    from arxivtag.tagging.bundle import check_bytes

    n_features = expected_features(run, size.n_distinct_words, size.n_papers)
    layers = model_summary(run.model, n_features, size.n_labels)
    n_parameters = sum(layer.n_parameters for layer in layers)
    check_parameters(n_parameters)
    check_bytes(4 * n_parameters)
    expected = estimate(run, size.n_papers, n_features, size.n_labels)
    components.metric_row(
        [
            ("Training papers", components.count_text(expected.n_train),
             "After cleaning, without those held out for validation and test."),
            ("Labels", components.count_text(size.n_labels)),
            ("Parameters", _large_text(n_parameters), "Numbers that the network learns."),
            ("Time, about", components.duration_text(expected.seconds),
             "From the size of data and network, as measured on 2 cores; busy machines "
             "take longer."),
            ("Memory, about", _memory_text(expected.memory_mb), "At the peak, while training."),
        ]
    )  # fmt: skip
    with st.expander("The network: layers and shapes", icon=":material/account_tree:"):
        st.dataframe(
            {
                "Layer": ["tf-idf (input)", *(layer.name for layer in layers)],
                "Output shape": [
                    f"papers × {n_features:,}",
                    *(f"papers × {layer.output_shape[-1]:,}" for layer in layers),
                ],
                "Parameters": ["0", *(f"{layer.n_parameters:,}" for layer in layers)],
            },
            hide_index=True,
            width="stretch",
            key="layers",
        )
        components.note(
            f"{n_parameters:,} parameters in all, {4 * n_parameters / 1e6:,.0f} MB as float32. "
            f"About {n_features:,} n-grams are read; words rarer than that are left out."
        )
    return expected


def _large_text(number: int) -> str:
    if number >= 1e6:
        return f"{number / 1e6:.1f} million"
    return f"{number:,}"


def _memory_text(memory_mb: float) -> str:
    return f"{memory_mb / 1000:.1f} GB" if memory_mb >= 1000 else f"{memory_mb:.0f} MB"


def forecast(context: PageContext, run: RunConfig) -> Estimate | None:
    """Show the forecast; where the run could not succeed, say why and return ``None``."""
    try:
        return render_forecast(run, data_size(context, run))
    except ArxivTagError as error:
        components.show_error(error)
        return None

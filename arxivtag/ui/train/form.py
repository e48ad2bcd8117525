"""The form of the Train page: a field for every setting of a run.

They are folded, the usual ones first: one may start without them. Bounds and help come
from :mod:`arxivtag.settings`; the library checks again when the run is started.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable
from typing import Any

import streamlit as st

from arxivtag.errors import ArxivTagError, ConfigError, DataError
from arxivtag.settings import RunConfig, Setting, all_settings, left_open, with_settings
from arxivtag.ui.frame import components
from arxivtag.ui.frame.data import settings_on
from arxivtag.ui.frame.page import PageContext

Value = bool | int | float | str | tuple[int, ...] | None

_RESETS_KEY = "setting-resets"
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
    "min_document_frequency": "Fewest papers per n-gram",
    "max_features": "Most n-grams kept",
    "more_of_many": "More n-grams of many papers",
    "sublinear_tf": "Logarithm of counts",
    "l2_normalize": "Scale each paper to length one",
    "train_share": "Share of training papers",
    "max_length_words": "Words read in order, at most",
    "reads_ngrams": "Read n-grams",
    "word_order": "Read words in order",
    "word_units": "Size of that network",
    "word_vectors": "Begin with learned word vectors",
    "rare_combinations": "Rare label combinations",
    "keep_unlike_titles": "Keep equal titles over unlike abstracts",
    "merge_areas": "One name for each area of arXiv",
    "min_papers_per_label": "Fewest papers per label",
    "lazy_rows": "Update only the n-grams in a batch",
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
    "auto": "automatic",
    "binary_crossentropy": "binary cross-entropy (sigmoid)",
    "any_crossentropy": "binary cross-entropy where a paper has a label",
    "softmax_crossentropy": "cross-entropy over labels (softmax)",
    "squared_hinge": "margins (squared hinge), without hidden layers",
}


def setting_label(item: Setting) -> str:
    """Return a setting's name as the form shows it: ``Learning rate``."""
    return LABELS.get(item.name, item.name.replace("_", " ").capitalize())


def choice_label(value: str) -> str:
    """Return one of a few allowed values as the form shows it."""
    return CHOICE_NAMES.get(value, value.replace("_", " "))


def value_text(item: Setting, settings: RunConfig) -> str:
    """Return a setting's value as tables show it."""
    value: Value = item.value_in(settings)
    if value is None or value == "":
        return left_open(item.name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return units_text(value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return choice_label(value) if isinstance(value, str) else f"{value:,}"


def units_text(units: tuple[int, ...]) -> str:
    """Return hidden units as one types them: ``512, 256``."""
    return ", ".join(str(unit) for unit in units)


def parse_units(text: str) -> tuple[int, ...]:
    """Return hidden units from what was typed; empty means no hidden layer.

    Raises:
        ConfigError: If it is not a list of whole numbers.
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


def settings_input(context: PageContext, base: RunConfig, base_id: str) -> RunConfig | None:
    """Draw the form and return the settings in it, or ``None`` while one of them is not valid.

    It starts from ``base``; each ``base_id`` has fields of its own. The data set is the page's.
    """
    fields_id = _fields_id(base_id)
    changes: dict[str, Value] = {}

    def draw(items: Iterable[Setting], n_columns: int, min_width: int) -> None:
        with st.grid(
            n_columns, min_column_width=min_width, gap="small", vertical_alignment="bottom"
        ):
            for item in items:
                changes[item.name] = _setting_input(item, base, fields_id, context)

    items = [item for item in all_settings() if not item.is_about_the_file]
    advanced = [item for item in items if item.metadata.get("advanced", True)]
    try:
        with st.expander(
            "Settings", icon=":material/tune:", key="settings", expanded=base_id.startswith("run-")
        ):
            draw([item for item in items if item not in advanced], 4, 190)
            for section, name in SECTION_NAMES.items():
                of_section = [item for item in advanced if item.section == section]
                if of_section:
                    st.markdown(f"**{name}**")
                    draw(of_section, 3, 210)
            st.button(
                "Reset all settings", icon=":material/undo:", key="reset-settings",
                on_click=_reset, args=(base_id,),
                help="Sets every field back to the preset, or to the run the settings come from.",
            )  # fmt: skip
        settings = with_settings(settings_on(base, context.data_source, context.home), changes)
        epochs, most = settings.training.epochs, context.policy.max_epochs
        if most is not None and epochs is not None and epochs > most:
            raise ConfigError(
                f"epochs should be at most {most} here. Received: {epochs}.", "Lower it."
            )
        return settings
    except (ConfigError, DataError) as error:
        components.show_error(_as_labelled(error))
        return None


def _as_labelled(error: ArxivTagError) -> ArxivTagError:
    """Return an error about a setting with the name that its field has: ``Most n-grams kept``."""
    name, _, rest = error.message.partition(" ")
    labels = {item.name: setting_label(item) for item in all_settings()}
    return type(error)(f"{labels[name]} {rest}", error.hint) if name in labels else error


def _fields_id(base_id: str) -> str:
    """Return what the fields' keys begin with: another one after each reset."""
    n_resets = st.session_state.get(_RESETS_KEY, {}).get(base_id, 0)
    return f"{base_id}-{n_resets}" if n_resets else base_id


def _reset(base_id: str) -> None:
    resets: dict[str, int] = st.session_state.setdefault(_RESETS_KEY, {})
    resets[base_id] = resets.get(base_id, 0) + 1


def _setting_input(item: Setting, base: RunConfig, fields_id: str, context: PageContext) -> Value:
    """Draw the field of one setting and return its value."""
    value, metadata = item.value_in(base), item.metadata
    shared: dict[str, Any] = {
        "label": setting_label(item),
        "help": metadata.get("help"),
        "key": f"setting-{fields_id}-{item.name}",
        "persist_state": "session",  # so that a look at another page costs nothing
    }
    if item.kind is bool:
        return bool(st.toggle(value=value, **shared))
    if item.choices:
        place = item.choices.index(value)
        return str(
            st.selectbox(options=item.choices, index=place, format_func=choice_label, **shared)
        )
    if typing.get_origin(item.kind) is tuple:
        return parse_units(st.text_input(value=units_text(value), max_chars=60, **shared))
    most = context.policy.max_epochs
    if item.name == "epochs" and value is not None and most is not None:
        value = min(value, most)
    return _number_input(item, value, shared)


def _number_input(item: Setting, value: float | None, shared: dict[str, Any]) -> float | None:
    """Draw the field of a number; the browser has no bounds: it would drop a number beyond them."""
    kinds = typing.get_args(item.kind) or (item.kind,)
    number = int if int in kinds else float
    optional = type(None) in kinds
    typed: float | None = st.number_input(
        value=None if value is None else number(value),
        step=1 if number is int or value is None else _step(value),
        format="%d" if number is int else "%g",
        placeholder=left_open(item.name) if optional else None,
        **shared,
    )
    if typed is None and not optional:
        raise ConfigError(f"{shared['label']} is empty.", "Type a number.")
    return typed


def _step(value: float) -> float:
    """Return a step that suits a number's size: a tenth of a rate, 0.05 of a share."""
    return value / 10 if 0 < value < 0.1 else 0.05

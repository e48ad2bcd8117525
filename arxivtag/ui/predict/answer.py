"""The subject areas of one paper: what a model says of it, and how that is shown."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from arxivtag.papers.text_checks import TextCheck
from arxivtag.papers.texts import join_text
from arxivtag.tagging import tagger
from arxivtag.ui.frame import components
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.predict.bars import BarRow, bars_html

if TYPE_CHECKING:
    from arxivtag.tagging.bundle import Bundle

N_SHOWN = 8
N_TOP = 3


@dataclass(frozen=True)
class Prediction:
    """What a model says about one text.

    Attributes:
        text: Title and abstract as the model reads them.
        bundle: The model.
        probabilities: Calibrated, (n_labels,) float32, in the order of ``bundle.label_names``.
        tags: All labels, most probable first.
        readable: Whether the model knows any of the text's words; if not, it gives no label.
    """

    text: str
    bundle: Bundle
    probabilities: np.ndarray
    tags: tuple[tagger.LabelScore, ...]
    readable: bool

    @property
    def above(self) -> tuple[tagger.LabelScore, ...]:
        """The labels that pass their thresholds, most probable first."""
        return tuple(tag for tag in self.tags if tag.above_threshold)

    def thresholds(self) -> dict[str, float]:
        """Each label's threshold; empty where the model always gives the k most probable."""
        if self.bundle.thresholds.top_k is not None:
            return {}
        values = self.bundle.thresholds.values.tolist()
        return dict(zip(self.bundle.label_names, values, strict=True))


def predict_text(bundle: Bundle, title: str, abstract: str) -> Prediction:
    """Return a model's prediction for one paper."""
    text = join_text(title, abstract, bundle.text_fields)
    y_prob, known = tagger.predict_with_readable(bundle, [text])
    readable = bool(known[0])
    everything = tagger.rank_labels(
        bundle, y_prob[0], top_k=len(bundle.label_names), readable=readable
    )
    return Prediction(text, bundle, y_prob[0], everything, readable)


def render_check(check: TextCheck) -> None:
    """Show what was noticed about a text, if anything."""
    if check.message:
        st.warning(components.safe_text(check.message), icon=":material/info:")


def render_not_tagged(check: TextCheck) -> None:
    """Say why a text is not tagged."""
    render_check(check)
    if check.kind == "empty":
        components.empty_state(
            "Nothing to tag yet",
            "Paste an abstract, press one of the examples, or fetch a paper from arXiv.",
        )


def render_nothing_known() -> None:
    """Say why a text gets no label at all."""
    components.empty_state(
        "No label",
        "None of the text's words is known to this model, so it cannot judge the text. "
        "Paste an English abstract from the fields it has learned from.",
    )


def summary_sentence(above: Sequence[tagger.LabelScore], nearest: tagger.LabelScore) -> str:
    """Return what the model says in one sentence."""
    if not above:
        probability = components.probability_text(nearest.probability)
        return (
            "Not sure: no label is probable enough to be given. "
            f"The nearest is {components.label_text(nearest.label)}, at {probability}."
        )
    count = "One label passes its" if len(above) == 1 else f"{len(above)} labels pass their"
    return f"{count} threshold: {', '.join(tag.label for tag in above)}."


def render_answer(prediction: Prediction, context: PageContext) -> None:
    """Draw what the model says: a sentence, the most probable labels, and all on demand."""
    sentence = summary_sentence(prediction.above, prediction.tags[0])
    st.html(
        f'<p role="status" class="at-sentence">{html.escape(sentence)}</p>'
        + bars_html(_bar_rows(prediction))
    )
    top = ", ".join(tag.label for tag in prediction.tags[:N_TOP])
    calibrated = prediction.bundle.calibration.method != "none"
    components.note(
        f"Top three: {top}. Model: {context.model_name}; probabilities are "
        + ("calibrated on validation papers." if calibrated else "as the network gives them.")
    )
    with st.expander(f"All {len(prediction.tags)} labels", on_change="rerun") as everything:
        if everything.open:
            _all_labels(prediction)


def _bar_rows(prediction: Prediction) -> list[BarRow]:
    """Return the most probable labels, and all that are given."""
    thresholds = prediction.thresholds()
    n_shown = max(N_SHOWN, len(prediction.above))
    return [
        BarRow(
            label=tag.label,
            name=tag.name,
            probability=tag.probability,
            threshold=thresholds.get(tag.label),
            above_threshold=tag.above_threshold,
            rank=rank if rank <= N_TOP else None,
        )
        for rank, tag in enumerate(prediction.tags[:n_shown], start=1)
    ]


_COLUMNS = {
    "label": st.column_config.TextColumn("Label", width="small"),
    "name": st.column_config.TextColumn("Name"),
    "probability": st.column_config.ProgressColumn(
        "Probability", format="percent", min_value=0, max_value=1
    ),
    "threshold": st.column_config.NumberColumn("Threshold", format="percent", width="small"),
    "given": st.column_config.CheckboxColumn("Given", width="small"),
}


def _all_labels(prediction: Prediction) -> None:
    thresholds = prediction.thresholds()
    rows = [
        (tag.label, tag.name, tag.probability, thresholds.get(tag.label), tag.above_threshold)
        for tag in prediction.tags
    ]
    st.dataframe(
        pd.DataFrame(rows, columns=list(_COLUMNS)),
        hide_index=True,
        height=320,
        key="predict-all-labels",
        alt="All labels with their probabilities",
        column_config=_COLUMNS,
    )

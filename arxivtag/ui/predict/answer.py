"""The subject areas of one paper: a sentence, bars, and all labels on demand."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from arxivtag.papers.text_checks import TextCheck
from arxivtag.tagging import tagger
from arxivtag.ui.frame import components
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.predict.bars import STYLE as BARS_STYLE
from arxivtag.ui.predict.bars import BarRow, bars_html
from arxivtag.ui.predict.prediction import Prediction

if TYPE_CHECKING:
    pass


N_SHOWN = 8
N_TOP = 3


def render_check(check: TextCheck) -> None:
    if check.message:
        st.warning(components.safe_text(check.message), icon=":material/info:")


def nothing_known() -> None:
    components.empty_state(
        "No label",
        "None of the text's words is known to this model, so it has nothing to go by. "
        "Paste an English abstract from the fields it has learned from.",
    )


def nothing_to_tag(check: TextCheck) -> None:
    if check.kind == "empty":
        components.empty_state(
            "Nothing to tag yet",
            "Paste an abstract on the left, press one of the examples, or fetch one from arXiv.",
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


def render_result(prediction: Prediction, context: PageContext) -> None:
    sentence = summary_sentence(prediction.above, prediction.tags[0])
    thresholds = prediction.thresholds()
    shown = max(N_SHOWN, len(prediction.above))
    rows = [
        BarRow(
            label=tag.label,
            name=tag.name,
            probability=tag.probability,
            threshold=thresholds.get(tag.label),
            above_threshold=tag.above_threshold,
            rank=rank if rank <= N_TOP else None,
        )
        for rank, tag in enumerate(prediction.tags[:shown], start=1)
    ]
    st.html(
        BARS_STYLE
        + f'<p role="status" class="at-sentence">{html.escape(sentence)}</p>'
        + bars_html(rows)
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


def _all_labels(prediction: Prediction) -> None:
    thresholds = prediction.thresholds()
    table = pd.DataFrame(
        {
            "label": [tag.label for tag in prediction.tags],
            "name": [tag.name for tag in prediction.tags],
            "probability": [tag.probability for tag in prediction.tags],
            "threshold": [thresholds.get(tag.label, np.nan) for tag in prediction.tags],
            "given": [tag.above_threshold for tag in prediction.tags],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height=320,
        key="predict-all-labels",
        alt="All labels with their probabilities",
        column_config={
            "label": st.column_config.TextColumn("Label", width="small"),
            "name": st.column_config.TextColumn("Name"),
            "probability": st.column_config.ProgressColumn(
                "Probability", format="percent", min_value=0, max_value=1
            ),
            "threshold": st.column_config.NumberColumn(
                "Threshold", format="percent", width="small"
            ),
            "given": st.column_config.CheckboxColumn("Given", width="small"),
        },
    )

"""The subject areas of one paper: what a model says of it, and how that is shown."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from arxivtag.papers.texts import join_text
from arxivtag.tagging import tagger
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.scope import Remark, nearly_equal
from arxivtag.ui.frame import components, tables
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.predict.bars import N_TOP, bars_html

N_SHOWN = 8


@dataclass(frozen=True)
class Prediction:
    """What a model says about one text: title and abstract as the model reads them.

    ``probabilities`` are calibrated, (n_labels,) float32, in the order of ``bundle.label_names``;
    ``tags`` are all labels, most probable first. A text of which the model knows no word is not
    ``readable`` and gets no label, and neither does one that the model doubts.
    """

    text: str
    bundle: Bundle
    probabilities: np.ndarray
    tags: tuple[tagger.LabelScore, ...]
    readable: bool
    doubt: Remark | None = None

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
    (doubt,) = tagger.doubtful(bundle, [text], y_prob)
    readable = bool(known[0]) and doubt is None
    everything = tagger.rank_labels(
        bundle, y_prob[0], top_k=len(bundle.label_names), readable=readable
    )
    return Prediction(text, bundle, y_prob[0], everything, readable, doubt)


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
    shown = prediction.tags[: max(N_SHOWN, len(prediction.above))]
    st.html(
        f'<p role="status" class="at-sentence">{html.escape(sentence)}</p>'
        + bars_html(shown, prediction.thresholds())
    )
    top = ", ".join(tag.label for tag in prediction.tags[:N_TOP])
    if remark := nearly_equal(prediction.bundle.label_names, prediction.probabilities):
        components.note(remark.sentence)
    calibrated = prediction.bundle.calibration.method != "none"
    components.note(
        f"Top three: {top}. Model: {context.model_name}; probabilities are "
        + ("calibrated on validation papers." if calibrated else "as the network gives them.")
    )
    with st.expander(f"All {len(prediction.tags)} labels", on_change="rerun") as everything:
        if everything.open:
            _all_labels(prediction)


_COLUMNS = {
    "label": tables.text("Label", "small"),
    "name": tables.text("Name"),
    "probability": tables.bar("Probability"),
    "threshold": tables.share("Threshold"),
    "given": st.column_config.CheckboxColumn("Given", width="small"),
}


def _all_labels(prediction: Prediction) -> None:
    thresholds = prediction.thresholds()
    rows = [
        (tag.label, tag.name, tag.probability, thresholds.get(tag.label), tag.above_threshold)
        for tag in prediction.tags
    ]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    tables.draw(table, "all-labels", "All labels with their probabilities", _COLUMNS, height=320)

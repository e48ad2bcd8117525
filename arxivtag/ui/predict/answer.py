"""The subject areas of one paper: what a model says of it, and how that is shown."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import streamlit as st

from arxivtag.papers.texts import join_text
from arxivtag.tagging import tagger
from arxivtag.tagging.archives import (
    ArchiveScore,
    archive_as_answer,
    rank_archives,
    roles,
)
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.scope import Remark, nearly_equal
from arxivtag.ui.frame import components
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.predict.bars import THE_ANSWER, tree_html

ALL_LABELS_HEIGHT_PX = 400
N_SHOWN, N_TOP, SHOWN_FROM = 7, 3, 0.01


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

    @cached_property
    def archives(self) -> tuple[ArchiveScore, ...]:
        """All labels by their archives, most probable first."""
        return rank_archives(self.tags)

    @property
    def archive(self) -> ArchiveScore | None:
        """The archive that is the answer where no area can be."""
        return archive_as_answer(self.archives) if self.readable else None

    def shown(self) -> tuple[tagger.LabelScore, ...]:
        """The labels that are given, the most probable three, and a few more above 1 %."""
        return tuple(
            tag
            for rank, tag in enumerate(self.tags)
            if tag.above_threshold
            or rank < N_TOP
            or (rank < N_SHOWN and tag.probability >= SHOWN_FROM)
        )

    def roles(self) -> dict[str, str]:
        """What each given label is on arXiv's form; empty for labels that it does not have."""
        return roles([tag.label for tag in self.above])

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
    found = ranked(bundle, text, y_prob[0], bool(known[0]) and doubt is None)
    return replace(found, doubt=doubt)


def ranked(bundle: Bundle, text: str, y_prob_row: np.ndarray, readable: bool) -> Prediction:
    """Return the prediction that these calibrated probabilities, ``(n_labels,)``, are."""
    tags = tagger.rank_labels(bundle, y_prob_row, top_k=len(bundle.label_names), readable=readable)
    return Prediction(text, bundle, y_prob_row, tags, readable)


def summary_sentence(prediction: Prediction) -> str:
    """Return what the model says in one sentence."""
    above, nearest = prediction.above, _with_probability(prediction.tags[0])
    archive = prediction.archive
    if archive is not None:
        probability = components.probability_text(archive.probability)
        areas = ", ".join(map(_with_probability, archive.areas[:2]))
        return f"{archive.name}, at {probability}. Which of its areas is less sure: {areas}."
    if not above:
        return (
            "Not sure: no label is probable enough to be given. "
            f"The nearest is {nearest} {prediction.tags[0].name}."
        )
    if prediction.roles():
        crossed = [tag.label for tag in above[1:]]
        beside = f", cross-listed to {_listed(crossed)}" if crossed else ""
        return f"Primary area {above[0].label}{beside}."
    count = "One label passes its" if len(above) == 1 else f"{len(above)} labels pass their"
    return f"{count} threshold: {', '.join(tag.label for tag in above)}."


def _with_probability(tag: tagger.LabelScore) -> str:
    return f"{tag.label} ({components.probability_text(tag.probability)})"


def _listed(names: Sequence[str]) -> str:
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), names[-1]])


def render_answer(prediction: Prediction, context: PageContext) -> None:
    """Draw what the model says: a sentence, the most probable labels, and all on demand."""
    archive = prediction.archive
    chips = prediction.roles() if archive is None else {archive.archive: THE_ANSWER}
    draw = partial(tree_html, prediction.archives, thresholds=prediction.thresholds(), chips=chips)
    sentence = html.escape(summary_sentence(prediction).replace(" %", "\u00a0%"))
    st.html(f'<p role="status" class="at-sentence">{sentence}</p>{draw(prediction.shown())}')
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
            st.container(height=ALL_LABELS_HEIGHT_PX, border=False).html(draw(prediction.tags))

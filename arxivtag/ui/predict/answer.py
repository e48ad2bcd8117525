"""The subject areas of one paper: what a model says of it, and how that is shown."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import streamlit as st

from arxivtag.papers.taxonomy import label_kind
from arxivtag.papers.texts import join_text
from arxivtag.tagging import tagger
from arxivtag.tagging.bundle import Bundle
from arxivtag.ui.frame import components
from arxivtag.ui.frame.page import PageContext

ALL_LABELS_HEIGHT_PX = 400
N_SHOWN, N_TOP, SHOWN_FROM = 7, 3, 0.01
THE_ANSWER = "the answer"  # the chip of an archive that is one


@dataclass(frozen=True)
class Prediction:
    """What a model says about one text: title and abstract as the model reads them.

    ``tags`` are all labels, most probable first.
    """

    text: str
    bundle: Bundle
    tags: tagger.Tagged

    @property
    def above(self) -> tuple[tagger.LabelScore, ...]:
        """The labels that pass their thresholds, most probable first."""
        return tuple(tag for tag in self.tags if tag.above_threshold)

    @cached_property
    def archives(self) -> tuple[tagger.ArchiveScore, ...]:
        """All labels by their archives, most probable first."""
        return tagger.rank_archives(self.tags)

    @property
    def archive(self) -> tagger.ArchiveScore | None:
        """The archive that is the answer where no area can be."""
        return tagger.archive_as_answer(self.archives) if self.tags.is_judged else None

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
        """What arXiv's form would take each given label as; empty unless all are areas of arXiv.

        The first is the primary area of 69 of 100 papers that get a label (docs/use_the_model.md).
        """
        given = [tag.label for tag in self.above]
        if any(label_kind(label) != "arxiv" for label in given):
            return {}
        return {label: "cross-list" if rank else "primary" for rank, label in enumerate(given)}

    def thresholds(self) -> dict[str, float]:
        """Each label's threshold; empty where the model always gives the k most probable."""
        if self.bundle.thresholds.top_k is not None:
            return {}
        values = self.bundle.thresholds.values.tolist()
        return dict(zip(self.bundle.label_names, values, strict=True))


def predict_text(bundle: Bundle, title: str, abstract: str) -> Prediction:
    """Return a model's prediction for one paper."""
    text = join_text(title, abstract, bundle.text_fields)
    (tagged,) = tagger.tag(bundle, [text], top_k=len(bundle.label_names))
    return Prediction(text, bundle, tagged)


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
    chips = prediction.roles() if archive is None else {archive.label: THE_ANSWER}
    draw = partial(tree_html, prediction.archives, thresholds=prediction.thresholds(), chips=chips)
    sentence = html.escape(summary_sentence(prediction).replace(" %", "\u00a0%"))
    st.html(f'<p role="status" class="at-sentence">{sentence}</p>{draw(prediction.shown())}')
    top = ", ".join(tag.label for tag in prediction.tags[:N_TOP])
    if prediction.tags.remark:
        components.note(prediction.tags.remark.sentence)
    calibrated = prediction.bundle.calibration.method != "none"
    components.note(
        f"Top three: {top}. Model: {context.model_name}; probabilities are "
        + ("calibrated on validation papers." if calibrated else "as the network gives them.")
    )
    with st.expander(f"All {len(prediction.tags)} labels", on_change="rerun") as everything:
        if everything.open:
            st.container(height=ALL_LABELS_HEIGHT_PX, border=False).html(draw(prediction.tags))


def tree_html(
    archives: Sequence[tagger.ArchiveScore],
    shown: Collection[tagger.LabelScore],
    thresholds: Mapping[str, float],
    chips: Mapping[str, str],
) -> str:
    """Return archives with those of their areas that are ``shown``, as a list for ears too.

    An archive of which the model knows one area is that area's row; ``thresholds`` and ``chips``
    (a word beside the name, such as "primary") are by label, and may lack some or all.
    """
    items = []
    for archive in archives:
        rows = [
            _row_html(area, thresholds.get(area.label), chips.get(area.label, ""))
            for area in archive.areas
            if area in shown
        ]
        if len(archive.areas) == 1:
            items += rows
        elif rows:
            whole = _row_html(archive, None, chips.get(archive.label, ""), "archive")
            inner = "".join(f"<li>{row}</li>\n" for row in rows)
            items.append(f"{whole}<ol>{inner}</ol>")
    key = "✓ passes its threshold" + (" (the upright line on the bar)" if thresholds else "")
    return (
        '<ol class="at-bars" aria-label="Labels by probability">'
        + "".join(f"<li>{item}</li>\n" for item in items)
        + f'</ol><p class="at-key" aria-hidden="true">{key}</p>'
    )


def _row_html(row: tagger.LabelScore, threshold: float | None, chip: str, kind: str = "") -> str:
    width = 100 * min(max(row.probability, 0.0), 1.0)
    tick = ""
    if threshold is not None:
        place = 100 * min(max(threshold, 0.0), 1.0)
        tick = f'<u style="left:{place:.1f}%"></u>'
    name = "" if row.name == row.label else f" <span>{html.escape(row.name)}</span>"
    beside = f" <em>{html.escape(chip)}</em>" if chip else ""
    check = '<span aria-hidden="true">✓</span> <span class="at-hidden">passes its threshold</span>'
    probability = html.escape(components.probability_text(row.probability))
    strong = " above" if row.above_threshold or chip == THE_ANSWER else ""
    return (
        f'<div class="at-row {kind}{strong}">'
        f'<span class="at-label"><b>{html.escape(row.label)}</b>{name}{beside}</span> '
        f'<span class="at-bar" aria-hidden="true"><i style="width:{width:.1f}%"></i>{tick}</span> '
        f'<span class="at-probability">{probability}</span> '
        f'<span class="at-check">{check if row.above_threshold else ""}</span></div>'
    )

"""The Predict page: one abstract, many at once, and the model to take along."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from arxivtag import config
from arxivtag.figures.predict import contributions_figure
from arxivtag.papers.text_checks import TextCheck, check_text
from arxivtag.papers.texts import join_text
from arxivtag.tagging import tagger
from arxivtag.tagging.explanation import Explanation, WhatIf, explain, without_phrase
from arxivtag.ui.browser.commit_on_paste import commit_on_paste
from arxivtag.ui.frame import components, marked_text, models
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.logs import log_event
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.predict.bars import STYLE as BARS_STYLE
from arxivtag.ui.predict.bars import BarRow, bars_html
from arxivtag.ui.predict.examples import EXAMPLES

if TYPE_CHECKING:
    from arxivtag.tagging.bundle import Bundle

TITLE_KEY, ABSTRACT_KEY, AUTHOR_KEY = "predict-title", "predict-abstract", "predict-author-labels"
PENDING_KEY = "predict-pending"
ABSTRACT_LABEL = "Abstract"
N_SHOWN = 8
N_TOP = 3
MAX_AUTHOR_LABELS = 20
MAX_TITLE_CHARS = 1_000
_LOGGED_KEY = "predict-logged"


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
    tags: tuple[tagger.Tag, ...]
    readable: bool

    @property
    def above(self) -> tuple[tagger.Tag, ...]:
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
    everything = tagger.tags(bundle, y_prob[0], top_k=len(bundle.label_names), readable=readable)
    return Prediction(text, bundle, y_prob[0], everything, readable)


def render_one_abstract(context: PageContext) -> None:
    """Inputs on the left, subject areas on the right, the reasons below."""
    with guarded():
        max_chars = config.limits().max_abstract_chars
        _one_abstract(context, models.bundle(context.model, context.home), max_chars)


@st.fragment
def _one_abstract(context: PageContext, bundle: Bundle, max_chars: int) -> None:
    _take_pending()
    inputs, results = st.columns([10, 11], gap="medium")
    with inputs:
        title, abstract = _paper_input(bundle)
    check = check_text(abstract, max_chars, title if _reads_title(bundle) else "")
    with results, guarded():
        st.subheader("Subject areas", anchor=False)
        if not check.taggable:
            _render_check(check)
            _nothing_to_tag(check)
            return
        started = time.perf_counter()
        prediction = predict_text(bundle, title, abstract)
        if prediction.readable or check.kind == "other_language":
            _render_check(check)
        if prediction.readable:
            _render_result(prediction, context)
        else:
            _nothing_known()
    _log_once(prediction, context, time.perf_counter() - started)
    if prediction.readable:
        with guarded():
            _render_details(prediction)


def _log_once(prediction: Prediction, context: PageContext, seconds: float) -> None:
    """Log a text that was tagged, not each look at another tab of its result."""
    tagged = (context.model, hash(prediction.text))
    if st.session_state.get(_LOGGED_KEY) == tagged:
        return
    st.session_state[_LOGGED_KEY] = tagged
    log_event(
        "tagged",
        model=context.model,
        n_chars=len(prediction.text),
        n_labels=len(prediction.above),
        seconds=seconds,
    )


# Inputs


def _take_pending() -> None:
    """Put a fetched paper or an example into the inputs, before they are drawn."""
    pending: dict[str, object] = st.session_state.pop(PENDING_KEY, {})
    for key, value in pending.items():
        st.session_state[key] = value


def _choose_example() -> None:
    field = st.session_state["predict-example"]
    st.session_state["predict-example"] = None
    for example in EXAMPLES:
        if example.field == field:
            st.session_state[TITLE_KEY] = example.title
            st.session_state[ABSTRACT_KEY] = example.abstract
            st.session_state[AUTHOR_KEY] = []


def _clear() -> None:
    st.session_state[TITLE_KEY] = ""
    st.session_state[ABSTRACT_KEY] = ""
    st.session_state[AUTHOR_KEY] = []


def _paper_input(bundle: Bundle) -> tuple[str, str]:
    """Draw title, abstract, examples and the arXiv field; return title and abstract."""
    st.subheader("Paper", anchor=False)
    st.pills(
        "Try an example",
        [example.field for example in EXAMPLES],
        key="predict-example",
        on_change=_choose_example,
        wrap=True,
    )
    title = st.text_input(
        "Title (optional)",
        key=TITLE_KEY,
        max_chars=MAX_TITLE_CHARS,
        persist_state="session",
        help=None
        if _reads_title(bundle)
        else "This model reads abstracts only; the title is not used.",
    )
    abstract = st.text_area(
        ABSTRACT_LABEL,
        key=ABSTRACT_KEY,
        height=270,
        persist_state="session",
        placeholder="Paste an abstract here. The subject areas follow at once.",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("Tag", type="primary", icon=":material/sell:", key="predict-tag")
        _arxiv_input()
        st.button("Clear", type="tertiary", on_click=_clear, key="predict-clear")
    commit_on_paste(ABSTRACT_LABEL, key="predict-commit")
    return title or "", abstract or ""


def _reads_title(bundle: Bundle) -> bool:
    return bundle.text_fields == "title_and_abstract"


def _arxiv_input() -> None:
    with st.popover("From arXiv", icon=":material/cloud_download:"):
        with st.form("predict-arxiv", border=False):
            identifier = st.text_input(
                "arXiv identifier or address",
                placeholder="1706.03762 or https://arxiv.org/abs/1706.03762",
                key="predict-arxiv-id",
            )
            asked = st.form_submit_button("Fetch", icon=":material/cloud_download:")
        if asked:
            with guarded():
                _fetch(identifier or "")


def _fetch(identifier: str) -> None:
    from arxivtag.papers.fetching.arxiv_api import fetch_paper

    with st.spinner("Asking arXiv …", show_time=True):
        title, abstract, labels = fetch_paper(identifier)
    log_event("fetched_paper")
    st.session_state[PENDING_KEY] = {
        TITLE_KEY: title,
        ABSTRACT_KEY: abstract,
        AUTHOR_KEY: list(labels)[:MAX_AUTHOR_LABELS],
    }
    st.rerun()


# Results


def _render_check(check: TextCheck) -> None:
    if check.message:
        st.warning(components.safe_text(check.message), icon=":material/info:")


def _nothing_known() -> None:
    components.empty_state(
        "No label",
        "None of the text's words is known to this model, so it has nothing to go by. "
        "Paste an English abstract from the fields it has learned from.",
    )


def _nothing_to_tag(check: TextCheck) -> None:
    if check.kind == "empty":
        components.empty_state(
            "Nothing to tag yet",
            "Paste an abstract on the left, press one of the examples, or fetch one from arXiv.",
        )


def summary_sentence(above: Sequence[tagger.Tag], nearest: tagger.Tag) -> str:
    """Return what the model says in one sentence."""
    if not above:
        probability = components.probability_text(nearest.probability)
        return (
            "Not sure: no label is probable enough to be given. "
            f"The nearest is {components.label_text(nearest.label)}, at {probability}."
        )
    count = "One label passes its" if len(above) == 1 else f"{len(above)} labels pass their"
    return f"{count} threshold: {', '.join(tag.label for tag in above)}."


def _render_result(prediction: Prediction, context: PageContext) -> None:
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


def _render_details(prediction: Prediction) -> None:
    why, similar, opinion = st.tabs(
        ["Why this label", "Similar papers", "Second opinion"],
        on_change="rerun",
        key="predict-details",
    )
    if why.open:
        with why:
            _render_why(prediction)
    if similar.open:
        with similar:
            _render_similar(prediction)
    if opinion.open:
        with opinion:
            _render_opinion(prediction)


# Why this label


def _label_input(prediction: Prediction) -> str:
    labels = [tag.label for tag in prediction.tags]
    probabilities = {tag.label: tag.probability for tag in prediction.tags}
    chosen = st.selectbox(
        "Explain the label",
        labels,
        format_func=lambda label: (
            f"{components.label_text(label)} ({components.probability_text(probabilities[label])})"
        ),
        key=f"predict-why-{labels[0]}",
        width=460,
    )
    return chosen if chosen in probabilities else labels[0]


def _render_why(prediction: Prediction) -> None:
    label = _label_input(prediction)
    explanation = explain(prediction.bundle, prediction.text, label)
    if not explanation.contributions:
        components.empty_state(
            "Nothing to explain", "None of the text's words is in the model's vocabulary."
        )
        return
    st.html(
        marked_text.STYLE
        + marked_text.marked_html(explanation.text, explanation.spans)
        + marked_text.legend_html(label)
    )
    components.note(
        "Exact: a word or pair of words is left out wherever it stands, and what that takes from "
        "the label's logit (the logarithm of its odds before calibration) is its part. A logit "
        "higher by 1 means such odds 2.7 times as high."
    )
    table = contributions_table(explanation)
    chart, listing = st.columns(2, gap="medium")
    with chart:
        components.render_figure(
            contributions_figure(table),
            key="predict-contributions",
            alt_text=f"The words and phrases that raise or lower {label} most, as bars",
        )
    with listing:
        st.dataframe(
            table,
            hide_index=True,
            height=360,
            key="predict-contribution-table",
            alt=f"Every word and phrase with what it adds to {label}",
            column_config={
                "term": st.column_config.TextColumn("Word or phrase", width="medium"),
                "delta_logit": st.column_config.NumberColumn("Logit", format="%+.3f"),
                "probability_without": st.column_config.NumberColumn(
                    "Without it", format="percent"
                ),
                "n_places": st.column_config.NumberColumn("Times"),
            },
        )
    _render_what_if(prediction, label, table)


def contributions_table(explanation: Explanation) -> pd.DataFrame:
    """Return contributions as a table, the strongest first."""
    return pd.DataFrame(
        [
            (item.term, item.delta_logit, item.probability_without, item.n_places)
            for item in explanation.contributions
        ],
        columns=["term", "delta_logit", "probability_without", "n_places"],
    )


def _render_what_if(prediction: Prediction, label: str, table: pd.DataFrame) -> None:
    st.subheader("What if a phrase were not there?", anchor=False)
    phrase = st.selectbox(
        "Leave out",
        table["term"].head(60).tolist(),
        index=None,
        key=f"predict-what-if-{label}",
        accept_new_options=True,
        placeholder="Choose a word or phrase, or type your own",
        width=460,
    )
    if not phrase:
        return
    outcome = without_phrase(prediction.bundle, prediction.text, str(phrase))
    if outcome.n_places == 0:
        components.note("That does not stand in the text, so nothing changes.")
        return
    places = "one place" if outcome.n_places == 1 else f"{outcome.n_places} places"
    components.note(f"Left out at {places}:")
    if not outcome.readable_without:
        components.note("None of the words left is known to this model: no label is given.")
    st.dataframe(
        what_if_table(prediction, outcome, label),
        hide_index=True,
        key="predict-what-if-table",
        alt="Probabilities before and after leaving the phrase out",
        column_config={
            "label": st.column_config.TextColumn("Label"),
            "before": st.column_config.ProgressColumn(
                "With the phrase", format="percent", min_value=0, max_value=1
            ),
            "after": st.column_config.ProgressColumn(
                "Without it", format="percent", min_value=0, max_value=1
            ),
            "outcome": st.column_config.TextColumn("Outcome"),
        },
    )


def what_if_table(prediction: Prediction, outcome: WhatIf, label: str) -> pd.DataFrame:
    """Return the label asked about and those that matter, before and after.

    Args:
        prediction: The text as it stands.
        outcome: The model on the text with and without the phrase.
        label: The label being explained; it comes first.
    """
    bundle = prediction.bundle
    without = tagger.tags(
        bundle,
        outcome.y_prob_without,
        top_k=len(prediction.tags),
        readable=outcome.readable_without,
    )
    after = {tag.label: tag for tag in without}
    given_now = [tag.label for tag in after.values() if tag.above_threshold]
    leading = [tag.label for tag in prediction.tags[:5]]
    before = {tag.label: tag for tag in prediction.tags}
    shown = list(dict.fromkeys([label, *leading, *given_now]))
    return pd.DataFrame(
        [
            {
                "label": components.label_text(name),
                "before": before[name].probability,
                "after": after[name].probability,
                "outcome": _outcome(before[name].above_threshold, after[name].above_threshold),
            }
            for name in shown
        ]
    )


def _outcome(before: bool, after: bool) -> str:
    if before and after:
        return "still given"
    if before:
        return "no longer given"
    return "now given" if after else "not given either way"


# Similar papers


def _render_similar(prediction: Prediction) -> None:
    if prediction.bundle.neighbours is None:
        components.empty_state(
            "No papers to compare with",
            "This model carries none of the papers it learned from. "
            "Train a run and choose it as the model in use to see its nearest training papers.",
        )
        return
    from arxivtag.tagging.neighbours import similar

    given = {tag.label for tag in prediction.above}
    parts = []
    for neighbour in similar(prediction.bundle, prediction.text, 5):
        title = html.escape(neighbour.title or "(no title)")
        parts.append(
            '<li class="at-similar"><div><span class="at-similarity">'
            f"{neighbour.similarity:.2f}</span><span>{title}</span></div>"
            + components.badges_html(
                neighbour.labels, strong=given & set(neighbour.labels), names=False
            )
            + "</li>"
        )
    components.note(
        "The nearest papers the model has learned from, with their true labels; "
        "labels it gives to yours are outlined. 1.00 would be the same text."
    )
    st.html(BARS_STYLE + f'<ol class="at-similars">{"".join(parts)}</ol>')


# A second opinion


def _render_opinion(prediction: Prediction) -> None:
    known = list(prediction.bundle.label_names)
    already = [str(label) for label in st.session_state.get(AUTHOR_KEY, [])]
    options = list(dict.fromkeys([*known, *already]))
    chosen = st.multiselect(
        "Categories the author chose",
        options,
        key=AUTHOR_KEY,
        format_func=components.label_text,
        accept_new_options=True,
        max_selections=MAX_AUTHOR_LABELS,
        persist_state="session",
        placeholder="Choose or type categories, such as cs.CL",
    )
    if not chosen:
        components.note(
            "Enter the author's categories to see which the model agrees with, "
            "which it doubts and which it would add."
        )
        return
    wanted = [str(label).strip() for label in chosen]
    opinion = tagger.second_opinion(
        prediction.bundle, prediction.probabilities, wanted, readable=prediction.readable
    )
    groups = (
        ("Agrees", "chosen by the author, and given by the model", opinion.agrees),
        ("Would add", "given by the model, not chosen", opinion.adds),
        ("Doubts", "chosen, but under the model's threshold", opinion.doubts),
    )
    parts = [
        _group_html(heading, meaning, [(tag.label, tag.probability) for tag in group])
        for heading, meaning, group in groups
        if group
    ]
    if opinion.unknown:
        unknown = [(label, None) for label in opinion.unknown]
        parts.append(_group_html("Cannot say", "not among the model's labels", unknown))
    st.html(BARS_STYLE + "".join(parts))


def _group_html(heading: str, meaning: str, pairs: Sequence[tuple[str, float | None]]) -> str:
    items = []
    for label, probability in pairs:
        shown = "" if probability is None else components.probability_text(probability)
        items.append(
            f"<li><b>{html.escape(label)}</b> "
            f"<span>{html.escape(components.label_text(label).partition(' · ')[2])}</span>"
            f"<em>{html.escape(shown)}</em></li>"
        )
    return (
        f'<section class="at-opinion"><h4>{html.escape(heading)}'
        f"<small>{html.escape(meaning)}</small></h4><ul>{''.join(items)}</ul></section>"
    )


def render_predict(context: PageContext) -> None:
    """The whole page under its title."""
    if not context.model:
        components.empty_state(
            "No model yet",
            "Train a run, and it can tag abstracts here as soon as it has finished.",
        )
        st.page_link(
            "pages/2_Train.py",
            label="Train a model",
            icon=":material/model_training:",
            query_params=context.link_parameters(),
        )
        return
    one, many, along = st.tabs(
        ["One abstract", "Many at once", "Take the model along"],
        on_change="rerun",
        key="predict-view",
    )
    if one.open:
        with one:
            render_one_abstract(context)
    if many.open:
        with many, guarded():
            from arxivtag.ui.predict.many import render_many

            render_many(context)
    if along.open:
        with along, guarded():
            from arxivtag.ui.predict.take_along import render_take_along

            render_take_along(context)

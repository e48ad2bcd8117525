"""One abstract: the paper on the left, its subject areas on the right, the reasons below."""

from __future__ import annotations

import time

import streamlit as st

from arxivtag import config
from arxivtag.papers.text_checks import TextCheck, check_text
from arxivtag.tagging.bundle import Bundle
from arxivtag.ui.frame import components, models
from arxivtag.ui.frame.errors import guarded, render_open_tab
from arxivtag.ui.frame.logs import log_event
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.predict.answer import Prediction, predict_text, render_answer
from arxivtag.ui.predict.examples import example_of
from arxivtag.ui.predict.opinion import render_opinion
from arxivtag.ui.predict.paper_input import paper_input
from arxivtag.ui.predict.similar import has_similar, render_similar
from arxivtag.ui.predict.snippets import render_snippets
from arxivtag.ui.predict.why import render_why

_LOGGED_KEY = "predict-logged"


def render_one_abstract(context: PageContext) -> None:
    """Draw the whole view."""
    _one_abstract(context, models.bundle(context.model, context.home))


@st.fragment
def _one_abstract(context: PageContext, bundle: Bundle) -> None:
    inputs, results = st.columns([10, 11], gap="medium")
    with inputs.container(key="paper"):
        title, abstract = paper_input(bundle)
    prediction = None
    with results, guarded():
        prediction = _predict(context, bundle, title, abstract)
        if prediction is not None:
            render_snippets(title, abstract, context)
    if prediction is not None and prediction.readable:
        details = {"Why this label": lambda: render_why(prediction)}
        if has_similar(prediction, context):
            details["Similar papers"] = lambda: render_similar(prediction, context)
        details["Second opinion"] = lambda: render_opinion(prediction)
        render_open_tab(details, key=f"predict-details-{len(details)}")


def _predict(context: PageContext, bundle: Bundle, title: str, abstract: str) -> Prediction | None:
    """Draw the answer, or why there is none; return the prediction if one was made."""
    also_read = title if bundle.text_fields == "title_and_abstract" else ""
    check = check_text(abstract, config.limits().max_abstract_chars, also_read)
    if not check.taggable:
        _render_check(check)
        if check.kind == "empty":
            components.empty_state(
                "Nothing to tag yet",
                "Paste an abstract, press one of the examples, or fetch a paper from arXiv.",
            )
        return None
    example = example_of(abstract)
    if example is not None:
        components.note(f"An example, made up for this page: {example.field}.")
    started = time.perf_counter()
    prediction = predict_text(bundle, title, abstract)
    if prediction.doubt is None and (prediction.readable or check.kind == "other_language"):
        _render_check(check)
    if prediction.readable:
        render_answer(prediction, context)
    elif prediction.doubt is not None:
        components.empty_state("Not sure", f"{prediction.doubt.sentence} So it gets no label.")
    else:
        components.empty_state(
            "No label",
            "None of the text's words is known to this model, so it cannot judge the text. "
            "Paste an English abstract from the fields it has learned from.",
        )
    if example is None:
        _log_once(prediction, context, time.perf_counter() - started)
    return prediction


def _render_check(check: TextCheck) -> None:
    """Show what was noticed about a text, if anything."""
    if check.message:
        st.warning(components.safe_text(check.message), icon=":material/info:")


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

"""The Predict page: its tabs, and the first of them, one abstract with its subject areas."""

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
from arxivtag.ui.predict.many import render_many
from arxivtag.ui.predict.opinion import render_opinion
from arxivtag.ui.predict.paper_input import paper_input
from arxivtag.ui.predict.similar import has_similar, render_similar
from arxivtag.ui.predict.take_along import render_snippets, render_take_along
from arxivtag.ui.predict.why import render_why

_LOGGED_KEY = "predict-logged"


def render_predict(context: PageContext) -> None:
    """Draw the whole page under its title."""
    if context.model:
        render_open_tab(
            {
                "One abstract": lambda: render_one_abstract(
                    context, models.bundle(context.model, context.home)
                ),
                "Many at once": lambda: render_many(context),
                "Take the model along": lambda: render_take_along(context),
            },
            key="predict-view",
        )
        return
    components.empty_state(
        "No model yet",
        "Train a run, and it can tag abstracts here as soon as it has finished.",
    )
    context.link("pages/2_Train.py", "Train a model", ":material/model_training:")


@st.fragment
def render_one_abstract(context: PageContext, bundle: Bundle) -> None:
    """Draw a paper on the left, its subject areas on the right, and the reasons below."""
    inputs, results = st.columns([10, 11], gap="medium")
    with inputs.container(key="paper"):
        title, abstract = paper_input(bundle)
    prediction = None
    with results, guarded():
        prediction = _predict(context, bundle, title, abstract)
        if prediction is not None:
            render_snippets(title, abstract, context)
    if prediction is not None and prediction.tags.is_judged:
        details = {"Why this label": lambda: render_why(prediction)}
        if has_similar(prediction, context):
            details["Similar papers"] = lambda: render_similar(prediction, context)
        details["Second opinion"] = lambda: render_opinion(prediction)
        render_open_tab(details, key=f"predict-details-{len(details)}")


def _predict(context: PageContext, bundle: Bundle, title: str, abstract: str) -> Prediction | None:
    """Draw the answer, or why there is none; return the prediction if one was made."""
    check = check_text(abstract, config.limits().max_abstract_chars, title)
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
    remark = prediction.tags.remark
    if prediction.tags.is_judged:
        _render_check(check)
        render_answer(prediction, context)
    elif remark:
        components.empty_state("Not sure", f"{remark.sentence} So it gets no label.")
    else:
        if check.kind == "other_language":
            _render_check(check)
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

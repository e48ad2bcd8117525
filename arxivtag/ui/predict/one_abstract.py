"""One abstract: the paper on the left, its subject areas on the right, the reasons below."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from arxivtag import config
from arxivtag.papers.text_checks import check_text
from arxivtag.ui.frame import models
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.logs import log_event
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.predict.answer import nothing_known, nothing_to_tag, render_check, render_result
from arxivtag.ui.predict.opinion import render_opinion
from arxivtag.ui.predict.paper_input import paper_input, reads_title, take_pending
from arxivtag.ui.predict.prediction import Prediction, predict_text
from arxivtag.ui.predict.similar import render_similar
from arxivtag.ui.predict.why import render_why

if TYPE_CHECKING:
    from arxivtag.tagging.bundle import Bundle


_LOGGED_KEY = "predict-logged"


def render_one_abstract(context: PageContext) -> None:
    """Inputs on the left, subject areas on the right, the reasons below."""
    with guarded():
        max_chars = config.limits().max_abstract_chars
        _one_abstract(context, models.bundle(context.model, context.home), max_chars)


@st.fragment
def _one_abstract(context: PageContext, bundle: Bundle, max_chars: int) -> None:
    take_pending()
    inputs, results = st.columns([10, 11], gap="medium")
    with inputs:
        title, abstract = paper_input(bundle)
    check = check_text(abstract, max_chars, title if reads_title(bundle) else "")
    with results, guarded():
        st.subheader("Subject areas", anchor=False)
        if not check.taggable:
            render_check(check)
            nothing_to_tag(check)
            return
        started = time.perf_counter()
        prediction = predict_text(bundle, title, abstract)
        if prediction.readable or check.kind == "other_language":
            render_check(check)
        if prediction.readable:
            render_result(prediction, context)
        else:
            nothing_known()
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


def _render_details(prediction: Prediction) -> None:
    why, similar, opinion = st.tabs(
        ["Why this label", "Similar papers", "Second opinion"],
        on_change="rerun",
        key="predict-details",
    )
    if why.open:
        with why:
            render_why(prediction)
    if similar.open:
        with similar:
            render_similar(prediction)
    if opinion.open:
        with opinion:
            render_opinion(prediction)

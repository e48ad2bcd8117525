"""The Predict page: one abstract, many at once, and the model to take along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from arxivtag.ui.frame import components
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.predict.one_abstract import render_one_abstract

if TYPE_CHECKING:
    pass


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

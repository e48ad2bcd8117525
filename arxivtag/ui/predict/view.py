"""The Predict page: one abstract, many at once, and the model to take along."""

from __future__ import annotations

from arxivtag.ui.frame import components
from arxivtag.ui.frame.errors import render_open_tab
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.predict.many import render_many
from arxivtag.ui.predict.one_abstract import render_one_abstract
from arxivtag.ui.predict.take_along import render_take_along


def render_predict(context: PageContext) -> None:
    """Draw the whole page under its title."""
    if context.model:
        render_open_tab(
            {
                "One abstract": lambda: render_one_abstract(context),
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

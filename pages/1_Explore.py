"""Explore: see the page's intro."""

from arxivtag.ui.explore.page import render_explore
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.page import page_setup

context = page_setup(
    "Explore",
    "See what a labelled set of papers holds before training on it.",
)
with guarded():
    render_explore(context)

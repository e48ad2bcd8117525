"""Explore: see the page's intro."""

from arxivtag.ui.errors import guarded
from arxivtag.ui.explore.page_view import render_explore
from arxivtag.ui.page import page_setup

context = page_setup(
    "Explore",
    ":material/query_stats:",
    "See what a labelled set of papers holds before training on it.",
)
with guarded():
    render_explore(context)

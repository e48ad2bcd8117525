"""Explore: see the page's intro."""

from arxivtag.ui.page import page_setup

context = page_setup("Explore", ":material/query_stats:", "See what a labelled set of papers holds before training on it.")

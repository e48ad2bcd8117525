"""Runs: see the page's intro."""

from arxivtag.ui.page import page_setup

context = page_setup("Runs", ":material/format_list_bulleted:", "Compare what was trained, and read what the figures mean.")

"""Home: what this is, what there is, and the three doors."""

from arxivtag.ui.frame.page import page_setup
from arxivtag.ui.home.glance import render_glance
from arxivtag.ui.home.view import render_doors, render_overview

context = page_setup(
    "Home",
    "Look into a set of labelled abstracts, train a network that learns their labels, and find "
    "the arXiv subject areas of new ones. All of it runs on this machine; no text leaves it.",
)
render_glance(context)
render_doors(context)
render_overview(context)

"""Train: choose settings, start, watch the network learn."""

from arxivtag.ui.frame.page import page_setup
from arxivtag.ui.train.view import render_train

context = page_setup(
    "Train",
    "Train a multi-label network on the chosen papers and watch it learn.",
)
render_train(context)

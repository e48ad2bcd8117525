"""Train: see the page's intro."""

from arxivtag.ui.page import page_setup

context = page_setup("Train", ":material/model_training:", "Train a multi-label network on the chosen papers and watch it learn.")

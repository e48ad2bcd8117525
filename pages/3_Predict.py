"""Predict: see the page's intro."""

from arxivtag.ui.page import page_setup

context = page_setup("Predict", ":material/sell:", "Paste an abstract and get its arXiv subject areas, with the reasons.")

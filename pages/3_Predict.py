"""Predict: paste an abstract, get subject areas, know why."""

from arxivtag.ui.frame.page import page_setup
from arxivtag.ui.predict.view import render_predict

context = page_setup(
    "Predict",
    "Paste an abstract and get its arXiv subject areas, with the probability of each and the "
    "words that speak for it.",
    run_is_model=True,
)
render_predict(context)

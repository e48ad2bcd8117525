"""Home: what this is, what there is, and the three doors."""

from arxivtag.ui.page import page_setup

context = page_setup("Home", ":material/home:")

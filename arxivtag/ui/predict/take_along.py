"""Take the model along: its bundle as a zip, and the lines that use it elsewhere."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from arxivtag.runs import registry
from arxivtag.tagging.export import KERAS_LINES
from arxivtag.tagging.saving import bundle_zip
from arxivtag.ui.frame import components, models
from arxivtag.ui.frame.page import PageContext

PYTHON_LINES = """\
from pathlib import Path
from arxivtag.tagging.loading import load_bundle
from arxivtag.tagging.tagger import tag

bundle = load_bundle(Path("bundle"))
for label in tag(bundle, ["We train a network on ..."])[0]:
    print(label.label, label.name, f"{label.probability:.0%}", label.above_threshold)
"""


def render_take_along(context: PageContext) -> None:
    """Draw what the bundle holds, the download and the lines of code."""
    folder = registry.resolve_model(context.model, context.home)
    bundle = models.bundle(context.model, context.home)
    size_mb = sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) / 1e6
    components.metric_row(
        [
            ("Labels", components.count_text(len(bundle.label_names))),
            ("Words and phrases", components.count_text(len(bundle.vectorizer.idf))),
            ("Size", f"{size_mb:.1f} MB"),
            ("Reads", bundle.text_fields.replace("_", " ")),
        ]
    )
    st.header("The bundle", anchor=False)
    components.note(
        "Weights, vocabulary, label names and thresholds in plain files; no pickle, no code. "
        "Unpack it and use it from Python, without Keras:"
    )
    st.code(PYTHON_LINES, language="python")
    download_bundle("Download the bundle", context.model, folder)
    st.header("One Keras model", anchor=False)
    components.note("Raw strings in, probabilities out; needs keras and tensorflow to run:")
    st.code(f"arxivtag export {context.model} --out model.keras", language="bash")
    st.code(KERAS_LINES, language="python")
    st.header("From the command line", anchor=False)
    st.code(f"arxivtag tag {context.model} papers.csv --out tagged.csv", language="bash")


def download_bundle(label: str, model: str, folder: Path) -> None:
    """Offer a bundle as a zip, which is made when the button is pressed."""
    file_name = f"arxivtag_{model}.zip"
    components.download(label, file_name, lambda: bundle_zip(folder), "download-bundle")

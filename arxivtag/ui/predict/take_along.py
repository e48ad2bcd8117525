"""What one takes along: lines that ask the API, and the model itself with lines that use it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from arxivtag.api.tagging import is_offered
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

LANGUAGES = {"curl": "bash", "Python": "python", "JavaScript": "javascript"}
_ASK_IN_PYTHON = """\
import json
from urllib.request import Request, urlopen

request = Request(
    {url!r},
    data=json.dumps({asked!r}).encode(),
    headers={{"Content-Type": "application/json"}},
)
with urlopen(request) as answer:
    print(json.dumps(json.load(answer), indent=2))
"""
_ASK_IN_JAVASCRIPT = """\
fetch({url}, {{
  method: "POST",
  headers: {{ "Content-Type": "application/json" }},
  body: JSON.stringify({asked}),
}}).then((answer) => answer.json()).then((said) => console.log(JSON.stringify(said, null, 2)));
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


def snippet(language: str, url: str, title: str, abstract: str, model: str) -> str:
    """Return a program in one of :data:`LANGUAGES` that tags one paper by the API's route, ``url``.

    An empty title is left out.
    """
    paper = {"abstract": abstract} | ({"title": title} if title else {})
    asked = {"papers": [paper], "model": model}
    if language == "Python":
        return _ASK_IN_PYTHON.format(url=url, asked=asked)
    content = json.dumps(asked, ensure_ascii=False)
    if language == "JavaScript":
        return _ASK_IN_JAVASCRIPT.format(url=json.dumps(url), asked=content)
    words = ["curl", "-sS", url, "-H", "Content-Type: application/json", "-d", content]
    return shlex.join(words)


def tag_url(page_url: str) -> str:
    """Return the address of the API's route for tagging, from that of a page beside it."""
    parts = urlsplit(page_url)
    base = parts.path.rstrip("/").removesuffix("/Predict")
    return parts._replace(path=f"{base}/api/v1/tag", query="", fragment="").geturl()


def render_snippets(title: str, abstract: str, context: PageContext) -> None:
    """Offer the lines, folded, where the API offers the model too."""
    if not is_offered(context.model, context.home):
        return
    heading, page_url = "Copy as curl / Python / JavaScript", st.context.url
    with st.expander(heading, icon=":material/code:", on_change="rerun") as opened:
        if not opened.open or page_url is None:
            return
        language = st.segmented_control(
            "Language", list(LANGUAGES), default="curl", required=True, key="snippet-language"
        )
        lines = snippet(language, tag_url(page_url), title, abstract, context.model)
        st.code(lines, language=LANGUAGES[language], wrap_lines=True)
        components.note("The copy button stands at the top right. What else the API can do: /api.")

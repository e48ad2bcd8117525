"""Lines that ask the API what the page shows: as curl, Python and JavaScript, ready to paste."""

from __future__ import annotations

import json
import shlex
from urllib.parse import urlsplit

import streamlit as st

from arxivtag.api.tagging import is_offered
from arxivtag.ui.frame import components
from arxivtag.ui.frame.page import PageContext

LANGUAGES = {"curl": "bash", "Python": "python", "JavaScript": "javascript"}
_PYTHON = """\
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
_JAVASCRIPT = """\
fetch({url}, {{
  method: "POST",
  headers: {{ "Content-Type": "application/json" }},
  body: JSON.stringify({asked}),
}}).then((answer) => answer.json()).then((said) => console.log(JSON.stringify(said, null, 2)));
"""


def snippet(language: str, url: str, title: str, abstract: str, model: str) -> str:
    """Return a program that tags one paper.

    Args:
        language: A name of :data:`LANGUAGES`.
        url: Of the API's route for tagging.
        title: Left out if it is empty.
        abstract: The paper's.
        model: Its name in the API.
    """
    paper = {"abstract": abstract} | ({"title": title} if title else {})
    asked = {"papers": [paper], "model": model}
    if language == "Python":
        return _PYTHON.format(url=url, asked=asked)
    content = json.dumps(asked, ensure_ascii=False)
    if language == "JavaScript":
        return _JAVASCRIPT.format(url=json.dumps(url), asked=content)
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
    page_url, model = st.context.url, context.model
    heading = "Copy as curl / Python / JavaScript"
    with st.expander(heading, icon=":material/code:", on_change="rerun") as opened:
        if not opened.open or page_url is None:
            return
        language = st.segmented_control(
            "Language", list(LANGUAGES), default="curl", required=True, key="snippet-language"
        )
        url = tag_url(page_url)
        st.code(
            snippet(language, url, title, abstract, model), language=LANGUAGES[language],
            wrap_lines=True,
        )  # fmt: skip
        components.note("The copy button stands at the top right. What else the API can do: /api.")

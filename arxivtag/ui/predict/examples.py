"""Example abstracts for the Predict page, written for this project; no real paper's text."""

from __future__ import annotations

import json
from dataclasses import dataclass

from arxivtag import config


@dataclass(frozen=True)
class Example:
    """One made-up paper, and the field that its button names."""

    field: str
    title: str
    abstract: str


_RECORDS = json.loads((config.ASSETS_FOLDER / "examples.json").read_text("utf-8"))
EXAMPLES = tuple(Example(**record) for record in _RECORDS)


def example_of(abstract: str) -> Example | None:
    """Return the example that this abstract is, if it is one."""
    return next((one for one in EXAMPLES if one.abstract == abstract), None)


def is_of_another(title: str, abstract: str) -> bool:
    """Return whether ``title`` is an example's, and ``abstract`` no version of that example's."""
    words = set(abstract.split())
    for one in EXAMPLES:
        if one.title == title:
            own = set(one.abstract.split())
            return len(own & words) < len(own) / 2
    return False

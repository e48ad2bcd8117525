"""Labels that go together as a network that one can drag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from arxivtag.ui.browser import javascript

_network = st.components.v2.component(
    "arxivtag_label_network",
    html='<div class="at-network"><svg role="group"></svg>'
    '<button type="button" class="at-save">Save as PNG</button></div>',
    js=javascript("save_picture") + javascript("label_network"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Node:
    """A label of the network: how many papers carry it, its colour, and what is said of it."""

    label: str
    papers: int
    color: str
    said: str


def label_network(
    key: str,
    nodes: Sequence[Node],
    links: Sequence[tuple[int, int, float]],
    alt: str,
    on_label: Callable[[str], None],
) -> None:
    """Draw a network; ``on_label`` is called with the label that was clicked.

    Args:
        key: Of the element.
        nodes: The labels, the most frequent first: the order in which the keyboard reaches them.
        links: Places of two labels among ``nodes``, and how strongly they are tied (0 to 1).
        alt: One sentence on what the network shows.
        on_label: Called before the page is drawn again.
    """

    def clicked() -> None:
        label = st.session_state[key].label
        if label in {node.label for node in nodes}:  # whatever a browser sends
            on_label(label)

    drawn = {"nodes": [asdict(node) for node in nodes], "links": list(links), "alt": alt}
    _network(key=key, data=drawn | {"version": str(hash(str(drawn)))}, on_label_change=clicked)

"""Labels that go together as a network that one can drag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from arxivtag.ui.browser import component, on_change

_network = component(
    "label_network",
    '<div class="at-network"><svg role="group"></svg>'
    '<button type="button" class="at-save">Save as PNG</button></div>',
    "save_picture",
    "label_network",
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

    def clicked(label: str) -> None:
        if label in {node.label for node in nodes}:
            on_label(label)

    drawn = {"nodes": [asdict(node) for node in nodes], "links": list(links), "alt": alt}
    data = drawn | {"version": str(hash(str(drawn)))}
    _network(key=key, data=data, on_label_change=on_change(key, "label", str, clicked))

"""Labels as a network of those that go together, and as the space where papers move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from arxivtag.ui.browser import as_text, component, on_change

_network = component(
    "label_network",
    '<div class="at-network"><svg role="group"></svg>'
    '<button type="button" class="at-save">Save as PNG</button></div>',
    "save_picture",
    "label_network",
)
_space = component(
    "label_space",
    '<div class="at-space"><canvas role="img" tabindex="0"></canvas>'
    '<div class="at-space-line"><span class="at-space-epoch"></span>'
    '<span class="at-space-replay" hidden><button type="button">Replay</button>'
    '<input type="range" min="0" step="1" aria-label="Epoch shown"></span>'
    '<button type="button" class="at-save">Save as PNG</button></div></div>',
    "save_picture",
    "label_space",
)
_papers = component("paper_bars", '<ul class="at-papers"></ul>', "paper_bars")


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
    """Draw a network; ``on_label`` is called with a clicked label before the page is drawn again.

    Args:
        nodes: The labels, the most frequent first: the order in which the keyboard reaches them.
        links: Places of two labels among ``nodes``, and how strongly they are tied (0 to 1).
        alt: One sentence on what the network shows.
    """

    def clicked(label: str) -> None:
        if label in {node.label for node in nodes}:
            on_label(label)

    drawn = {"nodes": [asdict(node) for node in nodes], "links": list(links), "alt": alt}
    data = drawn | {"version": str(hash(str(drawn)))}
    _network(key=key, data=data, on_label_change=on_change(key, "label", str, clicked))


def label_space(data: dict[str, Any], key: str, on_click: Callable[[int], None]) -> None:
    """Draw frames of dots; ``on_click`` is called with the paper before the page is drawn again.

    ``data``: ``run``, ``live``, ``group`` (those of one are replayed together), ``alt``,
    ``labels``, ``first`` (each paper's first label), ``epochs``, ``places``
    (``(n_frames, n_papers, 2)``, from -1 to 1), ``n_epochs``, ``chosen`` and ``paper_labels`` (of
    the chosen paper).
    """
    sent = {
        "first": as_text(np.array(data["first"], np.uint8)),
        "places": as_text(np.rint(32767 * data["places"]).astype("<i2")),
    }
    _space(key=key, data=data | sent, on_paper_change=on_change(key, "paper", int, on_click))


def paper_bars(data: dict[str, Any], key: str) -> None:
    """Draw papers with their probabilities, before training and now.

    ``data``: ``group``, ``labels``, ``papers`` (``title``, ``labels`` as places, ``chosen``),
    ``n_frames`` and ``packed`` (``(n_frames, n_papers, n_labels)`` bytes).
    """
    _papers(key=key, data=data | {"packed": as_text(data["packed"])})

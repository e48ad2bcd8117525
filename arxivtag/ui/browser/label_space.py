"""The label space on a canvas, and papers whose bars move with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from arxivtag.ui.browser import component, on_change

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


def label_space(data: dict[str, Any], key: str, on_click: Callable[[int], None]) -> None:
    """Draw frames of dots; ``on_click`` is called with the paper before the page is drawn again.

    ``data``: ``run``, ``live``, ``group`` (those of one are replayed together), ``alt``,
    ``labels``, ``first`` (bytes: each paper's first label), ``epochs``, ``places`` (int16, frame
    by frame, 32767 for 1), ``n_epochs``, ``chosen`` and ``paper_labels`` (of the chosen paper).
    """
    _space(key=key, data=data, on_paper_change=on_change(key, "paper", int, on_click))


def paper_bars(data: dict[str, Any], key: str) -> None:
    """Draw papers with their probabilities, before training and now.

    ``data``: ``group``, ``labels``, ``papers`` (``title``, ``labels`` as places, ``chosen``),
    ``n_frames`` and ``packed`` (bytes, frame by frame, paper by paper).
    """
    _papers(key=key, data=data)

"""The label space on a canvas, and papers whose bars move with it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from arxivtag.ui.browser import javascript

_space = st.components.v2.component(
    "arxivtag_label_space",
    html='<div class="at-space"><canvas role="img" tabindex="0"></canvas>'
    '<div class="at-space-line"><span class="at-space-epoch"></span>'
    '<span class="at-space-replay" hidden><button type="button">Replay</button>'
    '<input type="range" min="0" step="1" aria-label="Epoch shown"></span>'
    '<button type="button" class="at-save">Save as PNG</button></div></div>',
    js=javascript("save_picture") + javascript("label_space"),
    isolate_styles=False,
)
_papers = st.components.v2.component(
    "arxivtag_paper_bars",
    html='<ul class="at-papers"></ul>',
    js=javascript("paper_bars"),
    isolate_styles=False,
)


def as_text(values: NDArray[np.generic]) -> str:
    """Return an array's bytes as base64, as the scripts read them."""
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def label_space(data: dict[str, Any], key: str, on_click: Callable[[int], None]) -> None:
    """Draw frames of dots; ``on_click`` is called with the paper before the page is drawn again.

    ``data``: ``run``, ``live``, ``group`` (those of one are replayed together), ``alt``,
    ``labels``, ``first`` (bytes: each paper's first label), ``epochs``, ``places`` (int16, frame
    by frame, 32767 for 1), ``n_epochs``, ``chosen`` and ``paper_labels`` (of the chosen paper).
    """

    def clicked() -> None:
        paper = st.session_state[key].paper
        if isinstance(paper, int) and not isinstance(paper, bool):  # whatever a browser sends
            on_click(paper)

    _space(key=key, data=data, on_paper_change=clicked)


def paper_bars(data: dict[str, Any], key: str) -> None:
    """Draw papers with their probabilities, before training and now.

    ``data``: ``group``, ``labels``, ``papers`` (``title``, ``labels`` as places, ``chosen``),
    ``n_frames`` and ``packed`` (bytes, frame by frame, paper by paper).
    """
    _papers(key=key, data=data)

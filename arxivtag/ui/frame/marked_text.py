"""HTML of a text whose words and phrases are marked by how much they raise or lower a label.

Marks differ in colour and in the line under them (solid: raised, dashed: lowered), so that
they read without colour too; everything that comes from the text is escaped.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

from arxivtag.tagging.explanation import Span

N_LEVELS = 4
SMALLEST_SHARE = 0.1  # of the strongest mark; weaker ones would only make the text noisy


def character_weights(n_chars: int, spans: Sequence[Span]) -> np.ndarray:
    """Return each character's share of the spans over it, (n_chars,) float64.

    A phrase and the words in it may both be spans; where they overlap, their changes add up.
    """
    weights = np.zeros(n_chars)
    for span in spans:
        start, end = max(0, span.start), min(n_chars, span.end)
        if start < end:
            weights[start:end] += span.delta_logit
    return weights


def marked_html(text: str, spans: Sequence[Span]) -> str:
    """Return ``text`` as escaped HTML with its raised and lowered stretches marked."""
    weights = character_weights(len(text), spans)
    strongest = float(np.abs(weights).max(initial=0.0))
    if strongest == 0.0:
        return f'<p class="at-marked">{html.escape(text)}</p>'
    share = np.abs(weights) / strongest
    levels = np.where(share < SMALLEST_SHARE, 0, np.ceil(share * N_LEVELS)).astype(int)
    signed = levels * np.sign(weights).astype(int)
    # A stretch runs for as long as level and direction stay the same.
    ends = np.flatnonzero(np.diff(signed)) + 1
    parts = []
    for start, end in zip([0, *ends], [*ends, len(text)], strict=True):
        parts.append(_marked(text[start:end], int(signed[start]), float(weights[start])))
    return f'<p class="at-marked">{"".join(parts)}</p>'


def _marked(stretch: str, level: int, weight: float) -> str:
    escaped = html.escape(stretch)
    if level == 0 or not stretch.strip():
        return escaped
    direction, word = ("up", "raises") if level > 0 else ("down", "lowers")
    title = f"{word} by {abs(weight):.2f}"
    return f'<mark class="{direction} l{abs(level)}" title="{title}">{escaped}</mark>'


def legend_html(label: str) -> str:
    """Return the explanation of the marks, as HTML."""
    name = html.escape(label)
    return (
        '<p class="at-note at-marked at-legend">'
        f'<span><mark class="up l3">solid line</mark> speaks for {name}</span>'
        f'<span><mark class="down l3">dashed line</mark> speaks against {name}</span>'
        "<span>darker: more</span></p>"
    )

"""A text whose words are marked by how much they raise or lower a label, to be clicked away.

Marks differ in colour and in the line under them (solid: raised, dashed: lowered), so that
they read without colour too; everything that comes from the text is escaped.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence

from arxivtag.tagging.explanation import Span
from arxivtag.ui.browser import component, on_change

N_LEVELS = 4
SMALLEST_SHARE = 0.1  # of the strongest mark; weaker ones would only make the text noisy
_words = component("marked_words", '<div class="at-words"></div>', "marked_words")


def marked_html(text: str, spans: Sequence[Span]) -> str:
    """Return ``text`` as escaped HTML with its raised and lowered words marked.

    ``spans`` are words of it, in order, none over another.
    """
    strongest = max((abs(span.delta_logit) for span in spans), default=0.0)
    parts, end = [], 0
    for span in spans:
        parts.append(html.escape(text[end : span.start]))
        parts.append(_marked(text[span.start : span.end], span, strongest))
        end = span.end
    return f'<p class="at-marked">{"".join(parts)}{html.escape(text[end:])}</p>'


def _marked(word: str, span: Span, strongest: float) -> str:
    escaped, weight = html.escape(word), span.delta_logit
    if not weight or abs(weight) < SMALLEST_SHARE * strongest:
        return escaped
    level = math.ceil(abs(weight) / strongest * N_LEVELS)
    direction, effect = ("up", "raises") if weight > 0 else ("down", "lowers")
    return (
        f'<mark class="{direction} l{level}" title="{effect} by {abs(weight):.2f}" '
        f'data-term="{html.escape(span.term)}">{escaped}</mark>'
    )


def legend_html(label: str) -> str:
    """Return the explanation of the marks, as HTML."""
    name = html.escape(label)
    return (
        '<p class="at-note at-marked at-legend">'
        f'<span><mark class="up l3">solid line</mark> speaks for {name}</span>'
        f'<span><mark class="down l3">dashed line</mark> speaks against {name}</span>'
        "<span>darker: more</span></p>"
    )


def marked_words(text: str, gone: Sequence[str], key: str, on_click: Callable[[str], None]) -> None:
    """Draw what :func:`marked_html` made; the terms in ``gone`` are struck through.

    ``on_click`` is called with the term of a mark before the page is drawn again.
    """
    data = {"html": text, "gone": list(gone)}
    _words(key=key, data=data, on_term_change=on_change(key, "term", str, on_click))

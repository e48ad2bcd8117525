"""Marks in a text: exact places, all of the text, nothing unescaped."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from arxivtag.tagging.explanation import Span
from arxivtag.ui.browser.marked_words import legend_html, marked_html

TEXT = "A graph network, a <b>graph</b>."


def span_of(start: int, end: int, delta_logit: float) -> Span:
    return Span(start, end, delta_logit, "term")


def without_marks(marked: str) -> str:
    """The text that a reader sees."""
    inner = re.sub(r"</?(?:p|mark)\b[^>]*>", "", marked)
    return html.unescape(inner)


def test_strongest_gets_level_four_and_direction_shows() -> None:
    marked = marked_html(TEXT, [span_of(2, 7, 2.0), span_of(8, 15, -1.0)])
    assert '<mark class="up l4" title="raises by 2.00" data-term="term">graph</mark>' in marked
    assert '<mark class="down l2" title="lowers by 1.00" data-term="term">network</mark>' in marked


def test_text_is_escaped() -> None:
    marked = marked_html(TEXT, [span_of(19, 24, 1.0)])
    assert "<b>" not in marked
    assert "&lt;b&gt;" in marked
    assert legend_html("<i>x</i>").count("<i>") == 0


def test_no_spans_leave_the_text_plain() -> None:
    assert marked_html("a & b", []) == '<p class="at-marked">a &amp; b</p>'


@given(
    st.text(max_size=60),
    st.lists(st.integers(0, 60), max_size=12),
    st.lists(st.floats(-3, 3), min_size=6, max_size=6),
)
def test_marks_never_change_the_text(text: str, places: list[int], deltas: list[float]) -> None:
    borders = sorted({min(place, len(text)) for place in places})
    words = zip(borders[::2], borders[1::2], deltas, strict=False)
    marked = marked_html(text, [span_of(*word) for word in words])
    assert without_marks(marked) == text

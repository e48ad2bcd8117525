"""Marks in a text: exact places, all of the text, nothing unescaped."""

from __future__ import annotations

import html
import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.tagging.explanation import Span
from arxivtag.ui.frame.marked_text import character_weights, legend_html, marked_html

TEXT = "A graph network, a <b>graph</b>."


def span_of(start: int, end: int, delta_logit: float) -> Span:
    return Span(start, end, delta_logit, "term")


def without_marks(marked: str) -> str:
    """The text that a reader sees."""
    inner = re.sub(r"</?(?:p|mark)\b[^>]*>", "", marked)
    return html.unescape(inner)


def test_overlapping_spans_add_up() -> None:
    # "graph" counts 1, "graph network" counts 0.5: the shared letters get both.
    weights = character_weights(len(TEXT), [span_of(2, 7, 1.0), span_of(2, 15, 0.5)])
    assert weights[2:7].tolist() == [1.5] * 5
    assert weights[8:15].tolist() == [0.5] * 7
    assert weights.sum() == 1.0 * 5 + 0.5 * 13


def test_strongest_gets_level_four_and_direction_shows() -> None:
    marked = marked_html(TEXT, [span_of(2, 7, 2.0), span_of(8, 15, -1.0)])
    assert '<mark class="up l4" title="raises by 2.00">graph</mark>' in marked
    assert '<mark class="down l2" title="lowers by 1.00">network</mark>' in marked


def test_text_is_escaped() -> None:
    marked = marked_html(TEXT, [span_of(19, 24, 1.0)])
    assert "<b>" not in marked
    assert "&lt;b&gt;" in marked
    assert legend_html("<i>x</i>").count("<i>") == 0


def test_no_spans_leave_the_text_plain() -> None:
    assert marked_html("a & b", []) == '<p class="at-marked">a &amp; b</p>'


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70), st.floats(-3, 3)), max_size=8),
)
def test_marks_never_change_the_text(text: str, spans: list[tuple[int, int, float]]) -> None:
    marked = marked_html(text, [span_of(*span) for span in spans])
    assert without_marks(marked) == text


def test_weights_of_no_text_are_empty() -> None:
    assert np.array_equal(character_weights(0, [span_of(0, 3, 1.0)]), np.zeros(0))

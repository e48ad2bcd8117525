"""Labels with probability bars, as one piece of escaped HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from arxivtag.ui.frame.components import probability_text


@dataclass(frozen=True)
class BarRow:
    """One label: its probability, its threshold (None: there is none), and its rank if on top."""

    label: str
    name: str
    probability: float
    threshold: float | None
    above_threshold: bool
    rank: int | None = None


def bars_html(rows: Sequence[BarRow]) -> str:
    """Return the rows as a list that reads well aloud too."""
    items = "".join(_row_html(row) for row in rows)
    key = "✓ passes its threshold"
    if any(row.threshold is not None for row in rows):
        key += " (the upright line on the bar)"
    return (
        f'<ol class="at-bars" aria-label="Labels by probability">{items}</ol>'
        f'<p class="at-key" aria-hidden="true">{key}</p>'
    )


def _row_html(row: BarRow) -> str:
    width = 100 * min(max(row.probability, 0.0), 1.0)
    tick = ""
    if row.threshold is not None:
        place = 100 * min(max(row.threshold, 0.0), 1.0)
        tick = f'<u style="left:{place:.1f}%"></u>'
    name = "" if row.name == row.label else html.escape(row.name)
    passes = '<span class="at-hidden">passes its threshold</span>' if row.above_threshold else ""
    return (
        f'<li class="{"above" if row.above_threshold else "below"}">'
        f'<span class="at-rank">{row.rank or ""}</span>'
        f'<span class="at-label"><b>{html.escape(row.label)}</b><span>{name}</span></span>'
        f'<span class="at-bar" aria-hidden="true"><i style="width:{width:.1f}%"></i>{tick}</span>'
        f'<span class="at-probability">{html.escape(probability_text(row.probability))}</span>'
        f'<span class="at-check"><span aria-hidden="true">'
        f"{'✓' if row.above_threshold else ''}</span>{passes}</span></li>"
    )

"""Labels with probability bars, as one piece of escaped HTML."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from arxivtag.tagging.tagger import LabelScore
from arxivtag.ui.frame.components import probability_text

N_TOP = 3  # labels that bear their rank


def bars_html(tags: Sequence[LabelScore], thresholds: Mapping[str, float]) -> str:
    """Return labels, most probable first, as a list that reads well aloud too."""
    items = "".join(
        _row_html(tag, thresholds.get(tag.label), rank) for rank, tag in enumerate(tags, start=1)
    )
    key = "✓ passes its threshold"
    if thresholds:
        key += " (the upright line on the bar)"
    return (
        f'<ol class="at-bars" aria-label="Labels by probability">{items}</ol>'
        f'<p class="at-key" aria-hidden="true">{key}</p>'
    )


def _row_html(row: LabelScore, threshold: float | None, rank: int) -> str:
    width = 100 * min(max(row.probability, 0.0), 1.0)
    tick = ""
    if threshold is not None:
        place = 100 * min(max(threshold, 0.0), 1.0)
        tick = f'<u style="left:{place:.1f}%"></u>'
    name = "" if row.name == row.label else html.escape(row.name)
    passes = '<span class="at-hidden">passes its threshold</span>' if row.above_threshold else ""
    return (
        f'<li class="{"above" if row.above_threshold else "below"}">'
        f'<span class="at-rank">{rank if rank <= N_TOP else ""}</span>'
        f'<span class="at-label"><b>{html.escape(row.label)}</b><span>{name}</span></span>'
        f'<span class="at-bar" aria-hidden="true"><i style="width:{width:.1f}%"></i>{tick}</span>'
        f'<span class="at-probability">{html.escape(probability_text(row.probability))}</span>'
        f'<span class="at-check"><span aria-hidden="true">'
        f"{'✓' if row.above_threshold else ''}</span>{passes}</span></li>"
    )

"""Archives and their areas with probability bars, as one piece of escaped HTML."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence

from arxivtag.tagging.archives import ArchiveScore
from arxivtag.tagging.tagger import LabelScore
from arxivtag.ui.frame.components import probability_text

THE_ANSWER = "the answer"  # the chip of an archive that is one


def tree_html(
    archives: Sequence[ArchiveScore],
    shown: Collection[LabelScore],
    thresholds: Mapping[str, float],
    chips: Mapping[str, str],
) -> str:
    """Return archives with those of their areas that are ``shown``, as a list for ears too.

    An archive of which the model knows one area is that area's row; ``thresholds`` and ``chips``
    (a word beside the name, such as "primary") are by label, and may lack some or all.
    """
    items = []
    for archive in archives:
        rows = [
            _row_html(area, thresholds.get(area.label), chips.get(area.label, ""))
            for area in archive.areas
            if area in shown
        ]
        if len(archive.areas) == 1:
            items += rows
        elif rows:
            whole = LabelScore(archive.archive, archive.name, archive.probability, False)
            chip = chips.get(archive.archive, "")
            inner = "".join(f"<li>{row}</li>\n" for row in rows)
            items.append(f"{_row_html(whole, None, chip, 'archive')}<ol>{inner}</ol>")
    key = "✓ passes its threshold" + (" (the upright line on the bar)" if thresholds else "")
    return (
        '<ol class="at-bars" aria-label="Labels by probability">'
        + "".join(f"<li>{item}</li>\n" for item in items)
        + f'</ol><p class="at-key" aria-hidden="true">{key}</p>'
    )


def _row_html(row: LabelScore, threshold: float | None, chip: str, kind: str = "") -> str:
    width = 100 * min(max(row.probability, 0.0), 1.0)
    tick = ""
    if threshold is not None:
        place = 100 * min(max(threshold, 0.0), 1.0)
        tick = f'<u style="left:{place:.1f}%"></u>'
    name = "" if row.name == row.label else f" <span>{html.escape(row.name)}</span>"
    beside = f" <em>{html.escape(chip)}</em>" if chip else ""
    check = '<span aria-hidden="true">✓</span> <span class="at-hidden">passes its threshold</span>'
    strong = " above" if row.above_threshold or chip == THE_ANSWER else ""
    return (
        f'<div class="at-row {kind}{strong}">'
        f'<span class="at-label"><b>{html.escape(row.label)}</b>{name}{beside}</span> '
        f'<span class="at-bar" aria-hidden="true"><i style="width:{width:.1f}%"></i>{tick}</span> '
        f'<span class="at-probability">{html.escape(probability_text(row.probability))}</span> '
        f'<span class="at-check">{check if row.above_threshold else ""}</span></div>'
    )

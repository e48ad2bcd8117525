"""Labels with probability bars, as one piece of escaped HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from arxivtag.ui.frame.components import probability_text

STYLE = """
<style>
.at-sentence { margin: 0 0 .6rem; line-height: 1.45; font-weight: 600; }
ol.at-bars.at-bars, ol.at-similars.at-similars, .at-opinion ul {
  list-style: none; margin: 0; padding: 0;
}
ol.at-bars.at-bars li {
  display: grid; grid-template-columns: 1.3rem minmax(0, 1fr) minmax(5rem, 34%) 3.6rem 1.2rem;
  column-gap: .5rem; align-items: center; padding: .24rem 0; margin: 0; font-size: inherit;
  border-top: 1px solid var(--at-line);
}
.at-bars li:last-child { border-bottom: 1px solid var(--at-line); }
.at-rank { color: var(--at-muted); font-variant-numeric: tabular-nums; text-align: right; }
.at-label { min-width: 0; line-height: 1.3; }
.at-label b { font-weight: 600; margin-right: .4em; white-space: nowrap; }
.at-label span { color: var(--at-muted); font-size: .875rem; }
.at-bar { position: relative; height: .7rem; background: var(--at-soft); border-radius: .15rem;
  box-shadow: inset 0 0 0 1px var(--at-line); }
.at-bar i { position: absolute; inset: 0 auto 0 0; border-radius: .15rem;
  background: light-dark(#9a9da2, #74787f); }
.at-bars li.above .at-bar i { background: light-dark(#b31b1b, #d63d3d); }
.at-bar u { position: absolute; top: -.18rem; bottom: -.18rem; width: 2px; margin-left: -1px;
  background: var(--at-ink); }
.at-probability { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.at-bars li.above .at-probability, .at-bars li.above .at-check { font-weight: 650; }
.at-check { text-align: center; color: var(--at-accent); }
.at-key { margin: .35rem 0 0; color: var(--at-muted); font-size: .875rem; }
.at-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
ol.at-similars.at-similars li { border-top: 1px solid var(--at-line); padding: .4rem 0; margin: 0; }
.at-similar > div:first-child { display: flex; gap: .7rem; }
.at-similarity { font-variant-numeric: tabular-nums; color: var(--at-muted); }
.at-opinion { margin: 0 0 .9rem; }
.at-opinion h4 { font-size: 1rem; margin: 0 0 .2rem; padding: 0; }
.at-opinion h4 small { font-weight: 400; color: var(--at-muted); margin-left: .6em;
  font-size: .875rem; }
.at-opinion ul { max-width: 46rem; }
.at-opinion.at-opinion ul li { display: flex; gap: .5em; border-top: 1px solid var(--at-line);
  padding: .2rem 0; margin: 0; }
.at-opinion li span { color: var(--at-muted); flex: 1; }
.at-opinion li em { font-style: normal; font-variant-numeric: tabular-nums; }
@media (max-width: 640px) {
  ol.at-bars.at-bars li {
    grid-template-columns: 1.1rem minmax(0, 1fr) 3.6rem 1rem; row-gap: .15rem;
  }
  .at-bar { grid-column: 2 / 5; grid-row: 2; }
}
</style>
"""


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

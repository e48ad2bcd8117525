"""A map of papers: points travel once, as typed arrays; how they look follows in a few bytes."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import streamlit as st

from arxivtag.exploring.map_groups import Grouping
from arxivtag.exploring.paper_map import MAX_CORNERS, Outline
from arxivtag.ui.browser import as_text, component, javascript, on_change

_points = st.components.v2.component("arxivtag_points", js=javascript("map_points"))
_map = component(
    "map",
    '<div class="at-map" role="figure">The map is being drawn …</div>',
    "plotly_look",
    "paper_map",
)
MAX_BYTES = 1_400_000  # of the points as they are sent
LINE_CHARS = (120, 70, 40)
# As they are sent: `name`, `x`, `y` and `texts`, packed.
Points: TypeAlias = dict[str, str]


@dataclass(frozen=True, eq=False)
class Look:
    """How a map is drawn.

    Attributes:
        figure: Of :func:`arxivtag.ui.browser.live_chart.plain_figure`: the layout.
        names: What each label is called.
        grouping: The group of each point.
        colors: Of each group.
        lit: (n_points,) which points are lit while the others fade; None where all are alike.
        outline: What was drawn around points.
        here: A place to be marked.
        link: The address that a point's name completes; empty where a click calls ``on_paper``.
        alt: One sentence on what the map shows.
    """

    figure: dict[str, Any]
    names: Mapping[str, str]
    grouping: Grouping
    colors: Sequence[str]
    alt: str
    lit: npt.NDArray[np.bool_] | None = None
    outline: Outline = ()
    here: tuple[int, int] | None = None
    link: str = ""


def pack_points(name: str, places: npt.NDArray[np.int16], lines: Iterable[Sequence[str]]) -> Points:
    """Pack points for their way to browsers.

    Args:
        name: Unique to these points.
        places: (n_points, 2) where they lie.
        lines: Of each point its name or title, its labels joined by ``", "``, and its year.
            Names are cut as far as :data:`MAX_BYTES` asks for.
    """
    rows = [[" ".join(part.split()) for part in line] for line in lines]
    for n_chars in LINE_CHARS:
        text = "\n".join("\t".join((cut(first, n_chars), *rest)) for first, *rest in rows)
        packed = as_text(gzip.compress(text.encode(errors="replace"), 6, mtime=0))
        if len(packed) <= MAX_BYTES:
            break
    x, y = (as_text(places[:, axis].astype("<i2")) for axis in (0, 1))
    return {"name": name, "x": x, "y": y, "texts": packed}


def cut(text: str, n_chars: int) -> str:
    """Return a text of at most ``n_chars``, with an ellipsis where it was cut."""
    return text if len(text) <= n_chars else text[: n_chars - 1] + "…"


def _unheard(sent: object) -> None:
    """Tell nobody."""


def paper_map(
    key: str,
    points: Points,
    look: Look,
    *,
    on_outline: Callable[[Outline], None] | None = None,
    on_paper: Callable[[int], object] = _unheard,
    on_area: Callable[[str], object] = _unheard,
) -> None:
    """Draw a map; a box or a line drawn on it calls ``on_outline``, a click ``on_paper``.

    A click on the name of a region calls ``on_area`` with its area.

    Call :func:`arxivtag.ui.browser.live_chart.load_plotly` on the same page. Streamlit sends the
    points again only to a page that does not have them: their message never changes.
    """
    _points(key=f"{key}-points", data=points)
    _map(
        key=key,
        height=look.figure["layout"]["height"],
        data=_drawn(key, points, look, can_choose=on_outline is not None),
        on_outline_change=lambda: _tell_outline(st.session_state[key].outline, on_outline),
        on_paper_change=on_change(key, "paper", int, on_paper),
        on_area_change=on_change(key, "area", str, on_area),
    )


def _drawn(key: str, points: Points, look: Look, *, can_choose: bool) -> dict[str, Any]:
    grouping = look.grouping
    lit = None if look.lit is None else as_text(np.packbits(look.lit))
    codes = as_text(grouping.codes)
    version = hash((points["name"], lit, look.outline, look.here, grouping.names, codes)) % 2**31
    return {
        "version": version,
        "name": key, "points": points["name"], "figure": look.figure, "names": dict(look.names),
        "alt": look.alt, "lit": lit, "outline": look.outline, "here": look.here, "link": look.link,
        "can_choose": can_choose, "size": 3.5 if len(grouping.codes) > 5_000 else 5,
        "groups": {"names": grouping.names, "colors": look.colors, "codes": codes},
    }  # fmt: skip


def _tell_outline(sent: object, on_outline: Callable[[Outline], None] | None) -> None:
    """Pass on what a browser sent as an outline, if it is one."""
    if on_outline is None or not isinstance(sent, list) or len(sent) > MAX_CORNERS:
        return
    corners = [corner for corner in sent if isinstance(corner, list) and len(corner) == 2]
    if all(isinstance(value, int) for corner in corners for value in corner):
        on_outline(tuple((x, y) for x, y in corners))

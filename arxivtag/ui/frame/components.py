"""Small parts that every page shares: text made safe, notes, figures, downloads, numbers.

Text that comes from data (titles, abstracts, labels, file names) is never Markdown or HTML.
Where Streamlit reads Markdown (headings, captions, widget labels) it goes through
:func:`safe_text`, or :func:`math_text` where formulas should be set; where this module
writes HTML it goes through :func:`html.escape`.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from arxivtag import config
from arxivtag.errors import ArxivTagError
from arxivtag.papers.taxonomy import label_name
from arxivtag.policy import data_paths, policy
from arxivtag.tagging.tables import table_as_csv

_MARKDOWN_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$&:\"'^=/@%,;?])")
# Streamlit turns :name: into emoji or icons, and arrows and dashes between spaces into
# symbols, after Markdown's escapes are gone: an invisible word joiner keeps them apart.
_SHORTCODE = re.compile(r":(?=[\w+\-/]+:)")
# GitHub's Markdown links bare addresses.
_ADDRESS = re.compile(r"(?i)(?<=http)(?=s?:)|(?<=www)(?=\.)|(?=@)")
_SYMBOL = re.compile(r"(?<=\s)(<->|<-|->|--|>=|<=|~=)(?=\s)")
_FORMULA = re.compile(r"(?<![\\$])\$([^$\n`]{1,300}?[^$\n`\\])\$(?!\$|\d)")
WORD_JOINER = "\u2060"
MIME = {".csv": "text/csv", ".jsonl": "application/jsonl", ".zip": "application/zip"}
# What stays in a figure's bar: the image, zoom and the way back.
MODE_BAR_LEFT_OUT = ["select2d", "lasso2d", "autoScale2d", "pan2d", "zoomIn2d", "zoomOut2d"]


def safe_text(text: str) -> str:
    """Return Markdown that Streamlit shows as ``text`` was typed, on one line."""
    joined = " ".join(str(text).split())
    joined = _SHORTCODE.sub(":" + WORD_JOINER, joined)
    joined = _ADDRESS.sub(WORD_JOINER, joined)
    joined = _SYMBOL.sub(lambda symbol: WORD_JOINER.join(symbol.group()), joined)
    return _MARKDOWN_PUNCTUATION.sub(r"\\\1", joined)


def math_text(text: str) -> str:
    """Return Markdown with the ``$...$`` formulas of ``text`` set and all the rest as typed."""
    joined = " ".join(str(text).split())
    parts: list[str] = []
    end = 0
    for formula in _FORMULA.finditer(joined):
        parts.append(safe_text(joined[end : formula.start()]))
        if parts[-1] and joined[formula.start() - 1].isspace():
            parts.append(" ")
        parts.append(f"${formula.group(1).strip()}$")
        end = formula.end()
        if joined[end : end + 1].isspace():
            parts.append(" ")
    parts.append(safe_text(joined[end:]))
    return "".join(parts)


def plain_html(text: str) -> None:
    """Show ``text`` exactly as typed, line ends included."""
    _paragraph(text, "at-plain")


def lead(text: str) -> None:
    """Show the one sentence under a page's title: what one can do here."""
    _paragraph(text, "at-lead")


def note(text: str) -> None:
    """Show a quiet line of explanation."""
    _paragraph(text, "at-note")


def _paragraph(text: str, css_class: str) -> None:
    st.html(f'<p class="{css_class}">{html.escape(text)}</p>')


# Absolute paths with a folder in them: "/data/papers.csv", not "and/or" or "https://x/y".
_QUOTED_PATH = re.compile(r"""(?<=['"“])/(?:[^/'"“”\n]+/)+([^/'"“”\n]*)(?=['"”])""")
_PATH = re.compile(r"""(?<![\w:/.~])/(?:[^/\s'"“”]+/)+([^/\s'"“”]*)""")
_KNOWN_FOLDER = "/\ue000"  # stands for a folder that was found; no text holds this character


def without_paths(text: str) -> str:
    """Return ``text`` as visitors may see it: files by their names, without their folders."""
    if not policy().is_visitor:
        return text
    # Known folders go first: one whose name holds a space is not seen in a text otherwise.
    folders = {config.home_folder(), config.PROJECT_FOLDER}
    folders |= {path.parent for path in data_paths()}
    for folder in sorted(map(str, folders), key=len, reverse=True):
        if folder.strip("/."):
            text = text.replace(folder, _KNOWN_FOLDER)
    named = _PATH.sub(r"\1", _QUOTED_PATH.sub(r"\1", text))
    return named.replace(_KNOWN_FOLDER, "…")


def show_error(error: ArxivTagError) -> None:
    """Show what is wrong and, on the next line, what to do about it; to visitors without paths."""
    text = safe_text(without_paths(error.message))
    if error.hint:
        text += "\n\n" + safe_text(without_paths(error.hint))
    st.error(text, icon=":material/error:")


def empty_state(title: str, text: str = "") -> None:
    """Say that there is nothing yet and what to do next."""
    st.html(
        f'<div class="at-empty"><strong>{html.escape(title)}</strong>'
        f"<span>{html.escape(text)}</span></div>"
    )


def metric_row(metrics: Sequence[tuple[str, str] | tuple[str, str, str]]) -> None:
    """Show figures side by side as equal tiles, five at most in a row; narrow screens wrap them.

    Each is ``(label, value)`` or ``(label, value, help)``, the value rounded and with its unit.
    """
    with st.grid(min(len(metrics), 5), min_column_width=130, gap="small"):
        for label, value, *rest in metrics:
            st.metric(label, value, help=rest[0] if rest else None, border=True, height="stretch")


def figure_line(figures: Sequence[tuple[str, str]]) -> None:
    """Show figures, each ``(label, value)``, in one quiet line that wraps where it must."""
    parts = (
        f"<div><dt>{html.escape(label)}</dt><dd>{html.escape(value)}</dd></div>\n"
        for label, value in figures
    )
    st.html(f'<dl class="at-figures">{"".join(parts)}</dl>')


def clicked(key: str) -> object:
    """Return the ``customdata`` of the point that was clicked in a figure; None if it has none."""
    points = st.session_state[key]["selection"]["points"]
    return points[0].get("customdata") if points else None


def badges_html(labels: Iterable[str], *, strong: Iterable[str] = (), names: bool = True) -> str:
    """Return labels, with their names, as escaped HTML; ``strong`` ones stand out."""
    marked = set(strong)
    parts = []
    for label in labels:
        name = label_name(label) if names else ""
        text = f"<b>{html.escape(label)}</b>"
        if name and name != label:
            text += f" <span>{html.escape(name)}</span>"
        css_class = "at-badge strong" if label in marked else "at-badge"
        parts.append(f'<span class="{css_class}">{text}</span>')
    return f'<div class="at-badges">{"".join(parts)}</div>'


def label_badges(labels: Iterable[str], *, strong: Iterable[str] = ()) -> None:
    """Show labels as badges: ``cs.CV`` Computer Vision and Pattern Recognition."""
    st.html(badges_html(labels, strong=strong))


def label_text(label: str) -> str:
    """Return ``"cs.CV · Computer Vision and Pattern Recognition"`` for lists to choose from."""
    name = label_name(label)
    return label if not name or name == label else f"{label} · {name}"


def render_figure(
    figure: go.Figure,
    key: str,
    alt_text: str,
    *,
    on_select: Callable[[], None] | None = None,
) -> None:
    """Draw a figure in the page's theme, under a key that is unique on the page.

    ``alt_text`` says in one sentence what it shows. ``on_select`` is called when a point is
    clicked; its state is ``st.session_state[key]``.
    """
    st.plotly_chart(
        figure,
        key=key,
        height="content",
        theme="streamlit",
        alt=alt_text,
        config={
            "displaylogo": False,
            "displayModeBar": True,  # the way to an image, for fingers too
            "showSendToCloud": False,
            "responsive": True,
            "modeBarButtonsToRemove": MODE_BAR_LEFT_OUT,
            "toImageButtonOptions": {"format": "svg", "filename": key},
        },
        on_select=on_select or "ignore",
        selection_mode="points",
    )


def csv_bytes(parts: Iterable[pd.DataFrame]) -> bytes:
    """Return a table, part by part, as CSV in UTF-8, safe for spreadsheets.

    Labels stand in one cell as ``a; b``.
    """
    content = io.BytesIO()  # gives its bytes away without a copy
    for part in parts:
        plain = part.map(lambda cell: "; ".join(cell) if isinstance(cell, tuple) else cell)
        text = table_as_csv(plain, header=not content.tell())
        content.write(text.encode("utf-8", errors="replace"))
    return content.getvalue()


def download_table(frame: pd.DataFrame, name: str) -> None:
    """Offer a table as the file ``<name>.csv``."""
    download_csv("Download CSV", name, lambda: [frame])


def download_csv(label: str, name: str, make_parts: Callable[[], Iterable[pd.DataFrame]]) -> None:
    """Offer a table as the file ``<name>.csv``; its parts are made when the button is pressed."""
    download(label, f"{name}.csv", lambda: csv_bytes(make_parts()), f"download-{name}")


def download(label: str, file_name: str, make: Callable[[], bytes], key: str) -> None:
    """Offer a file, which is made when the button is pressed; its name tells what it is."""
    st.download_button(
        label, data=make, file_name=file_name, mime=MIME[Path(file_name).suffix],
        icon=":material/download:", on_click="ignore", key=key,
    )  # fmt: skip


def count_text(count: int | float) -> str:
    """Return a count with thousands separators: ``38,209``."""
    return f"{count:,.0f}"


def percent_text(share: float, digits: int = 1) -> str:
    """Return a share of one in percent: ``97.8 %``."""
    return f"{100 * share:.{digits}f} %"


def probability_text(probability: float) -> str:
    """Return a probability rounded to what it can bear: ``83 %``, ``0.4 %``, ``< 0.1 %``."""
    percent = 100 * probability
    if percent >= 99.5:
        return "> 99 %"
    if percent >= 9.95:
        return f"{percent:.0f} %"
    if percent >= 0.1:
        return f"{percent:.1f} %"
    return "< 0.1 %"


def duration_text(seconds: float | None, *, tenths: bool = False) -> str:
    """Return a duration at a glance: ``8 s``, ``3 min 20 s``, ``2 h 5 min``; empty if unknown.

    With ``tenths`` a short one shows them: ``0.4 s``.
    """
    if seconds is None:
        return ""
    if tenths and seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, seconds_left = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min {seconds_left} s" if seconds_left else f"{minutes} min"
    return f"{hours} h {minutes_left} min" if minutes_left else f"{hours} h"

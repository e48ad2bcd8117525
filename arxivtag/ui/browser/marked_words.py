"""A text with marked words that one can click away and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from arxivtag.ui.browser import component, on_change

_words = component("marked_words", '<div class="at-words"></div>', "marked_words")


def marked_words(html: str, gone: Sequence[str], key: str, on_click: Callable[[str], None]) -> None:
    """Draw the HTML of a text whose ``<mark data-term="...">`` can be clicked.

    ``html`` is escaped already; the terms in ``gone`` are struck through. ``on_click`` is called
    with the term before the page is drawn again.
    """
    data = {"html": html, "gone": list(gone)}
    _words(key=key, data=data, on_term_change=on_change(key, "term", str, on_click))

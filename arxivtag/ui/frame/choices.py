"""Choices that hold on every page: read from the URL, remembered in the session, written back.

The URL wins over the session, so that a link always shows what it says; a choice that
does not exist gives a sentence and the default.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import streamlit as st

MAX_SHOWN_CHARS = 60
# Session state: title, abstract and labels of a paper that Predict (paper_input) shows next.
PAPER_KEY = "predict-fetched"


@dataclass(frozen=True)
class Option:
    """What can be chosen: its id in the URL, and how it is shown."""

    id: str
    name: str
    description: str


def resolve(
    kind: str, asked: str | None, remembered: str | None, options: Collection[str], default: str
) -> tuple[str, str]:
    """Return the choice among ``options``: what the address asks for, else what this session chose
    before, else the default; and a sentence if that is not what was asked for, of ``kind``
    ("data set").
    """
    if asked and asked in options:
        return asked, ""
    fallback = remembered if remembered and remembered in options else default
    if asked:
        return fallback, (
            f"The address asks for the {kind} “{shortened(asked)}”, which is not here. "
            "Choose another one in the sidebar."
        )
    if remembered and remembered not in options:
        return fallback, f"The {kind} “{shortened(remembered)}” is no longer here."
    return fallback, ""


def shortened(text: str) -> str:
    """Return ``text`` on one line; beyond 60 characters it ends in an ellipsis."""
    joined = " ".join(text.split())
    return joined if len(joined) <= MAX_SHOWN_CHARS else joined[: MAX_SHOWN_CHARS - 1] + "…"


def url_value(name: str) -> str | None:
    """Return one query parameter, or None; of repeated ones the last."""
    value = st.query_params.get(name)
    return value or None


def carried() -> dict[str, str]:
    """Return the query parameters that carry the choices to another page: those not the default."""
    return {name: st.query_params[name] for name in ("data", "model") if name in st.query_params}


def drop_endless_numbers(names: Collection[str]) -> None:
    """Take ``inf`` and ``nan`` out of these parameters of the address, and run the page again.

    Streamlit's number fields, which read the address before the page can, break on them.
    """
    endless = [name for name in names if any(map(_is_endless, st.query_params.get_all(name)))]
    for name in endless:
        del st.query_params[name]
    if endless:
        st.rerun()


def _is_endless(text: str) -> bool:
    try:
        return not math.isfinite(float(text))
    except ValueError:
        return False


def write_address() -> None:
    """Write the address as the page was asked for; for pages without fields that stand in it.

    A link from a page to itself runs the page with the link's parameters, but Streamlit 1.67 leaves
    the browser's address as it was, and the next click would bring the old parameters back.
    """
    st.query_params.update()


def chosen(kind: str, name: str, options: Collection[str], default: str) -> tuple[str, str]:
    """Resolve the query parameter ``name``, remember the choice and put it into the URL."""
    remembered = st.session_state.get(f"chosen-{name}")
    value, notice = resolve(kind, url_value(name), remembered, options, default)
    remember(name, value, default)
    return value, notice


def remember(name: str, value: str, default: str) -> None:
    """Keep a choice in the session and, where it is not the default, in the URL."""
    st.session_state[f"chosen-{name}"] = value
    if value == default:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != value:
        st.query_params[name] = value

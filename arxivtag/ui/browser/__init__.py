"""The project's own JavaScript: small components that run in the browser."""

from __future__ import annotations

import base64
from collections.abc import Callable
from importlib import resources
from typing import TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.components.v2.types import ComponentRenderer

Sent = TypeVar("Sent")


def javascript(name: str) -> str:
    """Return the script ``<name>.js`` of this folder."""
    return resources.files(__name__).joinpath(f"{name}.js").read_text("utf-8")


def component(name: str, html: str, *scripts: str) -> ComponentRenderer:
    """Return a component that draws ``html`` and runs scripts of this folder on it."""
    return st.components.v2.component(
        f"arxivtag_{name}", html=html, js="".join(map(javascript, scripts)), isolate_styles=False
    )


def as_text(content: bytes | NDArray[np.generic]) -> str:
    """Return bytes, or those of an array, as base64, as the scripts read them."""
    sent = content if isinstance(content, bytes) else content.tobytes()
    return base64.b64encode(sent).decode("ascii")


def on_change(
    key: str, name: str, kind: type[Sent], tell: Callable[[Sent], object]
) -> Callable[[], None]:
    """Return what passes on the value ``name`` of the component ``key``.

    A browser may send anything: what is not of that ``kind`` is passed over.
    """

    def changed() -> None:
        value = st.session_state[key][name]
        if type(value) is kind:
            tell(value)

    return changed

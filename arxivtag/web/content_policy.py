"""What a page may load and run: the Content-Security-Policy of every answer.

All of it comes from this server. Streamlit 1.67 needs these exceptions, tried page by page in
Chromium: the script inside its page, and that of ``/api``, by their digests; components of our own
and workers from ``blob:`` addresses that the page makes itself; styles that its front end writes.
The maps of papers need ``'unsafe-eval'``: Plotly draws points on the graphics card by regl, which
makes functions out of text; without it each map says that the browser knows no WebGL. It lets no
text from outside run by itself: scripts within a page stay refused.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import streamlit

from arxivtag import config

_PAGES = (
    Path(streamlit.__file__).parent / "static" / "index.html",
    config.ASSETS_FOLDER / "api.html",
)
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def content_policy(ancestors: Sequence[str]) -> str:
    """Return the policy; ``ancestors`` are the origins that may show a page in a frame."""
    scripts = [script for page in _PAGES for script in _INLINE.findall(page.read_text("utf-8"))]
    sources = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "blob:", "'unsafe-eval'", *map(_digest, scripts)],
        "worker-src": ["'self'", "blob:"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'", *ancestors],
    }
    return "; ".join(" ".join((name, *allowed)) for name, allowed in sources.items())


def _digest(script: str) -> str:
    """Return how a policy names a script that stands within a page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"

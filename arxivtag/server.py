"""The web process: the Streamlit app and, beside it on the same port, the REST door.

``arxivtag app`` calls :func:`serve`. The app's own routes are Streamlit's; those of the API come
from :mod:`arxivtag.api`. What stands around both is in :mod:`arxivtag.web`.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from arxivtag import config, policy
from arxivtag.api.routes import api_routes
from arxivtag.api.tagging import wake
from arxivtag.ui.frame import who
from arxivtag.web.addresses import Addresses
from arxivtag.web.guard import Guard
from arxivtag.web.packing import Packed
from arxivtag.web.remember import Remember

SCRIPT = config.PROJECT_FOLDER / "streamlit_app.py"


def build_app(home: Path, base_path: str = "", *, has_login: bool = False) -> st.App:
    """Return the app and the REST door as one ASGI application.

    Args:
        base_path: What stands before every path, such as ``/arxivtag``; empty for none.
        has_login: Whether people have to sign in.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: st.App) -> AsyncIterator[None]:
        # 0.1 s of work in a few pieces: the first page does not notice.
        threading.Thread(target=wake, args=(home,), name="wake", daemon=True).start()
        yield

    return st.App(
        SCRIPT,
        lifespan=lifespan,
        routes=api_routes(home, base_path),
        middleware=[
            Middleware(Guard, base_path=base_path, has_login=has_login),
            Middleware(Addresses, base_path=base_path),
            Middleware(Remember, home=home, base_path=base_path),
            Middleware(Packed, base_path=base_path),
        ],
    )


def serve(
    home: Path, options: Mapping[str, object], base_path: str = "", *, has_login: bool = False
) -> None:
    """Serve until a signal ends the process; ``options`` are Streamlit's, by dotted names."""
    sys.argv = [str(SCRIPT)]  # what Streamlit takes for the script that was started
    if has_login:
        policy.ask(who.who_asks)
    build_app(home, base_path, has_login=has_login).run(config=options)

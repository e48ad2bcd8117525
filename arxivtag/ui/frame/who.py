"""Who is this, of a page or a request? And what may they see and change?

Where people sign in, Streamlit's ``st.login`` does it, and keeps the claims of the identity in a
signed cookie; :mod:`arxivtag.login` reads a role from them. Visitors see their own uploads and
stop their own runs.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.auth_util import get_cookie_with_chunks, get_origin_from_redirect_uri
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from arxivtag import config, login, visitor_cookie
from arxivtag.errors import RunError
from arxivtag.policy import Role, policy, role
from arxivtag.runs import registry
from arxivtag.runs.registry import RunSummary
from arxivtag.ui.frame import components

UPLOADS_KEY = "uploads"  # session state: {source: name} of what this session uploaded


def who_asks() -> Role:
    """Return the role of whoever looks at the page that this thread draws.

    A thread that draws no page works for somebody who is not known: a visitor at most.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return Role.VISITOR
    return login.role_of(st.user.to_dict())


def who_sends(cookies: Mapping[str, str]) -> Role:
    """Return the role of whoever sent a request with these cookies."""
    secret = get_cookie_secret()

    def signed(name: str) -> bytes | None:
        value = cookies.get(name, "").encode("latin-1", "replace")
        return decode_signed_value(secret, name, value) if value else None

    claims = json.loads(get_cookie_with_chunks(signed, USER_COOKIE_NAME) or b"{}")
    # As Streamlit does for pages: one signed with the same secret for another address is not ours.
    is_ours = claims.get("origin") == get_origin_from_redirect_uri()
    return login.role_of(claims if is_ours else {})


def signed_in_person() -> str | None:
    """Return the opaque name of whoever is signed in; None where nobody is."""
    claims = st.user.to_dict()
    return login.person_of(claims) if login.role_of(claims) is not Role.NOBODY else None


def stop_unless_let_in() -> None:
    """Draw nothing but the way in, and end the page, for somebody who has not signed in."""
    if role() is not Role.NOBODY:
        return
    st.title("Sign in", anchor=False)
    components.lead("This app is for people who sign in. Who you are decides what you may do here.")
    for provider in login.providers_in(st.secrets["auth"]):
        words = "Sign in" if provider == login.ONLY_ONE else f"Sign in with {provider}"
        if st.button(words, key=f"sign-in-{provider}", icon=":material/login:", type="primary"):
            st.login(provider)
    st.stop()


def render_signed_in() -> None:
    """Say who is signed in, and offer the way out; nothing where nobody signs in."""
    claims = st.user.to_dict()
    signed_in_as = login.role_of(claims)
    if signed_in_as is Role.NOBODY:
        return
    name = claims.get("email") or claims.get("name") or "you"
    components.note(f"Signed in as {name}, {signed_in_as}.")
    st.button(
        "Sign out", key="sign-out", icon=":material/logout:", width="stretch", on_click=st.logout
    )


def may_see(data_source: str) -> bool:
    """Return whether this session may see a run on ``data_source``.

    The owner sees every run. A visitor sees a run on an upload only with the upload's
    unguessable address, and no run whose data set cannot be told.
    """
    if not policy().is_visitor or registry.is_for_everybody(data_source):
        return True
    known = st.session_state.get(UPLOADS_KEY, {})
    chosen = (st.query_params.get("data"), st.session_state.get("chosen-data"))
    return data_source in known or data_source in chosen


def visitor_id() -> str:
    """Return an opaque name, by which runs are counted for each visitor.

    It is that of who is signed in; else the browser's (:mod:`arxivtag.visitor_cookie`), and the
    session's where cookies are off.
    """
    cookie = st.context.cookies.get(visitor_cookie.NAME, "")
    known = cookie and visitor_cookie.visitor_of(cookie, config.home_folder())
    name: str = known or st.session_state.setdefault("visitor", secrets.token_hex(8))
    return signed_in_person() or name


def may_change(run: RunSummary) -> bool:
    """Return whether this session may stop, withdraw or resume a run: visitors only their own."""
    return not policy().is_visitor or run.status.owner == visitor_id()


def _is_visible(run: RunSummary) -> bool:
    return may_see(run.data) or run.status.owner == visitor_id()


def visible_runs(home: Path) -> tuple[RunSummary, ...]:
    """Return the runs that this session may see, the newest first."""
    return tuple(filter(_is_visible, registry.list_runs(home)))


def first_visible(run_ids: Sequence[str], home: Path) -> str | None:
    """Return the first of these runs that this session may see, if there is one."""
    visible = {run.run_id for run in visible_runs(home)} if run_ids else set()
    return next((run_id for run_id in run_ids if run_id in visible), None)


def visible_run(run_id: str, home: Path) -> registry.Run:
    """Return a run that this session may see."""
    run = registry.read_run(run_id, home)
    if not _is_visible(run):
        raise RunError(
            f"There is no run {run_id!r} that you may see.",
            "Runs on uploaded files are shown to those who have the address of the upload.",
        )
    return run

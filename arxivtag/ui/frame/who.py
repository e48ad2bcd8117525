"""Who is this? Asked of a session's page and of a single request, where people sign in.

Streamlit's ``st.login`` does the signing in, and keeps the claims of the identity in a signed
cookie; :mod:`arxivtag.login` reads a role from them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import streamlit as st
from streamlit.auth_util import get_cookie_with_chunks, get_origin_from_redirect_uri
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from arxivtag import login, policy
from arxivtag.policy import Role
from arxivtag.ui.frame import components


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
    if policy.role() is not Role.NOBODY:
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
    role = login.role_of(claims)
    if role is Role.NOBODY:
        return
    components.note(f"Signed in as {claims.get('email') or claims.get('name') or 'you'}, {role}.")
    st.button(
        "Sign out", key="sign-out", icon=":material/logout:", width="stretch", on_click=st.logout
    )

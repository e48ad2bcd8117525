"""Who may see and change which run: visitors see their own uploads and stop their own runs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from arxivtag import config, visitor_cookie
from arxivtag.errors import RunError
from arxivtag.policy import policy
from arxivtag.runs import registry
from arxivtag.runs.registry import RunSummary
from arxivtag.ui.frame.who import signed_in_person

UPLOADS_KEY = "uploads"  # session state: {source: name} of what this session uploaded


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

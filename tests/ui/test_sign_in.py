"""The page for somebody who has not signed in, in place of every other one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from arxivtag import policy
from arxivtag.policy import Role
from arxivtag.ui.frame.opening import Work
from tests.ui.conftest import PAGES, texts


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_the_way_in(
    page: str, open_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = {"client_id": "a", "client_secret": "b", "server_metadata_url": "c"}
    monkeypatch.setattr(st, "secrets", {"auth": {"one": secret, "two": secret}})
    monkeypatch.setattr(policy, "_doors", [lambda: Role.NOBODY])
    app = open_app(page, data="sample")
    assert not app.exception
    assert [title.value for title in app.title] == ["Sign in"]
    assert [button.label for button in app.button] == ["Sign in with one", "Sign in with two"]
    assert not app.selectbox
    assert "Subject areas" not in texts(app)


def test_what_a_thread_does_for_a_page_is_done_for_who_looks_at_it() -> None:
    with policy.acting_as(Role.VISITOR):
        work = Work(lambda progress, should_stop: policy.role(), "Working")
    assert work.get() is Role.VISITOR

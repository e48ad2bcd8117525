"""Who may do what: the owner of the machine, and visitors."""

from __future__ import annotations

import threading

import pytest

from arxivtag import policy as policies
from arxivtag.config import Limits, VisitorLimits
from arxivtag.policy import Role, acting_as, policy, role


def test_the_owner_is_bound_by_the_machine_alone() -> None:
    allowed = policy()
    assert not allowed.is_visitor
    assert allowed.max_rows == Limits().max_rows
    assert allowed.max_epochs is None
    assert allowed.max_runs_per_visitor is None


def test_visitors_are_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    monkeypatch.setenv("ARXIVTAG_VISITOR_MAX_EPOCHS", "3")
    monkeypatch.setenv("ARXIVTAG_MAX_UPLOAD_MB", "2")
    allowed = policy()
    assert allowed.is_visitor
    assert allowed.max_epochs == 3
    assert allowed.max_rows == VisitorLimits().max_rows
    assert allowed.max_upload_mb == 2  # never more than the machine takes


@pytest.mark.parametrize("visitors", ["0", "1"])
def test_who_asks_is_told_before_the_process_says(
    visitors: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", visitors)
    monkeypatch.setattr(policies, "_doors", [])
    of_process = role()
    assert of_process == ("visitor" if visitors == "1" else "owner")
    policies.ask(lambda: Role.NOBODY)
    assert role() is Role.NOBODY
    assert policy().is_visitor
    with acting_as(Role.OWNER):
        assert not policy().is_visitor
        with acting_as(Role.VISITOR):
            assert policy().is_visitor
        assert not policy().is_visitor
        others: list[Role] = []
        thread = threading.Thread(target=lambda: others.append(role()))
        thread.start()
        thread.join()
        assert others == [Role.NOBODY]
    policies.ask(lambda: None)  # cannot tell
    assert role() is of_process


def test_files_of_the_machine_are_its_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_DATA", "/data/papers.csv")
    assert [str(path) for path in policies.data_paths()] == ["/data/papers.csv"]
    for other in (Role.VISITOR, Role.NOBODY):
        with acting_as(other):
            assert policies.data_paths() == ()

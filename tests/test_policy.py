"""Who may do what: the owner of the machine, and visitors."""

from __future__ import annotations

import pytest

from arxivtag.config import Limits, VisitorLimits
from arxivtag.policy import policy


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

"""Where runs train, on the Runs page: several slots, a cluster, and one that does not answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from arxivtag import locks
from arxivtag.runs import cluster, jobs
from arxivtag.runs.jobs import Place
from arxivtag.ui.runs.listing import MAX_PLACES, place_figures
from tests.runs.conftest import make_run
from tests.ui.conftest import texts


def test_workers_are_named_up_to_some() -> None:
    found = [Place(f"w{n}", None) for n in range(MAX_PLACES + 3)]
    figures = place_figures(found, {}, 0)
    assert figures[0] == ("Training", f"0 of {len(found)}")
    assert figures[-1] == ("More workers", "3")
    assert place_figures([Place("", "private")], {}, 1) == [
        ("Training", "1 of 1"), ("Waiting", "1"), ("Place 1", "a run"),
    ]  # fmt: skip


def test_slots_are_shown_where_there_are_several(
    home: Path, open_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_run(home, "run-a", "running")
    held = [locks.try_acquire(path) for path in (folder.lock, home / "runs" / ".slot.lock")]
    assert held[1] is not None
    locks.write_holder(held[1], "run-a")
    assert "1 of" not in texts(open_app("pages/4_Runs.py"))
    monkeypatch.setenv("ARXIVTAG_JOBS", "2")
    assert jobs.running(home) == ("run-a",)
    shown = texts(open_app("pages/4_Runs.py"))
    assert "1 of 2" in shown
    assert "free" in shown
    for lock in held:
        assert lock is not None
        locks.release(lock)


def test_a_cluster_that_does_not_answer_is_told(
    home: Path, open_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(home, "run-a", "finished")
    monkeypatch.setenv("ARXIVTAG_CLUSTER", "tcp://127.0.0.1:9")
    monkeypatch.setattr(cluster, "_ANSWER_S", 0.5)
    app = open_app("pages/4_Runs.py")
    assert not app.exception
    assert "does not answer" in app.error[0].value
    assert app.text_input(key="runs-filter"), "the list is there all the same"

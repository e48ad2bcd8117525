"""While a data set is read, each page that needs it says how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from arxivtag.callbacks import OnProgress, ShouldStop, StoppedError, never
from arxivtag.corpus import store
from arxivtag.corpus import texts as searching
from arxivtag.corpus.arrays import Rows
from arxivtag.corpus.store import Corpus
from arxivtag.errors import DataError
from arxivtag.ui.frame import opening
from tests.corpus.test_store import papers_file
from tests.ui.conftest import texts

OpenApp = Callable[..., AppTest]
PAGES_WITH_PAPERS = ("streamlit_app.py", "pages/1_Explore.py", "pages/2_Train.py")
BEING_READ = "The papers are read once"
DATA = "file:papers.jsonl"
WAIT_S = 60


class SlowReading:
    """Opens data sets once it is allowed to, unless it is stopped before."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.n_begun = 0
        self.n_ended = threading.Semaphore(0)

    def open(
        self,
        source: str,
        home: Path,
        *,
        progress: OnProgress | None = None,
        should_stop: ShouldStop = never,
    ) -> Corpus:
        self.n_begun += 1
        if progress:
            progress("Looking at the texts, about 40 s left", 0.4)
        try:
            while not self.may_go_on.wait(0.02):
                if should_stop():
                    raise StoppedError
            return store.open_corpus(source, home)
        finally:
            self.n_ended.release()


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_app: OpenApp) -> SlowReading:
    """A file in use whose reading takes as long as the test wants."""
    monkeypatch.setenv("ARXIVTAG_DATA", papers_file(tmp_path))
    monkeypatch.setattr(opening, "PATIENCE_S", 0.05)
    reading = SlowReading()
    monkeypatch.setattr(opening, "open_corpus", reading.open)
    return reading


@pytest.mark.parametrize("page", PAGES_WITH_PAPERS)
def test_pages_say_how_far_it_is_and_go_on(
    open_app: OpenApp, slow: SlowReading, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = [open_app(page, data=DATA), open_app(page, data=DATA)]
    for session in sessions:
        assert not session.exception
        assert BEING_READ in texts(session)
        assert "about 40 s left" in str(session.get("progress")[0].proto)
    assert slow.n_begun == 1  # both see the one reading
    slow.may_go_on.set()
    monkeypatch.setattr(opening, "PATIENCE_S", WAIT_S)
    for session in sessions:
        session.run()
        assert not session.exception
        assert BEING_READ not in texts(session)
        assert not session.get("progress")


def test_cancelled_it_can_be_read_later(
    open_app: OpenApp, slow: SlowReading, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app("pages/1_Explore.py", data=DATA)
    app.button(key="stop-reading").click().run()
    assert slow.n_ended.acquire(timeout=WAIT_S)
    monkeypatch.setattr(opening, "PATIENCE_S", WAIT_S)
    app.run()
    assert "was stopped" in texts(app)
    assert not app.exception
    slow.may_go_on.set()
    app.button(key="reading-again").click().run()
    assert not app.exception
    assert app.tabs
    assert "was stopped" not in texts(app)


def test_a_fault_is_shown_and_tried_again_on_the_next_visit(
    open_app: OpenApp, slow: SlowReading, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*words: object, **how: object) -> Corpus:
        raise DataError("The file is broken", "Mend it")

    monkeypatch.setattr(opening, "open_corpus", fail)
    monkeypatch.setattr(opening, "PATIENCE_S", WAIT_S)
    app = open_app("pages/1_Explore.py", data=DATA)
    assert "The file is broken" in texts(app)
    assert not app.exception
    slow.may_go_on.set()
    monkeypatch.setattr(opening, "open_corpus", slow.open)
    app.run()
    assert "The file is broken" not in texts(app)
    assert app.tabs


def test_a_search_is_done_once_for_all_tabs_and_sessions_and_can_be_cancelled(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on, begun, search = threading.Event(), [], searching.matching

    def slowly(corpus: Corpus, text: str, progress: OnProgress, should_stop: ShouldStop) -> Rows:
        begun.append(text)
        progress("Searching the texts", 0.4)
        while not may_go_on.wait(0.02):
            if should_stop():
                raise StoppedError
        return search(corpus, text, progress, should_stop)

    monkeypatch.setattr(searching, "matching", slowly)
    sessions = [open_app("pages/1_Explore.py", tab=tab) for tab in ("Labels", "Papers")]
    monkeypatch.setattr(opening, "PATIENCE_S", 0.05)
    for session in sessions:
        session.text_input(key="search").set_value("network").run()
        assert not session.exception
        assert "All texts are searched once" in texts(session)
        assert "Searching the texts" in str(session.get("progress")[0].proto)
    sessions[0].button(key="stop-search").click().run()
    monkeypatch.setattr(opening, "PATIENCE_S", WAIT_S)
    sessions[0].run()
    assert "The search was stopped" in texts(sessions[0])
    may_go_on.set()
    sessions[0].button(key="search-again").click().run()
    sessions[1].run()
    for session in sessions:
        assert not session.exception
        assert not session.get("progress")
        assert "with “network”" in texts(session)
    assert begun == ["network"] * 2

"""Opening a data set: at once where it was read before, and with progress where it was not.

A data set is opened once for all sessions, by a thread. A page waits for it a moment, since most
are there by then; after that :class:`BeingReadError` makes the block that needs it show how far
the reading is, and the page runs again when it is done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import streamlit as st

from arxivtag.callbacks import OnProgress, ShouldStop, StoppedError
from arxivtag.corpus.store import Corpus
from arxivtag.papers.source import UPLOAD, parse_source
from arxivtag.policy import acting_as, policy, role
from arxivtag.runs.reading import open_corpus

PATIENCE_S = 1.0  # what a page waits before it says that it waits
WATCH_S = 1.0
# Session state: whether a dialog is open, which would close if the page ran again by itself.
HOLD_KEY = "dialog-is-open"
_READ_ONCE = "**The papers are read once**; later they are here at once."
Result = TypeVar("Result")


class Work(Generic[Result]):
    """Something that a thread does once for all sessions.

    Attributes:
        stage: What is being done, in words, with the time left.
        fraction: How far it is, 0 to 1; None while that is not known.
        result: What came of it; None before.
        error: Why nothing came of it.
        was_stopped: Whether somebody stopped it.
    """

    def __init__(self, do: Callable[[OnProgress, ShouldStop], Result], stage: str) -> None:
        self.stage = stage
        self.fraction: float | None = None
        self.result: Result | None = None
        self.error: Exception | None = None
        self.was_stopped = False
        self._do = do
        self._stop = threading.Event()
        self._role = role()  # a thread cannot tell for whom it works
        self.start()

    def start(self) -> None:
        """Begin, or begin again after a stop."""
        self.was_stopped = False
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="work", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            with acting_as(self._role):
                self.result = self._do(self._hear, self._stop.is_set)
        except StoppedError:
            self.was_stopped = True
        except Exception as error:  # raised again where it is asked for
            self.error = error

    def _hear(self, stage: str, fraction: float | None) -> None:
        self.stage, self.fraction = stage, fraction

    @property
    def is_done(self) -> bool:
        """Whether it is done, or will not be."""
        return not self._thread.is_alive()

    def wait(self, timeout_s: float) -> None:
        """Wait for its end, so long at most."""
        self._thread.join(timeout_s)

    def stop(self) -> None:
        """Stop it; nothing half of it stays."""
        self._stop.set()


class Opening(Work[Corpus]):
    """A data set that is being opened, or was, from ``source``."""

    def __init__(self, source: str, home: Path) -> None:
        self.source = source
        super().__init__(
            lambda progress, should_stop: open_corpus(
                source, home, progress=progress, should_stop=should_stop
            ),
            "Looking at the file",
        )

    def corpus(self) -> Corpus:
        """Return the corpus.

        Raises:
            ArxivTagError: If it could not be opened.
            BeingReadError: If it is not open yet, or somebody stopped it.
        """
        self.wait(PATIENCE_S)
        if self.result is not None:
            return self.result
        if self.error is not None:
            raise self.error
        raise BeingReadError(self)


class BeingReadError(Exception):
    """A data set is not open yet; :func:`render_opening` shows how far it is."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening.source)
        self.opening = opening


def render_opening(opening: Opening) -> None:
    """Show how far the reading of a data set is, or that it was stopped."""
    with st.container(border=True, key="opening"):
        if opening.was_stopped:
            st.markdown("**Reading the papers was stopped.** Nothing of them was kept.")
            st.button(
                "Read them", icon=":material/refresh:", key="read-again", on_click=opening.start
            )
        else:
            watch(opening, _READ_ONCE, "stop-reading" if may_stop(opening.source) else "")


@st.fragment(run_every=WATCH_S)
def watch(work: Work[Any], sentence: str, stop_key: str) -> None:
    """Show how far a work is, with Cancel under ``stop_key`` if any; then the page runs again."""
    if work.is_done and not st.session_state.get(HOLD_KEY):
        st.rerun()
    st.markdown(sentence)
    st.progress(work.fraction or 0.0, text=work.stage)
    if stop_key:
        st.button("Cancel", icon=":material/close:", key=stop_key, on_click=work.stop)


def may_stop(source: str) -> bool:
    """Return whether who looks may stop what is done with a data set: visitors their uploads."""
    return not policy().is_visitor or parse_source(source).kind == UPLOAD

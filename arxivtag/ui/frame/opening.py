"""Opening a data set: at once where it was read before, and with progress where it was not.

A data set is opened once for all sessions, by a thread. A page waits for it a moment, since most
are there by then; after that :class:`BeingReadError` makes the block that needs it show how far
the reading is, and the page runs again when it is done.
"""

from __future__ import annotations

import threading
from pathlib import Path

import streamlit as st

from arxivtag.callbacks import StoppedError
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.papers.source import UPLOAD, parse_source
from arxivtag.policy import policy

PATIENCE_S = 1.0  # what a page waits before it says that it waits
WATCH_S = 1.0
# Session state: whether a dialog is open, which would close if the page ran again by itself.
HOLD_KEY = "dialog-is-open"


class Opening:
    """A data set that is being opened, or was.

    Attributes:
        source: What is opened.
        stage: What is being done, in words, with the time left.
        fraction: How far it is, 0 to 1; None while that is not known.
        error: Why it could not be opened.
        was_stopped: Whether somebody stopped the reading.
    """

    def __init__(self, source: str, home: Path) -> None:
        self.source = source
        self.stage = "Looking at the file"
        self.fraction: float | None = None
        self.error: Exception | None = None
        self.was_stopped = False
        self._home = home
        self._corpus: Corpus | None = None
        self._stop = threading.Event()
        self.start()

    def start(self) -> None:
        """Begin, or begin again after a stop."""
        self.was_stopped = False
        self._stop.clear()
        self._thread = threading.Thread(target=self._open, name="opening", daemon=True)
        self._thread.start()

    def _open(self) -> None:
        try:
            self._corpus = open_corpus(
                self.source, self._home, progress=self._hear, should_stop=self._stop.is_set
            )
        except StoppedError:
            self.was_stopped = True
        except Exception as error:  # raised again where it is asked for
            self.error = error

    def _hear(self, stage: str, fraction: float | None) -> None:
        self.stage, self.fraction = stage, fraction

    @property
    def is_done(self) -> bool:
        """Whether it is open, or will not be."""
        return not self._thread.is_alive()

    def stop(self) -> None:
        """Stop the reading; nothing half of it stays."""
        self._stop.set()

    def corpus(self) -> Corpus:
        """Return the corpus.

        Raises:
            ArxivTagError: If it could not be opened.
            BeingReadError: If it is not open yet, or somebody stopped it.
        """
        self._thread.join(PATIENCE_S)
        if self._corpus is not None:
            return self._corpus
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
            _watch(opening)


@st.fragment(run_every=WATCH_S)
def _watch(opening: Opening) -> None:
    if opening.is_done and not st.session_state.get(HOLD_KEY):
        st.rerun()
    st.markdown("**The papers are read once**; later they are here at once.")
    st.progress(opening.fraction or 0.0, text=opening.stage)
    if not policy().is_visitor or parse_source(opening.source).kind == UPLOAD:
        st.button("Cancel", icon=":material/close:", key="stop-reading", on_click=opening.stop)

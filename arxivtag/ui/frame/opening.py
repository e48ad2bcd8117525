"""What a thread does once for all sessions: data sets are opened, texts are searched.

A page waits for it a moment, since most are done by then; after that :class:`NotDoneError` makes
the block that needs it show how far it is, with Cancel, and the page runs again when it is done.
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
from arxivtag.runs.opening import open_corpus

PATIENCE_S = 1.0  # what a page waits before it says that it waits
WATCH_S = 1.0
# Session state: whether a dialog is open, which would close if the page ran again by itself.
HOLD_KEY = "dialog-is-open"
Result = TypeVar("Result")


class Work(Generic[Result]):
    """Something that a thread does once for all sessions.

    Attributes:
        name: What its buttons are called in the session state.
        doing: Said while it is under way.
        stopped: Said when somebody stopped it.
        again: On the button that begins it again.
        stage: What is being done, in words, with the time left.
        source: The data set that it makes something of, if not all may stop it.
        fraction: How far it is, 0 to 1; None while that is not known.
        result, error: What came of it, or why nothing did; None before.
    """

    name = doing = stopped = again = ""

    def __init__(
        self, do: Callable[[OnProgress, ShouldStop], Result], stage: str, source: str = ""
    ) -> None:
        self.stage, self.source = stage, source
        self.fraction: float | None = None
        self.result: Result | None = None
        self._do = do
        self._stop = threading.Event()
        self._role = role()  # a thread cannot tell for whom it works
        self.start()

    def start(self) -> None:
        """Begin, or begin again after a stop or an error."""
        self.was_stopped = self._was_told = False
        self.error: Exception | None = None
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="work", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            with acting_as(self._role):
                self.result = self._do(self._hear, self._stop.is_set)
            del self._do  # it may hold a corpus, and so keep that in use
        except StoppedError:
            self.was_stopped = True
        except Exception as error:  # raised again where it is asked for
            self.error = error

    def _hear(self, stage: str, fraction: float | None) -> None:
        self.stage, self.fraction = stage, fraction

    def get(self) -> Result:
        """Return the result.

        Raises:
            ArxivTagError: If nothing came of it; the next time it is tried again.
            NotDoneError: If it is not done yet, or somebody stopped it.
        """
        if self._was_told:  # what was wrong may be mended by now
            self.start()
        self._thread.join(PATIENCE_S)
        if self.result is not None:
            return self.result
        if self.error is not None:
            self._was_told = True
            raise self.error
        raise NotDoneError(self)

    @property
    def is_done(self) -> bool:
        """Whether it is done, or will not be."""
        return not self._thread.is_alive()

    def stop(self) -> None:
        """Stop it; nothing half of it stays."""
        self._stop.set()


class Opening(Work[Corpus]):
    """A data set that is being opened, or was, from ``source``."""

    name, again = "reading", "Read them"
    doing = "**The papers are read once**; later they are here at once."
    stopped = "**Reading the papers was stopped.** Nothing of them was kept."

    def __init__(self, source: str, home: Path) -> None:
        super().__init__(
            lambda progress, should_stop: open_corpus(
                source, home, progress=progress, should_stop=should_stop
            ),
            "Looking at the file",
            source,
        )


class Search(Work[Result]):
    """Texts that are being searched, or were."""

    name, again = "search", "Search again"
    doing = "**All texts are searched once** for these words; later the answer is here at once."
    stopped = "**The search was stopped.**"


class NotDoneError(Exception):
    """A work is not done yet; :func:`render_work` shows how far it is."""

    def __init__(self, work: Work[Any]) -> None:
        super().__init__(work.stage)
        self.work = work


def render_work(work: Work[Any]) -> None:
    """Show how far a work is, or that it was stopped."""
    with st.container(border=True, key=f"{work.name}-work"):
        if work.was_stopped:
            st.markdown(work.stopped)
            again = f"{work.name}-again"
            st.button(work.again, icon=":material/refresh:", key=again, on_click=work.start)
        else:
            watch(work)


@st.fragment(run_every=WATCH_S)
def watch(work: Work[Any]) -> None:
    """Show how far a work is, with Cancel for who may; then the page runs again."""
    if work.is_done and not st.session_state.get(HOLD_KEY):
        st.rerun()
    st.markdown(work.doing)
    st.progress(work.fraction or 0.0, text=work.stage)
    # Visitors may stop what is done with their uploads.
    if not (work.source and policy().is_visitor) or parse_source(work.source).kind == UPLOAD:
        st.button("Cancel", icon=":material/close:", key=f"stop-{work.name}", on_click=work.stop)

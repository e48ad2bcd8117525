"""Which data sets there are, and cached loading of them.

Caches are shared by all sessions, bounded in entries, and keyed by the source and the
state of the file behind it, so that a replaced file is read again. What they return is
shared: do not change it in place.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from arxivtag import config
from arxivtag.papers.schema import Corpus

if TYPE_CHECKING:
    from arxivtag.papers.cleaning import CleaningResult


def _sources() -> Any:
    return importlib.import_module("arxivtag.papers.sources")


SAMPLE = "sample"
ARXIV_ABSTRACTS = "arxiv-abstracts"
UPLOAD_PATTERN = re.compile(r"^upload:[A-Za-z0-9_-]{8,80}$")


@dataclass(frozen=True)
class DataOption:
    """One data set to choose: its id in the URL, and what ``papers.sources.load`` takes."""

    id: str
    name: str
    description: str
    source: str
    ready: bool = True


def data_options(home: Path, asked: str | None = None) -> tuple[DataOption, ...]:
    """Return the data sets this session may choose: bundled, fetched, named on start, uploaded.

    Args:
        home: The home folder.
        asked: The URL's choice: an upload is offered to whoever knows its unguessable id.
    """
    try:
        options = [
            DataOption(info.id, info.name, info.description, info.id, info.ready)
            for info in _sources().available_sources(home)
            if not info.id.startswith("upload:")
        ]
    except ImportError:
        options = [DataOption(SAMPLE, "Sample", "Synthetic abstracts.", SAMPLE)]
    options += local_options()
    uploads: dict[str, str] = dict(st.session_state.get("uploads", {}))
    if asked and UPLOAD_PATTERN.match(asked) and asked not in uploads:
        name = upload_name(asked, home)
        if name is not None:
            uploads[asked] = name
            st.session_state["uploads"] = uploads
    options += [
        DataOption(source, name, "Uploaded by you; only those who have its address see it.", source)
        for source, name in uploads.items()
        if upload_name(source, home) is not None
    ]
    return tuple(options)


def local_options() -> list[DataOption]:
    """Return the files named in ``ARXIVTAG_DATA``, under ids that do not show their folder."""
    options: dict[str, DataOption] = {}
    for path in config.data_paths():
        id_ = f"file:{path.name}"
        number = 2
        while id_ in options:
            id_, number = f"file:{path.name}-{number}", number + 1
        options[id_] = DataOption(id_, path.name, "A file on this machine.", str(path))
    return list(options.values())


def upload_name(source: str, home: Path) -> str | None:
    """Return the display name of an upload that is still here, else None."""
    try:
        return _sources().upload_name(source, home)
    except Exception:
        return None


def _state_of(source: str, home: Path) -> tuple[int, int]:
    """Return size and modification time of the file behind a source, to notice a new one."""
    path = Path(source)
    if source == SAMPLE:
        path = config.SAMPLE_PATH
    elif source == ARXIV_ABSTRACTS:
        folder = config.downloads_folder(home)
        path = max(folder.glob("arxiv_abstracts*"), default=folder)
    try:
        state = path.stat()
    except (OSError, ValueError):
        return (0, 0)
    return (state.st_size, state.st_mtime_ns)


def corpus(source: str, home: Path | None = None) -> Corpus:
    """Return the corpus of a source, loaded once for all sessions.

    Raises:
        DataError: If the source cannot be read.
    """
    home = home or config.home_folder()
    return _corpus(source, str(home), _state_of(source, home))


@st.cache_resource(max_entries=4, show_spinner="Reading the papers …")
def _corpus(source: str, home: str, state: tuple[int, int]) -> Corpus:
    return _sources().load(source, home=Path(home))


def cleaned(
    source: str, cleaning: config.CleaningConfig | None = None, home: Path | None = None
) -> CleaningResult:
    """Return the cleaned papers of a source and the report, cleaned once for all sessions."""
    home = home or config.home_folder()
    return _cleaned(source, str(home), _state_of(source, home), cleaning or config.CleaningConfig())


@st.cache_resource(max_entries=4, show_spinner="Cleaning the papers …")
def _cleaned(
    source: str, home: str, state: tuple[int, int], cleaning: config.CleaningConfig
) -> CleaningResult:
    from arxivtag.papers.cleaning import clean

    return clean(_corpus(source, home, state).papers, cleaning)

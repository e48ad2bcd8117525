"""Which data sets there are, and cached loading of them.

Caches are shared by all sessions, bounded in entries, and keyed by the source and the
state of the file behind it, so that a replaced file is read again. What they return is
shared: do not change it in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from arxivtag import config
from arxivtag.errors import DataError
from arxivtag.papers import sources
from arxivtag.papers.cleaning import CleaningResult, clean
from arxivtag.papers.schema import Corpus
from arxivtag.papers.source import ARXIV_METADATA
from arxivtag.papers.uploads import UPLOAD_PREFIX, delete_upload, keep_upload, upload_path
from arxivtag.runs import registry
from arxivtag.runs.status import QUEUED, RUNNING
from arxivtag.settings import CleaningConfig

SAMPLE = sources.SAMPLE
SNAPSHOTS_KEY = "snapshots"  # session state: sources that are parts of Kaggle's snapshot
UPLOADS_KEY = "uploads"  # session state: {source: name} of what this session uploaded


@dataclass(frozen=True)
class DataOption:
    """One data set to choose: its id in the URL, and what ``papers.sources.load`` takes."""

    id: str
    name: str
    description: str
    source: str


def data_options(home: Path, asked: str | None = None) -> tuple[DataOption, ...]:
    """Return the data sets this session may choose: bundled, fetched, named on start, uploaded.

    Args:
        home: The home folder.
        asked: The URL's choice: an upload is offered to whoever knows its unguessable id.
    """
    options = [
        DataOption(info.id, info.name, info.description, info.id)
        for info in sources.available_sources(home)
        if (info.ready or info.id == SAMPLE) and not _is_closed(info.id)
    ]
    uploads: dict[str, str] = dict(st.session_state.get(UPLOADS_KEY, {}))
    if asked is not None and asked.startswith(UPLOAD_PREFIX):
        uploads.setdefault(asked, asked)
    snapshots = set(st.session_state.get(SNAPSHOTS_KEY, ()))
    if asked is not None and asked.startswith(f"{ARXIV_METADATA}?") and not _is_closed(asked):
        snapshots.add(asked)
    return (
        *options,
        *_snapshot_options(sorted(snapshots), home),
        *local_options(),
        *_upload_options(uploads, home),
    )


def _is_closed(source: str) -> bool:
    """Return whether a source is not for visitors: reading Kaggle's snapshot takes minutes."""
    return config.visitor_mode() and source.partition("?")[0] == ARXIV_METADATA


def offered(source: str, home: Path) -> DataOption | None:
    """Return how a run's data set is chosen here; None where it is not offered any more."""
    return next((item for item in data_options(home, source) if item.source == source), None)


def _snapshot_options(chosen: Sequence[str], home: Path) -> list[DataOption]:
    """Return the parts of Kaggle's snapshot that were asked for, if it is on this machine."""
    ready = any(
        info.id == ARXIV_METADATA and info.ready for info in sources.available_sources(home)
    )
    return [
        DataOption(source, f"Kaggle's snapshot: {part}", "A part of all arXiv papers.", source)
        for source, part in ((one, one.partition("?")[2][:60]) for one in chosen)
        if ready
    ]


def remember_snapshot(source: str) -> None:
    """Offer a part of Kaggle's snapshot to this session from now on."""
    chosen = [*st.session_state.get(SNAPSHOTS_KEY, ()), source]
    st.session_state[SNAPSHOTS_KEY] = list(dict.fromkeys(chosen))[-5:]


def local_options() -> tuple[DataOption, ...]:
    """Return the files named in ``ARXIVTAG_DATA``, under ids that do not show their folder."""
    options: dict[str, DataOption] = {}
    for path in config.data_paths():
        id_, number = f"file:{path.name}", 1
        while id_ in options:
            number += 1
            id_ = f"file:{path.name}-{number}"
        options[id_] = DataOption(id_, path.name, "A file on this machine.", str(path))
    return tuple(options.values())


def _upload_options(uploads: dict[str, str], home: Path) -> tuple[DataOption, ...]:
    options = []
    for source in uploads:
        try:
            _, name = upload_path(source, home)
        except DataError:
            continue  # deleted since, or not one of ours
        options.append(
            DataOption(
                source,
                name,
                "An upload; only those who have its address see it."
                if config.visitor_mode()
                else "An upload; runs on it are seen by whoever uses this app.",
                source,
            )
        )
    return tuple(options)


def remember_upload(source: str, name: str, home: Path) -> None:
    """Offer an upload to this session from now on; a visitor's oldest may go for it."""
    keep_upload(source, home)
    kept: dict[str, str] = {**st.session_state.get(UPLOADS_KEY, {})}
    kept.pop(source, None)
    kept[source] = name
    if config.visitor_mode():
        in_use = uploads_in_use(home)
        for old in list(kept)[: -config.visitor_limits().max_uploads_per_visitor]:
            if old not in in_use:
                del kept[old]
                delete_upload(old, home)
    st.session_state[UPLOADS_KEY] = kept


def uploads_in_use(home: Path) -> frozenset[str]:
    """Return the uploads that runs need: to train on, or where runs are kept, to be repeated."""
    needing = (QUEUED, RUNNING) if config.visitor_mode() else None
    return frozenset(
        run.data for run in registry.list_runs(home) if needing is None or run.state in needing
    )


def file_state(source: str, home: Path) -> tuple[int, int]:
    """Return size and modification time of the file behind a source, to notice a new one."""
    try:
        state = _file_behind(source, home).stat()
    except (OSError, ValueError, DataError):
        return (0, 0)  # loading will say what is wrong
    return (state.st_size, state.st_mtime_ns)


def _file_behind(source: str, home: Path) -> Path:
    if source.startswith(UPLOAD_PREFIX):
        return upload_path(source, home)[0]
    named = source.partition("?")[0]
    if named in {info.id for info in sources.available_sources(home)}:
        return sources.built_in_path(named, home)
    return Path(source)


def corpus(source: str, home: Path | None = None) -> Corpus:
    """Return the corpus of a source, loaded once for all sessions.

    Raises:
        DataError: If the source cannot be read.
    """
    home = home or config.home_folder()
    loaded: Corpus = _corpus(source, str(home), file_state(source, home))
    return loaded


@st.cache_resource(max_entries=4, show_spinner="Reading the papers …")
def _corpus(source: str, home: str, state: tuple[int, int]) -> Corpus:
    return sources.load(source, home=Path(home))


def cleaned(
    source: str, cleaning: CleaningConfig | None = None, home: Path | None = None
) -> CleaningResult:
    """Return the cleaned papers of a source and the report, cleaned once for all sessions.

    Raises:
        DataError: If the source cannot be read.
    """
    home = home or config.home_folder()
    rules = cleaning or CleaningConfig()
    result: CleaningResult = _cleaned(source, str(home), file_state(source, home), rules)
    return result


@st.cache_resource(max_entries=4, show_spinner="Cleaning the papers …")
def _cleaned(
    source: str, home: str, state: tuple[int, int], cleaning: CleaningConfig
) -> CleaningResult:
    return clean(_corpus(source, home, state).papers, cleaning)

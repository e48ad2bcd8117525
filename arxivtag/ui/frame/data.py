"""Which data sets there are, and the corpora of those in use, open for all sessions.

A replaced file is read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from arxivtag.corpus.cleaning import Cleaned, clean_rows
from arxivtag.corpus.store import Corpus, forget_deleted_uploads
from arxivtag.errors import DataError
from arxivtag.papers import sources
from arxivtag.papers.schema import NOTHING_SAID, Layout
from arxivtag.papers.source import ARXIV_METADATA, SAMPLE, UPLOAD, Source, parse_source
from arxivtag.papers.uploads import (
    chosen_uploads,
    delete_upload,
    keep_upload,
    name_for,
    upload_layout,
    upload_path,
)
from arxivtag.policy import data_paths, policy
from arxivtag.runs import registry
from arxivtag.runs.status import QUEUED, RUNNING
from arxivtag.settings import CleaningConfig, RunConfig
from arxivtag.ui.frame import run_text
from arxivtag.ui.frame.choices import Option
from arxivtag.ui.frame.memory import FileState, file_state, shared
from arxivtag.ui.frame.opening import Opening
from arxivtag.ui.frame.who import UPLOADS_KEY, visitor_id

SNAPSHOTS_KEY = "snapshots"  # session state: sources that are parts of Kaggle's snapshot


@dataclass(frozen=True)
class DataOption(Option):
    """One data set to choose, and what ``corpus.store.open_corpus`` takes."""

    source: str


def data_options(home: Path, asked: str | None) -> tuple[DataOption, ...]:
    """Return the data sets this session may choose: bundled, fetched, named on start, uploaded.

    ``asked`` is the address's choice: an upload is offered to whoever knows its unguessable id.
    """
    is_visitor = policy().is_visitor
    built_in = [
        DataOption(info.id, info.name, info.description, info.id)
        for info in sources.available_sources(home)
        if (info.ready or info.id == SAMPLE)
        and (parse_source(info.id).is_for_visitors or not is_visitor)
    ]
    uploads: list[str] = list(st.session_state.get(UPLOADS_KEY, ()))
    snapshots: list[str] = list(st.session_state.get(SNAPSHOTS_KEY, ()))
    named = _named(asked)
    if named.kind == UPLOAD:
        uploads.append(str(named))
    elif named.kind == ARXIV_METADATA and named.options:
        snapshots.append(str(named))
    if ARXIV_METADATA in {option.id for option in built_in}:
        built_in += [
            DataOption(
                source,
                f"Kaggle's snapshot: {parse_source(source).options[:60]}",
                "A part of all arXiv papers.",
                source,
            )
            for source in sorted(set(snapshots))
        ]
    return (*built_in, *local_options(), *_upload_options(uploads, home))


def _named(asked: str | None) -> Source:
    """Return the source that the address asks for; the sample where it names nothing."""
    try:
        return parse_source(asked or SAMPLE)
    except DataError:
        return Source(SAMPLE)


def offered(source: str, home: Path) -> DataOption | None:
    """Return how a run's data set is chosen here; None where it is not offered any more."""
    return next((item for item in data_options(home, source) if item.source == source), None)


def remember_snapshot(source: str) -> None:
    """Offer a part of Kaggle's snapshot to this session from now on."""
    chosen = [*st.session_state.get(SNAPSHOTS_KEY, ()), source]
    st.session_state[SNAPSHOTS_KEY] = list(dict.fromkeys(chosen))[-5:]


def local_options() -> list[DataOption]:
    """Return the files named in ``ARXIVTAG_DATA``, under ids that do not show their folder."""
    options: dict[str, DataOption] = {}
    for path in data_paths():
        id_, number = f"file:{path.name}", 1
        while id_ in options:
            number += 1
            id_ = f"file:{path.name}-{number}"
        options[id_] = DataOption(id_, path.name, "A file on this machine.", str(path))
    return list(options.values())


def _upload_options(uploads: Sequence[str], home: Path) -> list[DataOption]:
    seen_by = (
        "only those who have its address see it."
        if policy().is_visitor
        else "runs on it are seen by whoever uses this app."
    )
    options = []
    for source in dict.fromkeys(uploads):
        try:
            _, name = upload_path(source, home)
        except DataError:
            continue  # deleted since, or not one of ours
        options.append(DataOption(source, name, f"An upload; {seen_by}", source))
    return options


def remember_upload(source: str, name: str, home: Path) -> None:
    """Offer an upload to this session from now on.

    Of what its visitor chose, in whichever session, the oldest beyond the limit are deleted.
    """
    visitor = visitor_id()
    keep_upload(source, home, visitor=visitor)
    kept: dict[str, str] = {**st.session_state.get(UPLOADS_KEY, {}), source: name}
    most = policy().max_uploads_per_visitor
    if most is not None:
        in_use = uploads_in_use(home)
        for old in chosen_uploads(visitor, home)[:-most]:
            if old not in in_use:
                kept.pop(old, None)
                delete_upload(old, home)
    st.session_state[UPLOADS_KEY] = kept
    forget_deleted_uploads(home)


def shown_name(source: str, home: Path) -> str:
    """Return what the data set of a run is called in lists.

    An upload has its name for whoever chose it, in this session or before in this browser; for
    others it is an uploaded file.
    """
    name = ""
    if source.startswith(UPLOAD):
        mine: dict[str, str] = st.session_state.get(UPLOADS_KEY, {})
        name = mine.get(source) or name_for(visitor_id(), source, home)
    return name or run_text.data_text(source)


def uploads_in_use(home: Path) -> frozenset[str]:
    """Return the data sets of runs: their uploads must stay.

    The owner can repeat any run; an upload of visitors is needed until its run has ended.
    """
    runs = registry.list_runs(home)
    if policy().is_visitor:
        runs = tuple(run for run in runs if run.state in (QUEUED, RUNNING))
    return frozenset(run.data for run in runs)


def corpus(source: str, home: Path) -> Corpus:
    """Return the corpus of a source, open for all sessions; read first if it never was.

    Raises:
        NotDoneError: If it is being read; :func:`arxivtag.ui.frame.errors.guarded` shows it.
        DataError: If the source cannot be read.
        StorageError: If the disk refuses.
    """
    return _opening(source, home, file_state(sources.file_of(source, home))).get()


@shared(4)
def _opening(source: str, home: Path, state: FileState) -> Opening:
    return Opening(source, home)


@shared(4, "Cleaning the papers …")
def cleaned(corpus: Corpus, config: CleaningConfig) -> Cleaned:
    """Return what cleaning keeps of a corpus, cleaned once for all sessions."""
    return clean_rows(corpus, config)


def settings_on(base: RunConfig, source: str, home: Path) -> RunConfig:
    """Return ``base`` on a data set, read as it was said for that."""
    if source == base.data and parse_source(source).kind != UPLOAD:
        return base
    layout = layout_of(source, home)
    columns, separator = layout.columns_text, layout.label_separator
    return replace(base, data=source, columns=columns, label_separator=separator)


def layout_of(source: str, home: Path) -> Layout:
    """Return how a data set is to be read, as the owner of an upload said."""
    is_upload = parse_source(source).kind == UPLOAD
    return upload_layout(source, home) if is_upload else NOTHING_SAID

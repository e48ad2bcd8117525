"""The dialog that adds papers: a file of one's own, or papers fetched from elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from arxivtag import config
from arxivtag.callbacks import OnProgress
from arxivtag.errors import DataError
from arxivtag.papers import sources
from arxivtag.papers.dates import dates_of, understood_dates
from arxivtag.papers.fetching.fetched import search_source
from arxivtag.papers.label_columns import (
    SAMPLE_ROWS,
    columns_of_bits,
    guess_label_column,
    read_labels,
)
from arxivtag.papers.labels import (
    AUTO,
    LOOKED_AT,
    SEPARATORS,
    LabelReading,
    understand_labels,
)
from arxivtag.papers.reading.readers import FORMATS, read_table
from arxivtag.papers.schema import (
    ABSTRACT,
    FIELDS,
    LABELS,
    ONE_PER_LABEL,
    TITLE,
    Layout,
    check_header,
    date_columns,
    guess_mapping,
    numbered_columns,
)
from arxivtag.papers.source import ARXIV_ABSTRACTS, ARXIV_METADATA, SAMPLE, parse_source
from arxivtag.papers.texts import without_missing
from arxivtag.papers.uploads import delete_upload, make_room, save_upload, upload_path, with_layout
from arxivtag.policy import policy
from arxivtag.ui.frame import choices, components, data, who
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.logs import log_event
from arxivtag.ui.frame.memory import shared
from arxivtag.ui.frame.opening import NotDoneError

FILE_TYPES = [*(ending.removeprefix(".") for ending in FORMATS), "gz", "xz", "zst"]
NO_COLUMN = "(none)"
SEPARATOR_NAMES = {
    "semicolon": "semicolon ;",
    "comma": "comma ,",
    "pipe": "bar |",
    "hash": "number sign #",
    "tab": "tab",
    "newline": "line break",
    "space": "space (codes such as cs.LG)",
    "none": "nothing: a cell, or an item of a list, is one label",
}
FIELD_NAMES = {TITLE: "Title (optional)", ABSTRACT: "Abstract", LABELS: "Labels"}


@st.dialog("Add papers", width="large", on_dismiss="rerun")
def add_papers_dialog(home: Path) -> None:
    """Upload a file and say what its columns are, or take papers from elsewhere."""
    parts: dict[str, Callable[[Path], None]] = {
        "Upload a file": _upload_input,
        "Fetch the published set": _fetch_input,
        "Search arXiv": _search_input,
    }
    if not policy().is_visitor:  # each filter reads several gigabytes on the server
        parts["Kaggle's snapshot"] = _snapshot_input
    for tab, render in zip(st.tabs(list(parts)), parts.values(), strict=True):
        with tab, guarded():
            render(home)


# Upload


def _upload_input(home: Path) -> None:
    most_mb = policy().max_upload_mb
    file = st.file_uploader(
        f"A table of papers: CSV, Excel, JSON, Parquet, BibTeX, RIS; up to {most_mb} MB",
        type=FILE_TYPES,
        max_upload_size=most_mb,
        key="upload-file",
        help="One row per paper, with a column for the abstract and one for the labels. "
        "CSV and JSON Lines may be packed (.gz, .xz, .zst).",
    )
    if file is None:
        components.note(
            "Only you, and those to whom you give the address, will see the papers."
            if policy().is_visitor
            else "The papers stay on the machine that runs this app; whoever uses it can see "
            "the runs on them, and so the papers."
        )
        return
    source = _stored(file, home)
    path, name = upload_path(source, home)
    layout = _layout_input(path)
    asked = st.button("Use these papers", type="primary", key="use-upload", disabled=layout is None)
    if asked and layout is not None:
        n_papers = None  # of a large file, which is read on
        with st.spinner("Reading the papers …", show_time=True):
            final = with_layout(source, layout, home)
            if final != source:
                st.session_state["stored-uploads"][file.file_id] = final
                make_room(final, data.uploads_in_use(home), home)
            with contextlib.suppress(NotDoneError):
                n_papers = data.corpus(final, home).n_papers
        data.remember_upload(final, name, home)
        log_event("uploaded", n_papers=n_papers)  # the address is its only lock
        choices.remember("data", final, SAMPLE)
        st.rerun()


def _stored(file: UploadedFile, home: Path) -> str:
    """Return the source of an uploaded file, stored once however often the page runs."""
    known: dict[str, str] = st.session_state.setdefault("stored-uploads", {})
    if file.file_id not in known:
        _drop_unchosen(known, home)
        source = save_upload(file.name, file, home)
        make_room(source, data.uploads_in_use(home), home)
        known[file.file_id] = source
    return known[file.file_id]


def _drop_unchosen(known: dict[str, str], home: Path) -> None:
    """Delete the files that this session picked before another one and never chose."""
    chosen = st.session_state.get(who.UPLOADS_KEY, {})
    for file_id, source in list(known.items()):
        if source not in chosen:
            del known[file_id]
            delete_upload(source, home)


@shared(4, "Reading the first papers …")
def _first_rows(path: Path, n_rows: int, names: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Return the first rows of a file; of the columns of some names, where these are given."""
    columns = None if names is None else lambda _: list(names)
    return read_table(path, columns=columns, max_rows=n_rows).table


def _layout_input(path: Path) -> Layout | None:
    """Let the person say how a table is to be read; None while a question is open.

    Raises:
        DataError: If the table cannot be read so.
    """
    table = _first_rows(path, SAMPLE_ROWS)
    columns = [str(column) for column in table.columns]
    check_header(columns)
    mapping = _mapping_input(table, columns)
    for field in (ABSTRACT, LABELS):
        if not mapping[field]:
            raise DataError(
                f"Say which column holds the {'labels' if field == LABELS else 'abstract'}.",
                "A file without labels can be tagged on the Predict page.",
            )
    chosen = mapping[LABELS]
    texts = [mapping[field] for field in (TITLE, ABSTRACT) if mapping[field]]
    if chosen in columns:
        label_columns = numbered_columns(chosen, columns)
    else:
        label_columns = columns_of_bits(table, texts)
    dated = date_columns(columns, (*texts, *label_columns))
    looked_at = dict.fromkeys([*texts, *label_columns, *dated.values()])
    table = _first_rows(path, LOOKED_AT, tuple(looked_at)).copy(deep=False)
    for name in [*texts, *label_columns]:
        # As they are used: words for nothing are nothing.
        table[name], _ = without_missing(table[name])
    separator: str | None = AUTO
    if label_columns == [chosen]:
        # Of its own for each file and column, so that another one is judged anew.
        separator = _separator_input(table[chosen], f"label-separator-{path.parent.name}-{chosen}")
    read = read_labels(table, label_columns, chosen, separator or AUTO)
    _show_examples(read.reading)
    dates = understood_dates(list(dated.values()), dates_of(table, dated))
    components.note(dates.sentence)
    for sentence in read.notes if separator is not None else ():
        components.note(sentence)
    _preview(table, mapping, read.labels)
    return None if separator is None else Layout(mapping, separator)


def _mapping_input(table: pd.DataFrame, columns: list[str]) -> dict[str, str]:
    """Let the person say which column is what; return ``{field: column}``, empty for none."""
    guessed = guess_mapping(columns)
    taken = [column for field, column in guessed.items() if field != LABELS]
    guessed[LABELS] = guess_label_column(table, taken)
    mapping = {}
    for field, place in zip(FIELDS, st.columns(3), strict=True):
        options = [NO_COLUMN, *columns]
        if field == LABELS and len(columns_of_bits(table, taken)) > 1:
            options.insert(1, ONE_PER_LABEL)
        column = place.selectbox(
            FIELD_NAMES[field],
            options,
            index=options.index(guessed.get(field) or NO_COLUMN),
            format_func=lambda one: "one column per label (0/1)" if one == ONE_PER_LABEL else one,
            key=f"mapping-{field}",
        )
        mapping[field] = "" if column == NO_COLUMN else str(column)
    return mapping


def _separator_input(cells: pd.Series, key: str) -> str | None:
    """Let the person say what separates labels; None until then, where it is not sure."""
    understood = understand_labels(cells)
    names = list(SEPARATORS)
    if not understood.is_sure:
        st.warning(
            "Are the labels below read rightly? Choose what separates them; the cells could be "
            "read in more than one way.",
            icon=":material/help:",
        )
    name: str | None = st.selectbox(
        "Labels are separated by",
        names,
        index=names.index(understood.name) if understood.is_sure else None,
        format_func=lambda name: SEPARATOR_NAMES[name],
        placeholder="Choose what separates labels",
        key=key,
    )
    return name


def _show_examples(reading: LabelReading) -> None:
    """Show what was understood, with cells before and after."""
    components.note(reading.sentence)
    shown = pd.DataFrame(
        {
            "As written": [example.written for example in reading.examples],
            "Labels": [list(example.labels) for example in reading.examples],
        }
    )
    st.dataframe(shown, hide_index=True, key="label-examples", alt="Labels as written and as read")


def _preview(table: pd.DataFrame, mapping: dict[str, str], labels: pd.Series) -> None:
    shown = {field: table[mapping[field]].head() for field in (TITLE, ABSTRACT) if mapping[field]}
    lists = labels.head().map(
        lambda read: list(read) if isinstance(read, tuple) else ["(cannot be read)"]
    )
    st.dataframe(
        pd.DataFrame({**shown, LABELS: lists}),
        hide_index=True,
        key="upload-preview",
        alt="The first papers as read",
    )


# The published set


def _info(source: str, home: Path) -> sources.SourceInfo:
    return next(info for info in sources.available_sources(home) if info.id == source)


def _fetch_input(home: Path) -> None:
    info = _info(ARXIV_ABSTRACTS, home)
    components.note(info.description)
    if info.ready:
        components.note("It is on this machine: choose it as the data set in use.")
        return
    if policy().is_visitor:
        components.note("Visitors cannot fetch it here; the person who runs this app can.")
        return
    if st.button("Fetch it", icon=":material/cloud_download:", key="fetch-published"):
        from arxivtag.papers.fetching.arxiv_abstracts import fetch_arxiv_abstracts

        # The download goes on behind a closed dialog; the next full run of the page ends it.
        fetch_arxiv_abstracts(home=home, progress=_progress_bar())
        _use(ARXIV_ABSTRACTS)


def _progress_bar() -> OnProgress:
    bar = st.progress(0.0, "Connecting …")
    return lambda stage, share: bar.progress(share or 0.0, components.safe_text(stage))


def _use(source: str) -> None:
    """Make a fetched source the data set in use."""
    log_event("fetched", data=parse_source(source).kind)
    choices.remember("data", source, SAMPLE)
    st.rerun()


# A search of arXiv


def _search_input(home: Path) -> None:
    components.note(
        "Collects papers as the Keras example's authors did: one row for each search that a paper "
        "matches. arXiv asks for a pause of three seconds between pages of 100 papers."
    )
    if policy().is_visitor:
        components.note("Visitors cannot search from here; the person who runs this app can.")
        return
    longest = config.SourcesConfig().api_max_results
    with st.form("search-arxiv", border=False):
        queries = st.text_area(
            "Searches, one per line",
            placeholder='"image segmentation"\ncat:cs.RO AND abs:grasping',
            key="search-queries",
            height=110,
        )
        left, right = st.columns(2)
        n_papers = left.number_input(
            "Most papers per search", 1, longest, min(500, longest), key="search-max"
        )
        primary = right.text_input(
            "Primary categories kept", placeholder="all", key="search-primary",
            help="Separated by spaces, as in: cs.CV cs.LG stat.ML. Empty keeps all.",
        )  # fmt: skip
        asked = st.form_submit_button("Collect", icon=":material/cloud_download:")
    if asked:
        from arxivtag.papers.fetching.arxiv_api import Search, fetch_arxiv_api

        # As with a download; but the same search asked again within a day goes on.
        path = fetch_arxiv_api(
            Search(queries.splitlines(), int(n_papers), primary.replace(",", " ").split()),
            home=home,
            progress=_progress_bar(),
        )
        _use(search_source(path))


# Kaggle's arXiv metadata


def _snapshot_input(home: Path) -> None:
    """Choose a part of the snapshot; visitors are not offered it (:func:`data.data_options`)."""
    info = _info(ARXIV_METADATA, home)
    components.note(info.description)
    if not info.ready:
        components.note(f"The downloads folder is {config.downloads_folder(home)}")
        return
    with st.form("snapshot", border=False):
        left, right = st.columns(2)
        categories = left.text_input(
            "Categories kept", " ".join(config.SourcesConfig().metadata_categories),
            key="snapshot-categories", help="Separated by spaces.",
        )  # fmt: skip
        n_rows = right.number_input(
            "Most papers", 1, config.limits().max_rows, 20_000, key="snapshot-rows"
        )
        asked = st.form_submit_button("Use these papers", icon=":material/check:")
    if asked:
        wanted = ",".join(categories.replace(",", " ").split())
        source = f"{ARXIV_METADATA}?categories={wanted}&max_rows={int(n_rows)}"
        reading = st.spinner("Reading the snapshot …", show_time=True)
        with reading, contextlib.suppress(NotDoneError):
            data.corpus(source, home)
        data.remember_snapshot(source)
        _use(source)

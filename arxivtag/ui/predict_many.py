"""Many papers at once: upload a file, watch progress, filter the table, download it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from arxivtag import config
from arxivtag.errors import DataError
from arxivtag.papers import sources
from arxivtag.papers.readers import preview_table
from arxivtag.papers.schema import ABSTRACT, TITLE, guess_mapping
from arxivtag.papers.uploads import delete_upload, upload_path
from arxivtag.tagging import tables, tagger
from arxivtag.tagging.tables import table_as_jsonl
from arxivtag.ui import components, models
from arxivtag.ui.data_input import FILE_TYPES, NO_COLUMN, max_upload_mb
from arxivtag.ui.logs import log_event
from arxivtag.ui.page import PageContext

if TYPE_CHECKING:
    from arxivtag.tagging.bundle import Bundle

RESULT_KEY, COLUMNS_KEY = "predict-many-result", "predict-many-columns"
MAX_LABEL_COLUMNS = 200
LABELS_COLUMN, PROBABILITIES_COLUMN = tables.PREDICTED_LABELS, tables.PROBABILITIES


@dataclass(frozen=True)
class ManyResult:
    """A tagged file, as this session keeps it.

    Attributes:
        key: The upload, its columns and the model, to notice that one changed.
        name: The file's name without its ending, for downloads.
        table: The input's columns, ``predicted_labels`` and ``probabilities``.
        texts: ``title`` and ``abstract`` of each row, for the columns on request.
        seconds: How long tagging took.
    """

    key: tuple[str, ...]
    name: str
    table: pd.DataFrame
    texts: pd.DataFrame
    seconds: float


def render_many(context: PageContext) -> None:
    """Draw the whole view."""
    bundle = models.bundle(context.model, context.home)
    file = st.file_uploader(
        f"A file of papers: CSV, JSON Lines or Parquet, up to {max_upload_mb()} MB",
        type=FILE_TYPES,
        max_upload_size=max_upload_mb(),
        key="predict-file",
        help="One row a paper, with a column for the abstract; a title may be there too. "
        "Labels are not needed. CSV and JSON Lines may be packed (.gz, .xz, .zst).",
    )
    if file is None:
        st.session_state.pop(RESULT_KEY, None)
        st.session_state.pop(COLUMNS_KEY, None)
        components.note(
            "Every row gets its labels and their probabilities; nothing is kept on the server "
            "after this. On the command line: arxivtag tag MODEL FILE --out tagged.csv"
        )
        return
    mapping = _columns_input(file, context)
    key = (file.file_id, context.model, *sorted(mapping.values()))
    result: ManyResult | None = st.session_state.get(RESULT_KEY)
    if result is not None and result.key != key:
        result = None
    row = st.container(horizontal=True)
    started = row.button("Tag the file", type="primary", icon=":material/sell:", key="tag-file")
    stop = row.empty()
    if started:
        stop.button("Stop", icon=":material/stop_circle:", key="stop-tagging")
        result = _tag_file(bundle, file, mapping, key, context)
        st.session_state[RESULT_KEY] = result
        stop.empty()
    if result is not None:
        _render_table(bundle, result)


def _with_upload(file: Any, context: PageContext, use: Callable[[str], Any]) -> Any:
    """Call ``use(source)`` with the file in the uploads folder, and remove it there again."""
    if file.size > max_upload_mb() * 1_000_000:
        raise DataError(
            f"An uploaded file may have at most {max_upload_mb():,} MB here.",
            "Split or pack it (.gz, .xz, .zst).",
        )
    file.seek(0)
    source = sources.save_upload(file.name, file, context.home)
    try:
        return use(source)
    finally:
        delete_upload(source, context.home)


def _columns_input(file: Any, context: PageContext) -> dict[str, str]:
    """Let the person say which columns hold abstract and title; return ``{field: column}``."""
    known: dict[str, list[str]] = st.session_state.setdefault("predict-file-columns", {})
    if file.file_id not in known:
        known.clear()
        known[file.file_id] = _with_upload(
            file,
            context,
            lambda source: [
                str(column)
                for column in preview_table(upload_path(source, context.home)[0], 1).table.columns
            ],
        )
    columns = known[file.file_id]
    guessed = guess_mapping(columns)
    if not columns:
        raise DataError("The file has no columns.", "Choose a file with papers in it.")
    left, right = st.columns(2)
    abstract = left.selectbox(
        "Column of abstracts",
        columns,
        index=columns.index(guessed.get(ABSTRACT, columns[0])),
        key=f"predict-column-abstract-{file.file_id}",
    )
    options = [NO_COLUMN, *columns]
    title = right.selectbox(
        "Column of titles (optional)",
        options,
        index=options.index(guessed.get(TITLE, NO_COLUMN)),
        key=f"predict-column-title-{file.file_id}",
    )
    return {ABSTRACT: str(abstract), TITLE: "" if title == NO_COLUMN else str(title)}


def _tag_file(
    bundle: Bundle, file: Any, mapping: dict[str, str], key: tuple[str, ...], context: PageContext
) -> ManyResult:
    bar = st.progress(0.0, "Reading the file …")
    frame = _with_upload(
        file,
        context,
        lambda source: sources.load_texts(source, mapping=mapping, home=context.home),
    )
    _check_rows(len(frame))
    started = time.perf_counter()

    def show(done: int) -> None:
        seconds = time.perf_counter() - started
        left = seconds / done * (len(frame) - done) if done else 0.0
        bar.progress(
            done / len(frame),
            f"{components.count_text(done)} of {components.count_text(len(frame))} papers, "
            f"{components.seconds_text(left)} left",
        )

    table = tagger.tag_table(bundle, frame, progress=show)
    seconds = time.perf_counter() - started
    bar.empty()
    log_event("tagged_file", model=context.model, n_papers=len(table), seconds=seconds)
    return ManyResult(
        key, file.name.split(".")[0] or "papers", table, frame[[TITLE, ABSTRACT]], seconds
    )


def _check_rows(n_rows: int) -> None:
    if n_rows == 0:
        raise DataError("The file has no rows.", "Choose a file with papers in it.")
    most = config.visitor_limits().max_rows
    if config.visitor_mode() and n_rows > most:
        raise DataError(
            f"Visitors can tag up to {most:,} papers at once. Received: {n_rows:,}.",
            "Split the file.",
        )


def filtered(table: pd.DataFrame, labels: Sequence[str], words: str) -> pd.Series:
    """Return a mask of the rows that got all ``labels`` and hold all ``words`` (in any case)."""
    given = table[LABELS_COLUMN].str.split()
    mask = given.map(lambda row: set(labels) <= set(row or [])).astype(bool)
    columns = [name for name in table.columns if name != PROBABILITIES_COLUMN]
    for word in words.lower().split():
        somewhere = pd.Series(False, index=table.index)
        for name in columns:
            somewhere |= table[name].astype(str).str.lower().str.contains(word, regex=False)
        mask &= somewhere
    return mask


def label_counts(table: pd.DataFrame) -> pd.Series:
    """Return how many rows got each label, the most frequent first."""
    return table[LABELS_COLUMN].str.split().explode().dropna().value_counts()


def label_columns(bundle: Bundle, texts: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """Return one column of probabilities for each of ``labels``, on the index of ``texts``."""
    probabilities = pd.DataFrame(
        tagger.predict(bundle, tagger.frame_texts(bundle, texts)),
        columns=list(bundle.label_names),
        index=texts.index,
    )
    return probabilities[list(labels)].round(4)


def _label_columns(bundle: Bundle, result: ManyResult, labels: Sequence[str]) -> pd.DataFrame:
    """Return the columns for the whole file, computed once however often it is filtered."""
    kept: tuple[tuple[str, ...], pd.DataFrame] | None = st.session_state.get(COLUMNS_KEY)
    if kept is None or kept[0] != result.key:
        kept = (result.key, label_columns(bundle, result.texts, labels))
        st.session_state[COLUMNS_KEY] = kept
    return kept[1]


def _render_table(bundle: Bundle, result: ManyResult) -> None:
    table = result.table
    counts = label_counts(table)
    n_none = int((table[LABELS_COLUMN].fillna("").str.strip() == "").sum())
    components.metric_row(
        [
            ("Papers tagged", components.count_text(len(table))),
            ("Labels given", components.count_text(int(counts.sum()))),
            ("Papers without a label", components.count_text(n_none)),
            ("Time", components.seconds_text(result.seconds)),
        ]
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = st.multiselect(
            "Only papers with all of",
            counts.index.tolist(),
            format_func=lambda label: f"{label} ({counts[label]:,})",
            key="predict-filter-labels",
            placeholder="Any label",
        )
        words = st.text_input(
            "Only rows that mention", key="predict-filter-words", placeholder="Any words"
        )
        per_label = st.toggle("A column for each label", key="predict-label-columns")
    shown = table[filtered(table, labels, words or "")]
    if per_label:
        with st.spinner("Adding the columns …"):
            labels_given = counts.index.tolist()[:MAX_LABEL_COLUMNS]
            columns = _label_columns(bundle, result, labels_given).loc[shown.index]
        shown = pd.concat([shown.drop(columns=columns.columns, errors="ignore"), columns], axis=1)
    added = [name for name in shown.columns if name not in table.columns]
    front = [LABELS_COLUMN, PROBABILITIES_COLUMN, *added]
    st.dataframe(
        shown,
        hide_index=True,
        height=420,
        key="predict-many-table",
        column_order=[*front, *(name for name in shown.columns if name not in front)],
        alt="The papers with their labels and probabilities",
        column_config={
            LABELS_COLUMN: st.column_config.TextColumn("Predicted labels", pinned=True),
            PROBABILITIES_COLUMN: st.column_config.TextColumn("Probabilities"),
        },
    )
    components.note(
        f"{components.count_text(len(shown))} of {components.count_text(len(table))} papers shown; "
        "downloads hold what is shown. In CSV, cells that a spreadsheet would run as formulas "
        "start with an apostrophe."
    )
    with st.container(horizontal=True):
        components.download_table(shown, f"{result.name}_tagged")
        st.download_button(
            "Download JSONL",
            data=lambda: table_as_jsonl(shown).encode("utf-8", errors="replace"),
            file_name=f"{result.name}_tagged.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            on_click="ignore",
            key="download-jsonl",
        )

"""Many papers at once: upload a file, watch progress, filter the table, download it."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from arxivtag.errors import DataError
from arxivtag.papers import sources
from arxivtag.papers.reading.readers import read_table
from arxivtag.papers.schema import ABSTRACT, TITLE, Layout, check_header, guess_mapping
from arxivtag.papers.text_checks import count_notes, notes_text
from arxivtag.papers.uploads import delete_upload, save_upload, upload_path
from arxivtag.tagging import tables, tagger
from arxivtag.ui.frame import components, models
from arxivtag.ui.frame import tables as ui_tables
from arxivtag.ui.frame.add_papers import FILE_TYPES, NO_COLUMN
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.logs import log_event
from arxivtag.ui.frame.page import PageContext

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

RESULT_KEY, COLUMNS_KEY = "predict-many-result", "predict-many-columns"
FILTER_LABELS_KEY, FILTER_WORDS_KEY = "predict-filter-labels", "predict-filter-words"
MAX_LABEL_COLUMNS = 200


@dataclass(frozen=True)
class Tagging:
    """What was asked for: a file, the columns chosen from it, and a model."""

    file_id: str
    abstract: str
    title: str
    model: str


@dataclass(frozen=True)
class ManyResult:
    """A tagged file, as this session keeps it.

    ``asked`` tells whether a choice has changed since. ``table`` has the input's columns,
    ``predicted_labels`` and ``probabilities``, with ``separator`` between them, and last its notes;
    ``labels`` are those of each row, most probable first, and ``texts`` what was read.
    """

    asked: Tagging
    name: str
    model_name: str
    table: pd.DataFrame
    separator: str
    labels: tuple[tuple[str, ...], ...]
    texts: pd.DataFrame
    seconds: float


def render_many(context: PageContext) -> None:
    """Draw the whole view.

    The browser's uploader forgets its file when another tab or page is shown; the tagged
    table stays until it is removed or another file is chosen.
    """
    most_mb = context.policy.max_upload_mb
    file = st.file_uploader(
        f"A file of papers: CSV, Excel, JSON, Parquet, BibTeX, RIS; up to {most_mb} MB",
        type=FILE_TYPES,
        max_upload_size=most_mb,
        key="predict-file",
        help="One row per paper, with a column for the abstract and perhaps one for the title. "
        "Labels are not needed. CSV and JSON Lines may be compressed (.gz, .xz, .zst).",
    )
    result = _kept_result(file)
    asked = None
    if file is not None:
        with guarded():
            asked, result = _tag_input(file, result, context)
    elif result is None:
        components.note(
            "Every row gets its labels and their probabilities; the server keeps neither file "
            "nor table after your visit. On the command line: "
            "arxivtag tag MODEL FILE --out tagged.csv"
        )
    if result is not None:
        _render_heading(result, changed=asked is not None and asked != result.asked)
        _render_table(result, context)


def _kept_result(file: UploadedFile | None) -> ManyResult | None:
    """Return the table of this session, unless another file has been chosen since."""
    result: ManyResult | None = st.session_state.get(RESULT_KEY)
    if result is not None and file is not None and file.file_id != result.asked.file_id:
        _forget_result()
        return None
    return result


def _forget_result() -> None:
    for key in (RESULT_KEY, COLUMNS_KEY, FILTER_LABELS_KEY, FILTER_WORDS_KEY):
        st.session_state.pop(key, None)


def _tag_input(
    file: UploadedFile, result: ManyResult | None, context: PageContext
) -> tuple[Tagging, ManyResult | None]:
    """Draw the choice of columns and the button; return what is chosen and the newest table."""
    asked = _columns_input(file, context)
    row = st.container(horizontal=True)
    started = row.button("Tag the file", type="primary", icon=":material/sell:", key="tag-file")
    stop = row.empty()
    if started:
        stop.button("Stop", icon=":material/stop_circle:", key="stop-tagging")
        at_work = st.empty()
        try:
            with at_work.container():
                result = _tag_file(file, asked, context)
        finally:
            stop.empty()
            at_work.empty()
        _forget_result()
        st.session_state[RESULT_KEY] = result
    return asked, result


def _render_heading(result: ManyResult, *, changed: bool) -> None:
    """Say which file and model the table below is of, and offer to remove it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        components.note(f"{result.name}, tagged with {result.model_name}.")
        st.button(
            "Remove", type="tertiary", icon=":material/close:", key="remove-tagged",
            on_click=_forget_result, help="Forgets this table; the file stays where you have it.",
        )  # fmt: skip
    if changed:
        st.warning(
            "The table below was made with other columns or another model: tag the file again.",
            icon=":material/info:",
        )


@contextlib.contextmanager
def _uploaded(file: UploadedFile, context: PageContext) -> Iterator[str]:
    """Put the file into the uploads folder, give its source, and remove it there again."""
    file.seek(0)
    source = save_upload(file.name, file, context.home)
    try:
        yield source
    finally:
        delete_upload(source, context.home)


def _columns_input(file: UploadedFile, context: PageContext) -> Tagging:
    """Let the person say which columns hold abstract and title."""
    known: dict[str, list[str]] = st.session_state.setdefault("predict-file-columns", {})
    if file.file_id not in known:
        known.clear()
        with _uploaded(file, context) as source:
            path, _ = upload_path(source, context.home)
            table = read_table(path, max_rows=1).table
        known[file.file_id] = list(map(str, table.columns))
    columns = known[file.file_id]
    if not columns:
        raise DataError("The file has no columns.", "Choose a file with papers in it.")
    check_header(columns)
    guessed = guess_mapping(columns)
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
    return Tagging(
        file.file_id, str(abstract), "" if title == NO_COLUMN else str(title), context.model
    )


def _tag_file(file: UploadedFile, asked: Tagging, context: PageContext) -> ManyResult:
    layout = Layout({ABSTRACT: asked.abstract, TITLE: asked.title})
    bundle = models.bundle(context.model, context.home)
    bar = st.progress(0.0, "Reading the file …")
    with _uploaded(file, context) as source:
        texts = sources.load_texts(source, layout=layout, home=context.home)
    frame = texts.frame
    _check_rows(len(frame), context.policy.max_rows)
    started = time.perf_counter()

    def show(done: int) -> None:
        seconds = time.perf_counter() - started
        left = seconds / done * (len(frame) - done) if done else 0.0
        bar.progress(
            done / len(frame),
            f"{components.count_text(done)} of {components.count_text(len(frame))} papers, "
            f"{components.duration_text(left)} left",
        )

    found = tagger.tag(bundle, tagger.frame_texts(bundle, frame), progress=show)
    separator = tables.label_separator(bundle.label_names)
    table = tables.with_predicted_labels(texts, found, separator)
    seconds = time.perf_counter() - started
    log_event("tagged_file", model=context.model, n_papers=len(table), seconds=seconds)
    return ManyResult(
        asked=asked,
        name=file.name.split(".")[0] or "papers",
        model_name=context.model_name,
        table=table,
        separator=separator,
        labels=tuple(tuple(tag.label for tag in row) for row in found),
        texts=frame[[TITLE, ABSTRACT]],
        seconds=seconds,
    )


def _check_rows(n_rows: int, most: int) -> None:
    if n_rows == 0:
        raise DataError("The file has no rows.", "Choose a file with papers in it.")
    if n_rows > most:
        raise DataError(
            f"Up to {most:,} papers can be tagged at once here. Received: {n_rows:,}.",
            "Split the file.",
        )


def filtered(
    table: pd.DataFrame, given: Sequence[tuple[str, ...]], labels: Sequence[str], words: str
) -> pd.Series:
    """Return a mask of the rows that got all ``labels`` and hold all ``words`` (in any case).

    ``given`` are the labels of each row; words are not looked for in probabilities.
    """
    wanted = set(labels)
    mask = pd.Series([wanted <= set(row) for row in given], index=table.index, dtype=bool)
    columns = [name for name in table.columns if name != tables.PROBABILITIES]
    for word in words.lower().split():
        somewhere = pd.Series(False, index=table.index)
        for name in columns:
            somewhere |= table[name].astype(str).str.lower().str.contains(word, regex=False)
        mask &= somewhere
    return mask


def label_counts(given: Sequence[tuple[str, ...]]) -> dict[str, int]:
    """Return how many rows got each label, the most frequent first."""
    return dict(Counter(label for row in given for label in row).most_common())


def _label_columns(result: ManyResult, labels: Sequence[str], home: Path) -> pd.DataFrame:
    """Return one column of probabilities per label for the whole file, computed once."""
    kept: pd.DataFrame | None = st.session_state.get(COLUMNS_KEY)
    if kept is None:
        bundle = models.bundle(result.asked.model, home)
        y_prob = tagger.predict(bundle, tagger.frame_texts(bundle, result.texts))
        columns = pd.DataFrame(y_prob, columns=list(bundle.label_names), index=result.texts.index)
        kept = columns[list(labels)].round(4)
        st.session_state[COLUMNS_KEY] = kept
    return kept


def _render_table(result: ManyResult, context: PageContext) -> None:
    table = result.table
    counts = label_counts(result.labels)
    notes = table.iloc[:, -1]
    components.metric_row(
        [
            ("Papers tagged", components.count_text(len(table))),
            ("Labels given", components.count_text(sum(counts.values()))),
            ("Papers without a label", components.count_text(result.labels.count(()))),
            ("Papers with a note", components.count_text(int((notes != "").sum())),
             "Those whose abstract is short, not English, withdrawn or otherwise unusual."),
            ("Time", components.duration_text(result.seconds, tenths=True)),
        ]
    )  # fmt: skip
    if counted := notes_text(count_notes(notes)):
        components.note(counted)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = st.multiselect(
            "Only papers with all of",
            list(counts),
            format_func=lambda label: f"{label} ({counts[label]:,})",
            key=FILTER_LABELS_KEY,
            placeholder="Any label",
        )
        words = st.text_input(
            "Only rows that mention", key=FILTER_WORDS_KEY, placeholder="Any words"
        )
        per_label = st.toggle("A column for each label", key="predict-label-columns")
    passing = table[filtered(table, result.labels, labels, words or "")]
    if per_label:
        with st.spinner("Adding the columns …"):
            labels_given = list(counts)[:MAX_LABEL_COLUMNS]
            columns = _label_columns(result, labels_given, context.home).loc[passing.index]
        others = passing.drop(columns=columns.columns, errors="ignore")
        passing = pd.concat([others, columns], axis=1)
    _render_rows(passing, result)
    _render_downloads(passing, result)


def _render_rows(passing: pd.DataFrame, result: ManyResult) -> None:
    """Draw the first of the rows that pass the filter, and say how many there are."""
    table, shown = result.table, passing.head(ui_tables.MAX_LINES_SHOWN)
    front = {
        tables.PREDICTED_LABELS: ui_tables.text("Predicted labels", pinned=True),
        tables.PROBABILITIES: ui_tables.text("Probabilities"),
        table.columns[-1]: ui_tables.text("Note"),
        **{name: name for name in shown.columns if name not in table.columns},
    }
    looks = front | {name: name for name in shown.columns if name not in front}
    alt = "The papers with their labels and probabilities"
    ui_tables.draw(shown, "predict-many", alt, looks, height=420)
    cut = f"; the first {len(shown):,} stand above" if len(shown) < len(passing) else ""
    components.note(
        f"{components.count_text(len(passing))} of {components.count_text(len(table))} papers pass "
        f"the filter{cut}. Downloads hold all that pass. In CSV, cells that a spreadsheet would "
        "run as formulas start with an apostrophe."
    )


def _render_downloads(passing: pd.DataFrame, result: ManyResult) -> None:
    with st.container(horizontal=True):
        components.download_table(passing, f"{result.name}_tagged")
        components.download(
            "Download JSONL",
            f"{result.name}_tagged.jsonl",
            lambda: tables.table_as_jsonl(tables.with_lists(passing, result.separator)).encode(
                "utf-8", errors="replace"
            ),
            "download-jsonl",
        )

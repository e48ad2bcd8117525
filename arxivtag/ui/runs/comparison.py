"""Several runs against each other: which model to take, figures, curves, settings that differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from arxivtag.figures.evaluation import learning_curve_figure, scoreboard_figure
from arxivtag.figures.history import METRIC_TITLES, comparison_figure
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.registry import Run
from arxivtag.runs.scoreboard import DECIDING, Line, Scoreboard, scoreboard
from arxivtag.settings import all_settings
from arxivtag.ui.frame import components, data, run_text, tables
from arxivtag.ui.frame.memory import FileState, file_state, shared
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_text import METRIC_NAMES
from arxivtag.ui.frame.who import visible_run
from arxivtag.ui.train.form import SECTION_NAMES, setting_label, value_text

DIFFERENCE, SECONDS = "Difference", "Seconds"


def render_comparison(run_ids: Sequence[str], context: PageContext) -> None:
    """Show several runs against each other: which to take, and what differs, before the curves."""
    runs = [visible_run(run_id, context.home) for run_id in run_ids]
    names = run_text.distinct_names(runs)
    st.subheader("Compared", anchor=False)
    if all(run.has_bundle for run in runs):
        render_scoreboard(run_ids, context.home, "compared-scoreboard")
    st.markdown("**Settings that differ**")
    differing = settings_difference(runs, names)
    if differing.empty:
        components.note("None. What differs in the figures is chance.")
    else:
        st.dataframe(differing, hide_index=True, key="compared-settings", width="stretch")
    st.markdown("**Figures**")
    figures = figures_as_shown(figures_table(runs, names))
    st.dataframe(
        figures,
        key="compared-figures",
        width="stretch",
        height="content",  # all rows, so that binary accuracy never stands without its level
        column_config={
            "_index": st.column_config.Column(width="medium"),
            **{
                name: st.column_config.TextColumn(
                    alignment="right",
                    help="The second run minus the first." if name == DIFFERENCE else None,
                )
                for name in figures.columns
            },
        },
    )
    _render_histories(runs, names)


def _render_histories(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Draw the curves of runs over each other, metric by metric."""
    histories = {name: run.history() for name, run in zip(names, runs, strict=True)}
    epochs = {name: history.epochs for name, history in histories.items()}
    levels = {
        name: history.start.get("binary_accuracy_all_zeros") for name, history in histories.items()
    }
    if any(epochs.values()):
        with st.grid(2, min_column_width=340):
            for metric, title in METRIC_TITLES.items():
                components.render_figure(
                    comparison_figure(
                        epochs, metric, levels if metric == "binary_accuracy" else {}
                    ),
                    key=f"compared-{metric}",
                    alt_text=f"{title} of the compared runs, epoch by epoch.",
                )


def figures_table(runs: Sequence[Run], names: Sequence[str]) -> pd.DataFrame:
    """Return the test figures of runs: a row per figure, a column per run, of two the difference.

    The difference is the second run's figure minus the first's.
    """
    rows: dict[str, list[float | None]] = {}
    for key, title in METRIC_NAMES.items():
        values = [run.figures.get(key) for run in runs]
        if any(value is not None for value in values):
            rows[title] = [None if value is None else round(value, 4) for value in values]
    rows[SECONDS] = [None if run.duration_s is None else round(run.duration_s, 1) for run in runs]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(names), dtype=float)
    if len(runs) == 2:
        table[DIFFERENCE] = table.iloc[:, 1] - table.iloc[:, 0]
    return table


def figures_as_shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of :func:`figures_table` as text: seconds whole, others to 0.001."""

    def shown(row: str, column: str, value: float) -> str:
        if math.isnan(value):
            return "–"
        digits = 0 if row == SECONDS else 3
        sign = "+" if column == DIFFERENCE and round(value, digits) > 0 else ""
        return f"{sign}{value:z,.{digits}f}"

    texts = {
        column: [shown(str(row), column, value) for row, value in table[column].items()]
        for column in table.columns
    }
    return pd.DataFrame(texts, index=table.index)


def settings_difference(runs: Sequence[Run], names: Sequence[str]) -> pd.DataFrame:
    """Return the settings in which runs differ: one row per setting, one column per run."""
    rows: list[dict[str, str]] = []

    def add(part: str, setting: str, values: list[str]) -> None:
        if len(set(values)) > 1:
            rows.append({"Part": part, "Setting": setting, **dict(zip(names, values, strict=True))})

    add("General", "Data", [data.shown_name(run.data, run.folder.home) for run in runs])
    add("General", "Preset", [run.preset for run in runs])
    for item in all_settings():
        values = [
            value_text(item, run.settings) if run.settings is not None else "unknown"
            for run in runs
        ]
        add(SECTION_NAMES[item.section], setting_label(item), values)
    return pd.DataFrame(rows)


def render_scoreboard(run_ids: Sequence[str], home: Path, key: str) -> None:
    """Draw what the runs that have a model say together; ``key`` is unique on the page."""
    states = [file_state(RunFolder(run_id, home).result) for run_id in run_ids]
    board = _scoreboard(tuple(run_ids), home, tuple(states))
    if not board.lines:
        components.note(" ".join((board.advice, *board.notes)))
        return
    st.info(components.safe_text(board.advice), icon=":material/recommend:")
    components.render_figure(
        scoreboard_figure(_scores(board.lines), board.ceiling),
        key=f"{key}-scores",
        alt_text="Micro-F1 of each model, the best first, with its lowest and highest seed; the "
        "table below holds the same numbers",
    )
    tables.draw(lines_table(board.lines), key, "One line for each model", _COLUMNS)
    if board.curves:
        _render_curves(board, key)
    for text in (*board.notes, _ABOUT):
        components.note(text)


@shared(8, "Comparing …")
def _scoreboard(run_ids: tuple[str, ...], home: Path, states: tuple[FileState, ...]) -> Scoreboard:
    return scoreboard(run_ids, home)


def _scores(lines: Sequence[Line]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"name": line.name, "n_train": line.n_train, "n_seeds": len(line.seeds),
             **vars(line.figures[DECIDING])}
            for line in lines
        ]
    )  # fmt: skip


def lines_table(lines: Sequence[Line]) -> pd.DataFrame:
    """Return one row per model, as the page shows it."""
    rows = []
    for line in lines:
        lead = line.lead_of_best.get(DECIDING)
        rows.append(
            {
                "name": line.name,
                "seeds": len(line.seeds),
                "micro_f1": line.figures["micro_f1"].mean,
                "spread": line.figures["micro_f1"].std,
                "behind": None if lead is None else lead.value,
                "interval": "" if lead is None else f"{lead.low:+.3f} to {lead.high:+.3f}",
                **{key: line.figures[key].mean for key in ("macro_f1", "lrap", "precision_at_1")},
                "train_seconds": line.train_seconds,
                "memory_mb": line.memory_mb,
                "size_mb": line.size_mb,
            }
        )
    return pd.DataFrame(rows)


_COLUMNS: tables.Columns = {
    "name": tables.text("Model", pinned=True),
    "seeds": tables.count("Seeds"),
    "micro_f1": tables.figure(METRIC_NAMES["micro_f1"], 3, "Mean over seeds."),
    "spread": tables.figure("Spread", 3, "Standard deviation of micro-F1 over seeds."),
    "behind": tables.figure(
        "Best leads by", 3, "How far the best model is ahead in micro-F1 on the same test papers."
    ),
    "interval": st.column_config.TextColumn("95 % interval", width=130),
    "macro_f1": tables.figure(METRIC_NAMES["macro_f1"], 3),
    "train_seconds": tables.figure("Training, s", 0, "Seconds of training, mean over seeds."),
    "memory_mb": tables.figure("Memory, MB", 0, "The most that a run took."),
    "size_mb": tables.figure("Model, MB", 1, "Size of the model's folder."),
    **{key: tables.figure(METRIC_NAMES[key], 3) for key in ("lrap", "precision_at_1")},
}
_ABOUT = (
    "Leads are paired: both models on the same test papers, seed by seed; where the interval holds "
    "zero, chance explains the lead. Labels that a model never saw count as missed, so that "
    "figures can be a little lower than on a run's own page. The best of many is chosen on "
    "these test papers, so its own figure is a little too good."
)


def _render_curves(board: Scoreboard, key: str) -> None:
    of_name = {line.name: line for line in board.lines}
    curves = {curve.model: _scores([of_name[name] for name in curve.names])
              for curve in board.curves}  # fmt: skip
    components.render_figure(
        learning_curve_figure(curves, board.ceiling),
        key=f"{key}-curve",
        alt_text="Micro-F1 of each model by the number of papers that it learnt from",
    )
    for curve in board.curves:
        st.markdown(components.safe_text(curve.sentence))

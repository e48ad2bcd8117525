"""Several runs against each other: figures, curves, settings that differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from arxivtag.figures.history import METRIC_TITLES, comparison_figure
from arxivtag.runs.registry import Run
from arxivtag.settings import all_settings
from arxivtag.ui.evaluation.headline_part import METRIC_NAMES
from arxivtag.ui.frame import components, run_text
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_access import visible_run
from arxivtag.ui.runs.scoreboard_part import render_scoreboard
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
        return f"{value:{'+' if column == DIFFERENCE else ''}z,.{0 if row == SECONDS else 3}f}"

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

    add("General", "Data", [run_text.data_text(run.data) for run in runs])
    add("General", "Preset", [run.preset for run in runs])
    for item in all_settings():
        values = [
            value_text(item.value_in(run.settings)) if run.settings is not None else "unknown"
            for run in runs
        ]
        add(SECTION_NAMES[item.section], setting_label(item), values)
    return pd.DataFrame(rows)

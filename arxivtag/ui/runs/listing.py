"""The list of all runs, of which some are opened, compared or deleted, and where they train."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from arxivtag.config import cluster_address, job_limits
from arxivtag.errors import ArxivTagError, StorageError
from arxivtag.runs import jobs, registry
from arxivtag.runs.ensembles import ensemble_settings
from arxivtag.runs.history import validation_curve
from arxivtag.runs.jobs import Place
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.registry import RunSummary
from arxivtag.ui.frame import choices, components, data, run_text, tables
from arxivtag.ui.frame.errors import guarded
from arxivtag.ui.frame.memory import FileState, file_state, shared
from arxivtag.ui.frame.page import PageContext
from arxivtag.ui.frame.run_text import METRIC_NAMES
from arxivtag.ui.frame.who import visible_run, visible_runs
from arxivtag.ui.runs.comparison import render_comparison
from arxivtag.ui.train.one_run import start_run
from arxivtag.ui.train.watching import current_curves, render_circle, shown_space

WATCH_S = 2.0
MAX_COMPARED = 7  # as many as the palette has colours
MAX_PLACES = 12
# Column by figure. Binary accuracy never stands without the level beside it.
FIGURES = {
    **{key: METRIC_NAMES[key] for key in ("micro_f1", "macro_f1", "lrap", "precision_at_1")},
    "binary_accuracy": METRIC_NAMES["binary_accuracy"],
    "binary_accuracy_all_zeros": "No label at all",
}
FIGURES_HELP = {
    "binary_accuracy": "Most pairs of paper and label are “no”: read it beside the next column, "
    "never alone.",
    "binary_accuracy_all_zeros": "Binary accuracy of giving no label to any paper.",
}
_SELECTED = "selected-runs"


def render_list(context: PageContext) -> None:
    """Show all runs; one selected can be opened, two or more are compared beneath."""
    jobs.start_next_on_poll(context.home)
    runs = visible_runs(context.home)
    _watch(_signature(runs), context)
    if not runs:
        components.empty_state("No runs yet", "Train one, and it appears here.")
        context.link("pages/2_Train.py", "Train", ":material/model_training:")
        return
    shown = _filter_input(runs, context.home)
    hidden = {run.run_id for run in runs} - {run.run_id for run in shown}
    chosen = _table(shown, hidden, context)
    _selection_actions(chosen, context)
    if len(chosen) > 1:
        with guarded():
            _render_spaces(chosen, context)
            render_comparison([run.run_id for run in chosen[:MAX_COMPARED]], context)
        _delete_button(f"Delete these {len(chosen)} runs", chosen, context)


def _render_spaces(chosen: Sequence[RunSummary], context: PageContext) -> None:
    """Draw what two runs recorded of their label spaces side by side, replayed together."""
    if len(chosen) != 2:
        return
    runs = [visible_run(run.run_id, context.home) for run in chosen]
    spaces = [space for run in runs if (space := shown_space(run.folder)) is not None]
    if len(spaces) != 2:
        return
    for run, space, column in zip(runs, spaces, st.columns(2), strict=True):
        with column:
            st.markdown(f"**{components.safe_text(run.name)}**")
            components.note(run.run_id)
            n_epochs = current_curves(run.folder).history.n_epochs
            key = f"compare-{run.run_id}"
            render_circle(run.run_id, space, key, n_epochs, group="compare")


def _signature(runs: Sequence[RunSummary]) -> tuple[tuple[str, str], ...]:
    return tuple((run.run_id, run.state) for run in runs)


@st.fragment(run_every=WATCH_S)
def _watch(known: tuple[tuple[str, str], ...], context: PageContext) -> None:
    """Draw the places where runs train at once; draw the page again when a run has changed.

    That is, when one has appeared, gone, begun or ended. A machine that trains one has no places.
    """
    jobs.start_next_on_poll(context.home)
    runs = visible_runs(context.home)
    if _signature(runs) != known:
        st.rerun(scope="app")
    if cluster_address() or job_limits().jobs > 1:
        with guarded():
            names = {run.run_id: run.name for run in runs}
            n_waiting = len(jobs.queue(context.home))
            components.figure_line(place_figures(_places(context.home), names, n_waiting))


def _filter_input(runs: Sequence[RunSummary], home: Path) -> list[RunSummary]:
    """Draw the filter and return the runs that pass it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(
            "Filter", placeholder="note, run, data set or preset", key="runs-filter", width=280,
            icon=":material/search:", max_chars=80,
        )  # fmt: skip
        states = [state for state in run_text.STATES if any(r.state == state for r in runs)]
        chosen = st.pills(
            "State", states, selection_mode="multi", key="runs-states",
            format_func=lambda state: run_text.STATES[state].name,
        )  # fmt: skip
    words = (wanted or "").lower().split()

    def passes(run: RunSummary) -> bool:
        text = " ".join((run.run_id, run.name, data.shown_name(run.data, home), run.preset)).lower()
        return (not chosen or run.state in chosen) and all(word in text for word in words)

    return [run for run in runs if passes(run)]


def runs_table(
    runs: Sequence[RunSummary], curves: Mapping[str, list[float]], home: Path
) -> pd.DataFrame:
    """Return one row per run, as the list shows it; ``curves`` holds F1 by epoch by run."""
    marks = _marks(runs)
    rows = [
        {
            "Run": run.name,
            "Mark": marks.get(run.run_id, []),
            "State": run_text.STATES[run.state].name,
            "F1 by epoch": curves[run.run_id],
            FIGURES["micro_f1"]: run.figures.get("micro_f1"),  # in view, however narrow the page
            "Data": data.shown_name(run.data, home),
            "Preset": run.preset,
            "Began": run.status.started_at or run.status.queued_at,
            "Seconds": run.duration_s,
            **{name: run.figures.get(key) for key, name in FIGURES.items()},
            "Id": run.run_id,
        }
        for run in runs
    ]
    table = pd.DataFrame(rows)
    table["Began"] = pd.to_datetime(table["Began"], format="ISO8601", utc=True, errors="coerce")
    return table


def _marks(runs: Sequence[RunSummary]) -> dict[str, list[str]]:
    """Return which run is the last, and which the best on its data set, by run."""
    marks: dict[str, list[str]] = {}
    if runs:
        marks[max(run.run_id for run in runs)] = ["last"]
    measured = sorted(
        (run for run in runs if "micro_f1" in run.figures), key=lambda run: run.figures["micro_f1"]
    )
    for run in {run.data: run for run in measured}.values():
        marks.setdefault(run.run_id, []).append("best")
    return marks


def _curves(runs: Sequence[RunSummary], home: Path) -> dict[str, list[float]]:
    paths = {run.run_id: RunFolder(run.run_id, home).history for run in runs}
    return {run_id: _curve(path, file_state(path)) for run_id, path in paths.items()}


@shared(2000)
def _curve(path: Path, state: FileState) -> list[float]:
    try:
        return validation_curve(path)
    except StorageError:  # the run itself says what is wrong
        return []


_COLUMNS = {
    "Run": st.column_config.TextColumn(pinned=True, width="medium"),
    "Mark": st.column_config.ListColumn(
        "",
        width=110,
        help="The last run, and the one with the highest micro-F1 on its data set.",
    ),
    "F1 by epoch": st.column_config.LineChartColumn(
        width="small", y_min=0, y_max=1, help="Micro-F1 on the validation papers."
    ),
    "Began": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
    "Seconds": st.column_config.NumberColumn(
        format="%.0f s", help="Of work, once its process was ready."
    ),
    **{
        name: tables.share(name, FIGURES_HELP[key], 2)
        if key in FIGURES_HELP
        else tables.figure(name, 3)
        for key, name in FIGURES.items()
    },
}


def _table(
    runs: list[RunSummary], hidden: Collection[str], context: PageContext
) -> list[RunSummary]:
    """Draw the list of runs and return the selected ones.

    Ids in ``hidden`` do not pass the filter; they stay selected for when it is gone.
    """
    if not runs:
        components.empty_state("No run passes the filter", "Change it to see others.")
        return []
    ids = [run.run_id for run in runs]
    asked = [run_id for run_id in st.query_params.get("compare", "").split(",") if run_id]
    remembered = st.session_state.get(_SELECTED) or asked
    if remembered is asked and (gone := [one for one in asked if one not in {*ids, *hidden}]):
        names = ", ".join(f"“{choices.shortened(run_id)}”" for run_id in gone[:MAX_COMPARED])
        st.warning(
            components.safe_text(f"The address asks for runs that are not here: {names}."),
            icon=":material/link_off:",
        )
    rows = [place for place, run_id in enumerate(ids) if run_id in remembered]
    event = st.dataframe(
        tables.with_percents(runs_table(runs, _curves(runs, context.home), context.home), _COLUMNS),
        # Another list is another table: row numbers of the old one mean nothing in it.
        key=f"runs-table-{hash(tuple(ids))}",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": rows}},
        hide_index=True,
        placeholder="–",
        height="auto" if len(runs) <= 10 else 420,
        column_config=_COLUMNS,
    )
    chosen = [runs[row] for row in event.selection.rows if row < len(runs)]
    kept = [run_id for run_id in remembered if run_id in hidden]
    _remember([*kept, *(run.run_id for run in chosen)])
    return chosen


def _remember(run_ids: list[str]) -> None:
    st.session_state[_SELECTED] = run_ids
    if len(run_ids) > 1:
        st.query_params["compare"] = ",".join(run_ids)
    elif "compare" in st.query_params:
        del st.query_params["compare"]


def _selection_actions(chosen: list[RunSummary], context: PageContext) -> None:
    if not chosen:
        todo = "open" if context.policy.is_visitor else "open or delete"
        components.note(f"Select a run to {todo} it; select two or more to compare them.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(chosen) == 1 and st.button(
            "Open run", icon=":material/open_in_full:", key="open-run"
        ):
            st.query_params["run"] = chosen[0].run_id
            st.rerun()
        if len(chosen) == 1:
            _delete_button("Delete", chosen, context)
        elif all(run.has_bundle for run in chosen) and not context.policy.is_visitor:
            _one_model_button([run.run_id for run in chosen], context)
        if len(chosen) > MAX_COMPARED:
            components.note(f"The first {MAX_COMPARED} of them are compared.")


def _one_model_button(run_ids: list[str], context: PageContext) -> None:
    """Offer to start a run that makes one model of finished ones; say why not where it cannot."""
    if not st.button(
        "Make one model of these", icon=":material/merge:", key="make-one-model",
        help="An ensemble: each model weighs as much as it helps on the validation papers.",
    ):  # fmt: skip
        return
    with guarded():
        start_run(ensemble_settings(run_ids, context.home), context)


def _delete_button(label: str, chosen: list[RunSummary], context: PageContext) -> None:
    if not context.policy.is_visitor and st.button(
        label, icon=":material/delete:", key="delete-runs"
    ):
        delete_dialog([run.run_id for run in chosen], context)


@st.dialog("Delete for good?")
def delete_dialog(run_ids: list[str], context: PageContext) -> None:
    """Ask before deleting; say what cannot be deleted and why."""
    subject = f"run {run_ids[0]}" if len(run_ids) == 1 else f"{len(run_ids)} runs"
    st.write(
        components.safe_text(
            f"The model, the figures and the log of {subject} will be gone. This cannot be undone."
        )
    )
    with st.container(horizontal=True):
        confirmed = st.button("Delete", type="primary", icon=":material/delete:", key="delete-yes")
        if st.button("Keep", key="delete-no"):
            st.rerun()
    if not confirmed:
        return
    problems = []
    for run_id in run_ids:
        try:
            registry.delete_run(run_id, context.home)
        except ArxivTagError as error:
            problems.append(error)
            components.show_error(error)
    if not problems:
        st.session_state[_SELECTED] = []
        for name in ("run", "compare"):
            st.query_params.pop(name, None)
        st.rerun()


@st.cache_data(ttl=WATCH_S, max_entries=4, show_spinner=False)
def _places(home: Path) -> tuple[Place, ...]:
    """Ask once for all sessions."""
    return jobs.places(home)


def place_figures(
    found: Sequence[Place], names: Mapping[str, str], n_waiting: int
) -> list[tuple[str, str]]:
    """Return what is shown, each ``(label, value)``; ``names`` are those of the runs one may see.

    >>> place_figures([Place("a", "run-1"), Place("b", None)], {"run-1": "tuned"}, 3)
    [('Training', '1 of 2'), ('Waiting', '3'), ('a', 'tuned'), ('b', 'free')]
    """
    n_training = sum(place.run_id is not None for place in found)
    figures = [("Training", f"{n_training} of {len(found)}"), ("Waiting", str(n_waiting))]
    for number, place in enumerate(found[:MAX_PLACES], start=1):
        trains = names.get(place.run_id, "a run") if place.run_id else "free"
        figures.append((place.worker or f"Place {number}", trains))
    if len(found) > MAX_PLACES:
        figures.append(("More workers", str(len(found) - MAX_PLACES)))
    return figures
